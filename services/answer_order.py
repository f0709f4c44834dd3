"""Answers arrive in the order of the questions: one that could go out at once must not overtake one that waits."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Integer, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from core.db import table_of
from core.statements import Statement
from models import Delivery, DeliveryChannel, DeliveryReason, DeliveryState

_table = table_of(Delivery)
# An answer that waits longer is held up by something else (no worker, no Redis): the next ones go out without it.
OVERTAKEN_AFTER = timedelta(seconds=10)


def has_unsent_answer_of(identity_id: ColumnElement[int], since: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether an answer written after `since` waits to be sent or is being sent, as part of a larger query.

    Asked after the conversation is locked, by a statement of its own: the query that waits for the lock sees everything
    else as it was before the wait. One that WeChat was too busy for waits for another try, and nothing waits for it.
    """
    return exists().where(
        _table.c.identity_id == identity_id,
        _table.c.state == DeliveryState.QUEUED,
        _table.c.channel == DeliveryChannel.CUSTOMER_SERVICE,
        _table.c.reason == DeliveryReason.REPLY,
        _table.c.created_at > since,
        or_(_table.c.attempt_count == 0, _table.c.claimed_until.is_not(None)),
    )


SINCE = bindparam("unsent_since", type_=_table.c.created_at.type)
HAS_UNSENT_ANSWER = Statement(select(has_unsent_answer_of(bindparam("identity", type_=Integer), SINCE)))


def unsent_since(now: datetime) -> dict[str, datetime]:
    """The value of SINCE."""
    return {"unsent_since": now - OVERTAKEN_AFTER}


def has_unsent_answer(session: Session, *, identity_id: int, now: datetime) -> bool:
    """Whether an answer to this identity is still on its way."""
    return bool(HAS_UNSENT_ANSWER.scalar(session, {"identity": identity_id} | unsent_since(now)))
