"""Who came: checked in by staff, taken back where it was the wrong name, and after the end who did not come and whether
that counts."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Conflict
from models import Booking, BookingState, CourseSession, DoorTap, Staff
from services.audit import record_action
from services.job_names import JobName, request_job
from services.training.absences import find_held_back_until, list_counted
from services.training.certificates import has_certificate
from services.training.desk import get_booking_for, get_session_for, target_of
from services.training.seats import lock_booking, lock_session, set_state, tell

# People come before the start; a day before somebody has tapped the wrong session.
OPENS_BEFORE = timedelta(hours=2)
WHY_NOT = {
    BookingState.OFFERED: "这个名额本人还没确认,请他先说“接受名额”。",
    BookingState.WAITING: "他还在候补,没有名额。",
    BookingState.CANCELLED: "这个报名已经取消了。",
    BookingState.LAPSED: "留给他的名额已经过期了。",
}


def check_in(session: Session, *, staff: Staff, public_id: str, booking_id: int, now: datetime) -> Booking:
    """They are here; twice is once. Also who was marked as absent by mistake. Raises Conflict, NotFound."""
    held, booking = _lock(session, staff, public_id, booking_id)
    return take_in(session, staff, held, booking, now)


def undo_check_in(session: Session, *, staff: Staff, public_id: str, booking_id: int, now: datetime) -> Booking:
    """It was somebody else; nothing where they are not checked in. Raises Conflict, NotFound."""
    _, booking = _lock(session, staff, public_id, booking_id)
    return _take_out(session, staff, booking, now)


def tap(
    session: Session,
    *,
    staff: Staff,
    public_id: str,
    booking_id: int,
    is_in: bool,
    key: str,
    tapped_at: datetime,
    now: datetime,
) -> Booking:
    """A tap that a phone kept until it had a connection: once for its key, however often it is sent.

    `tapped_at` is when somebody was there, as far as a phone's clock can be believed. Raises Conflict, NotFound.
    """
    held, booking = _lock(session, staff, public_id, booking_id)
    if session.get(DoorTap, (booking.id, key)) is not None:
        return booking
    session.add(DoorTap(booking_id=booking.id, key=key, created_at=now))
    if not is_in:
        return _take_out(session, staff, booking, now)
    at = tapped_at if held.starts_at - OPENS_BEFORE <= tapped_at <= now else now
    return take_in(session, staff, held, booking, now, at=at)


def take_in(
    session: Session,
    staff: Staff | None,
    held: CourseSession,
    booking: Booking,
    now: datetime,
    *,
    at: datetime | None = None,
) -> Booking:
    """Both are locked. `staff` is None for who checks in by themselves. Raises Conflict."""
    if booking.state == BookingState.ATTENDED:
        return booking
    if held.cancelled_at is not None:
        raise Conflict("这一场已经取消。")
    if now < held.starts_at - OPENS_BEFORE:
        raise Conflict("开始前2小时起可以签到。")
    state = BookingState(booking.state)
    if state in WHY_NOT:
        raise Conflict(WHY_NOT[state])
    return _written(session, staff, booking, BookingState.ATTENDED, now, at=at)


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
        tell(session, booking, "absent", now)
    if missing:
        record_action(
            session, staff=staff, action="absent_marked", target=target_of(held), now=now, bookings=len(missing)
        )
    session.flush()
    return len(missing)


def excuse(session: Session, *, staff: Staff, public_id: str, booking_id: int, now: datetime) -> Booking:
    """This absence does not count; for somebody who is held back, none of theirs does. Raises Conflict, NotFound."""
    _, booking = _lock(session, staff, public_id, booking_id)
    if booking.state == BookingState.ABSENT:
        excused = [booking] if booking.excused_at is None else []
    elif booking.state == BookingState.WAITING and booking.is_held_back:
        excused = list_counted(session, booking.user_id, now)
    else:
        raise Conflict("这个报名没有记未到场,不用免计。")
    for each in excused:
        each.excused_at = now
        each.version += 1
    session.flush()
    if excused:
        target = f"booking:{booking.number}"
        record_action(session, staff=staff, action="absence_excused", target=target, now=now, bookings=len(excused))
    if find_held_back_until(session, booking.user_id, now) is None:
        _hold_back_no_more(session, booking, now)
    return booking


def _hold_back_no_more(session: Session, excused: Booking, now: datetime) -> None:
    """Wherever they wait they wait like everybody; a job of each session offers what is free there, since only one
    session may be locked at a time."""
    held_back = (
        Booking.user_id == excused.user_id,
        Booking.state == BookingState.WAITING,
        Booking.is_held_back.is_(True),
    )
    waiting = session.execute(select(Booking.id, Booking.session_id).where(*held_back)).all()
    session.execute(
        update(Booking).where(*held_back).values(is_held_back=False, version=Booking.version + 1),
        execution_options={"synchronize_session": "fetch"},
    )
    for booking_id, session_id in waiting:
        key = f"{booking_id}-excused-{excused.id}-{excused.version}"
        request_job(session, JobName.LAPSE_OFFERS, key=key, now=now, session_id=session_id)


def _lock(session: Session, staff: Staff, public_id: str, booking_id: int) -> tuple[CourseSession, Booking]:
    booking = get_booking_for(session, staff, public_id, booking_id)
    return lock_booking(session, booking), booking


def _take_out(session: Session, staff: Staff, booking: Booking, now: datetime) -> Booking:
    if booking.state != BookingState.ATTENDED:
        return booking
    if has_certificate(session, booking):
        raise Conflict("已经领了结业证书,要先撤销证书。")
    return _written(session, staff, booking, BookingState.BOOKED, now)


def _written(
    session: Session,
    staff: Staff | None,
    booking: Booking,
    state: BookingState,
    now: datetime,
    *,
    at: datetime | None = None,
) -> Booking:
    """Seats stay taken either way."""
    set_state(booking, state, now)
    booking.checked_in_at = (at or now) if state == BookingState.ATTENDED else None
    action = "checked_in" if state == BookingState.ATTENDED else "check_in_undone"
    record_action(session, staff=staff, action=action, target=f"booking:{booking.number}", now=now)
    session.flush()
    return booking
