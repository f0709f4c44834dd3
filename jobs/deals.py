"""What parties of deals are told, and what the clock does with their deals."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job
from services.deals import clock_work, telling
from services.resources import Resources


@atomic_job
def tell_side(session: Session, resources: Resources, event_id: int, side: str) -> None:
    """What happened, unless it has been overtaken."""
    telling.tell_side(session, event_id, side, resources.clock.now())


@atomic_job
def look_at_deal(session: Session, resources: Resources, deal_id: int) -> None:
    """Remind, end or count down, as its day says."""
    clock_work.look_at_deal(session, deal_id, resources.clock.now())
