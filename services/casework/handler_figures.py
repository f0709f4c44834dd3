"""What each of the staff did over a period with the cases filed in it: one accountable person a case.

Supervisors see everybody's, everybody else their own row alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, case, distinct, func, select
from sqlalchemy.orm import Session

from models import HANDOFF, Case, CaseEvent, CaseOutcome, CaseStatus, Role, Staff
from services.casework.access import was_taken
from services.casework.statistics import Slice, is_late
from services.catalogue import catalogue
from services.permissions import oversees


@dataclass(frozen=True)
class HandlerFigures:
    """One person and the cases filed in the period. `taken` and `passed_on` count what they did, also with cases that
    a colleague has now; all else is of the cases that they have, or had at the end."""

    staff_id: int
    name: str
    taken: int
    passed_on: int
    has: int
    open: int
    done: int
    refused: int
    withdrawn: int
    late: int
    first_reply: timedelta | None
    satisfaction: float | None
    rated: int
    # In yuan: loans paid out, grants paid (services/catalogue, Service.brought).
    brought: int


def handler_figures(session: Session, staff: Staff, period: Slice) -> list[HandlerFigures]:
    """A row a person with cases in the period, whoever has most of them first."""
    if staff.role == Role.PARTNER:
        return []
    filed = Case.kind != HANDOFF, Case.created_at >= period.since, Case.created_at < period.until
    held = (*filed, Case.assignee_id.is_not(None), was_taken())
    did = _did(session, filed)
    counted = _counted(session, held)
    ids = {staff_id for staff_id, _ in did} | counted.keys()
    people = session.scalars(select(Staff).where(Staff.id.in_(ids if oversees(staff) else ids & {staff.id}))).all()
    replies, brought = _first_replies(session, held), _brought(session, held)
    nothing = (0,) * 8
    rows = []
    for person in people:
        has, is_open, done, refused, withdrawn, late, rated, score = counted.get(person.id, nothing)
        rows.append(
            HandlerFigures(
                staff_id=person.id, name=person.display_name, taken=did[person.id, "accepted"],
                passed_on=did[person.id, "transferred"], has=has, open=is_open, done=done, refused=refused,
                withdrawn=withdrawn, late=late, first_reply=replies.get(person.id),
                satisfaction=score / rated if rated else None, rated=rated, brought=brought.get(person.id, 0),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: (-row.has, -row.taken, row.staff_id))


def _did(session: Session, filed: Iterable[ColumnElement[bool]]) -> defaultdict[tuple[int, str], int]:
    """How many cases each took, and gave to somebody else."""
    query = (
        select(CaseEvent.staff_id, CaseEvent.kind, func.count(distinct(CaseEvent.case_id)))
        .join(Case, Case.id == CaseEvent.case_id)
        .where(*filed, CaseEvent.staff_id.is_not(None), CaseEvent.kind.in_(("accepted", "transferred")))
        .group_by(CaseEvent.staff_id, CaseEvent.kind)
    )
    found: defaultdict[tuple[int, str], int] = defaultdict(int)
    for staff_id, kind, count in session.execute(query):
        if staff_id is not None:
            found[staff_id, kind] = count
    return found


def _counted(session: Session, held: Iterable[ColumnElement[bool]]) -> dict[int, tuple[int, ...]]:
    """By person: has, open, done, refused, withdrawn, late, rated, sum of the scores."""
    columns = [
        func.count(),
        _times(Case.status != CaseStatus.CLOSED),
        *(_times(Case.outcome == each) for each in (CaseOutcome.DONE, CaseOutcome.REFUSED, CaseOutcome.WITHDRAWN)),
        _times(is_late()),
        func.count(Case.satisfaction),
        func.coalesce(func.sum(Case.satisfaction), 0),
    ]
    query = select(Case.assignee_id, *columns).where(*held).group_by(Case.assignee_id)
    rows: Sequence[Sequence[Any]] = session.execute(query).all()
    return {row[0]: tuple(int(each) for each in row[1:]) for row in rows}


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _first_replies(session: Session, held: Iterable[ColumnElement[bool]]) -> dict[int, timedelta]:
    """The median wait of the owners, whoever answered them."""
    waits: defaultdict[int, list[float]] = defaultdict(list)
    query = select(Case.assignee_id, Case.created_at, Case.first_reply_at).where(
        *held, Case.first_reply_at.is_not(None)
    )
    for staff_id, filed_at, answered_at in session.execute(query):
        if staff_id is not None and isinstance(answered_at, datetime):
            waits[staff_id].append((answered_at - filed_at).total_seconds())
    return {staff_id: timedelta(seconds=median(each)) for staff_id, each in waits.items()}


def _brought(session: Session, held: Iterable[ColumnElement[bool]]) -> dict[int, int]:
    """What their cases brought to firms, of the services that say where that stands."""
    sums: defaultdict[int, float] = defaultdict(float)
    for service in catalogue().values():
        if service.brought is None:
            continue
        stage, field = service.brought.amount
        # An amount may be larger than a database's integer.
        amount = Case.results[stage][field].as_numeric(20, 2, asdecimal=False)
        is_there = Case.results[service.brought.stage].as_string().is_not(None)
        query = select(Case.assignee_id, func.sum(amount)).where(*held, Case.kind == service.key, is_there)
        for staff_id, amounts in session.execute(query.group_by(Case.assignee_id)):
            sums[int(staff_id or 0)] += amounts or 0
    return {staff_id: round(each) for staff_id, each in sums.items()}
