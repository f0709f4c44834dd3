"""Which markets one's patents cover, and until when they can go abroad."""

from apiflask import APIBlueprint

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.custody_shapes import articles_out
from miniapp_api.schemas.custody_abroad import AbroadOut, AbroadsOut
from services.custody.abroad import Abroad, list_abroad


def add_routes(api: APIBlueprint) -> None:
    api.get("/custody-abroad")(api.output(AbroadsOut)(show_abroad))


def show_abroad() -> AbroadsOut:
    """还能去国外申请的

    托管的专利逐件:数据只有中国专利,所以只知道管中国大陆。国内申请当作第一次申请来算;还来得及的在前,近的在前。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        found = list_abroad(session, user_id=caller.user_id, today=china_date(api.clock.now()))
        return AbroadsOut(items=[_out(each) for each in found])


def _out(found: Abroad) -> AbroadOut:
    return AbroadOut(
        id=found.right.public_id, number=found.right.number, title=found.right.title, covered=["CN"],
        window=found.window, last_on=found.last_on, enter_by=found.enter_by, note=found.note,
        articles=articles_out(found.articles),
    )  # fmt: skip
