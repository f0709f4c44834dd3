"""The doors to matching events: what everybody may read and enter, one's own meetings, and the desk's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from core.errors import Conflict, NotFound
from models import EventEntry, EventMeeting, EventState, MarketPost, MatchingEvent, PostSide, Staff
from services.market.access import owned_by
from services.permissions import Action, check_may

NO_EVENT = "没有找到这场活动。"
NO_MEETING = "没有找到这场会谈。"
STALE = "这场活动刚被改过,请刷新后再看。"
LONGEST = timedelta(days=1)


def list_coming(session: Session, now: datetime, *, limit: int = 20) -> list[MatchingEvent]:
    """Those that are not over, the next first."""
    wanted = select(MatchingEvent).where(
        MatchingEvent.state != EventState.CANCELLED, MatchingEvent.starts_at > now - LONGEST
    )
    found = session.scalars(wanted.order_by(MatchingEvent.starts_at, MatchingEvent.id).limit(2 * limit))
    return [event for event in found if event.ends_at > now][:limit]


def get_event(session: Session, public_id: str, *, lock: bool = False) -> MatchingEvent:
    """Raises NotFound."""
    wanted = select(MatchingEvent).where(MatchingEvent.public_id == public_id)
    if lock:
        session.flush()
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    event = session.scalar(wanted)
    if event is None:
        raise NotFound(NO_EVENT)
    return event


def get_event_to_run(
    session: Session, staff: Staff, public_id: str, *, version: int | None = None, lock: bool = False
) -> MatchingEvent:
    """The desk's door. Raises Forbidden, NotFound, Conflict."""
    check_may(staff, Action.RUN_EVENTS)
    event = get_event(session, public_id, lock=lock)
    if version is not None and version != event.version:
        raise Conflict(STALE)
    return event


def list_events_to_run(session: Session, staff: Staff, *, limit: int = 100) -> list[MatchingEvent]:
    """The latest first. Raises Forbidden."""
    check_may(staff, Action.RUN_EVENTS)
    wanted = select(MatchingEvent).order_by(MatchingEvent.starts_at.desc(), MatchingEvent.id.desc())
    return list(session.scalars(wanted.limit(limit)))


def own_entries(session: Session, user_id: int, event_ids: Sequence[int]) -> dict[int, list[MarketPost]]:
    """Which posts of one's own take part, by event."""
    rows = session.execute(
        select(EventEntry.event_id, MarketPost)
        .join(EventEntry.post)
        .where(EventEntry.event_id.in_(event_ids), owned_by(user_id))
        .order_by(EventEntry.id)
    )
    found: dict[int, list[MarketPost]] = {}
    for event_id, post in rows:
        found.setdefault(event_id, []).append(post)
    return found


def own_meetings(session: Session, user_id: int, event_ids: Sequence[int]) -> list[tuple[EventMeeting, PostSide]]:
    """The meetings of one's own posts in the order of their times, and which side one is."""
    need, offer = aliased(MarketPost), aliased(MarketPost)
    is_need = owned_by(user_id, need)
    rows = session.execute(
        select(EventMeeting, is_need)
        .join(MatchingEvent, EventMeeting.event)
        .join(need, EventMeeting.need)
        .join(offer, EventMeeting.offer)
        .options(
            contains_eager(EventMeeting.event),
            contains_eager(EventMeeting.need.of_type(need)),
            contains_eager(EventMeeting.offer.of_type(offer)),
        )
        .where(EventMeeting.event_id.in_(event_ids), or_(is_need, owned_by(user_id, offer)))
        .order_by(MatchingEvent.starts_at, EventMeeting.slot, EventMeeting.id)
    )
    return [(meeting, PostSide.NEED if is_mine else PostSide.OFFER) for meeting, is_mine in rows]


def list_meetings(session: Session, event: MatchingEvent) -> list[EventMeeting]:
    """All of an event, by time and table."""
    wanted = select(EventMeeting).where(EventMeeting.event_id == event.id)
    sides = (joinedload(EventMeeting.need), joinedload(EventMeeting.offer), joinedload(EventMeeting.deal))
    return list(session.scalars(wanted.options(*sides).order_by(EventMeeting.slot, EventMeeting.table)))


def list_entries(session: Session, event: MatchingEvent) -> list[EventEntry]:
    wanted = select(EventEntry).where(EventEntry.event_id == event.id).options(joinedload(EventEntry.post))
    return list(session.scalars(wanted.order_by(EventEntry.id)))
