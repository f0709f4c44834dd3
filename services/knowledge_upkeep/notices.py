"""What staff are told about curated answers: who may review hears that one waits, its author what became of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models import CuratedAnswer, Staff, StaffNotification
from services.notifications import notify, one_line
from services.permissions import Action, may_with_answer

WAITING = "answer_waiting"
PUBLISHED = "answer_published"
BLOCKED = "answer_blocked"
REJECTED = "answer_rejected"
LONGEST_QUESTION, LONGEST_NOTE = 60, 80
FORGOTTEN = "这位用户的内容已按其要求删除"


def tell_reviewers(session: Session, answer: CuratedAnswer, now: datetime) -> None:
    """An answer was handed in: everybody who may review it hears of it once."""
    people = session.scalars(select(Staff).where(Staff.is_active).order_by(Staff.id))
    for person in people:
        if may_with_answer(person, Action.REVIEW_ANSWER, answer):
            _tell(session, person.id, answer, WAITING, f"有一条人工答案等您审:{_question(answer)}", now)


def end_waiting(session: Session, answer: CuratedAnswer, now: datetime) -> None:
    """Somebody has seen to it: it need not stay unread with the others."""
    waiting = StaffNotification.answer_id == answer.id, StaffNotification.kind == WAITING
    session.execute(update(StaffNotification).where(*waiting, StaffNotification.read_at.is_(None)).values(read_at=now))


def tell_published(session: Session, answer: CuratedAnswer, now: datetime) -> None:
    """Its author hears that everybody is answered with it now."""
    _tell(session, answer.author_id, answer, PUBLISHED, f"您的人工答案已发布:{_question(answer)}", now)


def tell_not_published(
    session: Session, answer: CuratedAnswer, *, approved_by_id: int, worse_count: int, now: datetime
) -> None:
    """Its author, and who approved it, hear that it waits again: `worse_count` questions would be answered worse, or,
    where that is 0, it could not be measured."""
    why = f"有{worse_count}个问题会变差" if worse_count else "评估没做成"
    for staff_id in dict.fromkeys((answer.author_id, approved_by_id)):
        _tell(session, staff_id, answer, BLOCKED, f"没有发布,{why}:{_question(answer)}", now)


def tell_rejected(session: Session, answer: CuratedAnswer, now: datetime) -> None:
    """Its author hears that it was sent back, and why."""
    note = one_line(answer.review_note or "", LONGEST_NOTE)
    _tell(session, answer.author_id, answer, REJECTED, f"人工答案退回修改:{_question(answer)}。原因:{note}", now)


def forget_questions(session: Session, answer_ids: Sequence[int], *, are_gone: bool) -> None:
    """Take out what these notices quote; with `are_gone` the answers go too, and so does every notice of them."""
    about = StaffNotification.answer_id.in_(answer_ids)
    if are_gone:
        session.execute(delete(StaffNotification).where(about))
    else:
        session.execute(update(StaffNotification).where(about).values(text=FORGOTTEN))


def _tell(session: Session, staff_id: int, answer: CuratedAnswer, kind: str, text: str, now: datetime) -> None:
    # The moment belongs to the key: an answer may be sent back, or not pass, more than once.
    key = f"{kind}-{answer.id}-{now.isoformat()}"
    notify(session, staff_id=staff_id, kind=kind, key=key, text=text, now=now, answer=answer)


def _question(answer: CuratedAnswer) -> str:
    return one_line(answer.question, LONGEST_QUESTION)
