"""Whom a portion of a mailing reaches, and by which channel: a few queries for all of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from core.ids import new_public_id
from models import (
    Allowance,
    Conversation,
    DeliveryChannel,
    Mailing,
    MessageTemplate,
    Notice,
    Platform,
    SubscriptionGrant,
    TemplateKind,
    User,
    WeChatIdentity,
)
from services.notices.grants import IS_LEFT
from services.notices.preferences import Preferences

# An identity with its person, and its conversation where there is one.
_Known = Row[int, int, str, bool, int, datetime]


@dataclass(frozen=True)
class Reached:
    user_id: int
    identity_id: int
    platform: str
    conversation_id: int


def find_reached(session: Session, user_ids: Sequence[int], now: datetime) -> list[Reached]:
    """One conversation of each: the official account's of a follower, else the one used last. Nobody who is gone."""
    rows = session.execute(
        select(WeChatIdentity.user_id, WeChatIdentity.id, WeChatIdentity.platform, WeChatIdentity.is_subscribed,
               Conversation.id.label("conversation_id"), Conversation.last_message_at)
        .join(User, User.id == WeChatIdentity.user_id)
        .outerjoin(Conversation, Conversation.identity_id == WeChatIdentity.id)
        .where(WeChatIdentity.user_id.in_(user_ids), User.erased_at.is_(None))
    ).all()  # fmt: skip
    best: dict[int, _Known] = {}
    for row in sorted(rows, key=_rank):
        best[row.user_id] = row
    missing = [row for row in best.values() if row.conversation_id is None]
    made: dict[int, int] = {}
    if missing:
        numbers = session.scalars(
            insert(Conversation).returning(Conversation.id, sort_by_parameter_order=True),
            [
                {"public_id": new_public_id(), "user_id": row.user_id, "identity_id": row.id, "last_message_at": now,
                 "created_at": now}
                for row in missing
            ],
        ).all()  # fmt: skip
        made = {row.user_id: number for row, number in zip(missing, numbers, strict=True)}
    return [
        Reached(user_id, row.id, row.platform, row.conversation_id or made[user_id])
        for user_id, row in sorted(best.items())
    ]


def _rank(row: _Known) -> tuple[bool, bool, float]:
    is_official = row.platform == Platform.OFFICIAL_ACCOUNT
    used = row.last_message_at.timestamp() if row.last_message_at is not None else 0.0
    return row.is_subscribed and is_official, is_official, used


def choose_channels(
    session: Session,
    mailing: Mailing,
    reached: Sequence[Reached],
    rules: Preferences,
    wishes: Mapping[int, Preferences],
    now: datetime,
) -> dict[int, DeliveryChannel]:
    """How each may be written to: one who had enough today, or whom nothing reaches, finds it in the app."""
    users = [each.user_id for each in reached]
    open_now = _open_windows(session, [each.identity_id for each in reached], now)
    granted = _granted(session, mailing.topic, users)
    counts = _count_today(session, mailing, users, now)
    full = {user_id for user_id, count in counts.items() if count >= wishes.get(user_id, rules).most_a_day}
    channels = {}
    for each in reached:
        channel = DeliveryChannel.INBOX
        if each.user_id not in full:
            if each.identity_id in open_now:
                channel = DeliveryChannel.CUSTOMER_SERVICE
            elif each.user_id in granted:
                channel = DeliveryChannel.SUBSCRIPTION
        channels[each.user_id] = channel
    return channels


def _open_windows(session: Session, identity_ids: Iterable[int], now: datetime) -> set[int]:
    """Whom a customer-service message reaches, the last one of a window left to people."""
    return set(
        session.scalars(
            select(Allowance.identity_id)
            .join(WeChatIdentity, WeChatIdentity.id == Allowance.identity_id)
            .where(
                Allowance.identity_id.in_(identity_ids), Allowance.until_at > now, Allowance.left_count > 1,
                WeChatIdentity.is_subscribed,
            )
        )
    )  # fmt: skip


def _granted(session: Session, topic: str, user_ids: Sequence[int]) -> set[int]:
    """Who granted a subscription message of this topic, in whichever app."""
    return set(
        session.scalars(
            select(WeChatIdentity.user_id)
            .join(SubscriptionGrant, SubscriptionGrant.identity_id == WeChatIdentity.id)
            .join(
                MessageTemplate,
                (MessageTemplate.template_id == SubscriptionGrant.template_id)
                & (MessageTemplate.platform == WeChatIdentity.platform),
            )
            .where(
                WeChatIdentity.user_id.in_(user_ids), WeChatIdentity.is_subscribed, IS_LEFT,
                MessageTemplate.topic == topic, MessageTemplate.kind == TemplateKind.SUBSCRIPTION,
                MessageTemplate.gone_at.is_(None), MessageTemplate.problem.is_(None),
            )
        )
    )  # fmt: skip


def _count_today(session: Session, mailing: Mailing, user_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """How many messages today brought each, this one not counted."""
    midnight = datetime.combine(china_date(now), time(), CHINA)
    counted = (
        select(Notice.user_id, func.count(Notice.message_id.distinct()))
        .where(
            Notice.user_id.in_(user_ids), Notice.written_at >= midnight, Notice.is_urgent.is_(False),
            Notice.mailing_id.is_distinct_from(mailing.id),
        )
        .group_by(Notice.user_id)
    )  # fmt: skip
    return dict(session.execute(counted).all())
