"""Searches that the caller keeps: the same ones as in chat."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.patent_conditions import conditions_of
from miniapp_api.patents import list_page, wanted_query
from miniapp_api.schemas.common import Page
from miniapp_api.schemas.saved_searches import (
    ResultsQuery,
    SavedSearchesOut,
    SavedSearchIn,
    SavedSearchOut,
    SavedSearchResultsOut,
    SearchPaceIn,
    SinceLastOut,
)
from models import SavedSearch, Watch
from nlp.patent_query_form import lasting
from services.notices.preferences import Pace
from services.saved_searches import (
    delete_saved_search,
    get_saved_search,
    list_saved_searches,
    note_look,
    query_of,
    save_search,
)
from services.watching import find_watch_of, list_watches, search_key, watch_search


def add_routes(api: APIBlueprint) -> None:
    api.get("/saved-searches")(api.input(Page, location="query")(api.output(SavedSearchesOut)(list_own_searches)))
    api.post("/saved-searches")(api.input(SavedSearchIn)(api.output(SavedSearchOut, 201)(create_saved_search)))
    api.get("/saved-searches/<id>/results")(
        api.input(ResultsQuery, location="query")(api.output(SavedSearchResultsOut)(show_results))
    )
    api.put("/saved-searches/<id>")(api.input(SearchPaceIn)(api.output(SavedSearchOut)(set_search_pace)))
    api.delete("/saved-searches/<id>")(api.output({}, 204)(remove_saved_search))


def list_own_searches(query_data: Page) -> SavedSearchesOut:
    """我保存的检索

    最多20个,公众号里保存的也在。两年没看过的会自动删掉。
    """
    api, caller = current_api(), current_caller()
    scope = f"saved-searches:{caller.user_id}"
    before = api.cursors.read(scope, query_data.cursor)["before"] if query_data.cursor else None
    with api.database.reading() as session:
        rows = [
            row for row in list_saved_searches(session, user_id=caller.user_id) if before is None or row.id < before
        ]
        shown = rows[: query_data.limit]
        watched = {row.key: row for row in list_watches(session, caller.user_id)}
        items = [_out(row, watched.get(search_key(query_of(row)))) for row in shown]
    next_cursor = api.cursors.make(scope, {"before": shown[-1].id}) if len(rows) > len(shown) else None
    return SavedSearchesOut(items=items, next_cursor=next_cursor)


def create_saved_search(json_data: SavedSearchIn) -> BaseModel | dict[str, Any]:
    """保存一个检索

    参数和查专利的一样。同样的检索已经保存过时,返回那一个。满20个时返回 409,`code` 是 `saved_searches_full`。
    """
    return once(json_data, lambda _key, keep: _save(json_data, keep))


def _save(wanted: SavedSearchIn, keep: Keep) -> SavedSearchOut:
    api, caller = current_api(), current_caller()
    query = lasting(wanted_query(wanted))
    total = api.resources.patent_search.count(query)
    with api.database.unit_of_work() as session:
        saved = save_search(session, user_id=caller.user_id, query=query, total=total, now=api.clock.now())
        answer = _out(saved.search, find_watch_of(session, caller.user_id, search_key(query)))
        keep(session, answer, [])
    return answer


def show_results(id: str, query_data: ResultsQuery) -> SavedSearchResultsOut:
    """再查一次

    取第一页就算看过:下一次从这一次比起。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        query = query_of(get_saved_search(session, user_id=caller.user_id, public_id=id))
    page = list_page(query, query_data, f"saved-searches:{caller.user_id}:{id}")
    since_last = None
    if query_data.cursor is None:
        # What a class adds comes and goes: only what the search itself finds is compared.
        total = page.total - page.added
        with api.database.unit_of_work() as session:
            look = note_look(session, user_id=caller.user_id, public_id=id, total=total, now=api.clock.now())
        since_last = SinceLastOut(total=look.previous_total, looked_at=look.previous_at, difference=look.difference)
    return SavedSearchResultsOut(**dict(page), since_last=since_last)


def set_search_pace(id: str, json_data: SearchPaceIn) -> SavedSearchOut:
    """有新公开的就告诉我

    和“我的关注”里的是同一项。从现在起新导入的才会提醒,每次说最对得上的几件和为什么。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        row = get_saved_search(session, user_id=caller.user_id, public_id=id)
        pace = Pace(json_data.pace)
        return _out(row, watch_search(session, caller.user_id, query_of(row), api.clock.now(), pace=pace))


def remove_saved_search(id: str) -> tuple[dict[str, Any], int]:
    """删除一个保存的检索

    删了就没有了,对它的关注也一起停,先问过用户再调。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        delete_saved_search(session, user_id=caller.user_id, public_id=id)
    return {}, 204


def _out(row: SavedSearch, watch: Watch | None) -> SavedSearchOut:
    return SavedSearchOut(
        id=row.public_id,
        name=row.name,
        conditions=conditions_of(query_of(row)),
        last_total=row.last_total,
        last_looked_at=row.last_looked_at,
        pace=None if watch is None else watch.pace or Pace.DAILY,
        saved_at=row.created_at,
    )
