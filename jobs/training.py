"""Offers that lapse, and what people with a booking are told."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job
from services.resources import Resources
from services.training import seats


@atomic_job
def lapse_offers(session: Session, resources: Resources, session_id: int) -> None:
    """Pass on what nobody took in time."""
    seats.lapse_offers(session, session_id, resources.clock.now())
