"""Seats: never oversold, first come, first served. Everything here runs with the session's row locked.

Who is told of what happened is told by a job of its own: a conversation's row must not be wanted while a session's is
held, since a turn takes them in the other order.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.logs import get_logger
from models import Booking, BookingState, Conversation, CourseSession
from models.training import LIVE, OPEN
from services.case_records import next_case_number
from services.job_names import JobName, request_job, request_rescues
from services.training.absences import LAST_DAY, find_held_back_until, is_scarce
from services.training.questions import check_answers
from services.training.standing import check_bookable

log = get_logger(__name__)

LETTERS = "PX"
# Seats that one person may book for their firm.
MOST_SEATS = 10
# How long a freed seat is held for who is next in line, and until when before the start it is still worth offering.
OFFER_LASTS = timedelta(hours=12)
LAST_OFFER = timedelta(hours=1)
# An offer that has been over for so long has lost its job.
FORGOTTEN_AFTER = timedelta(minutes=1)
# Who is next: in the order of booking, those who are held back after all others.
LINE = (Booking.is_held_back, Booking.id)
RESCUE_EVERY = timedelta(minutes=5)


class AlreadyBooked(Conflict):
    """This person has seats at the session, or stands in line for it; `number` is that booking's."""

    code = "already_booked"

    def __init__(self, number: str) -> None:
        super().__init__(f"这一场您已经报过了,单号{number}。")
        self.number = number


class OfferGone(Conflict):
    """There is no open offer any more."""

    code = "offer_gone"
    default_message = "留给您的名额已经到时间了。还能报名的话,可以重新排队。"


