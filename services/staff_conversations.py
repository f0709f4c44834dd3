"""One conversation as staff read it: messages with their true delivery state, and what belongs beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Author, Delivery, DeliveryChannel, DeliveryState, Message, Staff
from services.case_records import lock_conversation
from services.deliveries import UNKNOWN_OUTCOME
from services.notifications import mark_read
from services.permissions import Desk

PAGE = 60
# What WeChat's codes mean to the person who must decide what to do next (wechat-contract §2.1).
FAILURES = {
    UNKNOWN_OUTCOME: "微信没说结果,已放进站内信",
    "45015": "超过48小时,用户再发消息后才能送",
    "45047": "这一轮5条已用完",
    "43004": "用户已取消关注",
    "40003": "用户已不在",
    "45002": "内容太长",
    "40001": "微信登录失效",
    "50002": "账号被限制",
    "87009": "内容未通过微信审核",
}


@dataclass(frozen=True)
class DeliveryView:
    """The state of a message's way to the user, in words."""

    kind: Literal["sent", "waiting", "inbox", "failed"]
    text: str


@dataclass(frozen=True)
class MessageView:
    """A message and where it got to; `delivery` is None for what is not sent to the user."""

    message: Message
    delivery: DeliveryView | None = None


@dataclass(frozen=True)
class MessagePage:
    """Oldest first. `has_earlier` says whether there are more before the first."""

    items: list[MessageView] = field(default_factory=list)
    has_earlier: bool = False


def list_messages(
    session: Session, conversation_id: int, *, after_id: int = 0, before_id: int | None = None, limit: int = PAGE
) -> MessagePage:
    """The latest messages, those after an id, or those before one."""
    query = select(Message).where(Message.conversation_id == conversation_id).options(joinedload(Message.staff))
    if after_id:
        rows = list(session.scalars(query.where(Message.id > after_id).order_by(Message.id).limit(limit)))
        return MessagePage(_with_deliveries(session, rows))
    if before_id is not None:
        query = query.where(Message.id < before_id)
    return as_page(session, list(session.scalars(query.order_by(Message.id.desc()).limit(limit + 1))), limit=limit)


def as_page(session: Session, latest: Sequence[Message], *, limit: int = PAGE) -> MessagePage:
    """Messages that come the latest first, as staff read them; one more than `limit` says that there are earlier."""
    return MessagePage(_with_deliveries(session, latest[:limit][::-1]), has_earlier=len(latest) > limit)


def find_message_time(session: Session, conversation_id: int, message_id: int) -> datetime | None:
    """When a message of this conversation was written; None where it has no such message."""
    return session.scalar(
        select(Message.created_at).where(Message.id == message_id, Message.conversation_id == conversation_id)
    )


def list_delivery_states(session: Session, conversation_id: int, *, limit: int = 20) -> dict[int, DeliveryView]:
    """The present states of the latest outbound messages, by message id."""
    ids = session.scalars(
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.author != Author.USER)
        .order_by(Message.id.desc())
        .limit(limit)
    ).all()
    return _deliveries(session, ids)


def mark_conversation_read(session: Session, *, staff: Staff, desk: Desk, now: datetime) -> None:
    """The person looked at it. Only the holder's look clears the count of unread messages."""
    conversation = desk.conversation
    if conversation.unread_count and conversation.assignee_id == staff.id:
        lock_conversation(session, conversation.id).unread_count = 0
    mark_read(session, staff.id, now, conversation_id=conversation.id)


def _with_deliveries(session: Session, rows: Sequence[Message]) -> list[MessageView]:
    states = _deliveries(session, [row.id for row in rows if row.author != Author.USER])
    return [MessageView(row, states.get(row.id)) for row in rows]


def _deliveries(session: Session, message_ids: Sequence[int]) -> dict[int, DeliveryView]:
    parts: dict[int, list[Delivery]] = {}
    for row in session.scalars(select(Delivery).where(Delivery.message_id.in_(message_ids)).order_by(Delivery.part)):
        parts.setdefault(row.message_id, []).append(row)
    return {message_id: _state_of(rows) for message_id, rows in parts.items()}


def _state_of(rows: Sequence[Delivery]) -> DeliveryView:
    """The worst of a message's pieces: sent only where all are."""
    for row in rows:
        if row.state == DeliveryState.FAILED:
            reason = FAILURES.get(row.error_code or "", f"微信返回 {row.error_code}")
            return DeliveryView("failed", f"没送到:{reason}")
    if any(row.state == DeliveryState.EXPIRED for row in rows):
        return DeliveryView("failed", "没送到:已过期")
    if any(row.state == DeliveryState.QUEUED and row.channel == DeliveryChannel.INBOX for row in rows):
        return DeliveryView("inbox", "在站内信,用户下次来时提示")
    if any(row.state == DeliveryState.QUEUED for row in rows):
        return DeliveryView("waiting", "等待发送")
    return DeliveryView("sent", "已送达")
