"""What an owner takes along of a request: its standard sheet, and its days as a calendar file."""

from apiflask import APIBlueprint
from flask import Response

from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.sheets import SheetOut
from miniapp_api.training import CALENDAR
from services.casework.access import get_own_case
from services.casework.plan_calendar import MEDIA_TYPE, calendar_of_case
from services.casework.sheets import make_sheet


def add_routes(api: APIBlueprint) -> None:
    api.get("/cases/<number>/sheet")(api.output(SheetOut)(show_sheet))
    api.get("/cases/<number>/calendar")(api.doc(responses=CALENDAR)(show_days))


def show_sheet(number: str) -> SheetOut:
    """资料表

    给评估机构、银行看的标准表:企业、信用、每件专利、质押、材料。没有的写 null,`source` 说明向谁要。
    没有个人信息。不是每项服务都有,没有的返回 404。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        case = get_own_case(session, caller.user_id, number)
        return SheetOut.model_validate(make_sheet(session, case, api.clock.now(), for_owner=True))


def show_days(number: str) -> Response:
    """一单要记住的日子

    iCalendar 格式:体检排的每件事、还款日、诉讼时效这样的期限。没有这种日子的返回 409。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        case = get_own_case(session, caller.user_id, number)
        content = calendar_of_case(session, case, api.clock.now())
    response = Response(content, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{case.number}.ics"'
    return response
