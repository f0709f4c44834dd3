"""What waits for one person, and how much each of a team has."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlalchemy.orm import Session, contains_eager

from models import HANDOFF, Case, CaseStatus, CaseTask, Role, Staff, TaskState
from services.casework.cards import Card, list_cards
from services.casework.system_work import needs_people
from services.catalogue import catalogue
from services.catalogue.model import PARTY_NAMES, Party
from services.permissions import free_for
from services.staff import list_staff

LONGEST = 100
MOST_FREE = 10


@dataclass(frozen=True)
class WaitingTask:
    """A task of one of this person's cases that no institution has."""

    number: str
    name: str
    party: str
    since: datetime


@dataclass(frozen=True)
class MyWork:
    """Offers first to run out first; cases first to be due first; what nobody has and could be taken."""

    offers: list[Card]
    cases: list[Card]
    free: list[Card]
    tasks: list[WaitingTask]
    case_count: int


@dataclass(frozen=True)
class Load:
    """How much one person has. `chats` are hand-offs of conversations."""

    person: Staff
    open: int = 0
    late: int = 0
    offered: int = 0
    chats: int = 0


def my_work(session: Session, staff: Staff, now: datetime) -> MyWork:
    """What this person has to do now, of all services."""
    mine = and_(Case.assignee_id == staff.id, Case.kind != HANDOFF)
    accepted = and_(mine, Case.status == CaseStatus.ACCEPTED)
    order = (Case.next_due_at.is_(None), Case.next_due_at, Case.id)
    return MyWork(
        offers=_cards(session, and_(mine, Case.status == CaseStatus.OFFERED), Case.respond_by, Case.id),
        cases=_cards(session, accepted, *order),
        free=_free(session, staff, now),
        tasks=_waiting_tasks(session, accepted),
        case_count=session.scalar(select(func.count(Case.id)).where(accepted)) or 0,
    )


def _cards(session: Session, which: ColumnElement[bool], *order: Any, limit: int = LONGEST) -> list[Card]:
    return list_cards(session, list(session.scalars(select(Case.id).where(which).order_by(*order).limit(limit))))


def _free(session: Session, staff: Staff, now: datetime) -> list[Card]:
    """The oldest that this person could take, what was escalated first: two short looks into one index."""
    ids: list[int] = []
    for status in (CaseStatus.ESCALATED, CaseStatus.WAITING):
        which = and_(Case.status == status, Case.respond_by.is_(None), Case.kind != HANDOFF, free_for(staff))
        which = and_(which, needs_people(now))
        ids += session.scalars(select(Case.id).where(which).order_by(Case.id).limit(MOST_FREE - len(ids)))
    return list_cards(session, ids)


def _waiting_tasks(session: Session, mine: ColumnElement[bool]) -> list[WaitingTask]:
    query = (
        select(CaseTask)
        .join(CaseTask.case)
        .where(mine, CaseTask.state == TaskState.WAITING)
        .options(contains_eager(CaseTask.case))
        .order_by(CaseTask.created_at)
        .limit(LONGEST)
    )
    services = catalogue()
    return [
        WaitingTask(
            number=row.case.number,
            name=services[row.case.kind].task(row.key).name,
            party=PARTY_NAMES[Party(row.party)],
            since=row.created_at,
        )
        for row in session.scalars(query)
    ]


def team_load(session: Session, now: datetime) -> list[Load]:
    """Everybody who takes cases, whoever has most of what is late first."""
    kinds = set(catalogue())
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for number, status, kind, count, late in _by_person(session, now):
        if kind == HANDOFF:
            counted[number]["chats"] += count if status == CaseStatus.ACCEPTED else 0
        elif kind in kinds and status == CaseStatus.OFFERED:
            counted[number]["offered"] += count
        elif kind in kinds:
            counted[number].update(open=count, late=late)
    loads = [
        Load(
            person,
            open=counted[person.id]["open"],
            late=counted[person.id]["late"],
            offered=counted[person.id]["offered"],
            chats=counted[person.id]["chats"],
        )
        for person in list_staff(session, only_active=True)
        if person.role != Role.PARTNER
    ]
    return sorted(loads, key=lambda load: (-load.late, -load.open, load.person.id))


def _by_person(session: Session, now: datetime) -> Sequence[Row[Any, str, str, int, int]]:
    """How many of each kind everybody has and is asked to take, and how many of those are late.

    Person by person, or SQLite looks up each case of the house, which takes ten times as long as the index alone.
    """
    late = func.sum(case((Case.next_due_at <= now, 1), else_=0))
    theirs = Case.assignee_id.in_(select(Staff.id).where(Staff.is_active))
    query = select(Case.assignee_id, Case.status, Case.kind, func.count(), late).where(
        theirs, Case.status.in_([CaseStatus.ACCEPTED, CaseStatus.OFFERED])
    )
    return session.execute(query.group_by(Case.assignee_id, Case.status, Case.kind)).all()
