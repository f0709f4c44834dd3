"""The board for everybody who looks, what one keeps of it, and what was found for one's own posts."""

from typing import Any

from apiflask import APIBlueprint

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.market_shapes import board_out, match_out
from miniapp_api.schemas.common import Page
from miniapp_api.schemas.market import (
    BoardOut,
    BoardPostOut,
    BoardQueryIn,
    MatchesOut,
    MatchesQuery,
    MatchFeedbackIn,
    MatchFeedbackOut,
    SimilarPostsOut,
)
from nlp.segmenter import default_segmenter
from services.credit.record import kept_deals_shown
from services.market.access import get_board_post
from services.market.board import BoardQuery, find_similar, kept_of, search_board
from services.market.favourites import drop_post, keep_post
from services.market.feedback import give_feedback
from services.market.own import list_matches


def add_routes(api: APIBlueprint) -> None:
    api.get("/market/board")(api.input(BoardQueryIn, location="query")(api.output(BoardOut)(show_board)))
    api.get("/market/board/<id>")(api.output(BoardPostOut)(show_post))
    api.get("/market/board/<id>/similar")(api.output(SimilarPostsOut)(show_similar))
    api.get("/market/favourites")(api.input(Page, location="query")(api.output(BoardOut)(list_kept)))
    api.put("/market/favourites/<id>")(api.output({}, 204)(put_kept))
    api.delete("/market/favourites/<id>")(api.output({}, 204)(delete_kept))
    api.get("/market/matches")(api.input(MatchesQuery, location="query")(api.output(MatchesOut)(list_own_matches)))
    api.put("/market/matches/<id>/feedback")(api.input(MatchFeedbackIn)(api.output(MatchFeedbackOut)(put_feedback)))


def show_board(query_data: BoardQueryIn) -> BoardOut:
    """逛供需

    展示中的供给和需求。有词的按对上几个词排,没词的新的在前。
    """
    query = BoardQuery(
        words=query_data.q,
        side=query_data.side,
        mode=query_data.mode,
        region=query_data.region,
        ipc=query_data.ipc,
        right_state=query_data.right_state,
        most=query_data.most_yuan,
    )
    asked = query_data.model_dump(mode="json", exclude={"cursor", "limit"})
    return _page(query, query_data, scope=f"market-board:{sorted(asked.items())}")


def list_kept(query_data: Page) -> BoardOut:
    """我收藏的供需

    只列还在展示的。
    """
    return _page(BoardQuery(only_kept=True), query_data, scope=f"market-favourites:{current_caller().user_id}")


def _page(query: BoardQuery, page: Page, *, scope: str) -> BoardOut:
    api, caller = current_api(), current_caller()
    offset = int(api.cursors.read(scope, page.cursor)["offset"]) if page.cursor else 0
    with api.database.reading() as session:
        found = search_board(
            session, default_segmenter(), query, user_id=caller.user_id, today=china_date(api.clock.now()),
            offset=offset, limit=page.limit,
        )  # fmt: skip
        deals = kept_deals_shown(session, found.items, china_date(api.clock.now()))
        items = [
            board_out(each, user_id=caller.user_id, is_kept=each.id in found.kept, kept_deals=deals.get(each.id))
            for each in found.items
        ]
    cursor = api.cursors.make(scope, {"offset": found.next_offset}) if found.next_offset is not None else None
    return BoardOut(items=items, total=found.total, next_cursor=cursor)


def show_post(id: str) -> BoardPostOut:
    """看一条"""
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        post = get_board_post(session, id, china_date(api.clock.now()))
        deals = kept_deals_shown(session, [post], china_date(api.clock.now()))
        is_kept = bool(kept_of(session, caller.user_id, [post]))
        return board_out(post, user_id=caller.user_id, is_kept=is_kept, kept_deals=deals.get(post.id))


def show_similar(id: str) -> SimilarPostsOut:
    """相近的

    同是供给或同是需求、说的事相近的,最多5条。
    """
    api, caller = current_api(), current_caller()
    today = china_date(api.clock.now())
    with api.database.reading() as session:
        found = find_similar(session, default_segmenter(), get_board_post(session, id, today), today=today)
        kept = kept_of(session, caller.user_id, found)
        return SimilarPostsOut(
            items=[board_out(each, user_id=caller.user_id, is_kept=each.id in kept) for each in found]
        )


def put_kept(id: str) -> tuple[dict[str, Any], int]:
    """收藏"""
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        keep_post(session, caller.user_id, id, api.clock.now())
    return {}, 204


def delete_kept(id: str) -> tuple[dict[str, Any], int]:
    """取消收藏"""
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        drop_post(session, caller.user_id, id, api.clock.now())
    return {}, 204


def list_own_matches(query_data: MatchesQuery) -> MatchesOut:
    """对接

    为自己的供需找到的另一方,各有理由;`missing` 是自己补上会更准的。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        today = china_date(api.clock.now())
        found = list_matches(session, caller.user_id, today=today, post_id=query_data.post_id)
        kept = kept_of(session, caller.user_id, [each.theirs for each in found])
        return MatchesOut(
            items=[match_out(each, user_id=caller.user_id, is_kept=each.theirs.id in kept) for each in found]
        )


def put_feedback(id: str, json_data: MatchFeedbackIn) -> MatchFeedbackOut:
    """有兴趣,或者不相关

    以最后一次为准。不相关的不再出现;原因只能跟着不相关。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        given = give_feedback(session, caller.user_id, id, json_data.verdict, api.clock.now(), reason=json_data.reason)
        return MatchFeedbackOut.model_validate({"verdict": given.verdict, "reason": given.reason})
