"""Patent publications as they were imported, and the searchable state of each."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class PatentKind(StrEnum):
    INVENTION = "invention"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"


class LegalStatus(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    LAPSED = "lapsed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    INVALIDATED = "invalidated"
    UNKNOWN = "unknown"


class Patent(Base):
    """One publication. Numbers are in normal form: CN112345678B, CN202110123456.7, US8926509B2."""

    __tablename__ = "patents"
    __table_args__ = (Index("ix_patents_change_serial", "change_serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_number: Mapped[str] = mapped_column(String(30), unique=True)
    application_number: Mapped[str | None] = mapped_column(String(30), index=True)
    country: Mapped[str] = mapped_column(String(2), default="CN")
    kind: Mapped[str] = mapped_column(String(15), default=PatentKind.INVENTION)
    title: Mapped[str] = mapped_column(Text)
    abstract: Mapped[str] = mapped_column(Text, default="")
    claims: Mapped[list[str]] = mapped_column(default=list)
    # [{"name": …, "type": enterprise | university | institute | hospital | individual | government | null}]
    applicants: Mapped[list[Any]] = mapped_column(default=list)
    inventors: Mapped[list[str]] = mapped_column(default=list)
    ipc_codes: Mapped[list[str]] = mapped_column(default=list)
    locarno_codes: Mapped[list[str]] = mapped_column(default=list)
    region: Mapped[str | None] = mapped_column(String(60))
    application_date: Mapped[date | None]
    publication_date: Mapped[date | None]
    grant_date: Mapped[date | None]
    legal_status: Mapped[str] = mapped_column(String(15), default=LegalStatus.UNKNOWN)
    status_date: Mapped[date | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    # Where the record came from and when: file name or feed, shown to users as the date of the data.
    source: Mapped[str] = mapped_column(String(120))
    data_date: Mapped[date]
    content_hash: Mapped[str] = mapped_column(String(64))
    # Grows with every change; the indexer remembers how far it has read.
    change_serial: Mapped[int]
    updated_at: Mapped[datetime]


class PatentChange(Base):
    """What a publication said before an import changed it, of that by which it may be found; kept while a watch may ask
    whether it found it before (services/retention.py)."""

    __tablename__ = "patent_changes"
    __table_args__ = (UniqueConstraint("patent_id", "serial"), Index("ix_patent_changes_serial", "serial"))

    id: Mapped[int] = mapped_column(primary_key=True)
    patent_id: Mapped[int] = mapped_column(ForeignKey("patents.id"))
    # The change_serial that the patent got with it.
    serial: Mapped[int]
    # {"legal_status": "pending"}: only what is different now, in the fields of services/patent_import/changes.py
    before: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class ImportReport(Base):
    """One run of an importer and the records it refused."""

    __tablename__ = "import_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    # patents, knowledge
    subject: Mapped[str] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(String(300))
    added_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    # [{"file": …, "record": …, "reason": …}], at most the first thousand
    rejected: Mapped[list[Any]] = mapped_column(default=list)
    rejected_count: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
