"""The inbox: the queue with its tabs and its search."""

from flask import Blueprint, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.sessions import looking
from models import Staff
from services.permissions import Action, may
from services.resources import Resources
from services.staff_inbox import Tab, count_tabs, list_queue, search_conversations

TAB_NAMES = {Tab.WAITING: "待接", Tab.MINE: "我的", Tab.ALL: "全部", Tab.CLOSED: "已结束"}
EMPTY = {
    Tab.WAITING: ("没有人在等", "用户要找专员时会出现在这里,您会同时收到提醒。"),
    Tab.MINE: ("手上没有进行中的单", "在“待接”里点“接单”,就会到这里。"),
    Tab.ALL: ("还没有会话", "用户在微信里说第一句话后会出现在这里。"),
    Tab.CLOSED: ("还没有结束的单", "点“结束”的单会留在这里,可以随时查。"),
}
MAX_SEARCH = 60


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/")
    def inbox() -> Response:
        with looking(resources) as (reader, staff):
            values = queue_values(reader, staff)
        return make_response(render_template("console/inbox.html", desk=None, **values))

    @blueprint.get("/queue")
    def queue() -> Response:
        """The list alone, for the live page."""
        with looking(resources) as (reader, staff):
            values = queue_values(reader, staff)
        return make_response(render_template("console/_queue.html", is_part=True, **values))


def queue_values(reader: Session, staff: Staff) -> dict[str, object]:
    """What the left column shows: the tab asked for, or what matches the search."""
    tab = _tab(staff)
    search = request.args.get("q", "").strip()[:MAX_SEARCH]
    rows = search_conversations(reader, staff, search) if search else list_queue(reader, staff, tab)
    return {
        "rows": rows,
        "tab": tab,
        "tabs": [(each, name) for each, name in TAB_NAMES.items() if each is not Tab.ALL or may(staff, Action.SEE_ALL)],
        "counts": count_tabs(reader, staff),
        "search": search,
        "empty": EMPTY[tab],
        "current": request.args.get("current") or (request.view_args or {}).get("public_id", ""),
    }


def _tab(staff: Staff) -> Tab:
    try:
        tab = Tab(request.args.get("tab", Tab.WAITING))
    except ValueError:
        return Tab.WAITING
    return Tab.WAITING if tab is Tab.ALL and not may(staff, Action.SEE_ALL) else tab
