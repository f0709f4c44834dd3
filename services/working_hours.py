"""When staff are there and what may be promised: holidays from the rows, time limits from dated data."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from core.calendar import WorkingCalendar
from core.clock import CHINA, china_date
from models import CalendarDay

SERVICE_TIMES = Path(__file__).resolve().parent.parent / "data" / "service_times.yaml"
KEEP_SECONDS = 60
ROUND_TO = timedelta(minutes=5)

# By connection pool, so that two databases in one process (tests, tools) never share a calendar.
_calendars: WeakKeyDictionary[Pool, tuple[float, WorkingCalendar]] = WeakKeyDictionary()


@dataclass(frozen=True)
class ServiceTimes:
    """The time limits of the service desk, in working time."""

    valid_from: date
    promise: timedelta
    after_opening: timedelta
    offer: timedelta
    reroutes: int
    idle: timedelta


@dataclass(frozen=True)
class Promise:
    """A moment a user can be told. `is_break` is the pause in the middle of a working day."""

    at: datetime
    is_off_hours: bool
    is_break: bool


def load_calendar(session: Session) -> WorkingCalendar:
    """The working calendar as the rows say; read again after a minute."""
    pool = session.get_bind().engine.pool
    found = _calendars.get(pool)
    if found is not None and time.monotonic() < found[0]:
        return found[1]
    days = session.scalars(select(CalendarDay)).all()
    calendar = WorkingCalendar.of(
        holidays=[row.day for row in days if row.kind == "holiday"],
        workdays=[row.day for row in days if row.kind == "workday"],
    )
    _calendars[pool] = (time.monotonic() + KEEP_SECONDS, calendar)
    return calendar


def service_times(now: datetime) -> ServiceTimes:
    """The limits that apply today."""
    today = china_date(now)
    return [entry for entry in _all_times() if entry.valid_from <= today][-1]


@cache
def _all_times() -> tuple[ServiceTimes, ...]:
    entries = yaml.safe_load(SERVICE_TIMES.read_text(encoding="utf-8"))
    return tuple(
        ServiceTimes(
            valid_from=entry["valid_from"],
            promise=timedelta(minutes=entry["promise"]),
            after_opening=timedelta(minutes=entry["after_opening"]),
            offer=timedelta(minutes=entry["offer"]),
            reroutes=entry["reroutes"],
            idle=timedelta(hours=entry["idle_hours"]),
        )
        for entry in sorted(entries, key=lambda entry: entry["valid_from"])
    )


def promise_reply(session: Session, now: datetime) -> Promise:
    """By when a person answers what comes in now."""
    calendar, times = load_calendar(session), service_times(now)
    if calendar.is_open(now):
        return Promise(_rounded_up(calendar.add_working_time(now, times.promise)), False, False)
    opening = calendar.next_opening(now)
    local = now.astimezone(CHINA)
    is_break = opening.astimezone(CHINA).date() == local.date() and local.time() >= calendar.shifts[0][1]
    return Promise(_rounded_up(calendar.add_working_time(opening, times.after_opening)), True, is_break)


def _rounded_up(at: datetime) -> datetime:
    """A time one can say. Shifts begin and end on five minutes, so this stays inside them."""
    over = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at if not over else at - over + ROUND_TO
