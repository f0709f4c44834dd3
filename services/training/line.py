"""Free seats that somebody waits for: a group first in line is not passed by somebody alone."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Booking, BookingState, CourseSession
from services.training.seats import LINE, is_still_held_back


def list_waited_for(session: Session, held: Iterable[CourseSession], now: datetime) -> set[int]:
    """The ids of those sessions whose free seats are offered to the line first: who books now waits behind it."""
    free = {each.id: each for each in held if each.taken < each.capacity}
    if not free:
        return set()
    line = select(Booking).where(Booking.session_id.in_(free), Booking.state == BookingState.WAITING)
    first: dict[int, Booking] = {}
    for booking in session.scalars(line.order_by(*LINE)):
        first.setdefault(booking.session_id, booking)
    return {number for number, booking in first.items() if not is_still_held_back(free[number], booking, now)}


def is_waited_for(session: Session, held: CourseSession, now: datetime) -> bool:
    return held.id in list_waited_for(session, (held,), now)
