"""Data that hold for a time and a place: products, programmes, thresholds, contacts. Never constants in code."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.staff import Staff


class RecordState(StrEnum):
    """draft: being written · pending: waits for a second pair of eyes · approved: holds · retired: holds no longer"""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    RETIRED = "retired"


class DatedRecord(Base):
    """One version of one entry. `kind` names the schema of `values` (services/dated_data); versions of an entry share
    their `key`, and the approved one whose validity covers the day counts."""

    __tablename__ = "dated_records"
    __table_args__ = (Index("ix_dated_records_kind_state_key", "kind", "state", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    region: Mapped[str] = mapped_column(String(60), default="全国")
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source: Mapped[str] = mapped_column(String(300))
    checked_at: Mapped[date]
    # V: the text itself was read · V2: a second-hand source · GK: general knowledge · DEMO: invented for demonstration
    confidence: Mapped[str] = mapped_column(String(4))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default=RecordState.DRAFT)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    review_note: Mapped[str | None] = mapped_column(String(300))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    author: Mapped[Staff | None] = relationship(foreign_keys=[author_id])
    approved_by: Mapped[Staff | None] = relationship(foreign_keys=[approved_by_id])
