"""From approval to publication: nothing goes out that makes other answers worse."""

from dataclasses import asdict
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.db import Database
from core.errors import AppError, Conflict
from core.logs import get_logger
from models import AnswerState, CuratedAnswer, Document, DocumentKind, EvaluationRun, EvaluationState, Staff
from services.audit import record_action
from services.job_names import JobName, request_job
from services.knowledge_import.drafts import DocumentDraft, PassageDraft
from services.knowledge_import.store import next_change_serial, store_document
from services.knowledge_upkeep.answers import find_run, get_answer
from services.knowledge_upkeep.evaluation import CURATED, Comparison, Evaluation
from services.knowledge_upkeep.notices import end_waiting, tell_not_published, tell_published
from services.permissions import Action

log = get_logger(__name__)

ONE_DAY = timedelta(days=1)
# A run that has not ended by then died with its worker; the approval may be given again.
GIVEN_UP_AFTER = timedelta(minutes=30)
KEPT_WORSE = 100
# Staff's own words about a source: not the text of the law itself.
SECOND_HAND = "V2"


def is_running(run: EvaluationRun | None, now: datetime) -> bool:
    """Whether a measurement is under way."""
    return run is not None and run.state == EvaluationState.RUNNING and now - run.started_at < GIVEN_UP_AFTER


def approve_answer(session: Session, *, staff: Staff, answer_id: int, version: int, now: datetime) -> EvaluationRun:
    """A second person stands for it: the evaluation runs, and publishes it if nothing gets worse.

    Raises Forbidden for the author, Conflict where the answer is not the one that was read, or is being measured.
    """
    answer = get_answer(session, staff, answer_id, Action.REVIEW_ANSWER, lock=True)
    if answer.version != version:
        raise Conflict("这条答案刚被改过,请看过新的再批准。")
    if is_running(find_run(session, answer.id), now):
        raise Conflict("正在评估,稍等就有结果。")
    if answer.valid_to and answer.valid_to < china_date(now):
        raise Conflict("这条答案已经过了失效日期,请退回修改。")
    answer.approved_by_id, answer.updated_at = staff.id, now
    end_waiting(session, answer, now)
    run = EvaluationRun(answer_id=answer.id, answer_version=answer.version, started_at=now)
    session.add(run)
    session.flush()  # assigns run.id
    record_action(session, staff=staff, action="answer_approved", target=f"answer:{answer.id}", now=now, run=run.id)
    request_job(session, JobName.EVALUATE_ANSWER, key=str(run.id), now=now, run_id=run.id)
    return run


def answer_document(answer: CuratedAnswer, *, checked_at: date, valid_to: date | None = None) -> DocumentDraft:
    """The document that an answer becomes."""
    questions = (answer.question, *answer.other_questions)
    return DocumentDraft(
        key=f"{CURATED}{answer.id}",
        kind=DocumentKind.GUIDE,
        title=answer.question,
        version=str(answer.valid_from or checked_at),
        source=answer.source,
        checked_at=checked_at,
        passages=(PassageDraft(answer.question, answer.text, questions=questions),),
        region=answer.region,
        valid_from=answer.valid_from,
        valid_to=valid_to or answer.valid_to,
        confidence=SECOND_HAND,
    )


def evaluate_answer(database: Database, evaluation: Evaluation, *, run_id: int, now: datetime) -> None:
    """Measure what an approved answer changes, then publish it or say what got worse. Safe to repeat.

    Raises Conflict while the index is being written: try again later.
    """
    with database.reading() as session:
        run = session.get(EvaluationRun, run_id)
        answer = session.get(CuratedAnswer, run.answer_id) if run else None
        if run is None or answer is None or run.state != EvaluationState.RUNNING:
            return
        today = china_date(now)
        draft = answer_document(answer, checked_at=today)
    try:
        # An answer that holds later is measured as of its first day.
        comparison = evaluation.compare([draft], on=max(today, draft.valid_from or today))
    except Conflict:
        raise
    except AppError as error:
        log.warning("evaluation_failed", run_id=run_id, code=error.code)
        comparison = None
    with database.unit_of_work() as session:
        _finish(session, run_id, comparison, now)


def _finish(session: Session, run_id: int, comparison: Comparison | None, now: datetime) -> None:
    run = session.get_one(EvaluationRun, run_id)
    answer = session.get(CuratedAnswer, run.answer_id, with_for_update=True)
    session.refresh(run)
    if run.state != EvaluationState.RUNNING:
        return
    run.finished_at = now
    is_same = answer is not None and answer.state == AnswerState.IN_REVIEW and answer.version == run.answer_version
    if comparison is not None:
        run.scores = [asdict(score) for score in comparison.scores]
        run.worse = [asdict(each) for each in comparison.worse[:KEPT_WORSE]]
        run.worse_count = len(comparison.worse)
    if answer is None or not is_same or answer.approved_by_id is None:
        run.state = EvaluationState.STALE
    elif comparison is None or not comparison.is_passed:
        run.state = EvaluationState.BLOCKED if run.worse_count else EvaluationState.FAILED
        tell_not_published(session, answer, approved_by_id=answer.approved_by_id, worse_count=run.worse_count, now=now)
        answer.approved_by_id, answer.updated_at = None, now
        _note(session, None, answer, "answer_blocked", now, run.worse_count)
    else:
        run.state = EvaluationState.PASSED
        _publish(session, answer, now)
    log.info("answer_evaluated", run_id=run.id, state=run.state, worse=run.worse_count)


def _publish(session: Session, answer: CuratedAnswer, now: datetime) -> None:
    _store(session, answer, answer_document(answer, checked_at=china_date(now)), now)
    answer.state, answer.published_at, answer.updated_at = AnswerState.PUBLISHED, now, now
    answer.document_id = session.scalar(select(Document.id).where(Document.key == f"{CURATED}{answer.id}"))
    tell_published(session, answer, now)
    _note(session, answer.approved_by, answer, "answer_published", now)


def retire_answer(session: Session, *, staff: Staff, answer_id: int, note: str = "", now: datetime) -> CuratedAnswer:
    """From today on nobody is answered with it; what was said before stays as it was."""
    answer = get_answer(session, staff, answer_id, Action.RETIRE_ANSWER, lock=True)
    today = china_date(now)
    _store(session, answer, answer_document(answer, checked_at=today, valid_to=today - ONE_DAY), now)
    answer.state, answer.updated_at = AnswerState.RETIRED, now
    answer.review_note = note.strip()[:300] or None
    _note(session, staff, answer, "answer_retired", now)
    return answer


def _store(session: Session, answer: CuratedAnswer, draft: DocumentDraft, now: datetime) -> None:
    store_document(session, draft, now=now, serial=next_change_serial(session))
    request_job(session, JobName.INDEX_PASSAGES, key=f"{draft.key}-{answer.state}", now=now)


def _note(
    session: Session, staff: Staff | None, answer: CuratedAnswer, action: str, now: datetime, worse: int = 0
) -> None:
    session.flush()
    target = f"answer:{answer.id}"
    record_action(session, staff=staff, action=action, target=target, now=now, version=answer.version, worse=worse)
