"""What staff do with a case: take it, hand it on, finish it. Each step is in the history and in the audit log."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.logs import get_logger
from models import (
    Author,
    Case,
    CaseStatus,
    Conversation,
    ConversationStatus,
    HandoffReason,
    Message,
    Role,
    Staff,
)
from services.allowances import view_allowance
from services.audit import record_action
from services.case_records import add_event, find_open_case, finish_case, lock_case, lock_conversation
from services.case_sweeps import close_idle_cases, mark_missed_promises, rescue_unrouted_cases
from services.handoffs import create_case
from services.outgoing import write_to_user
from services.permissions import Action, Desk, check_may, find_latest_case, is_matching, oversees
from services.routing import offer_case
from services.working_hours import promise_reply

__all__ = [
    "accept_case",
    "close_case",
    "close_idle_cases",
    "mark_missed_promises",
    "release_to_bot",
    "rescue_unrouted_cases",
    "take_over_conversation",
    "transfer_case",
]

log = get_logger(__name__)


def accept_case(session: Session, *, staff: Staff, case_id: int, now: datetime) -> Case:
    """Take a case: from now on this person speaks and the bot is silent. Taking it twice is harmless.

    Raises Conflict where somebody else was quicker, where it is closed, or where it is offered to somebody else.
    """
    case = lock_case(session, case_id)
    # Who could have had it hears who was quicker; to everybody else there is nothing.
    if case.status != CaseStatus.ACCEPTED or not is_matching(staff, case):
        check_may(staff, Action.READ, Desk(case.conversation, case))
    if case.status == CaseStatus.CLOSED:
        raise Conflict("这一单已经结束了。")
    if case.status == CaseStatus.ACCEPTED:
        if case.assignee_id == staff.id:
            return case
        raise Conflict(f"{_name(session, case.assignee_id)}已经接单了。")
    if case.status == CaseStatus.OFFERED and case.assignee_id != staff.id and not oversees(staff):
        raise Conflict(f"这一单派给了{_name(session, case.assignee_id)},暂时不能接。")
    case.status, case.assignee_id, case.respond_by = CaseStatus.ACCEPTED, staff.id, None
    _hold(case.conversation, staff)
    _note_step(session, case, staff, "accepted", now)
    return case


def take_over_conversation(session: Session, *, staff: Staff, conversation_id: int, now: datetime) -> Case:
    """Step into a conversation that the bot holds: its open case is accepted, or a new one is opened for it."""
    conversation = lock_conversation(session, conversation_id)
    case = find_open_case(session, conversation.id)
    if case is not None:
        return accept_case(session, staff=staff, case_id=case.id, now=now)
    check_may(staff, Action.TAKE_OVER, Desk(conversation, find_latest_case(session, conversation.id)))
    case = create_case(
        session,
        conversation=conversation,
        reason=HandoffReason.STAFF,
        topic=str(conversation.memory.get("topic") or "general"),
        region=conversation.memory.get("region"),
        question="",
        promise=promise_reply(session, now),
        now=now,
    )
    add_event(session, case, "opened", now, staff_id=staff.id, reason=HandoffReason.STAFF)
    case.status, case.assignee_id = CaseStatus.ACCEPTED, staff.id
    _hold(conversation, staff)
    _note_step(session, case, staff, "accepted", now)
    return case


def transfer_case(session: Session, *, staff: Staff, case_id: int, to_staff_id: int, now: datetime, note: str) -> Case:
    """Hand an open case to a colleague, who must accept it in time; until then nobody else is asked.

    Raises Forbidden where it is not this person's to give, InvalidInput for a colleague who cannot take it.
    """
    case = lock_case(session, case_id)
    check_may(staff, Action.TRANSFER, Desk(case.conversation, case))
    colleague = session.get(Staff, to_staff_id)
    if colleague is None or not colleague.is_active or colleague.role == Role.PARTNER:
        raise InvalidInput("这位同事不能接单,请另选一位。", fields={"to": "请另选一位"})
    if colleague.id == case.assignee_id:
        raise InvalidInput("这一单已经在这位同事手上。", fields={"to": "请另选一位"})
    if note.strip():
        _internal_note(session, case.conversation, staff, f"转给{colleague.display_name}:{note.strip()}", now)
    add_event(session, case, "transferred", now, staff_id=staff.id, to=colleague.id)
    if case.conversation.status == ConversationStatus.OPEN:
        case.conversation.owner_token += 1
    offer_case(session, case, colleague, now, kind="transfer")
    record_action(session, staff=staff, action="transfer", target=f"case:{case.number}", now=now, to=colleague.id)
    return case


def close_case(session: Session, *, staff: Staff, case_id: int, now: datetime) -> Case:
    """Finish a case. The user is told in one line; their next message finds the bot again. Harmless twice."""
    case = lock_case(session, case_id)
    if case.status == CaseStatus.CLOSED:
        check_may(staff, Action.READ, Desk(case.conversation, case))
        return case
    check_may(staff, Action.CLOSE, Desk(case.conversation, case))
    finish_case(session, case, now)
    _note_step(session, case, staff, "closed", now)
    _say_closed(session, case, now)
    return case


def release_to_bot(session: Session, *, staff: Staff, case_id: int, now: datetime) -> Case:
    """Give the conversation back: the case is closed without a word, and the bot answers from the next message on."""
    case = lock_case(session, case_id)
    check_may(staff, Action.CLOSE, Desk(case.conversation, case))
    finish_case(session, case, now)
    case.conversation.status = ConversationStatus.PENDING
    _note_step(session, case, staff, "released", now)
    return case


def _hold(conversation: Conversation, staff: Staff) -> None:
    """A person holds it. The new token silences a turn of the bot's that is running at this moment."""
    conversation.status, conversation.assignee_id = ConversationStatus.OPEN, staff.id
    conversation.owner_token += 1


def _note_step(session: Session, case: Case, staff: Staff, kind: str, now: datetime) -> None:
    add_event(session, case, kind, now, staff_id=staff.id)
    record_action(session, staff=staff, action=kind, target=f"case:{case.number}", now=now)
    session.flush()
    log.info("case_step", step=kind, case=case.number, staff_id=staff.id)


def _internal_note(session: Session, conversation: Conversation, staff: Staff, text: str, now: datetime) -> None:
    session.add(
        Message(
            conversation_id=conversation.id,
            author=Author.STAFF,
            staff_id=staff.id,
            text=text,
            is_internal=True,
            created_at=now,
        )
    )


def _say_closed(session: Session, case: Case, now: datetime) -> None:
    """One line, if WeChat still lets us spare a message: a good-bye is not worth an unread one."""
    if view_allowance(session, identity_id=case.conversation.identity_id, now=now).left_count < 2:
        return
    write_to_user(session, case.conversation, f"单号 {case.number} 已办结。再有问题直接说。", now)


def _name(session: Session, staff_id: int | None) -> str:
    found = session.get(Staff, staff_id) if staff_id is not None else None
    if found is None:
        raise NotFound
    return found.display_name
