"""The delivery ledger: rows first, then the send; a state is only ever what WeChat told us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from adapters.wechat.text import split_text
from core import metrics
from core.clock import Clock
from core.db import Database, table_of
from core.logs import get_logger
from core.statements import Statement
from models import (
    Allowance,
    Delivery,
    DeliveryChannel,
    DeliveryReason,
    DeliveryState,
    WeChatIdentity,
)
from services.allowances import close_allowances, return_allowance, take_allowance
from services.job_names import JobName, request_job
from services.notices.channels import PUSHES, find_way, note_tried
from services.notices.grants import zero_grants
from services.ports import WeChat, WeChatError

log = get_logger(__name__)

CLAIM = timedelta(seconds=30)
RETRY_AFTER = timedelta(seconds=20)
MAX_ATTEMPTS = 6
# The last message of an allowance is kept for a person's answer and for what was promised.
FROM_PEOPLE = {DeliveryReason.STAFF_REPLY, DeliveryReason.HANDOFF, DeliveryReason.PROMISE}
FOR_PEOPLE = FROM_PEOPLE | {DeliveryReason.REPLY}
UNKNOWN_OUTCOME = "unknown"
# Refused for our account's sake (quota, token, permission), not for the message's or the person's: it stays readable.
REFUSED_FOR_NOW = {45009, 40001, 40014, 42001, 40164, 48001, 48004, 50002}


@dataclass(frozen=True)
class Queued:
    """A row just written."""

    delivery_id: int
    channel: DeliveryChannel
    payload: dict[str, Any]


_table = table_of(Delivery)
ADD_DELIVERY = Statement.adding(
    _table, "key", "identity_id", "message_id", "channel", "reason", "part", "payload", "state", "attempt_count",
    "created_at",
)  # fmt: skip


def queue_deliveries(
    session: Session,
    *,
    identity_id: int,
    message_id: int,
    payloads: Sequence[dict[str, Any]],
    reason: DeliveryReason,
    now: datetime,
    first_channel: DeliveryChannel = DeliveryChannel.CUSTOMER_SERVICE,
) -> list[Queued]:
    """Write one row for each piece of a message, before anything is sent.

    `first_channel` is PASSIVE where a push is being answered: the first piece goes that way, the rest (and all of
    them otherwise) through the customer-service API, for which a job is asked for.
    """
    queued = []
    is_call = first_channel == DeliveryChannel.API
    pieces = payloads if is_call else [piece for payload in payloads for piece in _split(payload)]
    for part, payload in enumerate(pieces, start=1):
        channel = first_channel if part == 1 or is_call else None
        channel = channel or DeliveryChannel.CUSTOMER_SERVICE
        delivery_id: int = ADD_DELIVERY.scalar(
            session,
            {"key": f"message-{message_id}-{part}", "identity_id": identity_id, "message_id": message_id,
             "channel": channel, "reason": reason, "part": part, "payload": payload, "state": DeliveryState.QUEUED,
             "attempt_count": 0, "created_at": now},
        )  # fmt: skip
        queued.append(Queued(delivery_id, channel, payload))
    if any(row.channel == DeliveryChannel.CUSTOMER_SERVICE for row in queued):
        # Later pieces of a passive answer wait a moment, so that they arrive after it.
        delay = timedelta(seconds=1) if first_channel == DeliveryChannel.PASSIVE else timedelta(0)
        request_job(
            session, JobName.DELIVER, key=f"message-{message_id}", now=now, delay=delay, identity_id=identity_id
        )
    return queued


def queue_extra(
    session: Session,
    *,
    key: str,
    identity_id: int,
    message_id: int,
    payload: dict[str, Any],
    now: datetime,
    expires_at: datetime,
) -> None:
    """Write down a picture beside an answer, and ask for the job that sends it. `key` must be new."""
    session.add(
        Delivery(
            key=key, identity_id=identity_id, message_id=message_id, payload=payload, state=DeliveryState.QUEUED,
            channel=DeliveryChannel.CUSTOMER_SERVICE, reason=DeliveryReason.EXTRA, created_at=now,
            expires_at=expires_at,
        )
    )  # fmt: skip
    session.flush()
    request_job(session, JobName.DELIVER, key=key, now=now, identity_id=identity_id)


def _split(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """A text over WeChat's 2,048 bytes becomes several; what belongs to the message as a whole stays with the first."""
    if payload.get("kind") != "text":
        return [payload]
    first, *rest = split_text(str(payload["text"])) or [""]
    return [{**payload, "text": first}, *({"kind": "text", "text": text} for text in rest)]


