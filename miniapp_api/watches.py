"""Patents, applicants and classes that the caller watches."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.watches import WatchesOut, WatchIn, WatchOut
from models import Watch, WatchKind
from services.notices.preferences import Pace
from services.watching import end_watch, list_watches, watch


def add_routes(api: APIBlueprint) -> None:
    api.get("/watches")(api.output(WatchesOut)(list_own_watches))
    api.post("/watches")(api.input(WatchIn)(api.output(WatchOut, 201)(add_watch)))
    api.delete("/watches/<id>")(api.output({}, 204)(remove_watch))


def list_own_watches() -> WatchesOut:
    """我的监控

    最多50项。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        items = [_out(row) for row in list_watches(session, caller.user_id)]
    return WatchesOut(items=items, next_cursor=None)


def add_watch(json_data: WatchIn) -> BaseModel | dict[str, Any]:
    """监控一件专利、一个申请人或一个分类

    从现在起,新导入的变化才会提醒。已经在监控的,返回那一项并改成这次的频率。
    """
    return once(json_data, lambda _key, keep: _add(json_data, keep))


def _add(wanted: WatchIn, keep: Keep) -> WatchOut:
    api, caller = current_api(), current_caller()
    pace = Pace(wanted.pace) if wanted.pace else None
    with api.database.unit_of_work() as session:
        row = watch(session, caller.user_id, WatchKind(wanted.kind), wanted.name, api.clock.now(), pace=pace)
        answer = _out(row)
        keep(session, answer, [])
    return answer


def remove_watch(id: str) -> tuple[dict[str, Any], int]:
    """不再监控"""
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        end_watch(session, caller.user_id, id)
    return {}, 204


def _out(row: Watch) -> WatchOut:
    return WatchOut.model_validate(
        {"id": row.public_id, "kind": row.kind, "name": row.name, "pace": row.pace, "created_at": row.created_at}
    )
