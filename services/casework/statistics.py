"""Figures of the services, and the cases behind each: what was asked for, how far it came, how long it took."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, joinedload

from models import Case, CaseClock, CaseOutcome, CaseStatus, Staff, User
from services.casework.access import readable_cases, was_taken
from services.catalogue import catalogue

REGION_DEPTH = ("省", "自治区", "市")
MOST_LISTED = 200


@dataclass(frozen=True)
class Slice:
    """Which cases a figure counts: filed from one moment to before another, of a service, an outcome, a place."""

    since: datetime
    until: datetime
    kind: str = ""
    # done, refused, withdrawn; open for what is not ended; late for what passed one of its limits.
    state: str = ""
    region: str = ""
    # Whose cases they are; 0 for everybody's.
    handler_id: int = 0


@dataclass(frozen=True)
class ServiceFigures:
    """One service in a period. Times are medians, None where there is nothing to take one of."""

    kind: str
    name: str
    filed: int
    open: int
    done: int
    refused: int
    withdrawn: int
    late: int
    first_reply: timedelta | None
    duration: timedelta | None
    satisfaction: float | None
    rated: int


def service_figures(session: Session, staff: Staff, period: Slice) -> list[ServiceFigures]:
    """A row a service that was asked for in the period, the most asked for first."""
    rows = session.execute(
        select(
            Case.kind, Case.status, Case.outcome, Case.created_at, Case.first_reply_at, Case.closed_at,
            Case.satisfaction, is_late().label("is_late"),
        ).where(*_conditions(staff, period))
    ).all()  # fmt: skip
    by_kind: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        by_kind.setdefault(row[0], []).append(tuple(row))
    names = {key: service.name for key, service in catalogue().items()}
    figures = [_figures(kind, names.get(kind, kind), found) for kind, found in by_kind.items()]
    return sorted(figures, key=lambda each: (-each.filed, each.kind))


def region_figures(session: Session, staff: Staff, period: Slice) -> list[tuple[str, int]]:
    """How many by province, the most first; "" is not known."""
    counted: Counter[str] = Counter()
    regions = select(Case.region, func.count()).where(*_conditions(staff, period)).group_by(Case.region)
    for region, count in session.execute(regions):
        counted[province_of(region)] += count
    return counted.most_common()


def province_of(region: str | None) -> str:
    """广东省广州市南沙区 → 广东省; 上海市徐汇区 → 上海市."""
    name = region or ""
    ends = [name.index(end) + len(end) for end in REGION_DEPTH if end in name]
    return name[: min(ends)] if ends else name


def list_cases_of(session: Session, staff: Staff, chosen: Slice) -> list[Case]:
    """The cases behind a figure, the latest first."""
    query = (
        select(Case)
        .where(*_conditions(staff, chosen))
        .options(joinedload(Case.user).joinedload(User.company), joinedload(Case.assignee))
        .order_by(Case.id.desc())
        .limit(MOST_LISTED)
    )
    return list(session.scalars(query))


def months_back(now: datetime, count: int) -> Slice:
    """The period that ends now and began so many times 30 days ago."""
    return Slice(now - timedelta(days=30 * count), now + timedelta(seconds=1))


def with_kind(period: Slice, kind: str, state: str = "", handler_id: int = 0) -> Slice:
    """The same period, one service and state of it, or one person's cases."""
    return replace(period, kind=kind, state=state, handler_id=handler_id)


def _conditions(staff: Staff, chosen: Slice) -> Iterable[ColumnElement[bool]]:
    yield readable_cases(staff)
    yield Case.created_at >= chosen.since
    yield Case.created_at < chosen.until
    if chosen.kind:
        yield Case.kind == chosen.kind
    if chosen.handler_id:
        yield Case.assignee_id == chosen.handler_id
        yield was_taken()
    if chosen.region:
        yield Case.region.startswith(chosen.region, autoescape=True)
    if chosen.state == "open":
        yield Case.status != CaseStatus.CLOSED
    elif chosen.state == "late":
        yield is_late()
    elif chosen.state:
        yield Case.outcome == chosen.state


def is_late() -> ColumnElement[bool]:
    """The case passed one of its limits, whatever came after."""
    return exists().where(CaseClock.case_id == Case.id, CaseClock.overdue_at.is_not(None))


def _figures(kind: str, name: str, rows: Sequence[tuple[object, ...]]) -> ServiceFigures:
    outcomes = Counter(str(row[2]) for row in rows)
    scores = [row[6] for row in rows if isinstance(row[6], int)]
    return ServiceFigures(
        kind=kind,
        name=name,
        filed=len(rows),
        open=sum(row[1] != CaseStatus.CLOSED for row in rows),
        done=outcomes[CaseOutcome.DONE],
        refused=outcomes[CaseOutcome.REFUSED],
        withdrawn=outcomes[CaseOutcome.WITHDRAWN],
        late=sum(bool(row[7]) for row in rows),
        first_reply=_median([(row[3], row[4]) for row in rows]),
        duration=_median([(row[3], row[5]) for row in rows]),
        satisfaction=sum(scores) / len(scores) if scores else None,
        rated=len(scores),
    )


def _median(spans: Iterable[tuple[object, object]]) -> timedelta | None:
    known = [end - begin for begin, end in spans if isinstance(begin, datetime) and isinstance(end, datetime)]
    return timedelta(seconds=median(span.total_seconds() for span in known)) if known else None
