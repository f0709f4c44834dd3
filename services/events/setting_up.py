"""Staff set an event up, and call it off."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from core.logs import get_logger
from models import EventState, MatchingEvent, Staff
from services.audit import record_action
from services.events.access import get_event_to_run, list_entries
from services.events.telling import tell_cancelled
from services.permissions import Action, check_may

log = get_logger(__name__)

LONGEST_NAME, LONGEST_PLACE = 60, 120
MINUTES, SLOTS, TABLES = (5, 120), (1, 40), (1, 60)
MOST_HOURS = 12


@dataclass(frozen=True)
class EventForm:
    """As staff type it; None for what is no number or no time."""

    name: str
    place: str
    region: str
    starts_at: datetime | None
    slot_minutes: int | None
    slots: int | None
    tables: int | None


def set_up(session: Session, staff: Staff, form: EventForm, now: datetime) -> MatchingEvent:
    """Posts may be entered from now on. Raises Forbidden, InvalidInput."""
    check_may(staff, Action.RUN_EVENTS)
    problems = _problems(form, now)
    if problems:
        raise InvalidInput("还差几样,看红字。", fields=problems)
    assert form.starts_at and form.slot_minutes and form.slots and form.tables
    event = MatchingEvent(
        name=form.name.strip(), place=form.place.strip(), region=form.region.strip(), starts_at=form.starts_at,
        slot_minutes=form.slot_minutes, slots=form.slots, tables=form.tables, created_by_id=staff.id, created_at=now,
    )  # fmt: skip
    session.add(event)
    session.flush()
    record_action(session, staff=staff, action="event_set_up", target=f"event:{event.public_id}", now=now)
    log.info("matching_event_set_up", event_id=event.id, tables=event.tables, slots=event.slots)
    return event


def call_off(session: Session, staff: Staff, public_id: str, now: datetime, *, version: int) -> MatchingEvent:
    """Whoever takes part is told. Raises Forbidden, NotFound, Conflict."""
    event = get_event_to_run(session, staff, public_id, version=version, lock=True)
    if event.state == EventState.CANCELLED or event.starts_at <= now:
        raise Conflict("已经开始或取消的活动不用再取消。")
    event.state, event.version = EventState.CANCELLED, event.version + 1
    tell_cancelled(session, event, [entry.post for entry in list_entries(session, event)], now)
    session.flush()
    record_action(session, staff=staff, action="event_called_off", target=f"event:{event.public_id}", now=now)
    return event


def _problems(form: EventForm, now: datetime) -> dict[str, str]:
    problems = {}
    for name, longest in (("name", LONGEST_NAME), ("place", LONGEST_PLACE), ("region", LONGEST_NAME)):
        said = getattr(form, name).strip()
        if not 2 <= len(said) <= longest:
            problems[name] = f"写2到{longest}个字。"
    for name, (least, most) in (("slot_minutes", MINUTES), ("slots", SLOTS), ("tables", TABLES)):
        number = getattr(form, name)
        if number is None or not least <= number <= most:
            problems[name] = f"写{least}到{most}。"
    if form.starts_at is None or form.starts_at <= now:
        problems["starts_at"] = "写一个还没到的时间。"
    if not {"slot_minutes", "slots"} & set(problems) and (form.slot_minutes or 0) * (form.slots or 0) > MOST_HOURS * 60:
        problems["slots"] = f"一场最多{MOST_HOURS}小时。"
    return problems
