"""Curated answers: written from a staff reply or a group of misses, checked by a second person, then published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from core.clock import china_date
from core.errors import Conflict, InvalidInput, NotFound
from models import AnswerState, Author, CuratedAnswer, EvaluationRun, Message, Miss, Staff
from services.audit import record_action
from services.knowledge_import.regions import full_region
from services.knowledge_upkeep.feedback import question_before
from services.knowledge_upkeep.misses import is_open, list_misses, redact
from services.knowledge_upkeep.notices import end_waiting, tell_rejected, tell_reviewers
from services.permissions import (
    Action,
    Desk,
    check_may_with_answer,
    find_latest_case,
    may_with_answer,
    readable_answers,
)

LONGEST_QUESTION, LONGEST_TEXT, LONGEST_SOURCE = 160, 2_000, 300
MOST_OTHER_QUESTIONS = 12
EDITABLE = (AnswerState.DRAFT, AnswerState.REJECTED)
# What each step starts from; a step from elsewhere meets an answer that somebody has moved on.
STEPS_FROM: dict[Action, Sequence[AnswerState]] = {
    Action.EDIT_ANSWER: EDITABLE,
    Action.REVIEW_ANSWER: (AnswerState.IN_REVIEW,),
    Action.RETIRE_ANSWER: (AnswerState.PUBLISHED,),
}


@dataclass(frozen=True)
class AnswerContent:
    """What staff write. Days are inclusive; `other_questions` are further ways of asking the same."""

    question: str
    text: str
    source: str
    other_questions: tuple[str, ...] = ()
    region: str = "全国"
    valid_from: date | None = None
    valid_to: date | None = None
    owner_id: int | None = None


def may_step(staff: Staff, action: Action, answer: CuratedAnswer) -> bool:
    """Whether this step is open to this person now: their right, and the state of the answer."""
    return may_with_answer(staff, action, answer) and answer.state in STEPS_FROM.get(action, tuple(AnswerState))


def get_answer(
    session: Session, staff: Staff, answer_id: int, action: Action = Action.READ_ANSWER, *, lock: bool = False
) -> CuratedAnswer:
    """The one door to an answer. Raises NotFound, Forbidden, or Conflict where its state has moved on."""
    answer = session.get(CuratedAnswer, answer_id, with_for_update=lock or None)
    if answer is None:
        raise NotFound("没有找到这条答案。")
    check_may_with_answer(staff, action, answer)
    if answer.state not in STEPS_FROM.get(action, tuple(AnswerState)):
        raise Conflict("这条答案的状态已经变了,请刷新后再看。")
    return answer


def list_answers(
    session: Session, staff: Staff, *, state: AnswerState | None = None, page: int = 0, limit: int = 30
) -> tuple[list[CuratedAnswer], bool]:
    """What this person may read, the latest change first; also whether there are more."""
    query = select(CuratedAnswer).where(readable_answers(staff))
    if state is not None:
        query = query.where(CuratedAnswer.state == state)
    rows = session.scalars(
        query.options(joinedload(CuratedAnswer.author), joinedload(CuratedAnswer.owner))
        .order_by(CuratedAnswer.updated_at.desc(), CuratedAnswer.id.desc())
        .offset(page * limit)
        .limit(limit + 1)
    ).all()
    return list(rows[:limit]), len(rows) > limit


def draft_from_reply(session: Session, *, staff: Staff, desk: Desk, message_id: int, now: datetime) -> CuratedAnswer:
    """A draft out of a reply in a conversation that this person may read, names taken out; the same reply again is
    the same draft. Raises NotFound, or Conflict where a colleague's draft of it exists that may not be read."""
    message = session.get(Message, message_id, with_for_update=True)
    is_reply = message is not None and message.author == Author.STAFF and not message.is_internal and message.text
    if message is None or not is_reply or message.conversation_id != desk.conversation.id:
        raise NotFound("没有找到这条回复。")
    known = session.scalar(select(CuratedAnswer).where(CuratedAnswer.message_id == message.id))
    if known is not None:
        if not may_with_answer(staff, Action.READ_ANSWER, known):
            raise Conflict("同事已经把这条存成草稿了。")
        return known
    user_id = desk.conversation.user_id
    question = " ".join(question_before(session, message).split())
    answer = _new_draft(
        session,
        staff,
        question=question[:LONGEST_QUESTION],
        text=redact(session, message.text, user_id=user_id)[:LONGEST_TEXT],
        region=_region_of(session, desk),
        now=now,
    )
    answer.message_id = message.id
    return _noted(session, staff, answer, "answer_drafted", now, message_id=message.id)


