"""Cases: the one record of work that people do, be it a hand-off of a chat (KF) or a service of the catalogue."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.company import Company, User
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
    # A service of the catalogue was asked for.
    SERVICE = "service"


class CaseOutcome(StrEnum):
    """How a service ended."""

    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


# The kind of a case that hands a chat to a person; every other kind is a key of services/catalogue.
HANDOFF = "handoff"


class Case(Base):
    """`package` is what staff see first: summary, questions, tried, sources, company, allowance at hand-off.

    `status` says who has it; for a service of the catalogue `stage` says how far it is, `form` holds what was asked of
    the owner and `results` what each stage brought, both in plain JSON values by field name.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_status_respond_by", "status", "respond_by"),
        # How much each of the staff has: routing and the team's page count out of it.
        Index("ix_cases_load", "assignee_id", "status", "kind", "next_due_at"),
        Index("ix_cases_kind_status_next_due_at", "kind", "status", "next_due_at"),
        # All that boards count, sort and filter by, so that they need not touch the rows (services/casework/boards.py).
        Index("ix_cases_board", "kind", "stage", "next_due_at", "id", "status", "assignee_id", "topic", "region"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    service: Mapped[str] = mapped_column(String(2), default="KF")
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default=CaseStatus.WAITING)
    reason: Mapped[str] = mapped_column(String(12))
    topic: Mapped[str] = mapped_column(String(20), default="general")
    region: Mapped[str | None] = mapped_column(String(60))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
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
    kind: Mapped[str] = mapped_column(String(30), default=HANDOFF, server_default=HANDOFF)
    stage: Mapped[str | None] = mapped_column(String(30))
    stage_since: Mapped[datetime | None]
    form: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    results: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    # The other side of a dispute, as the owner named it: nobody may work for both.
    opponent: Mapped[str | None] = mapped_column(String(120), index=True)
    # chat, mini_program or console: where it was asked for.
    channel: Mapped[str] = mapped_column(String(12), default="chat", server_default="chat")
    outcome: Mapped[str | None] = mapped_column(String(12))
    # The first of its running clocks, by which boards are sorted.
    next_due_at: Mapped[datetime | None]
    # 1 to 3 as the owner judged it afterwards: not good, all right, good.
    satisfaction: Mapped[int | None]

    user: Mapped[User] = relationship()
    company: Mapped[Company | None] = relationship()
    conversation: Mapped[Conversation] = relationship()
    assignee: Mapped[Staff | None] = relationship()

    @property
    def is_handoff(self) -> bool:
        """Whether it hands the chat itself to a person: then whoever accepts it holds the conversation."""
        return self.kind == HANDOFF


class CaseEvent(Base):
    """The append-only history of a case."""

    __tablename__ = "case_events"
    # When somebody was last given something: one look, however long the history.
    __table_args__ = (Index("ix_case_events_staff_id_kind_id", "staff_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    # opened, offered, accepted, rerouted, escalated, transferred, noted, replied, closed, promise_missed;
    # of services also moved, form_changed, document_added, document_removed, task_opened, task_done, clock_*, rated,
    # linked, news_told, window_told, windows_on, windows_off, token_failed
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
