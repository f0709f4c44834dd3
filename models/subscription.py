"""Subscription messages: what people granted, the templates that WeChat knows, and channels that rest for a while."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class SubscriptionGrant(Base):
    """How often one identity may still be sent one template: one acceptance, one send, no expiry.

    WeChat's event and the mini-program's report tell of the same acceptance, in any order, and either may be lost: so
    each is counted alone, and what was granted is the larger of the two counts.
    """

    __tablename__ = "subscription_grants"

    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"), primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    confirmed_count: Mapped[int]
    reported_count: Mapped[int]
    used_count: Mapped[int]
    # How often all was taken back: a use from before cannot be given back after it.
    zeroed_count: Mapped[int]
    changed_at: Mapped[datetime]

    @property
    def left_count(self) -> int:
        return max(self.confirmed_count, self.reported_count) - self.used_count


class SubscriptionEvent(Base):
    """A push of WeChat's about grants that has been counted: it sends one up to three times."""

    __tablename__ = "subscription_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime]


class TemplateKind(StrEnum):
    SUBSCRIPTION = "subscription"
    # The service account's old kind: to followers, without a grant, for what somebody asked to be told of.
    TEMPLATE = "template"


class MessageTemplate(Base):
    """A template as WeChat lists it, and what of ours it is for. `keywords` are [{"code", "name", "options"}]."""

    __tablename__ = "message_templates"
    __table_args__ = (UniqueConstraint("platform", "template_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(12))
    template_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(60))
    keywords: Mapped[list[Any]]
    example: Mapped[str] = mapped_column(String(600))
    # Set at the desk; without it nothing is sent with this template.
    topic: Mapped[str | None] = mapped_column(String(12))
    # Keyword → which fact of a notice fills it.
    fills: Mapped[dict[str, Any]]
    # What WeChat said of it when it last refused a message because of it.
    problem: Mapped[str | None] = mapped_column(String(160))
    seen_at: Mapped[datetime]
    # WeChat's list no longer has it.
    gone_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class ChannelPause(Base):
    """WeChat refuses a kind of message of one app for the time being: a quota is used up, or the app may not."""

    __tablename__ = "channel_pauses"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    errcode: Mapped[int]
    until_at: Mapped[datetime]
