"""The delivery ledger: every outbound message is a row before it is sent, and its state is always true."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.company import WeChatIdentity
from models.conversation import Message


class DeliveryChannel(StrEnum):
    PASSIVE = "passive"
    CUSTOMER_SERVICE = "customer_service"
    # A few facts of a notice in a template that WeChat approved: one for each that the user granted …
    SUBSCRIPTION = "subscription"
    # … or, to followers of the service account, without a grant.
    TEMPLATE = "template"
    # No allowance covers it: it waits in the app and is offered at the user's next contact.
    INBOX = "inbox"
    # The answer of an API call: the mini-program has it when the call returns.
    API = "api"


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"


class DeliveryReason(StrEnum):
    REPLY = "reply"
    STAFF_REPLY = "staff_reply"
    HANDOFF = "handoff"
    PROMISE = "promise"
    NOTICE = "notice"
    # A picture beside an answer: nothing is lost without it, so it is sent soon or not at all, never kept in the app.
    EXTRA = "extra"


class AllowanceKind(StrEnum):
    """message: 5 in 48 h after a user's message · action: 3 in 1 min after a click, scan or follow (2 on entering a
    mini-program chat). wechat-contract §2.1"""

    MESSAGE = "message"
    ACTION = "action"


class Delivery(Base):
    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_identity_id_state", "identity_id", "state"),
        # The sweep looks for what waits to be sent; what waits in the app stays there for long.
        Index("ix_deliveries_state_channel", "state", "channel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(20))
    # A long text is several deliveries of one message, in this order.
    part: Mapped[int] = mapped_column(default=1)
    # The channel-neutral piece to send: {"kind": "text", "text": …} and the like; adapters turn it into WeChat's form.
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default=DeliveryState.QUEUED)
    allowance_kind: Mapped[str | None] = mapped_column(String(10))
    # A notice may reach the person through another app of ours than that of its conversation.
    via_identity_id: Mapped[int | None] = mapped_column(ForeignKey("wechat_identities.id"))
    template_id: Mapped[str | None] = mapped_column(String(64))
    # WeChat's number of it: what became of it is told later, by an event.
    wechat_msg_id: Mapped[str | None] = mapped_column(String(32), index=True)
    # What became of each channel: [{"channel", "outcome", "template_id", "at"}], in order.
    tried: Mapped[list[Any] | None]
    # WeChat refuses its channel until then.
    retry_at: Mapped[datetime | None]
    error_code: Mapped[str | None] = mapped_column(String(20))
    error_detail: Mapped[str | None] = mapped_column(String(200))
    attempt_count: Mapped[int] = mapped_column(default=0)
    # While a sender holds it; a crash in between leaves the outcome unknown, never "sent".
    claimed_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    identity: Mapped[WeChatIdentity] = relationship(foreign_keys=[identity_id])
    message: Mapped[Message] = relationship()


class Allowance(Base):
    """How many customer-service messages WeChat still lets us send to one identity, and until when."""

    __tablename__ = "allowances"

    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    left_count: Mapped[int]
    until_at: Mapped[datetime]
