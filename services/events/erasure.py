"""What becomes of entries and meetings when a person is erased, or two accounts become one."""

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from models import EventEntry, EventMeeting, MarketPost, MatchingEvent
from services.events.access import list_meetings
from services.events.telling import owners_of, tell_dropped, tell_timetables
from services.market.access import find_owner_of


def forget_events_of(session: Session, user_id: int, now: datetime) -> None:
    """Runs before their posts are deleted; whoever was to meet them is told, as of anybody who does not come."""
    own = set(session.scalars(select(MarketPost.id).where(MarketPost.user_id == user_id)))
    theirs = or_(EventMeeting.need_id.in_(own), EventMeeting.offer_id.in_(own))
    rows = session.execute(
        select(EventMeeting, MatchingEvent).join(EventMeeting.event).where(theirs).order_by(EventMeeting.id)
    ).all()
    for meeting, event in rows:
        if event.starts_at > now and not (meeting.need_id in own and meeting.offer_id in own):
            tell_dropped(session, event, meeting, meeting.offer if meeting.need_id in own else meeting.need, now)
        session.delete(meeting)
        event.version += 1
    session.flush()
    session.execute(delete(EventEntry).where(EventEntry.post_id.in_(own)))


def drop_meetings_with_oneself(session: Session, user_id: int, now: datetime) -> None:
    """After two accounts became one: nobody sits at a table with themselves. Their time is free for others, and they
    are told; what has begun stays as it was."""
    own = select(MarketPost.id).where(MarketPost.user_id == user_id)
    events = session.scalars(
        select(MatchingEvent)
        .join(EventMeeting, EventMeeting.event_id == MatchingEvent.id)
        .where(EventMeeting.need_id.in_(own), EventMeeting.offer_id.in_(own), MatchingEvent.starts_at > now)
        .distinct()
        .order_by(MatchingEvent.id)
    ).all()
    for event in events:
        meetings = list_meetings(session, event)
        kept = [each for each in meetings if find_owner_of(session, each.need) != find_owner_of(session, each.offer)]
        before = owners_of(session, meetings)
        for meeting in meetings:
            if meeting not in kept:
                session.delete(meeting)
        event.version += 1
        session.flush()
        tell_timetables(session, event, before=before, after=owners_of(session, kept), now=now)
