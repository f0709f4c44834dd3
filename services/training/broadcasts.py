"""A message to everybody concerned with a session: written once, sent in portions, nobody twice, nobody left out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.logs import get_logger
from models import Booking, BookingState, CourseSession, SessionBroadcast
from services.job_names import JobName, request_job
from services.training.notices import say

log = get_logger(__name__)

PORTION = 200
LONGEST = 500
# Who may know where it is seen live.
SEATED = (BookingState.BOOKED, BookingState.ATTENDED)


def write_broadcast(
    session: Session,
    *,
    session_id: int,
    text: str,
    states: Sequence[BookingState],
    now: datetime,
    staff_id: int | None = None,
    seat_text: str | None = None,
) -> SessionBroadcast:
    """Ask for a message to everybody whose booking is in one of `states`; those with a seat read `seat_text` besides.

    CANCELLED are those whose booking was cancelled together with the session. Raises InvalidInput.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        raise InvalidInput(f"通知写1到{LONGEST}个字。", fields={"text": f"1到{LONGEST}个字"})
    row = SessionBroadcast(
        session_id=session_id, staff_id=staff_id, text=text, seat_text=seat_text, states=list(states), created_at=now,
        sent_up_to=0, sent_count=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    request_job(session, JobName.BROADCAST, key=f"{row.id}-0", now=now, broadcast_id=row.id)
    return row


def count_recipients(session: Session, session_id: int, states: Sequence[BookingState]) -> int:
    """How many people a message to these would reach now."""
    reached = select(func.count(Booking.conversation_id.distinct()))
    return session.scalar(reached.where(Booking.session_id == session_id, Booking.state.in_(states))) or 0


def send_portion(session: Session, broadcast_id: int, now: datetime) -> int:
    """The next portion, in the order of conversations, and the job for the one after it; answers how many it held.

    Where the job is cut off, nothing of its portion is written, and it runs again.
    """
    row = session.get_one(SessionBroadcast, broadcast_id, with_for_update=True)
    if row.done_at is not None:
        return 0
    bookings = session.scalars(
        select(Booking)
        .where(
            Booking.session_id == row.session_id,
            Booking.state.in_(row.states),
            _is_concerned(session, row),
            Booking.created_at <= row.created_at,
            Booking.conversation_id > row.sent_up_to,
        )
        .order_by(Booking.conversation_id, Booking.id)
        .limit(PORTION)
    ).all()
    for booking in bookings:
        if booking.conversation_id > row.sent_up_to:  # who booked, left and came back is told once
            say(session, booking.conversation, _text_for(row, booking), now)
            row.sent_up_to = booking.conversation_id
            row.sent_count += 1
    if len(bookings) < PORTION:
        row.done_at = now
        log.info("broadcast_done", broadcast_id=row.id, sent_count=row.sent_count)
    else:
        request_job(session, JobName.BROADCAST, key=f"{row.id}-{row.sent_up_to}", now=now, broadcast_id=row.id)
    session.flush()
    return len(bookings)


def _is_concerned(session: Session, row: SessionBroadcast) -> ColumnElement[bool]:
    """Who had cancelled before the session was called off does not come anyway."""
    called_off_at = session.get_one(CourseSession, row.session_id).cancelled_at
    if called_off_at is None:
        return true()
    return or_(Booking.state != BookingState.CANCELLED, Booking.changed_at >= called_off_at)


def _text_for(row: SessionBroadcast, booking: Booking) -> str:
    return f"{row.text}\n{row.seat_text}" if row.seat_text and booking.state in SEATED else row.text
