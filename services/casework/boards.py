"""Boards: where a service's open cases stand, counted and paged by stage; fast with 100,000 of them open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from models import Case, CaseEvent, CaseStatus, Company, Staff, User
from services.casework.access import readable_cases
from services.casework.cards import Card, load_cards
from services.catalogue import catalogue
from services.catalogue.model import Service, Stage
from services.permissions import FREE

PAGE = 15
# A search that finds more says so instead of looking on: nobody reads them.
MOST_FOUND = 500
CURSOR = re.compile(r"(\d{1,17}|n)-(\d{1,10})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Chosen:
    """What a board is narrowed to. `handler_id` 0 stands for the cases that nobody has."""

    handler_id: int | None = None
    region: str = ""
    is_late: bool = False
    text: str = ""


@dataclass(frozen=True)
class Counts:
    """`late` and `today` by the first clock to end; `unassigned` wait for somebody to take them."""

    open: int = 0
    late: int = 0
    today: int = 0
    unassigned: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.open + other.open,
            self.late + other.late,
            self.today + other.today,
            self.unassigned + other.unassigned,
        )


@dataclass(frozen=True)
class Column:
    """A stage with its first cases; `next` is where the next page begins, "" after the last one."""

    stage: Stage
    counts: Counts
    cards: list[Card]
    next: str


@dataclass(frozen=True)
class Board:
    """`is_cut` says that the search found too many to show them all."""

    columns: list[Column]
    is_cut: bool = False

    @property
    def counts(self) -> Counts:
        return sum((column.counts for column in self.columns), Counts())


def open_stages(service: Service) -> list[Stage]:
    """The stages in which something is left to do, in their order."""
    return [stage for stage in service.stages if stage.outcome is None]


def count_boards(session: Session, staff: Staff, now: datetime) -> list[tuple[Service, Counts]]:
    """Every service with what is open in it, as far as this person may see it."""
    counted = []
    for service in catalogue().values():
        conditions, _ = _conditions(session, staff, service, Chosen(), now)
        counted.append((service, sum(_count(session, conditions, now).values(), Counts())))
    return counted


def read_board(
    session: Session,
    staff: Staff,
    service: Service,
    chosen: Chosen,
    now: datetime,
    *,
    only: str = "",
    after: str = "",
    limit: int = PAGE,
) -> Board:
    """The columns of a board, or `only` one stage, from `after` on."""
    conditions, is_cut = _conditions(session, staff, service, chosen, now)
    counts = _count(session, conditions, now)
    stages = [stage for stage in open_stages(service) if only in ("", stage.key)]
    pages = {
        stage.key: _page(session, [*conditions, Case.stage == stage.key], after, limit)
        for stage in stages
        if stage.key in counts
    }
    cards = load_cards(session, [each for ids, _ in pages.values() for each in ids])
    columns = []
    for stage in stages:
        ids, following = pages.get(stage.key, ([], ""))
        shown = [cards[each] for each in ids if each in cards]
        columns.append(Column(stage, counts.get(stage.key, Counts()), shown, following))
    return Board(columns, is_cut)


def latest_event_id(session: Session) -> int:
    """The mark from which `count_news` counts."""
    return session.scalar(select(func.max(CaseEvent.id))) or 0


def count_news(session: Session, staff: Staff, service: Service, since: int) -> int:
    """How many cases of this board something happened to after the mark; 100 at most."""
    changed = (
        select(CaseEvent.case_id)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(CaseEvent.id > since, Case.kind == service.key, readable_cases(staff))
        .distinct()
        .limit(100)
    )
    return len(session.scalars(changed).all())


def _conditions(
    session: Session, staff: Staff, service: Service, chosen: Chosen, now: datetime
) -> tuple[list[ColumnElement[bool]], bool]:
    """All of them read columns of one index (ix_cases_board), so that counting does not touch the rows."""
    conditions = [
        Case.kind == service.key,
        Case.stage.in_([stage.key for stage in open_stages(service)]),
        Case.status != CaseStatus.CLOSED,
        readable_cases(staff),
    ]
    if chosen.handler_id is not None:
        conditions.append(Case.assignee_id == chosen.handler_id if chosen.handler_id else Case.status.in_(FREE))
    if chosen.region:
        conditions.append(Case.region.contains(chosen.region, autoescape=True))
    if chosen.is_late:
        conditions.append(Case.next_due_at <= now)
    if not chosen.text:
        return conditions, False
    found = _search(session, chosen.text)
    return [*conditions, Case.id.in_(found[:MOST_FOUND])], len(found) > MOST_FOUND


def _search(session: Session, text: str) -> list[int]:
    """The latest cases whose number, company, other side or owner has these words in it.

    A query for each, first of names and numbers, then of cases: each reads an index alone, where all in one, or one
    that asks for the latest at once, would read every row.
    """
    companies = select(Company.id).where(Company.name.icontains(text, autoescape=True)).limit(MOST_FOUND)
    people = select(User.id).where(User.display_name.icontains(text, autoescape=True)).limit(MOST_FOUND)
    is_named = and_(Case.opponent.is_not(None), Case.opponent.icontains(text, autoescape=True))
    opponents = select(Case.opponent).where(is_named).distinct().limit(MOST_FOUND)
    hits = [
        Case.company_id.in_(session.scalars(companies).all()),
        Case.user_id.in_(session.scalars(people).all()),
        Case.opponent.in_(session.scalars(opponents).all()),
    ]
    if text.isascii():
        numbers = select(Case.number).where(Case.number.contains(text.upper(), autoescape=True))
        latest = numbers.order_by(Case.number.desc()).limit(MOST_FOUND + 1)
        hits.append(Case.number.in_(session.scalars(latest).all()))
    found: set[int] = set()
    for hit in hits:
        found |= set(session.scalars(select(Case.id).where(hit).order_by(Case.id.desc()).limit(MOST_FOUND + 1)))
    return sorted(found, reverse=True)


def _count(session: Session, conditions: Sequence[ColumnElement[bool]], now: datetime) -> dict[str, Counts]:
    midnight = datetime.combine(china_date(now) + timedelta(days=1), time.min, CHINA)
    query = select(
        Case.stage,
        func.count(),
        _sum(Case.next_due_at <= now),
        _sum(and_(Case.next_due_at > now, Case.next_due_at < midnight)),
        _sum(Case.status.in_(FREE)),
    )
    rows = session.execute(query.where(*conditions).group_by(Case.stage))
    return {str(stage): Counts(*numbers) for stage, *numbers in rows}


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _page(session: Session, conditions: Sequence[ColumnElement[bool]], after: str, limit: int) -> tuple[list[int], str]:
    """Ids by the first clock to end, then those without one, and the cursor of the next page.

    Two queries instead of one with NULLS LAST: each follows the index and stops after its page.
    """
    at, last_id = _read_cursor(after)
    rows: list[tuple[int, datetime | None]] = []
    if at is not None:
        later = or_(Case.next_due_at > at, and_(Case.next_due_at == at, Case.id > last_id))
        dated = select(Case.id, Case.next_due_at).where(*conditions, Case.next_due_at >= at, later)
        query = dated.order_by(Case.next_due_at, Case.id).limit(limit + 1)
        rows = [(row[0], row[1]) for row in session.execute(query)]
    if len(rows) <= limit:
        undated = select(Case.id).where(*conditions, Case.next_due_at.is_(None))
        if at is None:
            undated = undated.where(Case.id > last_id)
        query_ids = undated.order_by(Case.id).limit(limit + 1 - len(rows))
        rows += [(each, None) for each in session.scalars(query_ids)]
    shown = rows[:limit]
    return [row[0] for row in shown], _cursor(*shown[-1]) if len(rows) > limit else ""


def _cursor(case_id: int, at: datetime | None) -> str:
    return f"{'n' if at is None else (at - EPOCH) // timedelta(microseconds=1)}-{case_id}"


def _read_cursor(text: str) -> tuple[datetime | None, int]:
    """After which time and id to go on; what is no cursor of ours begins at the beginning."""
    found = CURSOR.fullmatch(text)
    if found is None:
        return EPOCH, 0
    at = None if found[1] == "n" else EPOCH + timedelta(microseconds=int(found[1]))
    return at, int(found[2])
