"""What waits in the app for a user: written when WeChat let us send nothing, offered at their next contact."""

from datetime import datetime

from sqlalchemy import ColumnElement, Integer, ScalarSelect, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.db import table_of
from core.statements import Statement
from models import Delivery, DeliveryChannel, DeliveryReason, DeliveryState
from services.deliveries import FROM_PEOPLE, UNKNOWN_OUTCOME
from services.job_names import JobName, request_job

_table = table_of(Delivery)
# What waits in the app: never sent, or sent with an outcome that WeChat never told us.
IS_OFFERED = or_(
    (_table.c.channel == DeliveryChannel.INBOX) & (_table.c.state == DeliveryState.QUEUED),
    (_table.c.state == DeliveryState.FAILED)
    & (_table.c.error_code == UNKNOWN_OUTCOME)
    & (_table.c.reason != DeliveryReason.EXTRA),
)


def inbox_count_of(identity_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ScalarSelect[int]:
    """How many messages wait in the app for an identity, as part of a larger query."""
    return (
        select(func.count())
        .select_from(_table)
        .where(_table.c.identity_id == identity_id, IS_OFFERED)
        .scalar_subquery()
    )


COUNT_INBOX = Statement(select(inbox_count_of(bindparam("identity", type_=Integer))))


def list_inbox(session: Session, *, identity_id: int, limit: int = 10) -> list[Delivery]:
    """What waits in the app for this user, oldest first."""
    return list(
        session.scalars(
            select(Delivery)
            .where(Delivery.identity_id == identity_id, IS_OFFERED)
            .order_by(Delivery.message_id, Delivery.part)
            .limit(limit)
        )
    )


def send_kept_replies(session: Session, *, identity_id: int, message_id: int, now: datetime) -> None:
    """The user wrote (`message_id`) while a person holds the conversation: what people said to them and could not be
    sent goes out now. The bot, which would offer it, is silent, and the window is open again."""
    kept = session.scalars(
        select(Delivery)
        .where(
            Delivery.identity_id == identity_id,
            Delivery.channel == DeliveryChannel.INBOX,
            Delivery.state == DeliveryState.QUEUED,
            Delivery.reason.in_(FROM_PEOPLE),
        )
        .with_for_update()
    ).all()
    for delivery in kept:
        delivery.channel = DeliveryChannel.CUSTOMER_SERVICE
    if kept:
        request_job(session, JobName.DELIVER, key=f"kept-{message_id}", now=now, identity_id=identity_id)


def count_inbox(session: Session, *, identity_id: int) -> int:
    """How many messages wait in the app."""
    count: int = COUNT_INBOX.scalar(session, {"identity": identity_id})
    return count
