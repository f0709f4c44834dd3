"""What becomes of entries and meetings when a person is erased: they go with the posts."""

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from models import EventEntry, EventMeeting, MarketPost, MatchingEvent
from services.events.telling import tell_dropped


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
