"""Who came: checked in by staff, taken back where it was the wrong name, and after the end who did not come."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from models import Booking, BookingState, CourseSession, Staff
from services.audit import record_action
from services.training.desk import get_session_for, target_of
from services.training.seats import lock_booking, lock_session, set_state

# People come before the start; a day before somebody has tapped the wrong session.
OPENS_BEFORE = timedelta(hours=2)
NO_BOOKING = "没有找到这个报名。"
WHY_NOT = {
    BookingState.OFFERED: "这个名额本人还没确认,请他先说“接受名额”。",
    BookingState.WAITING: "他还在候补,没有名额。",
    BookingState.CANCELLED: "这个报名已经取消了。",
    BookingState.LAPSED: "留给他的名额已经过期了。",
}


def check_in(session: Session, *, staff: Staff, public_id: str, booking_id: int, now: datetime) -> Booking:
    """They are here; twice is once. Also who was marked as absent by mistake. Raises Conflict, NotFound."""
    held, booking = _lock(session, staff, public_id, booking_id)
    if booking.state == BookingState.ATTENDED:
        return booking
    if held.cancelled_at is not None:
        raise Conflict("这一场已经取消。")
    if now < held.starts_at - OPENS_BEFORE:
        raise Conflict("开始前2小时起可以签到。")
    state = BookingState(booking.state)
    if state in WHY_NOT:
        raise Conflict(WHY_NOT[state])
    return _written(session, staff, booking, BookingState.ATTENDED, now)


def undo_check_in(session: Session, *, staff: Staff, public_id: str, booking_id: int, now: datetime) -> Booking:
    """It was somebody else; nothing where they are not checked in."""
    _, booking = _lock(session, staff, public_id, booking_id)
    if booking.state != BookingState.ATTENDED:
        return booking
    return _written(session, staff, booking, BookingState.BOOKED, now)


def mark_absent(session: Session, *, staff: Staff, public_id: str, now: datetime) -> int:
    """After the end: whoever has seats and did not come is absent, and keeps the seats; answers how many.

    Raises Conflict before the end or for a session that was cancelled.
    """
    held = lock_session(session, get_session_for(session, staff, public_id).id)
    if held.cancelled_at is not None:
        raise Conflict("这一场已经取消。")
    if now < held.ends_at:
        raise Conflict("结束后才能记未到场。")
    missing = session.scalars(
        select(Booking)
        .where(Booking.session_id == held.id, Booking.state == BookingState.BOOKED)
        .order_by(Booking.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for booking in missing:
        set_state(booking, BookingState.ABSENT, now)
    if missing:
        record_action(
            session, staff=staff, action="absent_marked", target=target_of(held), now=now, bookings=len(missing)
        )
    session.flush()
    return len(missing)


def _lock(session: Session, staff: Staff, public_id: str, booking_id: int) -> tuple[CourseSession, Booking]:
    found = get_session_for(session, staff, public_id)
    booking = session.get(Booking, booking_id)
    if booking is None or booking.session_id != found.id:
        raise NotFound(NO_BOOKING)
    return lock_booking(session, booking), booking


def _written(session: Session, staff: Staff, booking: Booking, state: BookingState, now: datetime) -> Booking:
    """Seats stay taken either way."""
    set_state(booking, state, now)
    booking.checked_in_at = now if state == BookingState.ATTENDED else None
    action = "checked_in" if state == BookingState.ATTENDED else "check_in_undone"
    record_action(session, staff=staff, action=action, target=f"booking:{booking.number}", now=now)
    session.flush()
    return booking
