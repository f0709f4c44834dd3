"""What somebody is told of by topic, how they want to be told, and messages to many."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_public_id


class Topic(StrEnum):
    OPPORTUNITY = "opportunity"
    DEADLINE = "deadline"
    CASE = "case"
    COURSE = "course"
    WATCH = "watch"


class NoticeState(StrEnum):
    # Until its time: the gathering of several into one, the quiet hours, the day's summary.
    WAITING = "waiting"
    WRITTEN = "written"
    # Not to be told; `held_because` says why.
    HELD = "held"


class HeldBecause(StrEnum):
    TURNED_OFF = "turned_off"
    NO_CONSENT = "no_consent"
    DISMISSED = "dismissed"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


class Notice(Base):
    """One thing to tell one person, once: `key` says which. Several may go in one message, whose delivery says how."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_user_id_state", "user_id", "state"),
        Index("ix_notices_due_at", "due_at", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    topic: Mapped[str] = mapped_column(String(12))
    # What it is about, such as match:PUBLIC_ID; dismissed once, the person hears no more of it.
    subject: Mapped[str | None] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    # What the keywords of templates are filled with, by names of services/notices/facts.py.
    facts: Mapped[dict[str, Any]]
    choices: Mapped[list[str]]
    page: Mapped[str | None] = mapped_column(String(120))
    is_urgent: Mapped[bool]
    # Chosen for this person by what we know of them (PIPL art. 24): only with consent.
    is_personal: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10))
    held_because: Mapped[str | None] = mapped_column(String(12))
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    written_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailings.id"), index=True)
    dismissed_at: Mapped[datetime | None]


class NoticePreference(Base):
    """One wish of a person about being told; what they never said has no row, and the default holds."""

    __tablename__ = "notice_preferences"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # A topic, or a name of services/notices/preferences.py.
    key: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(20))
    changed_at: Mapped[datetime]


class MailingState(StrEnum):
    DRAFT = "draft"
    # Its recipients are being written down.
    GATHERING = "gathering"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Mailing(Base):
    """A message to everybody of a segment, the same for all of them."""

    __tablename__ = "mailings"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(String(600))
    topic: Mapped[str] = mapped_column(String(12))
    # services/notices/segments.py
    segment: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    # What it goes on with after a pause.
    resumes_as: Mapped[str | None] = mapped_column(String(10))
    # Up to which user it is written who gets it.
    gathered_to: Mapped[int] = mapped_column(default=0)
    recipient_count: Mapped[int] = mapped_column(default=0)
    told_count: Mapped[int] = mapped_column(default=0)
    held_count: Mapped[int] = mapped_column(default=0)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    # When its last portion was: one without any for long has lost its job.
    stepped_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class MailingRecipient(Base):
    """Somebody who is still to be told; crossed off in the transaction that tells them."""

    __tablename__ = "mailing_recipients"
    __table_args__ = (UniqueConstraint("mailing_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
