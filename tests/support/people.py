"""Valid rows from nothing; every argument may be overridden."""

import itertools
from datetime import datetime

from sqlalchemy.orm import Session

from core.ids import new_public_id
from models import Author, Conversation, Message, Platform, User, WeChatIdentity

_numbers = itertools.count(1)


def make_identity(
    session: Session, now: datetime, *, platform: Platform = Platform.OFFICIAL_ACCOUNT, openid: str | None = None
) -> WeChatIdentity:
    """A follower with a user of their own."""
    user = User(created_at=now)
    session.add(user)
    session.flush()
    identity = WeChatIdentity(
        user_id=user.id,
        platform=platform,
        app_id="wxsim0000000000a1",
        openid=openid or f"oUser{next(_numbers):024d}",
        subscribed_at=now,
        created_at=now,
    )
    session.add(identity)
    session.flush()
    return identity


def make_conversation(session: Session, identity: WeChatIdentity, now: datetime) -> Conversation:
    conversation = Conversation(
        public_id=new_public_id(),
        user_id=identity.user_id,
        identity_id=identity.id,
        last_message_at=now,
        created_at=now,
    )
    session.add(conversation)
    session.flush()
    return conversation


def make_message(
    session: Session, conversation: Conversation, now: datetime, *, text: str = "您好", author: Author = Author.BOT
) -> Message:
    message = Message(conversation_id=conversation.id, author=author, text=text, created_at=now)
    session.add(message)
    session.flush()
    return message
