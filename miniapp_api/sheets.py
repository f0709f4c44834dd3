"""The standard sheet of a request, for its owner to read and to hand on."""

from apiflask import APIBlueprint

from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.sheets import SheetOut
from services.casework.access import get_own_case
from services.casework.sheets import make_sheet


def add_routes(api: APIBlueprint) -> None:
    api.get("/cases/<number>/sheet")(api.output(SheetOut)(show_sheet))


def show_sheet(number: str) -> SheetOut:
    """资料表

    给评估机构、银行看的标准表:企业、信用、每件专利、质押、材料。没有的写 null,`source` 说明向谁要。
    没有个人信息。不是每项服务都有,没有的返回 404。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        case = get_own_case(session, caller.user_id, number)
        return SheetOut.model_validate(make_sheet(session, case, api.clock.now(), for_owner=True))
