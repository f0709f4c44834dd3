"""Timed mock papers, made up and counted as the patent agent examination is."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput, NotFound
from core.yaml_text import read_yaml
from models import ExamAnswer, ExamQuestion, ExamRun, RunKind, RunState, Subject
from services.exams.bank import checked_letters, questions_of, usable
from services.exams.practice import NothingToAsk, count_answer, lock_learner
from services.exams.reviews import note_answer

DATA = Path(__file__).resolve().parents[2] / "data" / "training" / "exam_papers.yaml"
# A bank too small for a whole paper gives a half or a fifth: the same mix, the same points and time for each question.
PARTS = (1, 2, 5)
TOO_LATE = "考试时间已经到了,这份卷子已经收了。"


@dataclass(frozen=True)
class PaperRule:
    """How the real paper is put together and counted."""

    single: int
    multiple: int
    points: int
    minutes: int

    @property
    def tenths_each(self) -> int:
        return self.points * 10 // (self.single + self.multiple)


@dataclass(frozen=True)
class Result:
    """A paper counted. `usual_pass` is what would usually do, by the same share; the real line is set each year."""

    points: float
    of: float
    usual_pass: float
    right: int
    answered: int


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    read: dict[str, Any] = read_yaml(DATA)
    return read


def rule_of(subject: Subject) -> PaperRule:
    return PaperRule(**_data()["papers"][subject])


def source_of_rules() -> tuple[str, date]:
    """Where the rule of counting is written, and when that was looked at."""
    return str(_data()["source"]), _data()["checked_at"]


def start_paper(session: Session, *, user_id: int, subject: Subject, now: datetime) -> ExamRun:
    """A new paper, its time running. Raises PaperOpen while one of the subject is open, NothingToAsk."""
    lock_learner(session, user_id)
    for other in session.scalars(
        select(ExamRun).where(
            ExamRun.user_id == user_id, ExamRun.kind == RunKind.MOCK, ExamRun.state == RunState.OPEN,
            ExamRun.subject == subject,
        )
    ).all():  # fmt: skip
        if not settle(session, other, now):
            raise PaperOpen
    rule = rule_of(subject)
    part, chosen = _compose(session, user_id, subject, rule, now)
    run = ExamRun(
        user_id=user_id, kind=RunKind.MOCK, state=RunState.OPEN, subject=subject, question_ids=chosen, place=0,
        right_count=0, tenths_each=rule.tenths_each, due_at=now + timedelta(minutes=rule.minutes) / part,
        started_at=now,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run


class PaperOpen(Conflict):
    code = "paper_open"
    default_message = "您还有一份没交的模拟卷,先做完或者交卷。"


def set_answer(session: Session, run: ExamRun, question_id: int, given: str, now: datetime) -> None:
    """Write down an answer; it may be changed until the paper is handed in. "" takes it away."""
    lock_learner(session, run.user_id)
    session.refresh(run)
    if settle(session, run, now):
        raise Conflict(TOO_LATE)
    if question_id not in run.question_ids:
        raise NotFound("这份卷子里没有这道题。")
    question = session.get_one(ExamQuestion, question_id)
    letters = checked_letters(question, given)
    if letters != "".join(sorted(set(given.upper()))) or (not question.is_multiple and len(letters) > 1):
        raise InvalidInput(fields={"letters": "只能选这道题有的选项,单选题只选一个。"})
    row = session.scalar(select(ExamAnswer).where(ExamAnswer.run_id == run.id, ExamAnswer.question_id == question_id))
    if row is None:
        row = ExamAnswer(run_id=run.id, question_id=question_id, user_id=run.user_id)
        session.add(row)
    row.given, row.answered_at = letters, now
    session.flush()


def hand_in(session: Session, run: ExamRun, now: datetime) -> None:
    """Take the paper in and count it; handing in twice is once."""
    lock_learner(session, run.user_id)
    session.refresh(run)
    if run.state == RunState.OPEN:
        _count(session, run, min(now, run.due_at or now))


def settle(session: Session, run: ExamRun, now: datetime) -> bool:
    """Whether the paper is in; one whose time is over is taken in as it is."""
    if run.state == RunState.OPEN and run.due_at is not None and run.due_at <= now:
        _count(session, run, run.due_at)
    return run.state != RunState.OPEN


def answers_of(session: Session, run: ExamRun) -> dict[int, ExamAnswer]:
    return {row.question_id: row for row in session.scalars(select(ExamAnswer).where(ExamAnswer.run_id == run.id))}


def result_of(session: Session, run: ExamRun) -> Result:
    """Of a paper that is in."""
    each = (run.tenths_each or 0) / 10
    of = each * len(run.question_ids)
    line = _data()["usual_pass"]
    answered = sum(1 for row in answers_of(session, run).values() if row.given)
    return Result(
        points=run.right_count * each, of=of, usual_pass=round(of * line["points"] / line["of"], 1),
        right=run.right_count, answered=answered,
    )  # fmt: skip


def _count(session: Session, run: ExamRun, at: datetime) -> None:
    answers = answers_of(session, run)
    # In the order of their numbers, as everybody does who counts several: two papers must not wait for each other.
    for question in sorted(questions_of(session, run.question_ids), key=lambda each: each.id):
        row = answers.get(question.id)
        if row is None or not row.given:
            continue
        row.is_right = row.given == question.answer
        run.right_count += row.is_right
        count_answer(session, question.id, row.is_right)
        note_answer(session, user_id=run.user_id, question_id=question.id, is_right=row.is_right, now=at)
    run.place = len(run.question_ids)
    run.state, run.ended_at = RunState.DONE, at
    session.flush()


def _compose(session: Session, user_id: int, subject: Subject, rule: PaperRule, now: datetime) -> tuple[int, list[int]]:
    rows = session.execute(
        usable(china_date(now), subject=subject)
        .with_only_columns(ExamQuestion.id, ExamQuestion.is_multiple)
        .order_by(ExamQuestion.id)
    ).all()
    draw = random.Random(f"{user_id} {now.isoformat()}")
    singles, multiples = ([number for number, is_multiple in rows if is_multiple is kind] for kind in (False, True))
    for part in PARTS:
        if len(singles) >= rule.single // part and len(multiples) >= rule.multiple // part:
            chosen = draw.sample(singles, rule.single // part) + draw.sample(multiples, rule.multiple // part)
            return part, chosen
    raise NothingToAsk("题库里这一科的题还不够组一份模拟卷。")
