"""The platform's staff: who they are, what they may do, what they know."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.institution import Institution


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    # Somebody of a partner institution: sees the tasks of that institution and nothing else.
    PARTNER = "partner"


class Staff(Base):
    """`skills` are fields of work and talents (services/topics.py); `regions` are full administrative names or 全国."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(15), default=Role.AGENT)
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_available: Mapped[bool] = mapped_column(default=False)
    skills: Mapped[list[str]] = mapped_column(default=list)
    regions: Mapped[list[str]] = mapped_column(default=list)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institutions.id"))
    # Changing it ends every session of this person.
    session_version: Mapped[int] = mapped_column(default=1)
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    institution: Mapped[Institution | None] = relationship()


class StaffNotification(Base):
    """What a member of staff is told in the console; the live stream reads these by id."""

    __tablename__ = "staff_notifications"
    __table_args__ = (Index("ix_staff_notifications_staff_id_read_at", "staff_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    # case_assigned, case_escalated, user_message, transfer, answer_waiting, answer_published, …
    kind: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(String(200))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("curated_answers.id"), index=True)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class QuickReply(Base):
    __tablename__ = "quick_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(40), unique=True)
    text: Mapped[str] = mapped_column(String(600))
    topic: Mapped[str] = mapped_column(String(20), default="general")


class AuditEntry(Base):
    """Who did what to what. Append-only."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str] = mapped_column(String(40), index=True)
    # "conversation:12", "case:KF261122-0042", "staff:3"
    target: Mapped[str] = mapped_column(String(80), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address: Mapped[str | None] = mapped_column(String(45))
    created_at: Mapped[datetime]
