"""Which questions may be asked today, and what is said of them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from models import ExamQuestion, QuestionState, Subject
from services.exams.citations import said_cites

LETTERS = "ABCDEF"
# Fewer answers say nothing about how hard a question is.
ENOUGH_ANSWERS = 10
EASY, HARD = 0.8, 0.5


def usable(today: date, *, subject: Subject | None = None, topic: str | None = None) -> Select[ExamQuestion]:
    """Questions that follow the law of today; nothing superseded or withdrawn."""
    chosen = select(ExamQuestion).where(
        ExamQuestion.state == QuestionState.IN_FORCE,
        or_(ExamQuestion.valid_from.is_(None), ExamQuestion.valid_from <= today),
        or_(ExamQuestion.valid_to.is_(None), ExamQuestion.valid_to >= today),
    )
    if subject is not None:
        chosen = chosen.where(ExamQuestion.subject == subject)
    return chosen.where(ExamQuestion.topic == topic) if topic is not None else chosen


def get_question(session: Session, question_id: int) -> ExamQuestion:
    found = session.get(ExamQuestion, question_id)
    if found is None:
        raise NotFound("没有找到这道题。")
    return found


def find_by_code(session: Session, code: str) -> ExamQuestion | None:
    return session.scalar(select(ExamQuestion).where(ExamQuestion.code == code))


def questions_of(session: Session, ids: Sequence[int]) -> list[ExamQuestion]:
    """In the order of `ids`."""
    found = {row.id: row for row in session.scalars(select(ExamQuestion).where(ExamQuestion.id.in_(ids)))}
    return [found[number] for number in ids]


def checked_letters(question: ExamQuestion, given: str) -> str:
    """The letters in order, each once, only such as the question has; "" for no answer."""
    offered = LETTERS[: len(question.options)]
    return "".join(letter for letter in offered if letter in given.upper())


def basis_of(question: ExamQuestion, day: date) -> str:
    """《专利法》第四十二条, or where the question was set, for one without an article."""
    return said_cites(question.cites, day) or question.source


def difficulty_of(question: ExamQuestion) -> str:
    """易, 中, 难 by what people answered; "" while there are too few answers."""
    if question.answered_count < ENOUGH_ANSWERS:
        return ""
    rate = question.right_count / question.answered_count
    if rate >= EASY:
        return "易"
    return "难" if rate < HARD else "中"