def draft_from_group(session: Session, *, staff: Staff, number: int, now: datetime) -> CuratedAnswer:
    """A draft for a group of misses: its commonest wording is the question, the others stand beside it."""
    misses = list_misses(session, number)
    by_closeness = sorted(misses, key=lambda miss: (-miss.closeness, -miss.id))
    wordings = list(dict.fromkeys(miss.text[:LONGEST_QUESTION] for miss in by_closeness))
    answer = _new_draft(session, staff, question=wordings[0], text="", region="全国", now=now)
    answer.other_questions = wordings[1 : MOST_OTHER_QUESTIONS + 1]
    session.flush()
    session.execute(update(Miss).where(is_open(), Miss.cluster == number).values(answer_id=answer.id))
    return _noted(session, staff, answer, "answer_drafted", now, misses=len(misses))


def draft_blank(session: Session, *, staff: Staff, question: str = "", now: datetime) -> CuratedAnswer:
    """An empty draft, or one for a question."""
    answer = _new_draft(session, staff, question=question[:LONGEST_QUESTION], text="", region="全国", now=now)
    return _noted(session, staff, answer, "answer_drafted", now)


def _region_of(session: Session, desk: Desk) -> str:
    case = find_latest_case(session, desk.conversation.id)
    return (case.region if case else None) or "全国"


def _new_draft(
    session: Session, staff: Staff, *, question: str, text: str, region: str, now: datetime
) -> CuratedAnswer:
    answer = CuratedAnswer(
        question=question,
        other_questions=[],
        text=text,
        region=region,
        valid_from=china_date(now),
        author_id=staff.id,
        owner_id=staff.id,
        created_at=now,
        updated_at=now,
    )
    session.add(answer)
    return answer


def save_answer(
    session: Session, *, staff: Staff, answer_id: int, content: AnswerContent, version: int, now: datetime
) -> CuratedAnswer:
    """Write the content down. Whoever writes it last is its author, and a rejected one is a draft again.

    Raises Conflict where somebody saved it since `version` was shown, InvalidInput for what cannot be kept.
    """
    answer = get_answer(session, staff, answer_id, Action.EDIT_ANSWER, lock=True)
    if answer.version != version:
        raise Conflict("同事刚改过这条答案,请刷新后再改。")
    if content.owner_id is not None:
        owner = session.get(Staff, content.owner_id)
        if owner is None or not owner.is_active:
            raise InvalidInput("负责人要是在用的账号。", fields={"owner_id": "请选一位同事"})
        answer.owner_id = owner.id
    checked = _checked(content)
    answer.question, answer.text, answer.source = checked.question, checked.text, checked.source
    answer.other_questions = list(checked.other_questions)
    answer.region, answer.valid_from, answer.valid_to = checked.region, checked.valid_from, checked.valid_to
    answer.author_id = staff.id
    answer.state = AnswerState.DRAFT
    answer.version += 1
    return _noted(session, staff, answer, "answer_saved", now)


