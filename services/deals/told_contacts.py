"""What a chat answer told of how to reach the other side is kept no longer than it may be looked up: the answer names
its deal, and its words go once either takes the contact back, the deal ends, or somebody leaves."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Conversation, Deal, Delivery, Message

# In the details of an answer that tells a contact: the deal's id.
TELLS = "contact_deal"


def forget_told_contacts(session: Session, deal: Deal) -> None:
    """Of a locked deal. What has reached a telephone stays there: nobody can take it back."""
    people = [party.user_id for party in deal.parties]
    conversations = select(Conversation.id).where(Conversation.user_id.in_(people))
    wanted = select(Message.id).where(
        Message.conversation_id.in_(conversations), Message.details[TELLS].as_integer() == deal.id
    )
    ids = session.scalars(wanted).all()
    if not ids:
        return
    said = f"{deal.number}:联系方式已收回,这里不再显示。"
    payload: dict[str, Any] = {"kind": "text", "text": said}
    session.execute(update(Delivery).where(Delivery.message_id.in_(ids)).values(payload=payload))
    session.execute(update(Message).where(Message.id.in_(ids)).values(text=said))
