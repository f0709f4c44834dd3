"""What staff write: replies that go to the user through the delivery ledger, and notes that stay inside."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from models import Author, CaseStatus, Conversation, DeliveryReason, Message, Staff
from services.audit import record_action
from services.case_records import add_event, find_open_case, lock_conversation
from services.cases import accept_case
from services.notifications import mark_read
from services.outgoing import write_to_user
from services.permissions import Action, Desk, check_may

# WeChat's limit for one text: a reply is one message and uses one of the few that are left.
MAX_REPLY_BYTES = 2048
LOOK_BACK = 30


def reply_to_user(
    session: Session, *, staff: Staff, conversation_id: int, text: str, now: datetime, form_key: str = ""
) -> Message:
    """Send a reply. Where nobody has taken the case yet, replying takes it.

    The same `form_key` again (a double click, a repeated request) is the same reply. Raises Conflict where the bot or
    a colleague holds the conversation.
    """
    text = check_reply(text)
    conversation = lock_conversation(session, conversation_id)
    sent_before = _find_by_form_key(session, conversation, staff, form_key)
    if sent_before is not None:
        return sent_before
    case = find_open_case(session, conversation.id)
    if case is None:
        check_may(staff, Action.READ, Desk(conversation, None))
        raise Conflict("这个会话没有进行中的单,先点“接手会话”再回复。")
    if case.status != CaseStatus.ACCEPTED or case.assignee_id != staff.id:
        accept_case(session, staff=staff, case_id=case.id, now=now)
    details = {"form_key": form_key} if form_key else None
    reason = DeliveryReason.STAFF_REPLY
    message = write_to_user(session, conversation, text, now, staff=staff, reason=reason, details=details)
    conversation.unread_count = 0
    if case.first_reply_at is None:
        case.first_reply_at = now
    add_event(session, case, "replied", now, staff_id=staff.id, message_id=message.id)
    record_action(session, staff=staff, action="reply", target=f"case:{case.number}", now=now, message_id=message.id)
    mark_read(session, staff.id, now, conversation_id=conversation.id)
    session.flush()
    return message


def add_note(session: Session, *, staff: Staff, conversation_id: int, text: str, now: datetime) -> Message:
    """An internal note: colleagues see it, the user never does."""
    text = check_reply(text)
    conversation = lock_conversation(session, conversation_id)
    case = find_open_case(session, conversation.id)
    message = Message(
        conversation_id=conversation.id,
        author=Author.STAFF,
        staff_id=staff.id,
        text=text,
        is_internal=True,
        created_at=now,
    )
    session.add(message)
    session.flush()
    if case is not None:
        add_event(session, case, "noted", now, staff_id=staff.id, message_id=message.id)
    target = f"case:{case.number}" if case else f"conversation:{conversation.id}"
    record_action(session, staff=staff, action="note", target=target, now=now, message_id=message.id)
    return message


def check_reply(text: str) -> str:
    """The text as it is sent. Raises InvalidInput for an empty one, and for one that WeChat would not take whole."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise InvalidInput("还没写内容。", fields={"text": "还没写内容"})
    if len(text.encode()) > MAX_REPLY_BYTES:
        raise InvalidInput("一条最多约680个汉字,请分两条发。", fields={"text": "太长了"})
    return text


def _find_by_form_key(session: Session, conversation: Conversation, staff: Staff, form_key: str) -> Message | None:
    if not form_key:
        return None
    latest = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.staff_id == staff.id)
        .order_by(Message.id.desc())
        .limit(LOOK_BACK)
    )
    return next((message for message in latest if message.details.get("form_key") == form_key), None)
