"""Notices that are due, subscription and template messages, and messages to many."""

from sqlalchemy.orm import Session

from jobs.runtime import atomic_job, outbox_job
from services import watching
from services.market import match_telling
from services.notices import mailing_steps, sending, writing
from services.resources import Resources

# Asked again, when it is written, whether what they told still holds.
ROOMS = (match_telling.ROOM, watching.ROOM)


@atomic_job
def write_notices(session: Session, resources: Resources, user_id: int) -> None:
    """What is due for one person."""
    writing.write_due(session, user_id, resources.clock.now(), ROOMS)


@outbox_job
def send_push(resources: Resources, delivery_id: int) -> None:
    """One notice as a subscription or template message."""
    sending.send_push(resources.database, resources.wechat, resources.clock, delivery_id=delivery_id)


@outbox_job
def send_mailing(resources: Resources, mailing_id: int) -> None:
    """The next portion of a message to many: written down first, then sent."""
    mailing_steps.send_portion(resources.database, resources.wechat, resources.clock, mailing_id=mailing_id)