def lock_session(session: Session, session_id: int) -> CourseSession:
    """The session as it is now, locked until this transaction ends. Raises NotFound."""
    session.flush()  # reading the row again must not undo what this transaction has changed
    found = session.get(CourseSession, session_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("没有找到这一场。")
    return found


def book(
    session: Session,
    *,
    session_id: int,
    conversation: Conversation,
    seats: int = 1,
    answers: Mapping[str, Any] | None = None,
    company_id: int | None = None,
    channel: str,
    now: datetime,
) -> Booking:
    """Seats if there are as many free and nobody waits before, else a place in line.

    Raises NotBookable, AlreadyBooked, InvalidInput.
    """
    held = lock_session(session, session_id)
    check_bookable(held, now)
    is_held_back = (
        is_scarce(held, seats)
        and now < held.starts_at - LAST_DAY
        and find_held_back_until(session, conversation.user_id, now) is not None
    )
    return reserve(
        session, held, user_id=conversation.user_id, conversation_id=conversation.id, company_id=company_id,
        seats=seats, answers=answers, channel=channel, is_held_back=is_held_back, now=now,
    )  # fmt: skip


def reserve(
    session: Session,
    held: CourseSession,
    *,
    user_id: int,
    conversation_id: int | None,
    company_id: int | None,
    seats: int,
    channel: str,
    now: datetime,
    answers: Mapping[str, Any] | None = None,
    is_held_back: bool = False,
    takes_line: bool = False,
) -> Booking:
    """Seats or a place in line at a session that is locked, whether or not enrolment is open.

    Without `answers` the organiser's questions are for later; with them all of them must be answered. `takes_line`:
    whoever is here does not wait for who is not. Raises AlreadyBooked, InvalidInput.
    """
    if not 1 <= seats <= MOST_SEATS:
        raise InvalidInput(f"一次可以报1到{MOST_SEATS}个名额。", fields={"seats": f"1到{MOST_SEATS}"})
    if seats > held.capacity:
        raise InvalidInput(f"这一场一共{held.capacity}个名额,请少报几位。", fields={"seats": f"最多{held.capacity}"})
    before = find_live_booking(session, session_id=held.id, user_id=user_id)
    if before is not None:
        raise AlreadyBooked(before.number)
    is_free = held.taken + seats <= held.capacity
    fits = is_free and not is_held_back and (takes_line or has_room(session, held, seats, now))
    booking = Booking(
        number=next_case_number(session, LETTERS, now),
        session_id=held.id,
        user_id=user_id,
        company_id=company_id,
        conversation_id=conversation_id,
        seats=seats,
        state=BookingState.BOOKED if fits else BookingState.WAITING,
        channel=channel,
        answers=check_answers(held, answers) if answers else {},
        is_held_back=is_held_back,
        created_at=now,
        changed_at=now,
    )
    session.add(booking)
    if fits:
        held.taken += seats
    session.flush()
    log.info("session_booked", booking=booking.number, session_id=held.id, state=booking.state, channel=channel)
    return booking


def cancel(session: Session, booking: Booking, now: datetime) -> None:
    """Give seats, an offer or a place in line up; what is freed is offered to who is next. Raises Conflict.

    The booking is locked with its session; the caller has found it through the door that knows whose it is.
    """
    held = lock_booking(session, booking)
    if booking.state not in OPEN:
        raise Conflict("这个报名已经结束了,不用取消。")
    if now >= held.starts_at:
        raise Conflict("这一场已经开始,不能再取消了。")
    leave(held, booking, BookingState.CANCELLED, now)
    offer_free_seats(session, held, now)


def accept_offer(session: Session, booking: Booking, now: datetime) -> None:
    """Take the seats that are held for this person. Raises OfferGone; taking them twice is taking them once."""
    held = lock_booking(session, booking)
    if booking.state == BookingState.BOOKED:
        return
    if booking.state != BookingState.OFFERED or booking.offer_until is None or now >= booking.offer_until:
        raise OfferGone
    set_state(booking, BookingState.BOOKED, now)
    log.info("offer_accepted", booking=booking.number, session_id=held.id)


def lapse_offers(session: Session, session_id: int, now: datetime) -> int:
    """Offers that nobody took in time move on to who is next in line; answers how many lapsed."""
    held = lock_session(session, session_id)
    late = session.scalars(
        select(Booking).where(
            Booking.session_id == session_id, Booking.state == BookingState.OFFERED, Booking.offer_until <= now
        )
    ).all()
    for booking in late:
        leave(held, booking, BookingState.LAPSED, now)
        tell(session, booking, "lapsed", now)
    offer_free_seats(session, held, now)
    return len(late)


def rescue_forgotten_offers(session: Session, now: datetime) -> int:
    """Ask again for the lapse of offers whose job was given up; answers how many sessions have such."""
    late = select(Booking.session_id).where(Booking.offer_until < now - FORGOTTEN_AFTER)
    sessions = session.scalars(late.distinct()).all()
    asks = {f"session-{number}": {"session_id": number} for number in sessions}
    request_rescues(session, JobName.LAPSE_OFFERS, asks, every=RESCUE_EVERY, now=now)
    return len(sessions)


def offer_free_seats(session: Session, held: CourseSession, now: datetime) -> int:
    """Hold free seats for the first in line, strictly in order: whoever wants more than are free is waited for.

    `held` is locked. Answers how many were offered seats.
    """
    offered = 0
    until = min(now + OFFER_LASTS, held.starts_at - LAST_OFFER)
    if held.cancelled_at is not None or until <= now:
        return offered
    line = select(Booking).where(Booking.session_id == held.id, Booking.state == BookingState.WAITING)
    for booking in session.scalars(line.order_by(*LINE)).all():
        if held.taken + booking.seats > held.capacity or is_still_held_back(held, booking, now):
            break
        held.taken += booking.seats
        set_state(booking, BookingState.OFFERED, now)
        booking.offer_until = until
        session.flush()
        tell(session, booking, "offered", now)
        ask_for_lapse(session, booking, now)
        offered += 1
    session.flush()
    return offered


def place_in_line(session: Session, booking: Booking) -> int:
    """1 for who is next; the booking is waiting."""
    earlier: ColumnElement[bool] = Booking.id < booking.id
    if booking.is_held_back:
        earlier = or_(Booking.is_held_back.is_(False), earlier)
    else:
        earlier = and_(Booking.is_held_back.is_(False), earlier)
    before = select(func.count()).where(
        Booking.session_id == booking.session_id, Booking.state == BookingState.WAITING, earlier
    )
    return int(session.scalar(before) or 0) + 1


def find_live_booking(session: Session, *, session_id: int, user_id: int) -> Booking | None:
    """The seats, the offer or the place in line that a person has at a session."""
    wanted = select(Booking).where(
        Booking.session_id == session_id, Booking.user_id == user_id, Booking.is_live.is_(True)
    )
    return session.scalar(wanted)


def lock_booking(session: Session, booking: Booking) -> CourseSession:
    """Its session, locked, and the booking as it is now."""
    held = lock_session(session, booking.session_id)
    # Not refresh(): that repeats the joins with which the booking was found, and PostgreSQL cannot lock through them.
    session.get_one(Booking, booking.id, with_for_update=True, populate_existing=True)
    return held


def has_room(session: Session, held: CourseSession, seats: int, now: datetime) -> bool:
    """Whether so many seats are free and nobody is to be asked before; `held` is locked."""
    if held.taken + seats > held.capacity:
        return False
    line = select(Booking).where(Booking.session_id == held.id, Booking.state == BookingState.WAITING)
    first = session.scalars(line.order_by(*LINE).limit(1)).first()
    return first is None or is_still_held_back(held, first, now)


def is_still_held_back(held: CourseSession, booking: Booking, now: datetime) -> bool:
    return booking.is_held_back and is_scarce(held, booking.seats) and now < held.starts_at - LAST_DAY


def leave(held: CourseSession, booking: Booking, state: BookingState, now: datetime) -> None:
    if booking.state != BookingState.WAITING:
        held.taken -= booking.seats
    set_state(booking, state, now)


def ask_for_lapse(session: Session, booking: Booking, now: datetime) -> None:
    """Have a job look when the offer is over."""
    assert booking.offer_until is not None
    request_job(
        session, JobName.LAPSE_OFFERS, key=f"{booking.id}-{booking.version}", now=now, delay=booking.offer_until - now,
        session_id=booking.session_id,
    )  # fmt: skip


def set_state(booking: Booking, state: BookingState, now: datetime) -> None:
    """The booking's session is locked; who changes between holding seats and not counts `taken` too."""
    booking.state, booking.changed_at, booking.offer_until = state, now, None
    booking.is_live = True if state in LIVE else None
    booking.version += 1


def tell(session: Session, booking: Booking, what: str, now: datetime) -> None:
    """Have a job say it; see notices.py."""
    request_job(
        session, JobName.TELL_BOOKING, key=f"{booking.id}-{booking.version}-{what}", now=now,
        booking_id=booking.id, what=what,
    )  # fmt: skip
