"""Routing of cases: to a member of staff, to the next one, to a supervisor."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job
from services import routing
from services.casework import clocks
from services.resources import Resources


@atomic_job
def route_case(session: Session, resources: Resources, case_id: int) -> None:
    """Offer a waiting case; a case that somebody has already is left alone."""
    routing.route_case(session, case_id, resources.clock.now())


@atomic_job
def check_offer(session: Session, resources: Resources, case_id: int, offer: int) -> None:
    """Pass the case on if this offer still stands and its time is over."""
    routing.check_offer(session, case_id, offer, resources.clock.now())


@atomic_job
def check_clock(session: Session, resources: Resources, clock_id: int) -> None:
    """Remind of a time limit, or say that it has passed."""
    clocks.check_clock(session, clock_id, resources.clock.now())
