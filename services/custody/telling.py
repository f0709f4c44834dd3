"""How a keeper is told: in the conversation that reaches them best, by way of the delivery ledger.

A turn locks its conversation first and a right afterwards; whoever tells a keeper takes them in the same order.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from models import Conversation, Topic
from services.notices.facts import Fact
from services.notices.telling import attach
from services.outgoing import write_to_user


def tell(
    session: Session,
    conversation: Conversation | None,
    text: str,
    now: datetime,
    *,
    title: str,
    facts: Mapping[Fact, str] | None = None,
    choices: tuple[str, ...] = (),
) -> bool:
    """Write to a keeper; answers whether anything of ours reaches them. Where their window is closed, `title` and
    `facts` go out in a template that they subscribed to."""
    if conversation is None:
        return False
    message = write_to_user(session, conversation, text, now, details={"choices": list(choices)} if choices else None)
    attach(session, message, user_id=conversation.user_id, topic=Topic.DEADLINE, title=title, facts=facts)
    return True
