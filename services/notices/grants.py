"""The ledger of subscription grants: one acceptance, one send. It never promises more than WeChat would let us send."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, delete, select, update
from sqlalchemy.orm import Session

from core.db import table_of
from core.logs import get_logger
from core.statements import Statement
from models import SubscriptionEvent, SubscriptionGrant

log = get_logger(__name__)

ACCEPT, REJECT = "accept", "reject"
LONGEST_TEMPLATE_ID = 64
# WeChat repeats a push within seconds.
KEEP_EVENTS = timedelta(days=7)

_grant, _event = table_of(SubscriptionGrant), table_of(SubscriptionEvent)
GRANTED: ColumnElement[int] = case(
    (_grant.c.confirmed_count > _grant.c.reported_count, _grant.c.confirmed_count), else_=_grant.c.reported_count
)
IS_LEFT = _grant.c.used_count < GRANTED
_OF = (_grant.c.identity_id == bindparam("of_identity"), _grant.c.template_id == bindparam("of_template"))
CONFIRM = Statement(
    update(_grant).where(*_OF).values(confirmed_count=_grant.c.confirmed_count + 1, changed_at=bindparam("now"))
)
REPORT = Statement(
    update(_grant).where(*_OF).values(reported_count=_grant.c.reported_count + 1, changed_at=bindparam("now"))
)
ADD = Statement.adding_once(
    _grant, "identity_id", "template_id", "confirmed_count", "reported_count", "used_count", "zeroed_count",
    "changed_at",
)  # fmt: skip
ADD_EVENT = Statement.adding_once(_event, "key", "created_at")


def note_popup(
    session: Session, *, identity_id: int, answers: Sequence[Mapping[str, Any]], key: str, now: datetime
) -> None:
    """WeChat's word that the person accepted: counted once for each push, however often it comes. A refusal takes
    nothing back of what was granted before."""
    if not _is_new(session, key, now):
        return
    for answer in answers:
        if answer.get("status") == ACCEPT:
            _count(session, CONFIRM, identity_id, answer.get("template_id"), now)


def note_change(session: Session, *, identity_id: int, answers: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """The person switched a template off in WeChat's settings: nothing is left of it. Repeats do no harm."""
    for answer in answers:
        if answer.get("status") == REJECT:
            zero_grants(session, identity_id=identity_id, template_id=str(answer.get("template_id")), now=now)


def report_accepted(session: Session, *, identity_id: int, template_ids: Sequence[str], now: datetime) -> None:
    """The mini-program's word for what WeChat's event says too, sooner or later; the caller sees to it that one answer
    is reported once. It may be forged: then WeChat answers 43101, and nothing is left."""
    for template_id in dict.fromkeys(template_ids):
        _count(session, REPORT, identity_id, template_id, now)


def take_grant(session: Session, *, identity_id: int, template_id: str) -> int | None:
    """Use one, in the transaction that claims the message it is for; answers what `return_grant` wants to know, None
    where nothing is left. Of two at once for the last one, one gets it."""
    taken = (
        update(SubscriptionGrant)
        .where(_is_of(identity_id, template_id), IS_LEFT)
        .values(used_count=SubscriptionGrant.used_count + 1)
        .returning(SubscriptionGrant.zeroed_count)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(taken)


def return_grant(session: Session, *, identity_id: int, template_id: str, taken: int) -> None:
    """WeChat refused the message for another reason: the grant is still there, unless all was taken back meanwhile."""
    given_back = (
        update(SubscriptionGrant)
        .where(_is_of(identity_id, template_id), SubscriptionGrant.zeroed_count == taken)
        .values(used_count=SubscriptionGrant.used_count - 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(given_back)


def zero_grants(session: Session, *, identity_id: int, template_id: str | None = None, now: datetime) -> None:
    """Nothing is left, of one template or of all. What is told late of acceptances from before counts no more."""
    emptied = (
        update(SubscriptionGrant)
        .where(SubscriptionGrant.identity_id == identity_id)
        .values(used_count=GRANTED, zeroed_count=SubscriptionGrant.zeroed_count + 1, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    if template_id is not None:
        emptied = emptied.where(SubscriptionGrant.template_id == template_id)
    session.execute(emptied)
    log.info("grants_zeroed", identity_id=identity_id)


def list_left(session: Session, identity_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """What is left, by identity and template, where something is."""
    rows = session.execute(
        select(_grant.c.identity_id, _grant.c.template_id, GRANTED - _grant.c.used_count).where(
            _grant.c.identity_id.in_(identity_ids), IS_LEFT
        )
    )
    return {(identity_id, template_id): left for identity_id, template_id, left in rows}


def forget_old_events(session: Session, now: datetime) -> None:
    """What WeChat will not repeat any more."""
    session.execute(delete(SubscriptionEvent).where(SubscriptionEvent.created_at < now - KEEP_EVENTS))


def _is_new(session: Session, key: str, now: datetime) -> bool:
    """Kept as a digest: the key of a push names whom it is about, and an erasure does not come by here."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return ADD_EVENT.first(session, {"key": digest, "created_at": now}) is not None


def _count(session: Session, counting: Statement, identity_id: int, template_id: Any, now: datetime) -> None:
    if not isinstance(template_id, str) or not 0 < len(template_id) <= LONGEST_TEMPLATE_ID:
        return
    values = {"of_identity": identity_id, "of_template": template_id, "now": now}
    if counting.change(session, values) == 0:
        # Where another transaction adds the row at this moment, the count below waits for it.
        empty = dict.fromkeys(("confirmed_count", "reported_count", "used_count", "zeroed_count"), 0)
        ADD.first(session, {"identity_id": identity_id, "template_id": template_id, **empty, "changed_at": now})
        counting.change(session, values)


def _is_of(identity_id: int, template_id: str) -> ColumnElement[bool]:
    return (SubscriptionGrant.identity_id == identity_id) & (SubscriptionGrant.template_id == template_id)
