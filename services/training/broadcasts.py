"""A message to everybody concerned with a session: who gets it is written down with it, and it is sent in portions."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Integer, and_, cast, delete, func, insert, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from core.errors import InvalidInput
from core.logs import get_logger
from models import Booking, BookingState, BroadcastRecipient, Conversation, SessionBroadcast
from services.job_names import JobName, request_job, request_rescues
from services.training.notices import say

log = get_logger(__name__)

PORTION = 200
LONGEST = 500
# Who may know where it is seen live.
SEATED = (BookingState.BOOKED, BookingState.ATTENDED)
# A broadcast that is this old and not done is looked after; its jobs have been given up, or the queue is slow.
STUCK_AFTER = timedelta(minutes=10)


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
    """Ask for a message to everybody whose booking is in one of `states` now, whatever becomes of it until the message
    is sent; those with a seat read `seat_text` besides.

    CANCELLED are those whose booking has just been cancelled together with the session (`now`). The session is locked.
    Raises InvalidInput.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        raise InvalidInput(f"通知写1到{LONGEST}个字。", fields={"text": f"1到{LONGEST}个字"})
    row = SessionBroadcast(
        session_id=session_id, staff_id=staff_id, text=text, seat_text=seat_text, states=list(states), created_at=now,
        sent_count=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    has_seat = func.max(cast(Booking.state.in_(SEATED), Integer)) == 1
    concerned = (
        select(literal(row.id), Booking.conversation_id, has_seat)
        .where(_are_concerned(session_id, states, now), Booking.conversation_id.is_not(None))
        .group_by(Booking.conversation_id)  # who booked, left and came back is told once
    )
    session.execute(insert(BroadcastRecipient).from_select(["broadcast_id", "conversation_id", "has_seat"], concerned))
    _ask_for_portion(session, row, after=0, now=now)
    return row


def count_recipients(session: Session, session_id: int, states: Sequence[BookingState]) -> int:
    """How many people a message to these would reach now."""
    reached = select(func.count(Booking.conversation_id.distinct()))
    return session.scalar(reached.where(Booking.session_id == session_id, Booking.state.in_(states))) or 0


def send_portion(session: Session, broadcast_id: int, now: datetime) -> int:
    """The next portion, and the job for the one after it; answers how many were told.

    Whoever is told is told and crossed off in one transaction: where the job is cut off, both are undone.
    """
    row = session.get_one(SessionBroadcast, broadcast_id, with_for_update=True, populate_existing=True)
    if row.done_at is not None:
        return 0
    portion = session.scalars(
        select(BroadcastRecipient)
        .where(BroadcastRecipient.broadcast_id == row.id)
        .options(joinedload(BroadcastRecipient.conversation).joinedload(Conversation.user))
        .order_by(BroadcastRecipient.conversation_id)
        .limit(PORTION)
    ).all()
    told = [each for each in portion if each.conversation.user.erased_at is None]
    for each in told:
        say(session, each.conversation, _text_for(row, each), now)
    row.sent_count += len(told)
    if len(portion) < PORTION:
        row.done_at = now
        log.info("broadcast_done", broadcast_id=row.id, sent_count=row.sent_count)
    else:
        _ask_for_portion(session, row, after=portion[-1].conversation_id, now=now)
    numbers = [each.conversation_id for each in portion]
    session.execute(
        delete(BroadcastRecipient).where(
            BroadcastRecipient.broadcast_id == row.id, BroadcastRecipient.conversation_id.in_(numbers)
        )
    )
    session.flush()
    return len(told)


def rescue_broadcasts(session: Session, now: datetime) -> int:
    """Ask again for those whose jobs were given up; answers how many are looked after."""
    late = SessionBroadcast.done_at.is_(None), SessionBroadcast.created_at < now - STUCK_AFTER
    stuck = session.scalars(select(SessionBroadcast.id).where(*late)).all()
    asks = {f"{number}-rescue": {"broadcast_id": number} for number in stuck}
    request_rescues(session, JobName.BROADCAST, asks, every=STUCK_AFTER, now=now)
    return len(stuck)


def _ask_for_portion(session: Session, row: SessionBroadcast, *, after: int, now: datetime) -> None:
    request_job(session, JobName.BROADCAST, key=f"{row.id}-{after}", now=now, broadcast_id=row.id)


def _are_concerned(session_id: int, states: Sequence[BookingState], now: datetime) -> ColumnElement[bool]:
    """Who had cancelled before the session was called off does not come anyway."""
    of_session = and_(Booking.session_id == session_id, Booking.state.in_(states))
    return and_(of_session, or_(Booking.state != BookingState.CANCELLED, Booking.changed_at >= now))


def _text_for(row: SessionBroadcast, recipient: BroadcastRecipient) -> str:
    return f"{row.text}\n{row.seat_text}" if row.seat_text and recipient.has_seat else row.text
