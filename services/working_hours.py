"""When staff are there and what may be promised: holidays and time limits from dated data."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from core.calendar import WorkingCalendar
from core.clock import CHINA, china_date
from core.yaml_text import read_yaml
from models import CalendarDay
from services.dated_data.calendar_lines import WORKING_YEAR, read_days
from services.dated_data.lookup import find_records

SERVICE_TIMES = Path(__file__).resolve().parent.parent / "data" / "service_times.yaml"
KEEP_SECONDS = 60
ROUND_TO = timedelta(minutes=5)

# By connection pool, so that two databases in one process (tests, tools) never share a calendar.
_calendars: WeakKeyDictionary[Pool, tuple[date, float, WorkingCalendar]] = WeakKeyDictionary()


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


def load_calendar(session: Session, on: date) -> WorkingCalendar:
    """The working calendar as it holds that day; read again after a minute.

    A year that the console has an approved calendar of is as that says; the others are as they came with the project.
    """
    pool = session.get_bind().engine.pool
    found = _calendars.get(pool)
    if found is not None and found[0] == on and time.monotonic() < found[1]:
        return found[2]
    calendar = read_calendar(session, on)
    _calendars[pool] = (on, time.monotonic() + KEEP_SECONDS, calendar)
    return calendar


def read_calendar(session: Session, on: date) -> WorkingCalendar:
    """The same as the database says it at this moment."""
    years = _approved_years(session, on)
    days = [row for row in session.scalars(select(CalendarDay)) if row.day.year not in years]
    return WorkingCalendar.of(
        holidays=[row.day for row in days if row.kind == "holiday"] + [day for off, _ in years.values() for day in off],
        workdays=[row.day for row in days if row.kind == "workday"] + [day for _, on in years.values() for day in on],
    )


def _approved_years(session: Session, on: date) -> dict[int, tuple[list[date], list[date]]]:
    """By year the days off and the weekends that are worked; of two calendars of a year the later one counts."""
    records = find_records(session, WORKING_YEAR, region=None, on=on)
    records.sort(key=lambda record: (record.valid_from or date.min, record.id))
    years = {}
    for record in records:
        year = int(record.values["year"])
        years[year] = (
            read_days(record.values["days_off"], year),
            read_days(record.values.get("worked") or "", year),
        )
    return years


def service_times(now: datetime) -> ServiceTimes:
    """The limits that apply today."""
    today = china_date(now)
    return [entry for entry in _all_times() if entry.valid_from <= today][-1]


@cache
def _all_times() -> tuple[ServiceTimes, ...]:
    entries = read_yaml(SERVICE_TIMES)
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
    calendar, times = load_calendar(session, china_date(now)), service_times(now)
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
