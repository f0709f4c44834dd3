"""The question editor: what staff write, change and put into or out of use. What they touched no load undoes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.ids import new_public_id
from models import ExamQuestion, QuestionState, Staff
from services.audit import record_action
from services.exams.bank import LETTERS, find_by_code
from services.exams.citations import period_of, read_cite
from services.exams.loading import Imported, ReadFile, store_questions
from services.exams.topics import PAST_PAPERS, TOPICS
from services.permissions import Action, check_may

STATE_NAMES = {
    QuestionState.IN_FORCE: "在用",
    QuestionState.SUPERSEDED: "按旧法,不出",
    QuestionState.WITHDRAWN: "已撤下",
}
STALE = "同事刚改过这道题,请刷新后再改。"
WRITTEN_HERE = "平台编写"
LONGEST_STEM, LONGEST_OPTION, LONGEST_EXPLANATION = 600, 200, 400
MOST_CITES = 6


@dataclass(frozen=True)
class QuestionContent:
    """A question as typed: an option a line, an article a line."""

    topic: str
    stem: str
    options: tuple[str, ...]
    answer: str
    explanation: str
    cites: tuple[str, ...]
    state: str


def list_questions(
    session: Session, staff: Staff, *, state: str, topic: str, offset: int, limit: int
) -> tuple[Sequence[ExamQuestion], int]:
    """One page in the order of topics and codes, and how many there are in all."""
    check_may(staff, Action.RUN_TRAINING)
    chosen = select(ExamQuestion)
    if state:
        chosen = chosen.where(ExamQuestion.state == state)
    if topic:
        chosen = chosen.where(ExamQuestion.topic == topic)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    page = chosen.order_by(ExamQuestion.topic, ExamQuestion.code).offset(offset).limit(limit)
    return session.scalars(page).all(), total


def get_question_for(session: Session, staff: Staff, code: str) -> ExamQuestion:
    """The desk's door to a question. Raises Forbidden, NotFound."""
    check_may(staff, Action.RUN_TRAINING)
    found = find_by_code(session, code)
    if found is None:
        raise NotFound("没有找到这道题。")
    return found


def create_question(session: Session, *, staff: Staff, content: QuestionContent, now: datetime) -> ExamQuestion:
    """Raises InvalidInput by field name."""
    check_may(staff, Action.RUN_TRAINING)
    question = ExamQuestion(
        code=f"desk-{new_public_id().lower()}", source=WRITTEN_HERE, licence="自有", answered_count=0,
        right_count=0, created_at=now, changed_at=now, **columns_of(content),
    )  # fmt: skip
    session.add(question)
    session.flush()
    record_action(session, staff=staff, action="question_created", target=f"question:{question.code}", now=now)
    return question


def change_question(
    session: Session, *, staff: Staff, code: str, content: QuestionContent, version: int, now: datetime
) -> None:
    """Raises Conflict for an older version, InvalidInput by field name. Nothing changed is nothing written."""
    question = get_question_for(session, staff, code)
    session.refresh(question, with_for_update=True)
    if question.version != version:
        raise Conflict(STALE)
    columns = columns_of(content)
    changed = sorted(name for name, value in columns.items() if getattr(question, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(question, name, columns[name])
    if {"answer", "options"} & set(changed):
        # How hard it was says nothing about what it is now.
        question.answered_count = question.right_count = 0
    question.version += 1
    question.changed_at = now
    session.flush()
    record_action(
        session, staff=staff, action="question_changed", target=f"question:{question.code}", now=now, fields=changed
    )


def import_by_staff(session: Session, *, staff: Staff, read: ReadFile, now: datetime) -> Imported:
    """What was read of a file into the bank, as `flask exams import` does."""
    check_may(staff, Action.RUN_TRAINING)
    done = store_questions(session, read, now)
    record_action(
        session, staff=staff, action="questions_imported", target="questions", now=now, added=done.added,
        changed=done.changed, refused=len(done.refused),
    )  # fmt: skip
    return done


def columns_of(content: QuestionContent) -> dict[str, Any]:
    """What the row would hold. Raises InvalidInput by field name."""
    answer = "".join(sorted(set(re.sub(r"[\s,、,]", "", content.answer.upper()))))
    wrong = _wrong_words(content) | _wrong_answer(content, answer)
    cites: list[dict[str, Any]] = []
    try:
        cites = [read_cite(text) for text in content.cites[:MOST_CITES]]
    except InvalidInput as error:
        wrong["cites"] = error.message
    if content.topic != PAST_PAPERS and not content.cites:
        wrong["cites"] = "要写依据的条文"
    if wrong:
        raise InvalidInput("有几处要改,看标红的地方。", fields=wrong)
    first, last = period_of(cites)
    return {
        "subject": TOPICS[content.topic].subject, "topic": content.topic, "is_multiple": len(answer) > 1,
        "stem": content.stem, "options": list(content.options), "answer": answer, "explanation": content.explanation,
        "cites": cites, "state": content.state, "valid_from": first, "valid_to": last,
    }  # fmt: skip


def _wrong_words(content: QuestionContent) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 0 < len(content.stem) <= LONGEST_STEM:
        wrong["stem"] = f"要写题干,不超过{LONGEST_STEM}字"
    if len(content.explanation) > LONGEST_EXPLANATION:
        wrong["explanation"] = f"不超过{LONGEST_EXPLANATION}字"
    if content.topic not in TOPICS:
        wrong["topic"] = "请选"
    if content.state not in set(QuestionState):
        wrong["state"] = "请选"
    return wrong


def _wrong_answer(content: QuestionContent, answer: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 2 <= len(content.options) <= len(LETTERS) or len(set(content.options)) < len(content.options):
        wrong["options"] = f"一行一个选项,2到{len(LETTERS)}个,不要重复"
    elif max(map(len, content.options)) > LONGEST_OPTION:
        wrong["options"] = f"一个选项不超过{LONGEST_OPTION}字"
    if not answer or not set(answer) <= set(LETTERS[: len(content.options)]):
        wrong["answer"] = "写选项的字母,如 AC"
    return wrong
