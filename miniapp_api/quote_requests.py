"""Requests for quotations: one question to several owners, their prices side by side."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.context import current_api, current_caller
from miniapp_api.deal_shapes import quote_out, request_item, request_item_out
from miniapp_api.once import Keep, once
from miniapp_api.schemas.common import Page
from miniapp_api.schemas.deals import NotAskedOut, QuoteRequestIn, QuoteRequestOut, QuoteRequestsOut
from models import User
from services.deals.quotes import QuoteForm, ask_for_quotes, get_own_request, list_quotes, list_requests


def add_routes(api: APIBlueprint) -> None:
    api.get("/quote-requests")(api.input(Page, location="query")(api.output(QuoteRequestsOut)(list_own_requests)))
    api.post("/quote-requests")(api.input(QuoteRequestIn)(api.output(QuoteRequestOut, 201)(create_request)))
    api.get("/quote-requests/<id>")(api.output(QuoteRequestOut)(show_request))


def list_own_requests(query_data: Page) -> QuoteRequestsOut:
    """我的询价

    新的在前。
    """
    api, caller = current_api(), current_caller()
    scope = f"quote-requests:{caller.user_id}"
    before = api.cursors.read(scope, query_data.cursor)["before"] if query_data.cursor else None
    with api.database.reading() as session:
        rows = list_requests(session, caller.user_id, before_id=before, limit=query_data.limit + 1)
        shown = rows[: query_data.limit]
        cursor = api.cursors.make(scope, {"before": shown[-1].id}) if len(rows) > len(shown) else None
        items = [request_item_out(row) for row in shown]
    return QuoteRequestsOut(items=items, next_cursor=cursor)


def create_request(json_data: QuoteRequestIn) -> BaseModel | dict[str, Any]:
    """向几家询价

    每家各开一单,互相看不到。问不了的在 `not_asked` 里,各有原因;一家都问不了返回422。
    """
    return once(json_data, lambda _key, keep: _ask(json_data, keep))


def show_request(id: str) -> QuoteRequestOut:
    """看一次询价

    各家报的价放在一起比。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        request = get_own_request(session, caller.user_id, id)
        quotes = [quote_out(quote) for quote in list_quotes(session, request)]
        return QuoteRequestOut(**request_item(request), quotes=quotes, not_asked=[])


def _ask(wanted: QuoteRequestIn, keep: Keep) -> QuoteRequestOut:
    api, caller = current_api(), current_caller()
    form = QuoteForm(**wanted.model_dump())
    with api.database.unit_of_work() as session:
        asked = ask_for_quotes(session, session.get_one(User, caller.user_id), form, api.clock.now())
        answer = QuoteRequestOut(
            **request_item(asked.request),
            quotes=[quote_out(quote) for quote in list_quotes(session, asked.request)],
            not_asked=[NotAskedOut(post_id=each.post_id, reason=each.reason) for each in asked.refused],
        )
        keep(session, answer, [])
    return answer