def mark_sent(session: Session, delivery: Delivery, now: datetime) -> None:
    """The one place that records a success; what an inbox listing carried is delivered with it."""
    delivery.state = DeliveryState.SENT
    delivery.sent_at = now
    delivery.claimed_until = None
    metrics.deliveries_total.labels(delivery.channel, DeliveryState.SENT).inc()
    for carried_id in delivery.payload.get("carries", ()):
        carried = session.get(Delivery, carried_id)
        if carried is not None and carried.state != DeliveryState.SENT:
            mark_sent(session, carried, now)


def mark_failed(delivery: Delivery, code: str, detail: str) -> None:
    """The one place that records that a message will not arrive, or that nobody knows."""
    delivery.state = DeliveryState.FAILED
    delivery.error_code, delivery.error_detail = code, detail[:200]
    delivery.claimed_until = None
    metrics.deliveries_total.labels(delivery.channel, DeliveryState.FAILED).inc()


def send_passive_later(database: Database, delivery_id: int, now: datetime) -> None:
    """An answer that missed its request, which was told `success`: it goes through the API. Safe to repeat."""
    with database.unit_of_work() as session:
        delivery = _get_locked(session, delivery_id)
        if delivery.state == DeliveryState.QUEUED and delivery.channel == DeliveryChannel.PASSIVE:
            delivery.channel = DeliveryChannel.CUSTOMER_SERVICE
            key = f"late-{delivery_id}"
            request_job(session, JobName.DELIVER, key=key, now=now, identity_id=delivery.identity_id)


@dataclass(frozen=True)
class _Claim:
    delivery_id: int
    openid: str
    payload: dict[str, Any]


def send_waiting(database: Database, wechat: WeChat, clock: Clock, *, identity_id: int) -> int:
    """Send what waits for one identity, oldest first; answers how many WeChat accepted.

    Stops where another worker holds the head of the line, or where a message must be tried again later.
    """
    sent = 0
    while (claim := _claim_next(database, identity_id, clock.now())) is not None:
        try:
            wechat.send(claim.openid, claim.payload)
        except WeChatError as error:
            if not _record_failure(database, claim.delivery_id, error, clock.now()):
                break
            continue
        with database.unit_of_work() as session:
            delivery = _get_locked(session, claim.delivery_id)
            # Read in the app while it was under way: the first time stays.
            if delivery.state != DeliveryState.SENT:
                mark_sent(session, delivery, clock.now())
        sent += 1
    return sent


def _get_locked(session: Session, delivery_id: int) -> Delivery:
    return session.scalars(select(Delivery).where(Delivery.id == delivery_id).with_for_update()).one()


def _claim_next(database: Database, identity_id: int, now: datetime) -> _Claim | None:
    """Take an allowance for the oldest waiting message; one that none covers moves to the inbox."""
    with database.unit_of_work() as session:
        # The allowance rows are locked first, in the order every sender uses.
        session.scalars(
            select(Allowance).where(Allowance.identity_id == identity_id).order_by(Allowance.kind).with_for_update()
        ).all()
        waiting = session.scalars(
            select(Delivery)
            .where(
                Delivery.identity_id == identity_id,
                Delivery.state == DeliveryState.QUEUED,
                Delivery.channel == DeliveryChannel.CUSTOMER_SERVICE,
            )
            .order_by(Delivery.message_id, Delivery.part)
            .options(selectinload(Delivery.identity))
            .with_for_update()
        ).all()
        for delivery in waiting:
            if delivery.claimed_until is not None:
                if delivery.claimed_until > now:
                    return None
                # A sender died while it held this one: WeChat may have it. Sending again could double it.
                mark_failed(delivery, UNKNOWN_OUTCOME, "the sender stopped before the outcome was known")
                continue
            if delivery.expires_at is not None and delivery.expires_at <= now:
                _expire(delivery)
                continue
            kind = _allowance_for(session, delivery, now)
            if kind is None:
                _go_on(session, delivery, "no_allowance", now)
                log.info("delivery_moved_on", delivery_id=delivery.id, reason=delivery.reason, channel=delivery.channel)
                continue
            delivery.allowance_kind = kind
            delivery.claimed_until = now + CLAIM
            delivery.attempt_count += 1
            return _Claim(delivery.id, delivery.identity.openid, delivery.payload)
    return None


