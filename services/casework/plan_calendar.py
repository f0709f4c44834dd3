"""The days that an owner should keep in mind as a calendar file (RFC 5545): what a plan asks for, and the limits of a
case that we tell its owner of."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict
from models import Case
from services.casework.clocks import list_clocks
from services.catalogue import service_of

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCER = "-//ZhiQiao//Cases//ZH"
# Not the address of the deployment, which may change.
UID_DOMAIN = "cases.zhiqiao"
# At nine in the morning of the day before.
ALARM_BEFORE = timedelta(hours=15)
NO_DAYS = "这一单没有要记住的日子。"


def calendar_of_case(session: Session, case: Case, now: datetime) -> bytes:
    """A whole-day entry for each day, under a name that stays. Raises Conflict where there is none."""
    entries = [*_planned(case, now), *_limits(session, case, now)]
    if not entries:
        raise Conflict(NO_DAYS)
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _planned(case: Case, now: datetime) -> Iterator[Event]:
    for place, each in enumerate(case.results.get("check", ())):
        if each.get("due"):
            what = each["text"].split("前:", 1)[-1]
            yield _entry(case, f"plan-{place}", date.fromisoformat(each["due"]), what, each["source"], now)


def _limits(session: Session, case: Case, now: datetime) -> Iterator[Event]:
    """Those that run: by law, or of ours where the owner hears of them anyway."""
    declared = {clock.key: clock for clock in service_of(case.kind).clocks if clock.is_statutory or clock.tells_owner}
    for row in list_clocks(session, case.id):
        clock = declared.get(row.key)
        if clock is not None and row.stopped_at is None:
            yield _entry(case, f"limit-{row.key}", china_date(row.due_at), clock.name, clock.source, now)


def _entry(case: Case, name: str, day: date, what: str, source: str, now: datetime) -> Event:
    what = what.rstrip("。")
    event, alarm = Event(), Alarm()
    event.add("uid", f"{case.number}-{name}@{UID_DOMAIN}")
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", what)
    about = f"{service_of(case.kind).name} {case.number}"
    event.add("description", f"{about}\n依据:{source}" if source else about)
    event.add("transp", "TRANSPARENT")
    alarm.add("action", "DISPLAY")
    alarm.add("description", what)
    alarm.add("trigger", -ALARM_BEFORE)
    event.add_component(alarm)
    return event
