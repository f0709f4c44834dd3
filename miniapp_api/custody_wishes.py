"""One word of what an owner wants to do with a right, and what it opens."""

from apiflask import APIBlueprint

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.custody_shapes import right_out
from miniapp_api.schemas.custody_wishes import OpenedOut, WishIn
from models import User
from services.custody.wishes import open_wish


def add_routes(api: APIBlueprint) -> None:
    api.put("/custody-rights/<id>/wish")(api.input(WishIn)(api.output(OpenedOut)(put_wish)))


def put_wish(id: str, json_data: WishIn) -> OpenedOut:
    """这件想怎么用

    许可、出售给出供给的内容(补全后发到 `/market/posts`);质押、维权开一张填好号码的表(`/services/{key}/draft`);
    不运营的一年内不再提它闲着。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        user = session.get_one(User, caller.user_id)
        opened = open_wish(session, user=user, public_id=id, wish=json_data.wish, now=now)
        right = right_out(opened.right, None, china_date(now), session=session)
        return OpenedOut.model_validate(
            {"wish": json_data.wish, "post": opened.post or None, "service": opened.service, "right": right}
        )
