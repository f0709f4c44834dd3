"""Offers beside each other, and a seller's deals as a table."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.market_shapes import board_out
from miniapp_api.schemas.market_tables import ComparisonOut, ComparisonQuery, DealExportQuery
from services.credit.record import kept_deals_shown
from services.custody.export import MEDIA_TYPE
from services.deals.export import export_deals
from services.market.board import kept_of
from services.market.comparing import compare_offers

TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "交易清单",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": "单号,名称\r\nGX261128-0001,散热膜\r\n"}},
    }
}


def add_routes(api: APIBlueprint) -> None:
    api.get("/market/comparison")(api.input(ComparisonQuery, location="query")(api.output(ComparisonOut)(compare)))
    api.get("/deal-export")(api.doc(responses=TABLE)(api.input(DealExportQuery, location="query")(export_own)))


def compare(query_data: ComparisonQuery) -> ComparisonOut:
    """几条供给放在一起比

    2到4条,按给的先后;`differs` 是不一样的项,没写价的不参加比价。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        found = compare_offers(session, query_data.ids.split(","), china_date(api.clock.now()))
        kept = kept_of(session, caller.user_id, list(found.posts))
        deals = kept_deals_shown(session, found.posts, china_date(api.clock.now()))
        items = [
            board_out(each, user_id=caller.user_id, is_kept=each.id in kept, kept_deals=deals.get(each.id))
            for each in found.posts
        ]
    cheapest = list(found.cheapest) if found.cheapest is not None else None
    named = ["amount_yuan" if name == "amount" else name for name in found.differs]
    return ComparisonOut(items=items, differs=named, cheapest=cheapest)


def export_own(query_data: DealExportQuery) -> Response:
    """导出出售记录、线索或收益分配

    CSV,Excel能直接打开。对方只写现在看得到的称呼,没有电话。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        content = export_deals(session, user_id=caller.user_id, table=query_data.table)
    response = Response(content, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{query_data.table}.csv"'
    return response
