"""Owners bring their posts to an event, and take them back."""

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.db import table_of
from core.errors import Conflict
from core.logs import get_logger
from core.statements import Statement
from models import EventEntry, EventMeeting, EventState, MarketPost, MatchingEvent, PostState
from services.events.access import get_event
from services.events.telling import tell_dropped
from services.market.access import owned_by

log = get_logger(__name__)

ADD = Statement.adding_once(table_of(EventEntry), "event_id", "post_id", "joined_at")
NOTHING_TO_BRING = "先发一条供给或需求,展示后就能报名。"


def join(session: Session, user_id: int, public_id: str, now: datetime) -> list[MarketPost]:
    """All that one has on the market by the day of the event takes part, each once. Raises NotFound, and Conflict where
    there is nothing to bring or it has begun."""
    event = _open_event(session, public_id, now)
    wanted = select(MarketPost).where(
        owned_by(user_id), MarketPost.state == PostState.PUBLISHED, MarketPost.until >= china_date(event.starts_at)
    )
    posts = list(session.scalars(wanted.order_by(MarketPost.id)))
    if not posts:
        raise Conflict(NOTHING_TO_BRING)
    for post in posts:
        ADD.first(session, {"event_id": event.id, "post_id": post.id, "joined_at": now})
    log.info("matching_event_joined", event_id=event.id, posts=len(posts))
    return posts


def leave(session: Session, user_id: int, public_id: str, now: datetime) -> bool:
    """None of one's posts takes part any more; whoever was to meet them is told. Answers whether any did. Raises
    NotFound, Conflict."""
    event = _open_event(session, public_id, now)
    own = select(MarketPost.id).where(owned_by(user_id))
    theirs = or_(EventMeeting.need_id.in_(own), EventMeeting.offer_id.in_(own))
    meetings = list(session.scalars(select(EventMeeting).where(EventMeeting.event_id == event.id, theirs)))
    mine = set(session.scalars(own))
    for meeting in meetings:
        other = meeting.offer if meeting.need_id in mine else meeting.need
        tell_dropped(session, event, meeting, other, now)
        session.delete(meeting)
    gone = session.execute(
        delete(EventEntry).where(EventEntry.event_id == event.id, EventEntry.post_id.in_(mine)).returning(EventEntry.id)
    ).all()
    if gone:
        event.version += 1
    session.flush()
    return bool(gone)


def _open_event(session: Session, public_id: str, now: datetime) -> MatchingEvent:
    event = get_event(session, public_id, lock=True)
    if event.state == EventState.CANCELLED:
        raise Conflict("这场活动取消了。")
    if event.starts_at <= now:
        raise Conflict("这场活动已经开始,现场找工作人员。")
    return event
