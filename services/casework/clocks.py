"""Time limits of a service's case: started and stopped by its stage, told in time, never forgotten."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.calendar import WorkingCalendar
from core.clock import CHINA, china_date
from core.i18n import chinese_time
from core.logs import get_logger
from models import Case, CaseClock, CaseStatus
from services.case_records import add_event, list_events, lock_case
from services.casework.night import waking_time
from services.casework.notices import tell_handler, tell_owner, worded
from services.catalogue import service_of
from services.catalogue.model import Clock, ClockContext, Service
from services.job_names import JobName, request_job, request_recount, request_rescues
from services.notifications import list_supervisors, notify
from services.working_hours import load_calendar, read_calendar

log = get_logger(__name__)

GRACE = timedelta(seconds=20)
RESCUE_EVERY = timedelta(seconds=30)
LIMIT = 200
BATCH = 50


def list_clocks(session: Session, case_id: int) -> list[CaseClock]:
    """All clocks of a case, the first to end first."""
    return list(session.scalars(select(CaseClock).where(CaseClock.case_id == case_id).order_by(CaseClock.due_at)))


def set_clocks(session: Session, case: Case, service: Service, now: datetime) -> None:
    """Start the clocks of the stage that the case has come to, stop those of the one it has left."""
    running = {clock.key: clock for clock in list_clocks(session, case.id) if clock.stopped_at is None}
    is_closed = case.status == CaseStatus.CLOSED
    wanted = {clock.key: clock for clock in service.clocks if case.stage in clock.stages and not is_closed}
    for key, row in running.items():
        if key not in wanted:
            row.stopped_at, row.next_look_at = now, None
            add_event(session, case, "clock_stopped", now, clock=key)
    started = [_start(session, case, clock, now) for key, clock in wanted.items() if key not in running]
    left = [row for key, row in running.items() if key in wanted] + [row for row in started if row is not None]
    case.next_due_at = min((row.due_at for row in left), default=None)
    session.flush()


def _start(session: Session, case: Case, clock: Clock, now: datetime) -> CaseClock | None:
    due_at = _end(session, case, clock, now)
    if due_at is None:
        return None  # the facts that a statutory limit is counted from are not known yet
    row = CaseClock(case_id=case.id, key=clock.key, is_statutory=clock.is_statutory, started_at=now, due_at=due_at)
    session.add(row)
    session.flush()  # assigns row.id
    hours = {"hours": clock.working_hours} if clock.day is None else {}
    add_event(session, case, "clock_started", now, clock=clock.key, due_at=due_at.isoformat(), **hours)
    _look_again(session, row, clock, now)
    return row


def _end(session: Session, case: Case, clock: Clock, now: datetime) -> datetime | None:
    if clock.day is None:
        return load_calendar(session, china_date(now)).add_working_time(now, timedelta(hours=clock.working_hours))
    day = clock.day(ClockContext(case.form, china_date(now), case.results))
    return datetime.combine(day, time(23, 59), CHINA) if day is not None else None


def _looks(row: CaseClock, clock: Clock) -> Iterable[datetime]:
    """When something is to be said: at each reminder, and at the end."""
    return sorted({*(row.due_at - before for before in clock.reminders), row.due_at})


def _look_again(session: Session, row: CaseClock, clock: Clock, now: datetime) -> None:
    ahead = list(_looks(row, clock))[row.reminded_count :]
    row.next_look_at = _rested(row, clock, max(ahead[0], now)) if ahead else None
    if row.next_look_at is not None:
        request_job(
            session, JobName.CHECK_CLOCK, key=f"{row.id}-{row.reminded_count}-{int(row.next_look_at.timestamp())}",
            now=now, delay=row.next_look_at - now, clock_id=row.id,
        )  # fmt: skip


def _rested(row: CaseClock, clock: Clock, at: datetime) -> datetime:
    """A reminder that reaches the owner keeps out of the night; that a time has passed is told to staff alone."""
    return waking_time(at, row.due_at) if clock.tells_owner and at < row.due_at else at


def check_clock(session: Session, clock_id: int, now: datetime) -> None:
    """Say what is due of a clock; repeating it, or coming too early, changes nothing."""
    found = session.get(CaseClock, clock_id)
    if found is None:
        return
    case = lock_case(session, found.case_id)
    row = session.get_one(CaseClock, clock_id, with_for_update=True, populate_existing=True)
    service = service_of(case.kind)
    clock = service.clock(row.key)
    due = [at for at in list(_looks(row, clock))[row.reminded_count :] if at <= now]
    if row.stopped_at is not None or not due:
        return
    if _rested(row, clock, now) > now:  # a worker was late, or the clock began at night
        _look_again(session, row, clock, now)
        session.flush()
        return
    row.reminded_count += len(due)
    if row.due_at in due:
        _overdue(session, case, service, row, clock, now)
    elif due:
        _remind(session, case, service, row, clock, now)
    _look_again(session, row, clock, now)
    session.flush()


def recount_clocks(session: Session, *, change: str, after: int, now: datetime) -> None:
    """After a `change` of the working calendar: what is counted by it ends when the calendar now says, a batch at a
    time, those after the clock of that number. Repeating it changes nothing."""
    calendar = read_calendar(session, china_date(now))
    running = CaseClock.stopped_at.is_(None), CaseClock.overdue_at.is_(None)
    query = select(CaseClock.id).where(CaseClock.id > after, *running).order_by(CaseClock.id).limit(BATCH)
    ids = session.scalars(query).all()
    for clock_id in ids:
        _recount(session, clock_id, calendar, now)
    if len(ids) == BATCH:
        request_recount(session, JobName.RECOUNT_CLOCKS, change=change, after=ids[-1], now=now)


def _recount(session: Session, clock_id: int, calendar: WorkingCalendar, now: datetime) -> None:
    case = lock_case(session, session.get_one(CaseClock, clock_id).case_id)
    row = session.get_one(CaseClock, clock_id, with_for_update=True, populate_existing=True)
    service = service_of(case.kind)
    clock = service.clock(row.key)
    if clock.day is not None or row.stopped_at is not None or row.overdue_at is not None:
        return
    hours = timedelta(hours=_hours_of(session, row, clock))
    before, due_at = row.due_at, calendar.add_working_time(row.started_at, hours)
    if due_at == before:
        return
    row.due_at = due_at
    # What was said of another end is said again when its time comes; of one and the same end nothing is said twice.
    passed = sum(at <= now for at in _looks(row, clock))
    row.reminded_count = max(min(row.reminded_count, passed), _said_of(session, row))
    add_event(session, case, "clock_recounted", now, clock=row.key, due_at=due_at.isoformat())
    session.flush()
    case.next_due_at = min(each.due_at for each in list_clocks(session, case.id) if each.stopped_at is None)
    if due_at < before:
        text = f"{clock.name}提前了:{service.name} {case.number} · {chinese_time(due_at, now)}到期,工作日历有变"
        tell_handler(session, case, text, key=f"clock-{row.id}-{int(due_at.timestamp())}", now=now, kind="clock")
    _look_again(session, row, clock, now)
    session.flush()


def _hours_of(session: Session, row: CaseClock, clock: Clock) -> int:
    """What the clock was given when it started, whatever has been set for others since."""
    events = [each for each in list_events(session, row.case_id) if each.kind == "clock_started"]
    given = [
        each.details["hours"] for each in events if each.details.get("clock") == row.key and "hours" in each.details
    ]
    return int(given[-1]) if given else clock.working_hours


def _said_of(session: Session, row: CaseClock) -> int:
    """How many reminders of this very end went out already."""
    events = [each for each in list_events(session, row.case_id) if each.kind == "clock_reminded"]
    same = (each.details for each in events if each.details.get("end") == f"{row.id}-{int(row.due_at.timestamp())}")
    return max((int(details["count"]) for details in same), default=0)


def _remind(session: Session, case: Case, service: Service, row: CaseClock, clock: Clock, now: datetime) -> None:
    until = chinese_time(row.due_at, now)
    end = f"{row.id}-{int(row.due_at.timestamp())}"
    add_event(session, case, "clock_reminded", now, clock=row.key, end=end, count=row.reminded_count)
    text = f"{clock.name}快到期:{service.name} {case.number} · {until}前"
    tell_handler(session, case, text, key=f"clock-{end}-{row.reminded_count}", now=now, kind="clock")
    if clock.tells_owner:
        tell_owner(session, case, worded(clock.tells_owner, case, service, now, due_at=row.due_at), now)


def _overdue(session: Session, case: Case, service: Service, row: CaseClock, clock: Clock, now: datetime) -> None:
    row.overdue_at = now
    add_event(session, case, "clock_overdue", now, clock=row.key)
    text = f"{clock.name}已超时:{service.name} {case.number}"
    key = f"clock-{row.id}-overdue"
    tell_handler(session, case, text, key=key, now=now, kind="clock")
    for person in list_supervisors(session):
        notify(session, staff_id=person.id, kind="clock", key=key, text=text, now=now, case=case)
    log.warning("clock_overdue", case=case.number, clock=row.key)


def rescue_forgotten_clocks(session: Session, now: datetime) -> int:
    """Ask for a job for every clock that should have been looked at; answers how many."""
    late = session.scalars(
        select(CaseClock)
        .where(CaseClock.stopped_at.is_(None), CaseClock.next_look_at < now - GRACE)
        .order_by(CaseClock.next_look_at)
        .limit(LIMIT)
    ).all()
    asks = {f"{row.id}-{row.reminded_count}-rescue": {"clock_id": row.id} for row in late}
    request_rescues(session, JobName.CHECK_CLOCK, asks, every=RESCUE_EVERY, now=now)
    return len(late)
