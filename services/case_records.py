"""Rows of cases: numbers, history and locks that every action on a case shares."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from core.clock import china_date
from core.db import table_of
from core.errors import Conflict, NotFound
from core.ids import case_number
from core.statements import Statement
from models import HANDOFF, Case, CaseEvent, CaseSerial, CaseStatus, Conversation, ConversationStatus, User

STALE = "这一单刚被改过,请刷新后再看。"
REMINDERS = frozenset({"clock_reminded", "clock_overdue", "promise_missed", "window_told"})
# What the bot may still know of a user once a matter is closed; the last list or offer would only mislead.
LASTING_MEMORY = {"region"}

_serials = table_of(CaseSerial)
NEXT_SERIAL = Statement(
    update(_serials)
    .where(_serials.c.service == bindparam("letters"), _serials.c.opened_on == bindparam("day"))
    .values(last_serial=_serials.c.last_serial + 1)
    .returning(_serials.c.last_serial)
)
ADD_SERIAL = Statement.adding_once(_serials, "service", "opened_on", "last_serial")


def next_case_number(session: Session, letters: str, now: datetime) -> str:
    """The service's letters, the day, a serial of that day; its row stays locked until this transaction ends."""
    day = {"letters": letters, "day": china_date(now)}
    row = NEXT_SERIAL.first(session, day)
    if row is None:
        # Another process may open the day's first case at the same moment: then this adds nothing.
        ADD_SERIAL.first(session, {"service": letters, "opened_on": day["day"], "last_serial": 0})
        row = NEXT_SERIAL.first(session, day)
    assert row is not None
    return case_number(letters, china_date(now), row[0])


def lock_case(session: Session, case_id: int) -> Case:
    """The case and its conversation, locked in the one order everybody uses (conversation, then case)."""
    conversation_id = session.scalar(select(Case.conversation_id).where(Case.id == case_id))
    if conversation_id is None:
        raise NotFound("没有找到这个单号。")
    lock_conversation(session, conversation_id)
    return session.get_one(Case, case_id, with_for_update=True, populate_existing=True)


def check_version(session: Session, case: Case, version: int | None) -> None:
    """Raises Conflict where somebody acts on an older state of the (locked) case; None asks for no check.

    What only the clock has said meanwhile changes nothing of what somebody saw: an answer is not refused for a
    reminder that was written down while it was being typed. A date that moved is a change. Each event is one version
    (add_event).
    """
    if version is None or version == case.version:
        return
    since = case.version - version
    latest = (
        select(CaseEvent.kind).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id.desc()).limit(max(since, 1))
    )
    session.flush()
    if since < 0 or not REMINDERS.issuperset(session.scalars(latest)):
        raise Conflict(STALE)


def lock_conversation(session: Session, conversation_id: int) -> Conversation:
    """The row as it is now, locked until this transaction ends."""
    session.flush()  # reading the row again must not undo what this transaction has changed
    return session.get_one(Conversation, conversation_id, with_for_update=True, populate_existing=True)


def lock_person(session: Session, user: User) -> list[Conversation]:
    """Their conversations, then their own row: the order of a turn, which holds its conversation and may then want the
    person (to save a search, or for the row of a case that points to them). Whoever only writes a row that points to
    the person goes on meanwhile."""
    ids = select(Conversation.id).where(Conversation.user_id == user.id).order_by(Conversation.id)
    locked = {number: lock_conversation(session, number) for number in session.scalars(ids).all()}
    session.flush()  # reading the row again must not undo what this transaction has changed
    session.get_one(User, user.id, with_for_update={"key_share": True}, populate_existing=True)
    # One that began meanwhile: from here on no further one can.
    return [locked.get(number) or lock_conversation(session, number) for number in session.scalars(ids).all()]


def find_open_case(session: Session, conversation_id: int) -> Case | None:
    """The hand-off of a conversation that is not closed, as it is now; there is one at most."""
    return session.scalar(
        select(Case)
        .where(Case.conversation_id == conversation_id, Case.kind == HANDOFF, Case.status != CaseStatus.CLOSED)
        .order_by(Case.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def add_event(
    session: Session, case: Case, kind: str, now: datetime, *, staff_id: int | None = None, **details: Any
) -> None:
    """One line of the case's history."""
    case.version += 1
    session.add(CaseEvent(case_id=case.id, kind=kind, staff_id=staff_id, details=details, created_at=now))


def list_events(session: Session, case_id: int) -> list[CaseEvent]:
    """The history, oldest first."""
    return list(session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)))


def finish_case(session: Session, case: Case, now: datetime) -> None:
    """The state after the end of a case, whoever ended it."""
    case.status, case.closed_at, case.respond_by = CaseStatus.CLOSED, now, None
    if not case.is_handoff:
        session.flush()
        return
    conversation = case.conversation
    conversation.status, conversation.assignee_id = ConversationStatus.RESOLVED, None
    conversation.owner_token += 1
    conversation.unread_count = 0
    conversation.memory = {key: value for key, value in conversation.memory.items() if key in LASTING_MEMORY}
    session.flush()
