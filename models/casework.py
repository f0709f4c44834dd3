"""What belongs to a service's case: documents, parties' tasks, clocks; and forms that are not sent yet."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.case import Case
from models.institution import Institution


class FormDraft(Base):
    """A form that somebody is filling in, in chat or mini-program: one of a service and person at a time.

    `values` holds what was answered, in plain JSON values by field name; `current` is the field that is asked for,
    None where everything is there and only the summary waits for a yes.
    """

    __tablename__ = "form_drafts"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(30))
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    current: Mapped[str | None] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class CaseDocument(Base):
    """A file of a case. The bytes lie in the file store under `storage_key`, which tells nothing about them."""

    __tablename__ = "case_documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    # Which of the service's documents it is.
    key: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(120))
    # As its content says, not as the sender named it.
    media_type: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    storage_key: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()


class TaskState(StrEnum):
    """waiting: no institution yet · open: an institution has it · done · refused · cancelled: the case moved on"""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class CaseTask(Base):
    """What one party has to do for a case. `result` holds what it reported, by field name."""

    __tablename__ = "case_tasks"
    __table_args__ = (Index("ix_case_tasks_institution_id_state", "institution_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    party: Mapped[str] = mapped_column(String(20))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institutions.id"))
    state: Mapped[str] = mapped_column(String(10), default=TaskState.WAITING)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str | None] = mapped_column(String(500))
    due_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    institution: Mapped[Institution | None] = relationship()


class CaseMinutes(Base):
    """One version of what several units agree on. `reports` holds their words as they were (task, version, unit, name,
    answers), `answers` by task what each unit says of this version: agrees, note, is_by_proxy, staff_id, at."""

    __tablename__ = "case_minutes"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    reports: Mapped[list[Any]] = mapped_column(default=list)
    conclusion: Mapped[str] = mapped_column(String(1000))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    # When the last unit confirmed it.
    confirmed_at: Mapped[datetime | None]


class CaseClock(Base):
    """A time limit that runs, or ran, for a case. A service's own one is a promise of ours, a statutory one is law."""

    __tablename__ = "case_clocks"
    __table_args__ = (Index("ix_case_clocks_stopped_at_next_look_at", "stopped_at", "next_look_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    is_statutory: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    # How many of its reminders went out, and when it must be looked at again (the next reminder, or its end).
    reminded_count: Mapped[int] = mapped_column(default=0)
    next_look_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
