"""Keeping the knowledge good: what the bot could not answer, answers that staff write, what readers say of answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from models.conversation import Message
from models.knowledge import Document
from models.staff import Staff


class MissKind(StrEnum):
    """no_basis: understood, but nothing to quote · unclear: the sentence itself was not understood · live: asked at a
    session of a course, whether or not the bot would know"""

    NO_BASIS = "no_basis"
    UNCLEAR = "unclear"
    LIVE = "live"


class AnswerState(StrEnum):
    """draft → in_review → published, or rejected → draft again; published → retired."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    REJECTED = "rejected"
    RETIRED = "retired"


class EvaluationState(StrEnum):
    """blocked: something got worse · failed: it could not be measured · stale: the answer was changed meanwhile."""

    RUNNING = "running"
    PASSED = "passed"
    BLOCKED = "blocked"
    FAILED = "failed"
    STALE = "stale"


class Verdict(StrEnum):
    USEFUL = "useful"
    USELESS = "useless"


class CuratedAnswer(Base):
    """A question with an answer that staff wrote, checked by a second person before anybody reads it.

    `version` counts changes of the content: what was evaluated is what is published. `approved_by_id` stands while
    the evaluation runs and afterwards; an answer that did not pass has none.
    """

    __tablename__ = "curated_answers"
    __table_args__ = (Index("ix_curated_answers_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=AnswerState.DRAFT)
    question: Mapped[str] = mapped_column(String(160), default="")
    # Other ways of asking the same, indexed with it.
    other_questions: Mapped[list[str]] = mapped_column(default=list)
    text: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(300), default="")
    region: Mapped[str] = mapped_column(String(60), default="全国")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    # Who keeps it right from now on.
    owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # The staff reply that it was made from; one reply is one answer.
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), unique=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    review_note: Mapped[str | None] = mapped_column(String(300))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]

    author: Mapped[Staff] = relationship(foreign_keys=[author_id])
    owner: Mapped[Staff] = relationship(foreign_keys=[owner_id])
    approved_by: Mapped[Staff | None] = relationship(foreign_keys=[approved_by_id])
    message: Mapped[Message | None] = relationship()
    document: Mapped[Document | None] = relationship()


class EvaluationRun(Base):
    """One measurement of what an answer would change: for each set of questions how many are right before and after,
    and which questions got worse."""

    __tablename__ = "evaluation_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("curated_answers.id"), index=True)
    answer_version: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=EvaluationState.RUNNING)
    # [{"name", "title", "before", "after", "total", "is_missing"}]
    scores: Mapped[list[Any]] = mapped_column(default=list)
    # [{"set", "question", "expected", "before", "after"}]
    worse: Mapped[list[Any]] = mapped_column(default=list)
    worse_count: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Miss(Base):
    """A question that the bot could not answer, with what names a person taken out.

    `cluster` is the id of the oldest question of its meaning, None until the next sorting; `closeness` says how near it
    stands to the middle of its cluster. `vector` holds 32-bit floats, least significant byte first.
    """

    __tablename__ = "misses"
    __table_args__ = (Index("ix_misses_cluster_asked_at", "cluster", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(200))
    region: Mapped[str | None] = mapped_column(String(60))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    cluster: Mapped[int | None]
    closeness: Mapped[float] = mapped_column(default=0.0)
    is_set_aside: Mapped[bool] = mapped_column(default=False)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("curated_answers.id"), index=True)


class AnswerFeedback(Base):
    """What somebody said of an answer. Its text and its sources stay with the message, as they were shown."""

    __tablename__ = "answer_feedback"
    __table_args__ = (Index("ix_answer_feedback_document", "document", "verdict"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(8), index=True)
    # The document that the answer rests on first, by its name.
    document: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    message: Mapped[Message] = relationship()


class DocumentUse(Base):
    """How many answers of one day (in China) rest on a document, by the name that their citations give it."""

    __tablename__ = "document_uses"
    __table_args__ = (UniqueConstraint("used_on", "document"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    used_on: Mapped[date]
    document: Mapped[str] = mapped_column(String(160))
    answer_count: Mapped[int] = mapped_column(default=0)


class DocumentCheck(Base):
    """Somebody compared a document with its source. Append-only."""

    __tablename__ = "document_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    checked_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]

    staff: Mapped[Staff] = relationship()


class UpkeepMark(Base):
    """How far a periodic piece of work has come, and when it last ran."""

    __tablename__ = "upkeep_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    last_id: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime]
