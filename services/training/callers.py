"""People without an account, whom staff booked by name and number: how long we know them, forgotten when they ask."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.errors import Conflict
from models import Booking, CourseSession, Staff, User, WeChatIdentity
from services.audit import record_action
from services.privacy import erase_user
from services.training.desk import get_booking_for

# Counted from the end of the last session that they booked.
KEEP = timedelta(days=365)
PORTION = 200
_HAS_ACCOUNT = exists().where(WeChatIdentity.user_id == User.id)


def forget_old_callers(session: Session, now: datetime) -> int:
    """One portion; answers how many."""
    recent = exists().where(
        Booking.user_id == User.id, CourseSession.id == Booking.session_id, CourseSession.ends_at > now - KEEP
    )
    by_hand = select(Booking.user_id).where(Booking.conversation_id.is_(None))
    old = session.scalars(
        select(User)
        .where(User.id.in_(by_hand), User.erased_at.is_(None), ~_HAS_ACCOUNT, ~recent)
        .order_by(User.id)
        .limit(PORTION)
    ).all()
    for person in old:
        erase_user(session, person, now)
    return len(old)


def forget_caller(session: Session, *, staff: Staff, public_id: str, booking_id: int, now: datetime) -> Booking:
    """They asked for it on the telephone; seats to come are given up with it. Raises NotFound, Conflict."""
    booking = get_booking_for(session, staff, public_id, booking_id)
    if session.scalar(select(User.id).where(User.id == booking.user_id, _HAS_ACCOUNT)) is not None:
        raise Conflict("他有账号,请他自己在公众号里说“删除我的数据”。")
    erase_user(session, booking.user, now)
    record_action(session, staff=staff, action="caller_forgotten", target=f"booking:{booking.number}", now=now)
    return booking
