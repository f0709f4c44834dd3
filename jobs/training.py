"""Offers that lapse, what people with a booking are told, and certificates."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job, outbox_job
from services.resources import Resources
from services.training import broadcasts, certificate_making, notices, seats
from services.training.signed_links import make_join_link


@atomic_job
def lapse_offers(session: Session, resources: Resources, session_id: int) -> None:
    """Pass on what nobody took in time."""
    seats.lapse_offers(session, session_id, resources.clock.now())


@atomic_job
def tell_booking(session: Session, resources: Resources, booking_id: int, what: str) -> None:
    """An offer, its end, a reminder, or how it was, where it still holds."""
    notices.tell_booking(
        session, booking_id, what, resources.clock.now(),
        join_link=lambda booking: make_join_link(resources.settings, booking),
    )  # fmt: skip


@atomic_job
def broadcast(session: Session, resources: Resources, broadcast_id: int) -> None:
    """One portion of those concerned."""
    broadcasts.send_portion(session, broadcast_id, resources.clock.now())


@outbox_job
def make_certificate(resources: Resources, certificate_id: int) -> None:
    """Draw the PDF, keep it and tell its owner."""
    certificate_making.make_certificate(
        resources.database, resources.files, resources.clock, base_url=resources.settings.public_base_url,
        certificate_id=certificate_id,
    )  # fmt: skip
