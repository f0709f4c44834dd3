"""Offers that lapse, and what people with a booking are told."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job
from services.resources import Resources
from services.training import broadcasts, notices, seats


@atomic_job
def lapse_offers(session: Session, resources: Resources, session_id: int) -> None:
    """Pass on what nobody took in time."""
    seats.lapse_offers(session, session_id, resources.clock.now())


@atomic_job
def tell_booking(session: Session, resources: Resources, booking_id: int, what: str) -> None:
    """An offer, its end, or a reminder, where it still holds."""
    notices.tell_booking(session, booking_id, what, resources.clock.now())


@atomic_job
def broadcast(session: Session, resources: Resources, broadcast_id: int) -> None:
    """One portion of those concerned."""
    broadcasts.send_portion(session, broadcast_id, resources.clock.now())
