"""Finding again the messages that a crash left unsent."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Delivery, DeliveryChannel, DeliveryState
from services.deliveries import UNKNOWN_OUTCOME, mark_failed
from services.job_names import JobName, request_rescues

# WeChat's three tries are over by then; a passive answer that is still not confirmed may or may not have arrived.
PASSIVE_SETTLED_AFTER = timedelta(seconds=20)
STUCK_AFTER = timedelta(seconds=15)
RESCUE_EVERY = timedelta(seconds=15)


def rescue_stuck_deliveries(session: Session, *, now: datetime) -> int:
    """Ask for a job where messages wait and nobody sends them; answers for how many identities.

    A passive answer that nobody confirmed (the process died around writing it, and WeChat did not ask again) may have
    arrived: it is offered in the app, because sending it could double it.
    """
    unconfirmed = select(Delivery).where(
        Delivery.state == DeliveryState.QUEUED,
        Delivery.channel == DeliveryChannel.PASSIVE,
        Delivery.created_at < now - PASSIVE_SETTLED_AFTER,
    )
    for delivery in session.scalars(unconfirmed):
        mark_failed(delivery, UNKNOWN_OUTCOME, "nobody confirmed that the answer was written")
    session.flush()
    stuck = session.scalars(
        select(Delivery.identity_id)
        .where(
            Delivery.state == DeliveryState.QUEUED,
            Delivery.channel == DeliveryChannel.CUSTOMER_SERVICE,
            Delivery.created_at < now - STUCK_AFTER,
            or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= now),
        )
        .distinct()
    ).all()
    asks = {f"identity-{identity_id}": {"identity_id": identity_id} for identity_id in stuck}
    request_rescues(session, JobName.DELIVER, asks, every=RESCUE_EVERY, now=now)
    return len(stuck)
