"""What somebody got wrong comes again, each time later, until it is learnt."""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from models import ExamQuestion, WrongAnswer
from services.exams.bank import usable

# Days until it is asked again: after the wrong answer, and after each right one in a row.
DAYS = (1, 3, 7, 16, 35)


def note_answer(session: Session, *, user_id: int, question_id: int, is_right: bool, now: datetime) -> None:
    """A wrong answer starts anew; a right one counts only on a day on which the question was due."""
    row = session.scalar(
        select(WrongAnswer).where(WrongAnswer.user_id == user_id, WrongAnswer.question_id == question_id)
    )
    if not is_right:
        if row is None:
            row = WrongAnswer(user_id=user_id, question_id=question_id, wrong_count=0)
            session.add(row)
        row.wrong_count += 1
        row.step, row.due_at, row.changed_at = 0, _in_days(now, DAYS[0]), now
    elif row is not None and row.due_at is not None and row.due_at <= now:
        row.step += 1
        row.due_at = _in_days(now, DAYS[row.step]) if row.step < len(DAYS) else None
        row.changed_at = now
    session.flush()


def due_ids(session: Session, *, user_id: int, now: datetime, limit: int, topic: str | None = None) -> list[int]:
    """Those whose day has come, the longest waiting first; only such as may still be asked."""
    chosen = (
        usable(china_date(now), topic=topic)
        .with_only_columns(ExamQuestion.id)
        .join(WrongAnswer, WrongAnswer.question_id == ExamQuestion.id)
        .where(WrongAnswer.user_id == user_id, WrongAnswer.due_at <= now)
        .order_by(WrongAnswer.due_at, WrongAnswer.id)
    )
    return list(session.scalars(chosen.limit(limit)))


def count_wrong(session: Session, *, user_id: int, now: datetime) -> tuple[int, int]:
    """How many questions are not learnt yet, and how many of them are due."""
    open_ones = select(func.count()).select_from(WrongAnswer).where(WrongAnswer.user_id == user_id)
    total = session.scalar(open_ones.where(WrongAnswer.due_at.is_not(None))) or 0
    due = session.scalar(open_ones.where(WrongAnswer.due_at <= now)) or 0
    return total, due


def next_due(session: Session, *, user_id: int) -> datetime | None:
    return session.scalar(select(func.min(WrongAnswer.due_at)).where(WrongAnswer.user_id == user_id))


def list_wrong(
    session: Session, *, user_id: int, before: int | None, limit: int
) -> list[tuple[WrongAnswer, ExamQuestion]]:
    """The wrong-answer book, the newest first; a page ends where the next `before` begins."""
    chosen = (
        select(WrongAnswer, ExamQuestion)
        .join(ExamQuestion, ExamQuestion.id == WrongAnswer.question_id)
        .where(WrongAnswer.user_id == user_id, WrongAnswer.due_at.is_not(None))
        .order_by(WrongAnswer.id.desc())
    )
    if before is not None:
        chosen = chosen.where(WrongAnswer.id < before)
    return [(row, question) for row, question in session.execute(chosen.limit(limit))]


def _in_days(now: datetime, days: int) -> datetime:
    """The beginning of that day in China: whoever practised in the evening may go on the next morning."""
    return datetime.combine(china_date(now) + timedelta(days=days), time(), CHINA)
