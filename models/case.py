"""Cases: the one record of work that people do. This slice opens customer-service cases (KF)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.company import User
from models.conversation import Conversation
from models.staff import Staff


class CaseStatus(StrEnum):
    """waiting: not routed yet · offered: a member of staff was notified · accepted · escalated: nobody accepted in
    time, a supervisor has it · closed"""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ESCALATED = "escalated"
    CLOSED = "closed"


class HandoffReason(StrEnum):
    REQUESTED = "requested"
    MISSES = "misses"
    COMPLAINT = "complaint"
    SKILL = "skill"
    # A member of staff took the conversation over without having been asked.
    STAFF = "staff"


class Case(Base):
    """`package` is what staff see first: summary, questions, tried, sources, company, allowance at hand-off."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_status_respond_by", "status", "respond_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    service: Mapped[str] = mapped_column(String(2), default="KF")
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default=CaseStatus.WAITING)
    reason: Mapped[str] = mapped_column(String(12))
    topic: Mapped[str] = mapped_column(String(20), default="general")
    region: Mapped[str | None] = mapped_column(String(60))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    package: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # What the user was told: a person answers by then (from the working calendar).
    promised_at: Mapped[datetime]
    # The present offer must be accepted by then, else it is re-routed, then escalated.
    respond_by: Mapped[datetime | None]
    offer_count: Mapped[int] = mapped_column(default=0)
    first_reply_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship()
    conversation: Mapped[Conversation] = relationship()
    assignee: Mapped[Staff | None] = relationship()


class CaseEvent(Base):
    """The append-only history of a case."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    # opened, offered, accepted, rerouted, escalated, transferred, noted, replied, closed, promise_missed
    kind: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class CaseSerial(Base):
    """The last serial given out for one service on one day."""

    __tablename__ = "case_serials"

    service: Mapped[str] = mapped_column(String(2), primary_key=True)
    opened_on: Mapped[date] = mapped_column(primary_key=True)
    last_serial: Mapped[int] = mapped_column(default=0)
