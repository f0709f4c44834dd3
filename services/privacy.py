"""Erasing what a person withdrew: WeChat tells us, and the law (PIPL art. 47) wants it gone."""

from datetime import datetime

from sqlalchemy import String, cast, select, update
from sqlalchemy.orm import Session

from core.logs import get_logger
from models import ApiSession, Case, Conversation, Delivery, Message, Turn, User, WeChatIdentity
from services.allowances import close_allowances

log = get_logger(__name__)

# RevokeInfo codes (wechat-contract §1.4) by what we may hold: nickname and avatar, phone, location.
REVOKED_NAME = {"205", "6", "19", "20"}
REVOKED_PHONE = {"8"}
REVOKED_PLACE = {"206", "13", "18"}


def revoke_authorization(session: Session, identity: WeChatIdentity, revoked: set[str]) -> None:
    """Delete the kinds of data whose use the person took back."""
    if revoked & REVOKED_NAME:
        identity.user.display_name = None
    if revoked & REVOKED_PHONE:
        identity.user.phone = None
    if revoked & REVOKED_PLACE:
        identity.user.region = None
    log.info("authorization_revoked", user_id=identity.user_id, kinds=sorted(revoked))


def erase_user(session: Session, user: User, now: datetime) -> None:
    """Remove what identifies a person and what they said; numbers, states and times of the work remain."""
    user.display_name = user.phone = user.region = user.unionid = None
    user.company_id = None
    user.erased_at = now
    for identity in user.identities:
        identity.openid = f"erased-{identity.id}"
        identity.session_key = None
        identity.is_subscribed = False
        close_allowances(session, identity_id=identity.id)
        session.execute(update(Delivery).where(Delivery.identity_id == identity.id).values(payload={}))
    conversations = session.scalars(select(Conversation).where(Conversation.user_id == user.id)).all()
    for conversation in conversations:
        conversation.memory = {}
        session.execute(update(Message).where(Message.conversation_id == conversation.id).values(text="", details={}))
        session.execute(
            update(Turn)
            .where(Turn.conversation_id == conversation.id)
            .values(inbound={"kind": "erased"}, dedupe_key="erased-" + cast(Turn.id, String))
        )
    session.execute(update(Case).where(Case.user_id == user.id).values(package={}))
    session.execute(update(ApiSession).where(ApiSession.user_id == user.id).values(revoked_at=now))
    session.flush()
    log.info("user_erased", user_id=user.id)
