"""Patent searches that somebody keeps to run again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class SavedSearch(Base):
    """One search of one person. The same search, however it was written, has the same fingerprint and is there once."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("user_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # What its owner reads: 石墨烯散热膜 · 有效 · 广东省
    name: Mapped[str] = mapped_column(String(200))
    # Subject and filters in the versioned form of nlp/patent_query_form.py
    query: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    # How many there were when its owner last saw the list, which is what the next look compares with.
    last_total: Mapped[int]
    last_looked_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]
