"""Subscription and template messages: one is claimed together with its grant, sent once, and what WeChat says of it,
at once or later by an event, is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import metrics
from core.clock import CHINA, Clock
from core.db import Database
from core.logs import get_logger
from models import ChannelPause, Delivery, DeliveryChannel, DeliveryState, Platform, WeChatIdentity
from services.deliveries import CLAIM, MAX_ATTEMPTS, UNKNOWN_OUTCOME, keep_in_app, mark_failed, mark_sent
from services.job_names import JobName, request_job
from services.notices.channels import PUSHES, Way, find_way, note_tried
from services.notices.grants import return_grant, take_grant, zero_grants
from services.notices.templates import note_problem
from services.ports import WeChat, WeChatError

log = get_logger(__name__)

DAILY_QUOTA, MINUTE_QUOTA = 45009, 45011
# The app, not the person, is refused: no permission, address not listed, banned.
APP_REFUSED = {48001, 48004, 40164, 50002, 40001, 40014, 42001}
APP_PAUSE, MINUTE_PAUSE = timedelta(hours=1), timedelta(minutes=1)
# Not all at one moment once a quota is renewed.
SPREAD_SECONDS = 300


@dataclass(frozen=True)
class _Claim:
    way: Way
    client_msg_id: str
    taken: int | None


def send_push(database: Database, apps: Mapping[Platform, WeChat], clock: Clock, *, delivery_id: int) -> bool:
    """Send one notice by the ways there are, one after the other; answers whether WeChat took it. Safe to repeat."""
    while (claim := _claim(database, delivery_id, apps, clock.now())) is not None:
        way = claim.way
        app = apps[way.platform]
        try:
            if way.channel == DeliveryChannel.SUBSCRIPTION:
                number = app.send_subscription(way.openid, way.template_id, way.data, way.page)
            else:
                number = app.send_template(way.openid, way.template_id, way.data, claim.client_msg_id)
        except WeChatError as error:
            if not _record_failure(database, delivery_id, claim, error, clock.now()):
                return False
            continue
        with database.unit_of_work() as session:
            delivery = _get_locked(session, delivery_id)
            delivery.wechat_msg_id = number or None
            # What another channel said before is on the row's list.
            delivery.error_code = None
            note_tried(delivery, "sent", clock.now(), template_id=way.template_id)
            # Read in the app while it was under way: the first time stays.
            if delivery.state != DeliveryState.SENT:
                mark_sent(session, delivery, clock.now())
        return True
    return False


def _get_locked(session: Session, delivery_id: int) -> Delivery:
    return session.scalars(select(Delivery).where(Delivery.id == delivery_id).with_for_update()).one()


def _claim(database: Database, delivery_id: int, apps: Mapping[Platform, WeChat], now: datetime) -> _Claim | None:
    """The next way with its grant taken, in one transaction; None where there is nothing (more) to send now."""
    with database.unit_of_work() as session:
        delivery = _get_locked(session, delivery_id)
        if delivery.state != DeliveryState.QUEUED or delivery.channel not in PUSHES:
            return None
        if delivery.claimed_until is not None:
            if delivery.claimed_until <= now:
                # A sender died while it held this one: the person may have it.
                mark_failed(delivery, UNKNOWN_OUTCOME, "the sender stopped before the outcome was known")
            return None
        while (way := find_way(session, delivery, now)) is not None and way.platform in apps:
            if way.wait_until is not None:
                _wait(session, delivery, way.channel, way.wait_until, now)
                return None
            taken = None
            if way.channel == DeliveryChannel.SUBSCRIPTION:
                taken = take_grant(session, identity_id=way.identity_id, template_id=way.template_id)
                if taken is None:
                    continue  # another message took the last one at this moment
            delivery.channel, delivery.via_identity_id = way.channel, way.identity_id
            delivery.template_id, delivery.retry_at = way.template_id, None
            delivery.claimed_until = now + CLAIM
            delivery.attempt_count += 1
            return _Claim(way, delivery.key, taken)
        keep_in_app(delivery)
        return None


def _wait(session: Session, delivery: Delivery, channel: str, until: datetime, now: datetime) -> None:
    """Its channel rests: it goes after that, spread over some minutes."""
    later = until + timedelta(seconds=delivery.id % SPREAD_SECONDS)
    delivery.channel, delivery.retry_at, delivery.claimed_until = channel, later, None
    note_tried(delivery, "waits", now)
    request_job(
        session, JobName.SEND_PUSH, key=f"{delivery.id}-{later:%Y%m%d%H%M%S}", now=now, delay=later - now,
        delivery_id=delivery.id,
    )  # fmt: skip


def _record_failure(database: Database, delivery_id: int, claim: _Claim, error: WeChatError, now: datetime) -> bool:
    """Write down what WeChat said; answers whether another way may be tried at once."""
    way = claim.way
    with database.unit_of_work() as session:
        delivery = _get_locked(session, delivery_id)
        log.warning(
            "push_refused", delivery_id=delivery_id, errcode=error.errcode, rid=error.rid, outcome=error.outcome
        )
        delivery.claimed_until = None
        code = UNKNOWN_OUTCOME if error.outcome == "unknown" else str(error.errcode or error.outcome)
        pause = _pause_after(error, now)
        is_for_later = pause is not None or error.outcome == "busy"
        note_tried(delivery, "waits" if is_for_later else code, now, template_id=way.template_id)
        if error.is_not_granted:
            zero_grants(session, identity_id=way.identity_id, template_id=way.template_id, now=now)
        elif claim.taken is not None and error.outcome != "unknown":
            return_grant(session, identity_id=way.identity_id, template_id=way.template_id, taken=claim.taken)
        if delivery.state == DeliveryState.SENT:
            return False  # read in the app meanwhile
        if error.outcome == "unknown":
            mark_failed(delivery, UNKNOWN_OUTCOME, error.detail)
            return False
        if pause is not None:
            _pause(session, way, error.errcode or 0, pause)
            return True
        if error.outcome == "busy":
            if delivery.attempt_count >= MAX_ATTEMPTS:
                keep_in_app(delivery)
                return False
            _wait(session, delivery, way.channel, now + MINUTE_PAUSE, now)
            return False
        if error.is_about_template:
            note_problem(session, way.template_id, way.platform, f"{error.errcode} {error.detail}")
        elif error.is_gone:
            note_blocked(session, way.identity_id, now)
        return True


def _pause_after(error: WeChatError, now: datetime) -> datetime | None:
    """Until when a whole channel of the app rests; None where the refusal is about this message alone."""
    if error.errcode == DAILY_QUOTA:
        tomorrow = now.astimezone(CHINA).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), CHINA)
    if error.errcode == MINUTE_QUOTA:
        return now + MINUTE_PAUSE
    return now + APP_PAUSE if error.errcode in APP_REFUSED else None


def _pause(session: Session, way: Way, errcode: int, until: datetime) -> None:
    row = session.get(ChannelPause, (way.platform, way.channel), with_for_update=True)
    if row is None:
        session.add(ChannelPause(platform=way.platform, channel=way.channel, errcode=errcode, until_at=until))
    else:
        row.errcode, row.until_at = errcode, max(row.until_at, until)
    session.flush()
    log.warning("channel_paused", platform=way.platform, channel=way.channel, errcode=errcode)


def note_blocked(session: Session, identity_id: int, now: datetime) -> None:
    """WeChat says that this person takes nothing from us: they are left alone until they act again."""
    identity = session.get_one(WeChatIdentity, identity_id)
    identity.blocked_at = now
    zero_grants(session, identity_id=identity_id, now=now)


def note_result(session: Session, identity: WeChatIdentity, number: str, problem: str, now: datetime) -> None:
    """WeChat's last word on a message it took: "" where it arrived. One that did not is offered in the app."""
    delivery = session.scalar(
        select(Delivery)
        .where(Delivery.wechat_msg_id == number, Delivery.via_identity_id == identity.id, Delivery.channel.in_(PUSHES))
        .with_for_update()
    )
    if not problem or delivery is None:
        return
    metrics.deliveries_total.labels(delivery.channel, DeliveryState.FAILED).inc()
    note_tried(delivery, problem[:40], now, template_id=delivery.template_id)
    delivery.state, delivery.sent_at = DeliveryState.QUEUED, None
    keep_in_app(delivery)
    if "block" in problem:
        note_blocked(session, identity.id, now)
