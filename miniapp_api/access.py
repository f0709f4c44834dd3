"""The one door to rows that belong to somebody: a stranger's id and a missing id look the same."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from models import Conversation


def get_conversation_for(session: Session, *, user_id: int, public_id: str) -> Conversation:
    """The caller's own conversation. Raises NotFound."""
    conversation = session.scalar(
        select(Conversation).where(Conversation.public_id == public_id, Conversation.user_id == user_id)
    )
    if conversation is None:
        raise NotFound("没有找到这段会话。")
    return conversation
