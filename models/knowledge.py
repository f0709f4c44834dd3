"""Knowledge: documents, their dated versions, and the passages that answers quote."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base


class DocumentKind(StrEnum):
    STATUTE = "statute"
    REGULATION = "regulation"
    INTERPRETATION = "interpretation"
    GUIDE = "guide"
    DOCUMENT = "document"


class Document(Base):
    """A law, a guide, a notice: what stays the same over its versions. `key` is its short stable name."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(15))
    title: Mapped[str] = mapped_column(String(160))
    region: Mapped[str] = mapped_column(String(60), default="全国")
    authority: Mapped[str | None] = mapped_column(String(120))
    topic: Mapped[str | None] = mapped_column(String(30))

    versions: Mapped[list["DocumentVersion"]] = relationship(back_populates="document")


class DocumentVersion(Base):
    """One text of a document, in force from `valid_from` to `valid_to` (both inclusive, null = open)."""

    __tablename__ = "document_versions"
    __table_args__ = (UniqueConstraint("document_id", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    version: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(300))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    checked_at: Mapped[date]
    # V: text read · V2: secondary source · GK: general knowledge
    confidence: Mapped[str] = mapped_column(String(4), default="V")
    content_hash: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]

    document: Mapped[Document] = relationship(back_populates="versions")
    passages: Mapped[list["Passage"]] = relationship(back_populates="version")


class Passage(Base):
    """An article of a statute or a section of a guide: the unit that is found, quoted and cited."""

    __tablename__ = "passages"
    __table_args__ = (Index("ix_passages_change_serial", "change_serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_versions.id"), index=True)
    position: Mapped[int]
    # "第四十二条", or the section's heading
    label: Mapped[str] = mapped_column(String(160))
    chapter: Mapped[str | None] = mapped_column(String(160))
    text: Mapped[str] = mapped_column(Text)
    # Questions in plain words that this passage answers; indexed with it, never quoted.
    questions: Mapped[list[str]] = mapped_column(default=list)
    # Articles that a guide's section rests on: [{"law": …, "article": …}]
    statutes: Mapped[list[Any]] = mapped_column(default=list)
    change_serial: Mapped[int]

    version: Mapped[DocumentVersion] = relationship(back_populates="passages")