def _checked(content: AnswerContent) -> AnswerContent:
    if content.valid_from and content.valid_to and content.valid_to < content.valid_from:
        raise InvalidInput("失效日期早于生效日期。", fields={"valid_to": "早于生效日期"})
    question = " ".join(content.question.split())
    text = content.text.replace("\r\n", "\n").strip()
    source = " ".join(content.source.split())
    too_long = [
        name
        for name, value, limit in (
            ("question", question, LONGEST_QUESTION),
            ("text", text, LONGEST_TEXT),
            ("source", source, LONGEST_SOURCE),
        )
        if len(value) > limit
    ]
    if too_long:
        raise InvalidInput("写得太长了,请分成两条。", fields=dict.fromkeys(too_long, "太长了"))
    others = dict.fromkeys(" ".join(each.split())[:LONGEST_QUESTION] for each in content.other_questions)
    others.pop("", None)
    others.pop(question, None)
    return AnswerContent(
        question=question,
        text=text,
        source=source,
        other_questions=tuple(others)[:MOST_OTHER_QUESTIONS],
        region=full_region(content.region.strip() or "全国")[:60],
        valid_from=content.valid_from,
        valid_to=content.valid_to,
    )


def submit_answer(session: Session, *, staff: Staff, answer_id: int, now: datetime) -> CuratedAnswer:
    """Hand it to a second person. Raises InvalidInput where question, text or source is missing."""
    answer = get_answer(session, staff, answer_id, Action.EDIT_ANSWER, lock=True)
    names = {"question": "问题", "text": "答案", "source": "来源", "valid_from": "生效日期"}
    missing = {name: f"{shown}没写" for name, shown in names.items() if not getattr(answer, name)}
    if missing:
        raise InvalidInput("还差:" + "、".join(names[name] for name in missing) + "。", fields=missing)
    if answer.valid_to and answer.valid_to < china_date(now):
        raise InvalidInput("这条答案已经过了失效日期。", fields={"valid_to": "已经过了"})
    answer.state, answer.submitted_at, answer.review_note = AnswerState.IN_REVIEW, now, None
    tell_reviewers(session, answer, now)
    return _noted(session, staff, answer, "answer_submitted", now)


def withdraw_answer(session: Session, *, staff: Staff, answer_id: int, now: datetime) -> CuratedAnswer:
    """The author takes it back; an evaluation under way then counts for nothing."""
    answer = get_answer(session, staff, answer_id, lock=True)
    check_may_with_answer(staff, Action.EDIT_ANSWER, answer)
    if answer.state != AnswerState.IN_REVIEW:
        raise Conflict("这条答案不在审核中。")
    answer.state, answer.approved_by_id = AnswerState.DRAFT, None
    end_waiting(session, answer, now)
    return _noted(session, staff, answer, "answer_withdrawn", now)


def reject_answer(session: Session, *, staff: Staff, answer_id: int, note: str, now: datetime) -> CuratedAnswer:
    """Send it back with a word on what is wrong. Raises InvalidInput without one."""
    answer = get_answer(session, staff, answer_id, Action.REVIEW_ANSWER, lock=True)
    if not note.strip():
        raise InvalidInput("请写一句退回的原因。", fields={"note": "没写原因"})
    answer.state, answer.approved_by_id = AnswerState.REJECTED, None
    answer.review_note = note.strip()[:300]
    end_waiting(session, answer, now)
    tell_rejected(session, answer, now)
    return _noted(session, staff, answer, "answer_rejected", now)


def find_run(session: Session, answer_id: int) -> EvaluationRun | None:
    """The latest measurement of what this answer changes."""
    return session.scalar(
        select(EvaluationRun).where(EvaluationRun.answer_id == answer_id).order_by(EvaluationRun.id.desc()).limit(1)
    )


def _noted(
    session: Session, staff: Staff, answer: CuratedAnswer, action: str, now: datetime, **details: int
) -> CuratedAnswer:
    answer.updated_at = now
    session.flush()  # assigns answer.id
    target = f"answer:{answer.id}"
    record_action(session, staff=staff, action=action, target=target, now=now, version=answer.version, **details)
    return answer
