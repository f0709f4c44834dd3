"""Before the window of something that an owner could apply for closes: told by day, each end at each distance once.

Whoever does not want it says so once; it is kept in the history of their cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.logs import get_logger
from models import Case, CaseEvent, CaseOutcome, DatedRecord
from services.case_records import add_event, list_events, lock_case
from services.casework.night import waking_time
from services.casework.notices import tell_owner
from services.catalogue import catalogue, service_of
from services.catalogue.facts import Facts
from services.catalogue.model import Service
from services.catalogue.news import Windows
from services.dated_data.lookup import list_in_force
from services.job_names import JobName, request_job

log = get_logger(__name__)

BATCH = 50
FAR = timedelta(days=36_500)
TOLD, ON, OFF = "window_told", "windows_on", "windows_off"


@dataclass(frozen=True)
class Closing:
    """A record whose window closes, and the distance at which that is said now."""

    record: DatedRecord
    end: str
    days: int


def request_windows(session: Session, now: datetime) -> None:
    """Ask for today's round of each service that has windows, where one closes soon; not at night."""
    if waking_time(now, now + FAR) > now:
        return
    for service in catalogue().values():
        if service.windows is not None and _closing(session, service.windows, china_date(now)):
            _request(session, service, 0, now)


def tell_windows(session: Session, *, kind: str, after: int, now: datetime) -> None:
    """Today's round, a batch at a time, the cases after that number. Repeating it changes nothing; late in the evening
    it is left to the next morning's."""
    service = service_of(kind)
    if service.windows is None or waking_time(now, now + FAR) > now:
        return
    closing = _closing(session, service.windows, china_date(now))
    if not closing:
        return
    ids = session.scalars(
        select(Case.id)
        .where(
            Case.id > after,
            Case.kind == kind,
            Case.stage.in_(service.windows.stages),
            or_(Case.outcome.is_(None), Case.outcome == CaseOutcome.DONE),
        )
        .order_by(Case.id)
        .limit(BATCH)
    ).all()
    told = sum(_tell(session, case_id, service.windows, closing, now) for case_id in ids)
    if len(ids) == BATCH:
        _request(session, service, ids[-1], now)
    if told:
        log.info("windows_told", service=kind, count=told)


def find_windows(name_in: str) -> Service | None:
    """The service whose windows a sentence names."""
    found = (service for service in catalogue().values() if service.windows is not None)
    return next((service for service in found if service.windows and service.windows.name in name_in), None)


def set_windows(session: Session, *, user_id: int, service: Service, wanted: bool, now: datetime) -> int:
    """Turn them on or off for all that a person asked of the service; answers for how many."""
    ids = session.scalars(select(Case.id).where(Case.user_id == user_id, Case.kind == service.key)).all()
    for case_id in ids:
        set_windows_of(session, lock_case(session, case_id), wanted=wanted, now=now)
    return len(ids)


def set_windows_of(session: Session, case: Case, *, wanted: bool, now: datetime) -> None:
    """The same for one case, which is locked."""
    if are_windows_wanted(session, case) is not wanted:
        add_event(session, case, ON if wanted else OFF, now)
        session.flush()


def are_windows_wanted(session: Session, case: Case) -> bool:
    """What was said last; nothing said is a yes."""
    return _is_wanted(list_events(session, case.id))


def _closing(session: Session, windows: Windows, today: date) -> list[Closing]:
    """At the nearest distance that has come: a day on which nothing ran is made up for on the next."""
    found = []
    for record in list_in_force(session, windows.kind, today):
        end = record.values.get("window_to")
        left = (date.fromisoformat(end) - today).days if end else -1
        reached = [days for days in windows.days if 0 <= left <= days]
        if reached:
            found.append(Closing(record, str(end), min(reached)))
    return sorted(found, key=lambda each: (each.end, each.record.key))


def _tell(session: Session, case_id: int, windows: Windows, closing: Sequence[Closing], now: datetime) -> bool:
    case = lock_case(session, case_id)
    events = list_events(session, case.id)
    if not case.form or not _is_wanted(events):
        return False
    said_before = {each for event in events if event.kind == TOLD for each in event.details["windows"]}
    facts = Facts(session, case.form, case.region, china_date(now), case.results)
    lines = {
        name: text
        for each in closing
        if (name := f"{each.record.key} {each.end} {each.days}") not in said_before
        and (text := windows.said(facts, each.record)) is not None
    }
    if not lines:
        return False
    head = f"{windows.name}快关了,单号 {case.number}:"
    tail = f"{windows.about}不想再收就回复“不用通知{windows.name}”。"
    tell_owner(session, case, "\n".join([head, *lines.values(), tail]), now)
    add_event(session, case, TOLD, now, windows=list(lines))
    session.flush()
    return True


def _is_wanted(events: Sequence[CaseEvent]) -> bool:
    return next((event.kind == ON for event in reversed(events) if event.kind in {ON, OFF}), True)


def _request(session: Session, service: Service, after: int, now: datetime) -> None:
    key = f"{service.key}-{china_date(now)}-{after}"
    request_job(session, JobName.TELL_WINDOWS, key=key, now=now, kind=service.key, after=after)
