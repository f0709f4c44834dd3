"""Funds and help for service firms: what the chat answers when somebody asks for them."""

from apiflask import APIBlueprint

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.support import SupportListOut, SupportOut, SupportQuery
from services.dated_data.lookup import find_records, said_source
from services.dated_data.support_lines import said_support


def add_routes(api: APIBlueprint) -> None:
    api.get("/support")(api.input(SupportQuery, location="query")(api.output(SupportListOut)(list_support)))


def list_support(query_data: SupportQuery) -> SupportListOut:
    """查运营基金和机构扶持

    当地和全国登记在案、今天有效的。每一条带来源和可信程度,演示数据写明是演示数据。
    """
    api = current_api()
    today = china_date(api.clock.now())
    region = query_data.region or current_caller().region
    with api.database.reading() as session:
        found = find_records(session, query_data.kind, region=region, on=today)
        items = [
            SupportOut(
                name=each.name,
                region=each.region,
                text=said_support(each, on=today),
                notes=str(each.values.get("conditions") or "").splitlines(),
                source=said_source(each),
                confidence=each.confidence,
                checked_at=each.checked_at,
                valid_from=each.valid_from,
                valid_to=each.valid_to,
            )
            for each in found
        ]
    return SupportListOut(items=items)
