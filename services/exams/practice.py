"""Practice: a row of questions, each told right or wrong at once; left and taken up again at will."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, NotFound
from models import ExamAnswer, ExamQuestion, ExamRun, RunKind, RunState, Subject, User
from services.exams.bank import checked_letters, get_question, questions_of, usable
from services.exams.reviews import due_ids, note_answer

USUAL_COUNT = 10
MOST_QUESTIONS = 50
# So many of ten are such as were wrong before and are due.
REVIEWED_SHARE = 0.3
AT_ONCE = (RunKind.PRACTICE, RunKind.REVIEW)

Fits = Callable[[ExamQuestion], bool]


class NothingToAsk(Conflict):
    """There is no question that fits the wish."""

    code = "nothing_to_ask"
    default_message = "这个范围还没有能练的题,换个专题试试。"


@dataclass(frozen=True)
class Answered:
    """What became of one answer. `given` is "" for a question passed over."""

    question: ExamQuestion
    given: str
    is_right: bool


def lock_learner(session: Session, user_id: int) -> None:
    """One thing at a time for each person, in chat and in the mini-program. Raises NotFound for who was erased."""
    user = session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    if user.erased_at is not None:
        raise NotFound


def start_practice(
    session: Session,
    *,
    user_id: int,
    now: datetime,
    subject: Subject | None = None,
    topic: str | None = None,
    count: int = USUAL_COUNT,
    fits: Fits = lambda _question: True,
) -> ExamRun:
    """Some that were wrong before and are due, then what this person has seen least. Raises NothingToAsk."""
    lock_learner(session, user_id)
    again = _fitting(session, due_ids(session, user_id=user_id, now=now, limit=count, topic=topic), fits)
    again = again[: int(count * REVIEWED_SHARE)] if subject is None else []
    fresh = _least_seen(session, user_id, now, subject, topic)
    chosen = [*again, *_fitting(session, [each for each in fresh if each not in again], fits, count - len(again))]
    return _start(session, user_id, RunKind.PRACTICE, chosen, now, subject=subject, topic=topic)


def start_review(
    session: Session, *, user_id: int, now: datetime, count: int = USUAL_COUNT, fits: Fits = lambda _question: True
) -> ExamRun:
    """Only what was wrong before and is due. Raises NothingToAsk where nothing is."""
    lock_learner(session, user_id)
    due = _fitting(session, due_ids(session, user_id=user_id, now=now, limit=MOST_QUESTIONS), fits, count)
    return _start(session, user_id, RunKind.REVIEW, due, now)


def get_own_run(session: Session, *, user_id: int, public_id: str, is_mock: bool = False) -> ExamRun:
    """The one door to a run: only its owner's, a mock paper or practice. Any other one, a stranger's or a missing one
    raises the same NotFound."""
    found = session.scalar(select(ExamRun).where(ExamRun.public_id == public_id, ExamRun.user_id == user_id))
    if found is None or (found.kind == RunKind.MOCK) is not is_mock:
        raise NotFound("没有找到这份卷子。" if is_mock else "没有找到这次练习。")
    return found


def find_running(session: Session, *, user_id: int) -> ExamRun | None:
    """The practice that this person has not finished."""
    return session.scalar(
        select(ExamRun)
        .where(ExamRun.user_id == user_id, ExamRun.state == RunState.OPEN, ExamRun.kind.in_(AT_ONCE))
        .order_by(ExamRun.id.desc())
        .limit(1)
    )


def current_question(session: Session, run: ExamRun) -> ExamQuestion | None:
    """The question to be answered; None where the run has ended."""
    if run.state != RunState.OPEN or run.place >= len(run.question_ids):
        return None
    return get_question(session, int(run.question_ids[run.place]))


def answer_current(session: Session, run: ExamRun, given: str, now: datetime, *, place: int | None = None) -> Answered:
    """Answer the question that the run is at, "" to pass it over. Raises Conflict where the run has ended, or is not at
    `place` any more because it was answered elsewhere meanwhile."""
    lock_learner(session, run.user_id)
    session.refresh(run)
    question = current_question(session, run)
    if question is None or run.kind not in AT_ONCE:
        raise Conflict("这次练习已经结束了。")
    if place is not None and place != run.place:
        raise Conflict("这道题已经答过了。")
    letters = checked_letters(question, given)
    is_right = letters == question.answer
    session.add(
        ExamAnswer(
            run_id=run.id, question_id=question.id, user_id=run.user_id, given=letters, is_right=is_right,
            answered_at=now,
        )
    )  # fmt: skip
    count_answer(session, question.id, is_right)
    note_answer(session, user_id=run.user_id, question_id=question.id, is_right=is_right, now=now)
    run.place += 1
    run.right_count += is_right
    if run.place == len(run.question_ids):
        run.state, run.ended_at = RunState.DONE, now
    session.flush()
    return Answered(question, letters, is_right)


def leave(session: Session, run: ExamRun, now: datetime) -> None:
    """End it where it is; ending it twice is once."""
    lock_learner(session, run.user_id)
    session.refresh(run)
    if run.state == RunState.OPEN:
        run.state, run.ended_at = RunState.LEFT, now
        session.flush()


def count_answer(session: Session, question_id: int, is_right: bool) -> None:
    """One more answer to a question; many people answer at once, so the database counts."""
    session.execute(
        update(ExamQuestion)
        .where(ExamQuestion.id == question_id)
        .values(answered_count=ExamQuestion.answered_count + 1, right_count=ExamQuestion.right_count + int(is_right))
        .execution_options(synchronize_session=False)
    )


def _least_seen(session: Session, user_id: int, now: datetime, subject: Subject | None, topic: str | None) -> list[int]:
    """Every question that may be asked: what this person answered seldom first, otherwise in a new order each time."""
    ids = session.scalars(
        usable(china_date(now), subject=subject, topic=topic)
        .with_only_columns(ExamQuestion.id)
        .order_by(ExamQuestion.id)
    ).all()
    counts = select(ExamAnswer.question_id, func.count()).where(ExamAnswer.user_id == user_id)
    seen = dict(session.execute(counts.group_by(ExamAnswer.question_id)).all())
    shuffled = random.Random(f"{user_id} {now.isoformat()}").sample(ids, len(ids))
    return sorted(shuffled, key=lambda number: seen.get(number, 0))


def _fitting(session: Session, ids: list[int], fits: Fits, count: int | None = None) -> list[int]:
    """The first `count` of them that fit."""
    found: list[int] = []
    for start in range(0, len(ids), MOST_QUESTIONS):
        if count is not None and len(found) >= count:
            break
        found += [row.id for row in questions_of(session, ids[start : start + MOST_QUESTIONS]) if fits(row)]
    return found if count is None else found[:count]


def _start(
    session: Session,
    user_id: int,
    kind: RunKind,
    question_ids: list[int],
    now: datetime,
    *,
    subject: Subject | None = None,
    topic: str | None = None,
) -> ExamRun:
    """A new practice ends the one before."""
    if not question_ids:
        raise NothingToAsk
    session.execute(
        update(ExamRun)
        .where(ExamRun.user_id == user_id, ExamRun.state == RunState.OPEN, ExamRun.kind.in_(AT_ONCE))
        .values(state=RunState.LEFT, ended_at=now)
    )
    run = ExamRun(
        user_id=user_id, kind=kind, state=RunState.OPEN, subject=subject, topic=topic, question_ids=question_ids,
        place=0, right_count=0, started_at=now,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run
