"""Seats of people who leave us or turn out to be one person: given up, and offered to who is next."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Booking, BookingState
from models.training import LIVE, OPEN
from services.training.seats import leave, lock_booking, offer_free_seats


def give_up_all(session: Session, user_id: int, now: datetime) -> None:
    """Whoever is erased, or joined with another account that has the same seats, needs no seats to come."""
    live = select(Booking).where(Booking.user_id == user_id, Booking.state.in_(OPEN)).order_by(Booking.session_id)
    for booking in session.scalars(live).all():
        give_up(session, booking, now)


def give_up_doubles(session: Session, one: int, other: int, now: datetime) -> None:
    """Two accounts turn out to be one person: where both have a booking of a session, the better one stays."""
    theirs = {each.session_id: each for each in _live(session, one)}
    for second in _live(session, other):
        first = theirs.get(second.session_id)
        if first is None:
            continue
        weaker = max(first, second, key=lambda each: LIVE.index(BookingState(each.state)))
        give_up(session, weaker, now)
        weaker.is_live = None  # also where it is over and nothing can be given up
    session.flush()


def _live(session: Session, user_id: int) -> Sequence[Booking]:
    query = select(Booking).where(Booking.user_id == user_id, Booking.is_live.is_(True))
    return session.scalars(query.order_by(Booking.session_id)).all()


def give_up(session: Session, booking: Booking, now: datetime) -> None:
    """As cancel, whatever the time; nothing where there is nothing to give up any more."""
    held = lock_booking(session, booking)
    if booking.state in OPEN:
        leave(held, booking, BookingState.CANCELLED, now)
        offer_free_seats(session, held, now)
