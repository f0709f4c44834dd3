"""What is written to a person outside the bot's own turns: a message in their conversation, sent through the ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import Author, Case, Conversation, DeliveryReason, Message, Staff
from services.deliveries import queue_deliveries
from services.taps import with_taps


def write_to_user(
    session: Session,
    conversation: Conversation,
    text: str,
    now: datetime,
    *,
    staff: Staff | None = None,
    case: Case | None = None,
    reason: DeliveryReason = DeliveryReason.NOTICE,
    details: Mapping[str, Any] | None = None,
) -> Message:
    """Keep the message and ask for its delivery. `staff` is who wrote it, nobody for a notice; `case` a service's case
    that it belongs to. The `choices` of its details can be tapped in chat."""
    message = Message(
        conversation_id=conversation.id,
        author=Author.STAFF if staff else Author.SYSTEM,
        staff_id=staff.id if staff else None,
        text=text,
        details=dict(details or {}),
        case_id=case.id if case else None,
        created_at=now,
    )
    session.add(message)
    session.flush()  # assigns message.id
    conversation.last_message_at = now
    queue_deliveries(
        session,
        identity_id=conversation.identity_id,
        message_id=message.id,
        payloads=[{"kind": "text", "text": with_taps(text, message.details.get("choices", ()))}],
        reason=reason,
        now=now,
    )
    return message
