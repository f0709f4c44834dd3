"""Conversations, their messages, and turns: one inbound message worked on once."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.company import User, WeChatIdentity
from models.staff import Staff


class ConversationStatus(StrEnum):
    """Who holds it: the bot (pending), a person (open), nobody until the next message (resolved)."""

    PENDING = "pending"
    OPEN = "open"
    RESOLVED = "resolved"


class Author(StrEnum):
    USER = "user"
    BOT = "bot"
    STAFF = "staff"
    SYSTEM = "system"


class TurnState(StrEnum):
    """queued: nobody works on it · running: under a lease · done · suppressed: a person took over meanwhile ·
    for_staff: a person holds the conversation, no bot turn."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    SUPPRESSED = "suppressed"
    FOR_STAFF = "for_staff"


class Conversation(Base):
    """One per user and channel identity (or per user for the mini-program API)."""

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_status_last", "status", "last_message_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"), unique=True)
    status: Mapped[str] = mapped_column(String(10), default=ConversationStatus.PENDING)
    # Changes whenever the holder changes; a turn that started under another token must not speak.
    owner_token: Mapped[int] = mapped_column(default=1)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    # The lease on the running turn: one turn at a time, and a dead process's turn can be taken over.
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    # Short-term memory of the bot: last list, subject, misses in a row, pending choice.
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    last_message_at: Mapped[datetime]
    last_user_message_at: Mapped[datetime | None]
    unread_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship()
    identity: Mapped[WeChatIdentity] = relationship()
    assignee: Mapped[Staff | None] = relationship()


class Message(Base):
    """What was said, by whom. An outbound message's way to the user is its Delivery rows."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_conversation_id_id", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    author: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # text, image, voice, video, location, link, event, miniprogrampage
    kind: Mapped[str] = mapped_column(String(20), default="text")
    text: Mapped[str] = mapped_column(Text, default="")
    # Kind-specific facts: media_id, latitude, …; for the bot's: {"citations": [...], "choices": [...], "skill": ...}
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_internal: Mapped[bool] = mapped_column(default=False)
    # The service's case that this message is about. No foreign key: cases refer to conversations already.
    case_id: Mapped[int | None] = mapped_column(index=True)
    # The deal of the market that it is about; as above.
    deal_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime]

    staff: Mapped[Staff | None] = relationship()


class Turn(Base):
    """One push of WeChat (or one `ask` of the API). The unique key makes a repeated push harmless."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_conversation_id_state", "conversation_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    # The parsed push as plain values, so that a turn cut off by a crash can be run again from the row.
    inbound: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default=TurnState.QUEUED, index=True)
    owner_token: Mapped[int]
    skill: Mapped[str | None] = mapped_column(String(30))
    attempt_count: Mapped[int] = mapped_column(default=0)
    # Set in the transaction that finishes the turn: what a retried push is answered with.
    passive_delivery_id: Mapped[int | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()
    message: Mapped[Message | None] = relationship()
