"""What an owner and the staff of a service's case write to each other, whichever side of the platform it comes from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, InvalidInput
from models import Author, Case, CaseStatus, Conversation, DeliveryReason, Message, Staff
from services.audit import record_action
from services.case_records import add_event, check_version, lock_case
from services.casework.access import check_may_on_case, check_owner
from services.casework.notices import tell_handler
from services.catalogue import service_of
from services.notifications import message_line, user_label
from services.outgoing import write_to_user
from services.permissions import Action
from services.staff_messages import check_reply

LONGEST = 2000
LOOK_BACK = 30
ENDED = "这一单已经结束。有新的事请直接在会话里说。"


@dataclass(frozen=True)
class Entry:
    """What a member of staff writes on a case's page, to the owner or as a note. The same `form_key` again (a double
    click) is the same entry; `version` is the state of the case that the page showed, None asks for no check."""

    staff: Staff
    case_id: int
    text: str
    form_key: str = ""
    version: int | None = None


@dataclass(frozen=True)
class CaseMessage:
    """A message and the person in whose conversation it stands: of an owner's words that is who wrote them."""

    message: Message
    user_id: int


def list_case_messages(
    session: Session, case_id: int, *, before_id: int | None = None, limit: int = 50, with_notes: bool = False
) -> list[CaseMessage]:
    """What was written and told about a case, the latest first; notes of staff only where colleagues read it."""
    query = (
        select(Message, Conversation.user_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.case_id == case_id)
        .options(joinedload(Message.staff))
    )
    if not with_notes:
        query = query.where(Message.is_internal.is_(False))
    if before_id is not None:
        query = query.where(Message.id < before_id)
    rows = session.execute(query.order_by(Message.id.desc()).limit(limit)).all()
    return [CaseMessage(message, user_id) for message, user_id in rows]


def say_to_staff(
    session: Session, *, case_id: int, conversation: Conversation, text: str, now: datetime, form_key: str = ""
) -> Message:
    """What the person of this conversation writes about a case of theirs; its handler hears of it.

    The same `form_key` again is the same message. It stands in the writer's own conversation, so that it goes with
    them when they have their data deleted. Raises NotFound for somebody else's case, Conflict for an ended one.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        raise InvalidInput(f"写1到{LONGEST}个字。", fields={"text": f"写1到{LONGEST}个字。"})
    case = lock_case(session, case_id)
    check_owner(session, conversation.user_id, case)
    if (said := _find(session, case, form_key, conversation_id=conversation.id)) is not None:
        return said
    if case.status == CaseStatus.CLOSED:
        raise Conflict(ENDED)
    message = Message(
        conversation_id=conversation.id,
        author=Author.USER,
        text=text,
        details={"form_key": form_key} if form_key else {},
        case_id=case.id,
        created_at=now,
    )
    session.add(message)
    session.flush()
    conversation.last_message_at = conversation.last_user_message_at = now
    tell_handler(session, case, _news(case, conversation, message), key=f"message-{message.id}", now=now,
                 kind="user_message")  # fmt: skip
    session.flush()
    return message


def say_to_owner(session: Session, entry: Entry, now: datetime) -> Message:
    """What the handler writes to the owner, by way of the ledger.

    Raises NotFound or Forbidden where the case is not this person's to answer, Conflict where it has changed.
    """
    staff, text = entry.staff, check_reply(entry.text)
    case = lock_case(session, entry.case_id)
    check_may_on_case(staff, Action.READ, case)
    if (said := _find(session, case, entry.form_key, staff_id=staff.id)) is not None:
        return said
    check_may_on_case(staff, Action.REPLY, case)
    check_version(session, case, entry.version)
    message = write_to_user(
        session, case.conversation, text, now, staff=staff, case=case, reason=DeliveryReason.STAFF_REPLY,
        details={"form_key": entry.form_key} if entry.form_key else None,
    )  # fmt: skip
    if case.first_reply_at is None:
        case.first_reply_at = now
    add_event(session, case, "replied", now, staff_id=staff.id, message_id=message.id)
    record_action(session, staff=staff, action="reply", target=f"case:{case.number}", now=now, message_id=message.id)
    session.flush()
    return message


def _find(
    session: Session, case: Case, form_key: str, *, conversation_id: int | None = None, staff_id: int | None = None
) -> Message | None:
    if not form_key:
        return None
    query = select(Message).where(Message.case_id == case.id, Message.staff_id == staff_id)
    if conversation_id is not None:
        query = query.where(Message.conversation_id == conversation_id, Message.author == Author.USER)
    latest = session.scalars(query.order_by(Message.id.desc()).limit(LOOK_BACK))
    return next((message for message in latest if message.details.get("form_key") == form_key), None)


def _news(case: Case, conversation: Conversation, message: Message) -> str:
    """One line for the handler. A colleague's words are not repeated: the notice belongs to the case, which stays
    when that colleague has their data deleted."""
    head = f"{service_of(case.kind).name} {case.number}"
    if conversation.user_id != case.user_id:
        return f"{head}:同一企业的{user_label(conversation.user)}留言了"
    return f"{head}:{message_line(message)}"
