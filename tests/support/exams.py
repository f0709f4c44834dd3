"""Questions and those who answer them, from nothing."""

import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models import ExamQuestion, QuestionState, Subject
from services.exams.citations import read_cite
from tests.support.people import make_identity

BANK = Path(__file__).resolve().parents[2] / "data" / "training" / "questions.yaml"
_numbers = itertools.count(1)


def make_question(session: Session, now: datetime, **columns: Any) -> ExamQuestion:
    """A question of patent law whose right answer is B."""
    number = next(_numbers)
    answer = columns.get("answer", "B")
    row: dict[str, Any] = {
        "code": f"test-{number}", "subject": Subject.PATENT_LAW, "topic": "term_fees", "is_multiple": len(answer) > 1,
        "stem": f"外观设计专利权的期限是多少年?(第{number}题)", "options": ["10年", "15年", "20年", "25年"],
        "answer": answer, "explanation": "从申请日起算15年。", "cites": [read_cite("专利法 第四十二条")],
        "source": "知桥自编", "licence": "自有", "state": QuestionState.IN_FORCE, "created_at": now, "changed_at": now,
    }  # fmt: skip
    question = ExamQuestion(**{**row, **columns})
    session.add(question)
    session.flush()
    return question


def make_questions(session: Session, now: datetime, count: int, **columns: Any) -> list[ExamQuestion]:
    return [make_question(session, now, **columns) for _ in range(count)]


def make_learner(session: Session, now: datetime) -> int:
    """The id of somebody new."""
    return make_identity(session, now).user_id


def right_for(session: Session, question_id: int) -> str:
    return session.get_one(ExamQuestion, question_id).answer
