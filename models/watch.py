"""What somebody wants to be told of when imports bring it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_public_id


class WatchKind(StrEnum):
    PATENT = "patent"
    APPLICANT = "applicant"
    IPC = "ipc"
    # Whatever a search finds.
    SEARCH = "search"


class Watch(Base):
    """One thing that one person watches. `key` is there once for each of them: patent:NUMBER, by which a changed patent
    finds it, applicant:NAME, ipc:H01M, search:FINGERPRINT."""

    __tablename__ = "watches"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_watches_key", "key"),
        Index("ix_watches_due_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(160))
    name: Mapped[str] = mapped_column(String(160))
    # What a watched search looks for, in the form of nlp/patent_query_form.py.
    query: Mapped[dict[str, Any] | None]
    # How often; null for as its owner wants such things in general.
    pace: Mapped[str | None] = mapped_column(String(10))
    # The high-water marks: whatever came to us after this row is new, and of what was there already, whatever changed
    # with a greater serial may match now.
    after_patent_id: Mapped[int]
    after_serial: Mapped[int]
    # When it is next looked at what is new; null for one patent, whose changes come by themselves, and where nothing is
    # to be told.
    due_at: Mapped[datetime | None]
    # What a watched patent said when it was last looked at: {"status", "owners"}.
    seen: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
