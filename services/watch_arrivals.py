"""Patents that were there already and came to match what somebody watches: by their grant, another owner, a corrected
class or title. Each is compared with what it was, so that nothing need be kept of what a watch has found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.search_index_local import LocalIndex
from core.db import Database
from core.search import NumberRange
from models import LegalStatus, Patent, PatentChange
from nlp.patent_index import PATENT_SCHEMA
from nlp.patent_search import PatentSearch
from nlp.segmenter import Segmenter
from nlp.standing_search import PORTION, StandingSearch
from services.indexing import build_document
from services.patent_changes import read_kept
from services.patent_words import STATUS_NAMES

# Fields that may change in whose words a subject is looked for, and those that are only read for their words.
WORDED = {"title", "applicants"}
LONG = {"abstract", "claims"}


@dataclass(frozen=True)
class Arrival:
    """A patent that matches now, and what it said, of what was asked for, while it did not."""

    patent_id: int
    before: Mapping[str, Any]
    is_grant: bool


@dataclass(frozen=True)
class Span:
    """Changes with a serial above `after`, up to `until`, of rows up to `last_row`."""

    after: int
    until: int
    last_row: int


def read_to(session: Session, after: int, serial: int) -> int:
    """Up to which change, counted on from `after`, the index has every patent as that change left it, where `serial` is
    how far the index had come before. One that changed again since may stand there as it was long ago."""
    if (session.scalar(select(func.max(Patent.change_serial))) or 0) > serial:
        waiting = session.scalar(
            select(func.min(PatentChange.serial))
            .join(Patent, Patent.id == PatentChange.patent_id)
            .where(Patent.change_serial > serial, PatentChange.serial > after)
        )
        serial = serial if waiting is None else min(serial, waiting - 1)
    return max(serial, after)


def list_arrivals(database: Database, search: PatentSearch, standing: StandingSearch, span: Span) -> list[Arrival]:
    """Those that match at the end of the span and did not at its beginning, the last changed first; of one application
    one. Spans that follow on each other name each arrival once. Raises UpstreamUnavailable."""
    in_span = PatentChange.serial > span.after, PatentChange.serial <= span.until
    with database.reading() as session:
        if not standing.fields or session.scalar(select(PatentChange.id).where(*in_span).limit(1)) is None:
            return []
    found: list[Arrival] = []
    for ids in standing.changed_after(span.after, NumberRange(None, span.last_row)):
        with database.reading() as session:
            found += _arrivals_of(session, search.segmenter, standing, span, ids)
    with database.reading() as session:
        return _one_of_each(session, standing, found)


def reason_of(before: Mapping[str, Any]) -> str:
    """What was different, in a few words."""
    match before:
        case {"applicants": owners}:
            return f"权利人原为{'、'.join(str(each['name']) for each in owners[:2])}"
        case {"legal_status": status} if status in STATUS_NAMES:
            return f"原为{STATUS_NAMES[status]}"
        case {"legal_status": _} | {"grant_date": _}:
            return "状态原来不详"
        case {"title": title}:
            return f"原名“{title}”"
        case {"ipc_codes": [code, *_]} | {"locarno_codes": [code, *_]}:
            return f"分类原为{code}"
    return "著录信息有更正"


def how_they_came(arrivals: Sequence[Arrival]) -> tuple[str, str]:
    """What is said of all of them, for a title and in a sentence."""
    if all("applicants" in each.before for each in arrivals):
        return "转入", "早已公开,权利人现在变了"
    if all(each.is_grant for each in arrivals):
        return "新授权", "早已公开,现在授权了"
    return "新符合", "早已公开,现在才符合您的条件"


def _arrivals_of(
    session: Session, segmenter: Segmenter, standing: StandingSearch, span: Span, ids: Sequence[int]
) -> list[Arrival]:
    changes: dict[int, list[PatentChange]] = defaultdict(list)
    for change in session.scalars(
        select(PatentChange)
        .where(PatentChange.patent_id.in_(ids), PatentChange.serial > span.after)
        .order_by(PatentChange.serial)
    ):
        changes[change.patent_id].append(change)
    first = {
        number: _said_before(those)
        for number, those in changes.items()
        if any(change.serial <= span.until and not standing.fields.isdisjoint(change.before) for change in those)
    }
    last = {
        number: said
        for number in first
        if (said := _said_before([change for change in changes[number] if change.serial > span.until]))
    }
    matched_before = _matching(session, standing, segmenter, first)
    left_again = last.keys() - _matching(session, standing, segmenter, last)
    came = [number for number in ids if number in first and number not in matched_before | left_again]
    states = dict(session.execute(select(Patent.id, Patent.legal_status).where(Patent.id.in_(came))).all())
    return [_arrival(number, states[number], first[number], standing) for number in came if number in states]


def _arrival(patent_id: int, state: str, before: Mapping[str, Any], standing: StandingSearch) -> Arrival:
    asked_for = {name: value for name, value in before.items() if name in standing.fields}
    # An owner's name may be one of the words, but if something else changed too, that is why.
    if len(asked_for) > 1 and not standing.query.applicant:
        asked_for.pop("applicants", None)
    waited = before.get("legal_status") in (LegalStatus.PENDING, LegalStatus.UNKNOWN)
    return Arrival(patent_id, asked_for, waited and state == LegalStatus.ACTIVE)


def _said_before(changes: Iterable[PatentChange]) -> dict[str, Any]:
    """What a patent said before the first of these changes, where it says something else now."""
    said: dict[str, Any] = {}
    for change in changes:
        said = {**change.before, **said}
    return said


def _matching(
    session: Session, standing: StandingSearch, segmenter: Segmenter, before: Mapping[int, dict[str, Any]]
) -> set[int]:
    """Which of them match as they were. All match now: where no word is different, their words need not be read."""
    found: set[int] = set()
    worded = {number for number, said in before.items() if standing.has_words and not WORDED.isdisjoint(said)}
    for has_text, chosen in ((True, worded), (False, before.keys() - worded)):
        if not chosen:
            continue
        columns = [column for column in Patent.__table__.columns if has_text or column.key not in LONG]
        rows = session.execute(select(*columns).where(Patent.id.in_(chosen))).mappings()
        index = LocalIndex(PATENT_SCHEMA)
        index.apply(
            build_document(Patent(**{**row, **read_kept(before[row["id"]])}), segmenter, has_text=has_text)
            for row in rows
        )
        found |= standing.found_in(index, has_text=has_text)
    return found


def _one_of_each(session: Session, standing: StandingSearch, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """An application and its grant are two publications: where the other one matches too and is none of these, it is
    told as new, or was."""
    came = {each.patent_id for each in arrivals}
    seen: set[str] = set()
    kept = []
    for start in range(0, len(arrivals), PORTION):
        portion = arrivals[start : start + PORTION]
        numbers = dict(
            session.execute(
                select(Patent.id, Patent.application_number).where(
                    Patent.id.in_([each.patent_id for each in portion]), Patent.application_number.is_not(None)
                )
            ).all()
        )
        others = session.execute(
            select(Patent.id, Patent.application_number).where(Patent.application_number.in_(set(numbers.values())))
        ).all()
        known = {match.patent_id for match in standing.among({each.id for each in others} - came).matches}
        seen |= {each.application_number for each in others if each.id in known}
        for each in portion:
            number = numbers.get(each.patent_id)
            if number not in seen:
                kept.append(each)
            if number is not None:
                seen.add(number)
    return kept
