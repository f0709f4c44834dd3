"""Who is speaking: WeChat identities, joined into one person by unionid."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.ids import new_public_id
from models import Conversation, Platform, User, WeChatIdentity


def find_identity(session: Session, *, app_id: str, openid: str) -> WeChatIdentity | None:
    return session.scalar(
        select(WeChatIdentity).where(WeChatIdentity.app_id == app_id, WeChatIdentity.openid == openid)
    )


def find_or_create_identity(
    session: Session, *, app_id: str, openid: str, platform: Platform, now: datetime, unionid: str | None = None
) -> WeChatIdentity:
    """The identity of an openid; a known unionid joins it to the person we already know."""
    identity = find_identity(session, app_id=app_id, openid=openid)
    if identity is not None:
        return identity
    user = session.scalar(select(User).where(User.unionid == unionid)) if unionid else None
    if user is None:
        user = User(unionid=unionid, created_at=now)
        session.add(user)
        session.flush()
    identity = WeChatIdentity(user_id=user.id, platform=platform, app_id=app_id, openid=openid, created_at=now)
    session.add(identity)
    session.flush()
    return identity


def find_or_create_conversation(session: Session, identity: WeChatIdentity, now: datetime) -> Conversation:
    """The conversation of an identity."""
    conversation = session.scalar(select(Conversation).where(Conversation.identity_id == identity.id).with_for_update())
    if conversation is None:
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
