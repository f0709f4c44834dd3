"""Patents as people ask for them: a list, one by its number, and its state in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.i18n import chinese_date
from core.statements import Statement
from models.patent import LegalStatus, Patent, PatentKind
from nlp.patent_numbers import parse_number
from nlp.patent_search import PatentSearch
from nlp.types import PatentQuery

# Patent Law, art. 42; designs filed before that day have ten years under the earlier law.
TERM_YEARS = {PatentKind.INVENTION: 20, PatentKind.UTILITY_MODEL: 10, PatentKind.DESIGN: 15}
LONGER_DESIGNS_FROM = date(2021, 6, 1)
EARLIER_DESIGN_YEARS = 10
ENDED = {
    LegalStatus.LAPSED: "已失效",
    LegalStatus.REJECTED: "已驳回",
    LegalStatus.WITHDRAWN: "已撤回",
    LegalStatus.INVALIDATED: "已被宣告无效",
}

NEWEST = Statement(select(Patent.data_date).order_by(Patent.change_serial.desc()).limit(1))


@dataclass(frozen=True)
class PatentSummary:
    """One line of a list; `matched_words` say why it is there."""

    patent_id: int
    title: str
    publication_number: str
    application_number: str | None
    kind: str
    applicants: tuple[str, ...]
    application_date: date | None
    publication_date: date | None
    grant_date: date | None
    legal_status: str
    status_text: str
    matched_words: tuple[str, ...]
    is_demo: bool


@dataclass(frozen=True)
class PatentResults:
    """One page. `total` counts all matches; `next_offset` is None on the last page; `data_date` is the date of the
    newest data (date.min where there is none at all)."""

    items: tuple[PatentSummary, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    data_date: date
    next_offset: int | None
    # The subclass that added so many patents below those that the words found: H05K 电路板和机箱.
    widened_by: str = ""
    added: int = 0


def search_patents(
    session: Session,
    search: PatentSearch,
    query: PatentQuery,
    *,
    today: date | None = None,
    with_facets: bool = False,
) -> PatentResults:
    """A page of patents. Raises UpstreamUnavailable where the index cannot be searched.

    Facets cost several times the search and are counted only if asked for. States are told as of `today`, of the
    data's date where that is not given.
    """
    page = search.search(query, with_facets=with_facets)
    ids = [match.patent_id for match in page.matches]
    rows = {patent.id: patent for patent in session.scalars(select(Patent).where(Patent.id.in_(ids)))} if ids else {}
    data_date = newest_data_date(session) or date.min
    items = tuple(
        summarise_patent(rows[match.patent_id], match.matched_words, today or data_date)
        for match in page.matches
        if match.patent_id in rows
    )
    end = query.offset + len(page.matches)
    next_offset = end if page.matches and end < page.total else None
    return PatentResults(items, page.total, page.facets, data_date, next_offset, page.widened_by, page.added)


def get_patent(session: Session, number: str) -> Patent:
    """The patent with this publication or application number, in any form people type.

    An application that was published twice answers its latest publication. Raises NotFound.
    """
    patent = find_patent(session, number)
    if patent is None:
        raise NotFound(f"没有找到 {number.strip()[:40]} 这件专利,请核对号码。")
    return patent


def find_patent(session: Session, number: str) -> Patent | None:
    """As get_patent, None where there is none."""
    parsed = parse_number(number)
    normal = parsed.normal if parsed is not None else number.strip().upper()
    if not normal or len(normal) > 30:
        return None
    condition: ColumnElement[bool] = or_(Patent.publication_number == normal, Patent.application_number == normal)
    if parsed is not None and parsed.kind == "publication" and normal[-1].isdigit():
        # Said without its kind letter: the letter and at most one digit are missing.
        condition = or_(
            condition,
            Patent.publication_number.in_([f"{normal}{letter}" for letter in ("A", "B", "C", "U", "Y", "S", "D")]),
        )
    return session.scalar(
        select(Patent).where(condition).order_by(Patent.publication_date.desc().nulls_last(), Patent.id.desc()).limit(1)
    )


def newest_data_date(session: Session) -> date | None:
    """The date of the data that came last; None in an empty database."""
    newest = NEWEST.first(session, {})
    return newest[0] if newest else None


def term_end(patent: Patent) -> date | None:
    """The day on which a Chinese right ends by its term; None where that cannot be told."""
    filed = patent.application_date
    years = TERM_YEARS.get(PatentKind(patent.kind)) if patent.kind in set(PatentKind) else None
    if filed is None or years is None or patent.country != "CN":
        return None
    if patent.kind == PatentKind.DESIGN and filed < LONGER_DESIGNS_FROM:
        years = EARLIER_DESIGN_YEARS
    try:
        return filed.replace(year=filed.year + years)
    except ValueError:  # 29 February: the last day of that month (Implementing Rules, art. 5)
        return date(filed.year + years, 2, 28)


def describe_status(patent: Patent, today: date) -> str:
    """The state in plain words: 有效,2031年3月15日到期."""
    if patent.legal_status == LegalStatus.ACTIVE:
        return _describe_active(patent, today)
    if patent.legal_status in ENDED:
        since = f"({chinese_date(patent.status_date)})" if patent.status_date else ""
        return ENDED[LegalStatus(patent.legal_status)] + since
    if patent.legal_status == LegalStatus.PENDING:
        return "审查中,还没授权"
    if patent.grant_date:
        return f"{chinese_date(patent.grant_date)}授权,现在是否有效要以登记簿为准"
    return "已公开,现在的状态要以登记簿为准"


def describe_status_briefly(patent: Patent, today: date) -> str:
    """For a list: 有效,2031年到期."""
    if patent.legal_status == LegalStatus.ACTIVE:
        end = term_end(patent)
        if end is None:
            return "有效"
        return f"有效,{end.year}年到期" if today <= end else f"{end.year}年已到期"
    if patent.legal_status in ENDED:
        return ENDED[LegalStatus(patent.legal_status)]
    if patent.legal_status == LegalStatus.PENDING:
        return "审查中"
    return "已授权,现状不详" if patent.grant_date else "已公开,现状不详"


def _describe_active(patent: Patent, today: date) -> str:
    end = term_end(patent)
    if end is None:
        return "有效"
    if today > end:
        return f"保护期已满({chinese_date(end)}到期)"
    return f"有效,{chinese_date(end)}到期"


def summarise_patent(patent: Patent, matched_words: tuple[str, ...], today: date) -> PatentSummary:
    """A patent as a line of a list, its state told as of `today`."""
    return PatentSummary(
        patent_id=patent.id,
        title=patent.title,
        publication_number=patent.publication_number,
        application_number=patent.application_number,
        kind=patent.kind,
        applicants=tuple(str(each["name"]) for each in patent.applicants),
        application_date=patent.application_date,
        publication_date=patent.publication_date,
        grant_date=patent.grant_date,
        legal_status=patent.legal_status,
        status_text=describe_status_briefly(patent, today),
        matched_words=matched_words,
        is_demo=patent.is_demo,
    )
