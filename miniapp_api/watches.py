"""Patents, applicants, classes and searches that the caller watches."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.patents import wanted_query
from miniapp_api.schemas.patents import PatentConditions
from miniapp_api.schemas.watches import WatchesOut, WatchIn, WatchOut, WatchPaceIn
from models import Watch, WatchKind
from services.notices.preferences import Pace
from services.watching import change_pace, end_watch, list_watches, watch, watch_search


def add_routes(api: APIBlueprint) -> None:
    api.get("/watches")(api.output(WatchesOut)(list_own_watches))
    api.post("/watches")(api.input(WatchIn)(api.output(WatchOut, 201)(add_watch)))
    api.put("/watches/<id>")(api.input(WatchPaceIn)(api.output(WatchOut)(set_watch_pace)))
    api.delete("/watches/<id>")(api.output({}, 204)(remove_watch))


def list_own_watches() -> WatchesOut:
    """我的关注

    最多50项。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        items = [_out(row) for row in list_watches(session, caller.user_id)]
    return WatchesOut(items=items, next_cursor=None)


def add_watch(json_data: WatchIn) -> BaseModel | dict[str, Any]:
    """关注一件专利、一个申请人、一个分类或一句话

    从现在起新导入的才会提醒。已经关注的,返回那一项并改成这次的频率。一句话和查专利的 `q` 一样理解,返回的 `name` 是
    听出来的主题和条件。
    """
    return once(json_data, lambda _key, keep: _add(json_data, keep))


def _add(wanted: WatchIn, keep: Keep) -> WatchOut:
    api, caller = current_api(), current_caller()
    pace = Pace(wanted.pace) if wanted.pace else None
    kind, now = WatchKind(wanted.kind), api.clock.now()
    query = wanted_query(PatentConditions(q=wanted.name)) if kind is WatchKind.SEARCH else None
    with api.database.unit_of_work() as session:
        if query is not None:
            row = watch_search(session, caller.user_id, query, now, pace=pace)
        else:
            row = watch(session, caller.user_id, kind, wanted.name, now, pace=pace)
        answer = _out(row)
        keep(session, answer, [])
    return answer


def set_watch_pace(id: str, json_data: WatchPaceIn) -> WatchOut:
    """改多久提醒一次

    改成 `off` 的这段时间里新导入的,恢复以后不补。
    """
    api, caller = current_api(), current_caller()
    pace = Pace(json_data.pace) if json_data.pace else None
    with api.database.unit_of_work() as session:
        return _out(change_pace(session, caller.user_id, id, pace, api.clock.now()))


def remove_watch(id: str) -> tuple[dict[str, Any], int]:
    """不再关注"""
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        end_watch(session, caller.user_id, id)
    return {}, 204


def _out(row: Watch) -> WatchOut:
    return WatchOut.model_validate(
        {"id": row.public_id, "kind": row.kind, "name": row.name, "pace": row.pace, "created_at": row.created_at}
    )
