"""Patents: found by a sentence or by filters, and one by its number."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import InvalidInput
from miniapp_api.context import current_api
from miniapp_api.patent_conditions import conditions_of, query_of
from miniapp_api.schemas.common import Page
from miniapp_api.schemas.patents import (
    PatentConditions,
    PatentItemOut,
    PatentListQuery,
    PatentOut,
    PatentsOut,
    SimilarPatentListQuery,
    SimilarPatentOut,
    SimilarPatentsOut,
)
from models import Patent, PatentKind
from nlp.types import PatentQuery
from services.patent_widening import search_list
from services.patent_words import not_applied
from services.patents import PatentResults, PatentSummary, describe_status, get_patent
from services.similar_patents import find_similar_patents

# How many new patents may push the list down between two pages without one being shown twice.
OVERLAP = 20
DEEPEST = 1_000


def add_routes(api: APIBlueprint) -> None:
    api.get("/patents")(api.input(PatentListQuery, location="query")(api.output(PatentsOut)(list_patents)))
    api.get("/patents/<number>")(api.output(PatentOut)(show_patent))
    similar = api.input(SimilarPatentListQuery, location="query")(api.output(SimilarPatentsOut)(list_similar_patents))
    api.get("/patents/<number>/similar")(similar)


def list_patents(query_data: PatentListQuery) -> PatentsOut:
    """查专利

    `q` 可以是一句话:“广州有效的石墨烯发明专利”会变成地区、状态、类型三个条件,在 `conditions` 里列出来。
    同名参数比句子里的优先。至少给 `q` 或一个条件。主题找到的不足3件时,同一分类(IPC 小类)里符合条件的接在后面:
    `widened_by` 是那个分类,`added` 是多出来的件数,`total` 里有它们。
    """
    filters = query_data.model_dump_json(exclude={"cursor", "limit"})
    return list_page(wanted_query(query_data), query_data, f"patents:{hashlib.sha256(filters.encode()).hexdigest()}")


def wanted_query(wanted: PatentConditions) -> PatentQuery:
    """What a client's sentence and filters look for. Raises InvalidInput where that is nothing in particular."""
    api = current_api()
    today = china_date(api.clock.now())
    understood = api.resources.understander.understand(wanted.q, at=today, history=[]) if wanted.q else None
    query = query_of(wanted, understood)
    if not any(condition.is_applied for condition in conditions_of(query)):
        why = not_applied(query)
        raise InvalidInput(f"{why}要查哪方面的专利?说一个词、申请人或专利号。", fields={"q": "必填,或给一个条件。"})
    return query


def list_page(query: PatentQuery, place: Page, scope: str) -> PatentsOut:
    """One page of a query; its cursor belongs to the list that `scope` names."""
    api = current_api()
    position = api.cursors.read(scope, place.cursor) if place.cursor else {}
    today = china_date(api.clock.now())
    with api.database.reading() as session:
        query, results, items, end = _page(session, query, place.limit, position, today)
        shown = _items(session, items)
    next_cursor = None
    if items and end < min(results.total, DEEPEST):
        place_after = {"offset": end, "last": items[-1].publication_number, "or_ipc": query.or_ipc}
        next_cursor = api.cursors.make(scope, place_after)
    return PatentsOut(
        items=shown,
        next_cursor=next_cursor,
        total=results.total,
        conditions=conditions_of(query),
        widened_by=results.widened_by or None,
        added=results.added,
        not_applied=not_applied(query) or None,
    )


def _page(
    session: Session, query: PatentQuery, limit: int, position: Mapping[str, Any], today: date
) -> tuple[PatentQuery, PatentResults, list[PatentSummary], int]:
    """The query that is answered, its results, the items behind the last one shown, and the offset behind them.

    Where patents were added meanwhile, the last one has moved down: look for it from its old place on.
    """
    patent_search = current_api().resources.patent_search
    offset, last = position.get("offset", 0), position.get("last")
    start = max(offset - 1, 0) if last else 0
    reach = limit + (OVERLAP + 1 if last else 0)
    moved = replace(query, offset=start, limit=reach, or_ipc=position.get("or_ipc"))
    query, results = search_list(session, patent_search, moved, today=today)
    items = list(results.items)
    numbers = [item.publication_number for item in items]
    skipped = numbers.index(last) + 1 if last in numbers else min(offset - start, len(items))
    page = items[skipped : skipped + limit]
    return query, results, page, start + skipped + len(page)