def _allowance_for(session: Session, delivery: Delivery, now: datetime) -> str | None:
    if not delivery.identity.is_subscribed:
        return None
    keep_last = delivery.reason not in FOR_PEOPLE
    return take_allowance(session, identity_id=delivery.identity_id, now=now, keep_last=keep_last)


def _record_failure(database: Database, delivery_id: int, error: WeChatError, now: datetime) -> bool:
    """Write down what WeChat said; answers whether the next message may be tried at once."""
    with database.unit_of_work() as session:
        delivery = _get_locked(session, delivery_id)
        log.warning(
            "delivery_refused", delivery_id=delivery_id, errcode=error.errcode, rid=error.rid, outcome=error.outcome
        )
        is_for_later = error.outcome == "busy" or error.errcode in REFUSED_FOR_NOW
        is_window_closed = error.is_window_closed or error.is_quota_used
        if is_window_closed or (error.is_gone and not is_for_later):
            close_allowances(session, identity_id=delivery.identity_id)
            if error.is_gone:
                delivery.identity.blocked_at = now
        elif is_for_later:
            return_allowance(session, identity_id=delivery.identity_id, now=now)
        if delivery.state == DeliveryState.SENT:
            # Read in the app while it was under way: it needs no other way.
            return error.outcome != "busy"
        delivery.claimed_until = None
        if is_window_closed:
            _go_on(session, delivery, str(error.errcode), now)
            return True
        if not is_for_later:
            code = UNKNOWN_OUTCOME if error.outcome == "unknown" else str(error.errcode)
            mark_failed(delivery, code, f"{error.detail} rid {error.rid}" if error.rid else error.detail)
            return True
        delivery.allowance_kind = None
        if error.outcome == "busy" and delivery.attempt_count < MAX_ATTEMPTS:
            request_job(
                session,
                JobName.DELIVER,
                key=f"delivery-{delivery.id}-{delivery.attempt_count}",
                now=now,
                delay=RETRY_AFTER * delivery.attempt_count,
                identity_id=delivery.identity_id,
            )
            return False
        _go_on(session, delivery, str(error.errcode or error.outcome), now)
        delivery.error_code = None if error.errcode is None else str(error.errcode)
        # While WeChat is busy the next message would fare no better; its own job tries it.
        return error.outcome != "busy"


def _go_on(session: Session, delivery: Delivery, outcome: str, now: datetime) -> None:
    """The window is closed to it: a notice may go as a subscription or template message; all else waits in the app."""
    way = find_way(session, delivery, now) if delivery.reason == DeliveryReason.NOTICE else None
    if way is None:
        keep_in_app(delivery)
        return
    note_tried(delivery, outcome, now)
    delivery.channel, delivery.allowance_kind = way.channel, None
    request_job(session, JobName.SEND_PUSH, key=f"{delivery.id}", now=now, delivery_id=delivery.id)


def keep_in_app(delivery: Delivery) -> None:
    """No channel of WeChat's takes it (any more)."""
    if delivery.reason == DeliveryReason.EXTRA:
        _expire(delivery)
        return
    delivery.channel, delivery.allowance_kind = DeliveryChannel.INBOX, None
    metrics.allowance_misses_total.labels(delivery.reason).inc()


def _expire(delivery: Delivery) -> None:
    delivery.state = DeliveryState.EXPIRED
    metrics.deliveries_total.labels(delivery.channel, DeliveryState.EXPIRED).inc()


def cancel_for_unsubscribed(session: Session, identity: WeChatIdentity, now: datetime) -> None:
    """The user left: nothing more may be sent; what waited stays readable in the app if they come back."""
    close_allowances(session, identity_id=identity.id)
    zero_grants(session, identity_id=identity.id, now=now)
    waiting = select(Delivery).where(
        Delivery.identity_id == identity.id,
        Delivery.state == DeliveryState.QUEUED,
        Delivery.channel.in_([DeliveryChannel.CUSTOMER_SERVICE, DeliveryChannel.PASSIVE, *PUSHES]),
    )
    for delivery in session.scalars(waiting):
        # What is under way at this moment keeps its channel: its sender writes down what became of it.
        if delivery.claimed_until is None or delivery.channel not in PUSHES:
            delivery.channel = DeliveryChannel.INBOX
