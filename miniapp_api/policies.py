"""Law, policy and guides as a list with sources."""

from datetime import date

from apiflask import APIBlueprint

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.policies import PoliciesOut, PolicyOut, PolicyQuery
from services.knowledge import PassageHit, search_policies

# Nobody reads further, and what ranks lower hardly fits.
DEEPEST = 100


def add_routes(api: APIBlueprint) -> None:
    api.get("/policies")(api.input(PolicyQuery, location="query")(api.output(PoliciesOut)(list_policies)))


def list_policies(query_data: PolicyQuery) -> PoliciesOut:
    """查法规政策

    每一条是一款法条或指南的一节,带来源、适用地区和有效期。相关的在前。
    """
    api = current_api()
    wanted = query_data
    scope = f"policies:{wanted.q}:{wanted.region}:{wanted.on}"
    position = api.cursors.read(scope, wanted.cursor) if wanted.cursor else {}
    # The first page fixes the day, so that a list turned at midnight stays one list.
    on = date.fromisoformat(position["on"]) if position else wanted.on or china_date(api.clock.now())
    start = position.get("offset", 0)
    with api.database.reading() as session:
        hits = search_policies(
            api.resources.answerer,
            session,
            q=wanted.q,
            on=on,
            region=wanted.region or current_caller().region,
            limit=min(start + wanted.limit * 2, DEEPEST),
        )
    start = _after(hits, position.get("last"), start)
    page = hits[start : start + wanted.limit]
    end = start + len(page)
    next_cursor = None
    if page and end < len(hits):
        last = page[-1].passage.passage_id
        next_cursor = api.cursors.make(scope, {"offset": end, "last": last, "on": on.isoformat()})
    return PoliciesOut(items=[_shown(hit) for hit in page], next_cursor=next_cursor)


def _after(hits: list[PassageHit], last_id: int | None, offset: int) -> int:
    """Where the list goes on: behind the last one shown, wherever new passages have pushed it."""
    for place, hit in enumerate(hits):
        if hit.passage.passage_id == last_id:
            return place + 1
    return offset


def _shown(hit: PassageHit) -> PolicyOut:
    passage = hit.passage
    return PolicyOut(
        document=passage.document,
        label=passage.label,
        text=passage.text,
        kind=passage.kind,
        region=passage.region,
        authority=passage.authority,
        source=passage.source,
        version=passage.version,
        valid_from=passage.valid_from,
        valid_to=passage.valid_to,
        checked_at=passage.checked_at,
        confidence=passage.confidence,
        score=round(hit.score, 4),
    )
