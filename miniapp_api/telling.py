"""What the API tells in its answer is also part of the conversation, and delivered once the answer has gone out."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import Author, Conversation, DeliveryChannel, DeliveryReason, Message
from services.deliveries import queue_deliveries


def tell_in_call(
    session: Session, conversation: Conversation, text: str, now: datetime, *, skill: str, case_id: int | None = None
) -> list[int]:
    """Write it down as the bot would have said it in chat; answers the ledger rows that the call delivers."""
    details: dict[str, Any] = {"skill": skill, "citations": [], "choices": []}
    message = Message(
        conversation_id=conversation.id, author=Author.BOT, text=text, details=details, case_id=case_id, created_at=now
    )
    session.add(message)
    session.flush()
    rows = queue_deliveries(
        session,
        identity_id=conversation.identity_id,
        message_id=message.id,
        payloads=[{"kind": "text", "text": text}],
        reason=DeliveryReason.HANDOFF,
        now=now,
        first_channel=DeliveryChannel.API,
    )
    return [row.delivery_id for row in rows]