def show_patent(number: str) -> PatentOut:
    """看一件专利

    公开号、公告号、申请号都可以。法律状态以国家知识产权局登记簿为准。
    """
    api = current_api()
    with api.database.reading() as session:
        patent = get_patent(session, number)
    return PatentOut(
        number=patent.publication_number,
        application_number=patent.application_number,
        title=patent.title,
        abstract=patent.abstract,
        claims=patent.claims,
        kind=PatentKind(patent.kind),
        applicants=[str(each["name"]) for each in patent.applicants],
        inventors=patent.inventors,
        ipc_codes=patent.ipc_codes,
        locarno_codes=patent.locarno_codes,
        region=patent.region,
        application_date=patent.application_date,
        publication_date=patent.publication_date,
        grant_date=patent.grant_date,
        legal_status=patent.legal_status,
        status=describe_status(patent, china_date(api.clock.now())),
        status_date=patent.status_date,
        is_demo=patent.is_demo,
        source=patent.source,
        data_date=patent.data_date,
    )


def list_similar_patents(number: str, query_data: SimilarPatentListQuery) -> SimilarPatentsOut:
    """看相似专利

    按标题和摘要里少见的词、共有的分类号找,最像的在前;同一件的其他公开文本、同族的不列。每件都说明为什么相似。
    没有相似的,`items` 是空的。
    """
    api = current_api()
    with api.database.reading() as session:
        patent = get_patent(session, number)
        filters = query_data.model_dump_json(exclude={"cursor", "limit"})
        scope = f"similar:{patent.publication_number}:{hashlib.sha256(filters.encode()).hexdigest()}"
        position = api.cursors.read(scope, query_data.cursor) if query_data.cursor else {}
        today = china_date(api.clock.now())
        within = PatentQuery(
            kinds=(query_data.kind.value,) if query_data.kind else (),
            legal_statuses=(query_data.legal_status.value,) if query_data.legal_status else (),
            sort=query_data.sort.value,
        )
        similar = api.resources.similar_patents
        found = find_similar_patents(session, similar, patent, within=within, today=today).items
        numbers = [each.summary.publication_number for each in found]
        # What was shown last says where to go on, wherever new patents have moved it.
        last = position.get("last")
        start = numbers.index(last) + 1 if last in numbers else position.get("offset", 0)
        page = found[start : start + query_data.limit]
        items = _items(session, [each.summary for each in page])
    end = start + len(page)
    next_cursor = api.cursors.make(scope, {"offset": end, "last": numbers[end - 1]}) if end < len(found) else None
    shown = [
        SimilarPatentOut(**item.model_dump(), reason=each.reason, shared_class=each.shared_class)
        for item, each in zip(items, page, strict=True)
    ]
    return SimilarPatentsOut(items=shown, next_cursor=next_cursor, total=len(found))


def _items(session: Session, summaries: list[PatentSummary]) -> list[PatentItemOut]:
    ids = [summary.patent_id for summary in summaries]
    dated = dict(session.execute(select(Patent.id, Patent.data_date).where(Patent.id.in_(ids))).all())
    return [
        PatentItemOut(
            number=summary.publication_number,
            title=summary.title,
            applicants=list(summary.applicants),
            kind=PatentKind(summary.kind),
            application_date=summary.application_date,
            publication_date=summary.publication_date,
            grant_date=summary.grant_date,
            status=summary.status_text,
            matched_words=list(summary.matched_words),
            is_demo=summary.is_demo,
            data_date=dated[summary.patent_id],
        )
        for summary in summaries
    ]
