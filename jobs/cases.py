"""Routing of cases: to a member of staff, to the next one, to a supervisor."""

from jobs.runtime import outbox_job
from services import routing
from services.resources import Resources


@outbox_job
def route_case(resources: Resources, case_id: int) -> None:
    """Offer a waiting case; a case that somebody has already is left alone."""
    with resources.database.unit_of_work() as session:
        routing.route_case(session, case_id, resources.clock.now())


@outbox_job
def check_offer(resources: Resources, case_id: int, offer: int) -> None:
    """Pass the case on if this offer still stands and its time is over."""
    with resources.database.unit_of_work() as session:
        routing.check_offer(session, case_id, offer, resources.clock.now())
