"""Finding again the notices, pushes and mailings that a crash left behind."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Delivery, DeliveryState, Mailing, MailingState, Notice, NoticeState
from services.job_names import JobName, request_rescues
from services.notices.channels import PUSHES
from services.notices.writing import IS_NOT_PAUSED

STUCK_AFTER, RESCUE_EVERY = timedelta(minutes=1), timedelta(minutes=1)
# A mailing without a portion for so long has lost its job, or the queue is slow.
MAILING_STUCK_AFTER = timedelta(minutes=10)
MOST_AT_ONCE = 500


def rescue_notices(session: Session, now: datetime) -> int:
    """Ask again for those that are due and not written; answers for how many people."""
    late = select(Notice.user_id).where(
        Notice.state == NoticeState.WAITING, Notice.due_at < now - STUCK_AFTER, IS_NOT_PAUSED
    )
    people = session.scalars(late.distinct().limit(MOST_AT_ONCE)).all()
    asks = {f"{user_id}-rescue": {"user_id": user_id} for user_id in people}
    request_rescues(session, JobName.WRITE_NOTICES, asks, every=RESCUE_EVERY, now=now)
    return len(people)


def rescue_pushes(session: Session, now: datetime) -> int:
    """Ask again for subscription and template messages that nobody sends; answers how many."""
    stuck = session.scalars(
        select(Delivery.id)
        .where(
            Delivery.state == DeliveryState.QUEUED,
            Delivery.channel.in_(PUSHES),
            Delivery.created_at < now - STUCK_AFTER,
            or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= now),
            or_(Delivery.retry_at.is_(None), Delivery.retry_at < now - STUCK_AFTER),
        )
        .limit(MOST_AT_ONCE)
    ).all()
    asks = {f"{number}-rescue": {"delivery_id": number} for number in stuck}
    request_rescues(session, JobName.SEND_PUSH, asks, every=RESCUE_EVERY, now=now)
    return len(stuck)


def rescue_mailings(session: Session, now: datetime) -> int:
    """Ask again for mailings under way; a job too many finds nothing to do or goes on with the next portion."""
    going = Mailing.state.in_([MailingState.GATHERING, MailingState.SENDING])
    stuck = session.scalars(select(Mailing.id).where(going, Mailing.stepped_at < now - MAILING_STUCK_AFTER)).all()
    asks = {f"{number}-rescue": {"mailing_id": number} for number in stuck}
    request_rescues(session, JobName.SEND_MAILING, asks, every=MAILING_STUCK_AFTER, now=now)
    return len(stuck)
