"""Questions of the patent agent examination, who practises with them, and what each person has still to learn."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_public_id


class Subject(StrEnum):
    """The two papers of multiple choice."""

    PATENT_LAW = "patent_law"
    RELATED_LAW = "related_law"


class QuestionState(StrEnum):
    """in_force: may be asked while its law holds · superseded: follows law that has changed since; left out until
    somebody has looked at it · withdrawn: found wrong"""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class RunKind(StrEnum):
    """practice: told at once whether right · review: the same, with what was answered wrong before · mock: a timed
    paper, told at the end"""

    PRACTICE = "practice"
    REVIEW = "review"
    MOCK = "mock"


class RunState(StrEnum):
    """open · done: every question answered or the paper handed in · left: ended before the last question"""

    OPEN = "open"
    DONE = "done"
    LEFT = "left"


class ExamQuestion(Base):
    """One question. `answer` is its right letters in order, `cites` {"law", "article", "passed"} with `passed` null
    where only one version of the law is known. Outside `valid_from` and `valid_to` another law holds."""

    __tablename__ = "exam_questions"
    __table_args__ = (
        CheckConstraint("right_count >= 0 AND right_count <= answered_count", name="counts"),
        Index("ix_exam_questions_subject_topic", "subject", "topic"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    subject: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(20))
    is_multiple: Mapped[bool]
    stem: Mapped[str] = mapped_column(Text)
    options: Mapped[list[str]]
    answer: Mapped[str] = mapped_column(String(8))
    explanation: Mapped[str] = mapped_column(Text, default="")
    cites: Mapped[list[Any]] = mapped_column(default=list)
    source: Mapped[str] = mapped_column(String(120))
    licence: Mapped[str] = mapped_column(String(40))
    # The examination it was set in; null for one that never was.
    paper_year: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    # Of all answers ever given in practice and mock papers: how hard it is.
    answered_count: Mapped[int] = mapped_column(default=0)
    right_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ExamRun(Base):
    """One go at a row of questions. `place` is how many of `question_ids` are answered in practice; a mock paper is
    answered in any order until `due_at`."""

    __tablename__ = "exam_runs"
    __table_args__ = (Index("ix_exam_runs_user_id_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=RunState.OPEN)
    subject: Mapped[str | None] = mapped_column(String(20))
    topic: Mapped[str | None] = mapped_column(String(20))
    question_ids: Mapped[list[Any]]
    place: Mapped[int] = mapped_column(default=0)
    right_count: Mapped[int] = mapped_column(default=0)
    # Mock papers only: a right answer's points in tenths, and when the paper is taken in.
    tenths_each: Mapped[int | None]
    due_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ExamAnswer(Base):
    """What somebody answered. Of a mock paper still open, `is_right` is null and the answer may change."""

    __tablename__ = "exam_answers"
    __table_args__ = (
        UniqueConstraint("run_id", "question_id"),
        Index("ix_exam_answers_user_id_question_id", "user_id", "question_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("exam_runs.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("exam_questions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # "" for a question passed over.
    given: Mapped[str] = mapped_column(String(8))
    is_right: Mapped[bool | None]
    answered_at: Mapped[datetime]


class WrongAnswer(Base):
    """A question that somebody got wrong, with the day to ask it again; `due_at` is null once it is learnt."""

    __tablename__ = "wrong_answers"
    __table_args__ = (
        UniqueConstraint("user_id", "question_id"),
        Index("ix_wrong_answers_user_id_due_at", "user_id", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("exam_questions.id"))
    wrong_count: Mapped[int] = mapped_column(default=1)
    # How often in a row it was right since.
    step: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class LeaderboardEntry(Base):
    """Consent to be seen on a leaderboard, under a name chosen for it. Taking it back deletes the row."""

    __tablename__ = "leaderboard_entries"
    __table_args__ = (UniqueConstraint("user_id", "board"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    board: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(20))
    consented_at: Mapped[datetime]
