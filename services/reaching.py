"""In which conversation a person is reached best."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import Conversation, Platform, User, WeChatIdentity
from services.identities import find_or_create_conversation


def find_conversation(session: Session, user_id: int, now: datetime) -> Conversation | None:
    """The official account's where they follow it, since only there we may write; else the one used last. None for
    somebody whom nothing of ours reaches. Locks it."""
    identities = session.scalars(
        select(WeChatIdentity)
        .join(WeChatIdentity.user)
        .where(WeChatIdentity.user_id == user_id, User.erased_at.is_(None))
        .options(joinedload(WeChatIdentity.user))
    ).all()
    if not identities:
        return None
    spoken = dict(
        session.execute(
            select(Conversation.identity_id, Conversation.last_message_at).where(Conversation.user_id == user_id)
        ).all()
    )

    def rank(identity: WeChatIdentity) -> tuple[bool, bool, datetime]:
        is_official = identity.platform == Platform.OFFICIAL_ACCOUNT
        return identity.is_subscribed and is_official, is_official, spoken.get(identity.id, identity.created_at)

    return find_or_create_conversation(session, max(identities, key=rank), now)
