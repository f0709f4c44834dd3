"""What staff write down about a case for each other; its owner never sees it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from models import Author, Message
from services.audit import record_action
from services.case_records import add_event, check_version, lock_case
from services.casework.access import check_may_on_case
from services.casework.messages import Entry
from services.permissions import Action

MAX_NOTE = 1000
LOOK_BACK = 30


def add_case_note(session: Session, entry: Entry, now: datetime) -> Message:
    """Keep a note. Raises InvalidInput, or Conflict where the case has changed."""
    staff, text = entry.staff, entry.text.replace("\r\n", "\n").strip()
    if not text:
        raise InvalidInput("还没写内容。", fields={"text": "还没写内容"})
    if len(text) > MAX_NOTE:
        raise InvalidInput(f"一条最多{MAX_NOTE}字,请分两条写。", fields={"text": "太长了"})
    case = lock_case(session, entry.case_id)
    check_may_on_case(staff, Action.NOTE, case)
    own = select(Message).where(Message.case_id == case.id, Message.staff_id == staff.id, Message.is_internal)
    for before in session.scalars(own.order_by(Message.id.desc()).limit(LOOK_BACK)):
        if entry.form_key and before.details.get("form_key") == entry.form_key:
            return before
    check_version(session, case, entry.version)
    message = Message(
        conversation_id=case.conversation_id,
        author=Author.STAFF,
        staff_id=staff.id,
        text=text,
        details={"form_key": entry.form_key} if entry.form_key else {},
        is_internal=True,
        case_id=case.id,
        created_at=now,
    )
    session.add(message)
    session.flush()  # assigns message.id
    add_event(session, case, "noted", now, staff_id=staff.id, message_id=message.id)
    record_action(session, staff=staff, action="note", target=f"case:{case.number}", now=now, message_id=message.id)
    session.flush()
    return message
