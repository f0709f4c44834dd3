"""Decisions that are made public: the same list as the public page, for the mini-program."""

from apiflask import APIBlueprint

from core.clock import china_date
from miniapp_api.context import current_api
from miniapp_api.schemas.awards import AwardOut, AwardsOut, AwardsQuery
from services.casework.publications import list_notices


def add_routes(api: APIBlueprint) -> None:
    api.get("/awards")(api.input(AwardsQuery, location="query")(api.output(AwardsOut)(list_awards)))


def list_awards(query_data: AwardsQuery) -> AwardsOut:
    """公示

    已经获批、企业同意公示的项目。只有企业名称、项目和结果,写明公示期和向谁提异议。
    """
    api = current_api()
    scope = f"awards:{query_data.state}"
    before = api.cursors.read(scope, query_data.cursor)["id"] if query_data.cursor else None
    is_open = None if query_data.state is None else query_data.state == "open"
    with api.database.reading() as session:
        found = list_notices(
            session, today=china_date(api.clock.now()), is_open=is_open, before_id=before, limit=query_data.limit + 1
        )
    page = found[: query_data.limit]
    next_cursor = api.cursors.make(scope, {"id": page[-1].row_id}) if len(found) > len(page) else None
    return AwardsOut(
        items=[
            AwardOut(
                company=each.company,
                subject=each.subject,
                outcome=each.outcome,
                public_from=each.public_from,
                public_to=each.public_to,
                objections=each.objections,
                is_open=each.is_open,
            )
            for each in page
        ],
        next_cursor=next_cursor,
    )
