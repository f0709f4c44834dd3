"""Who wrote, and the state of their conversation: read and locked in one query, before anything is written down."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.db import table_of
from core.errors import NotFound
from core.ids import new_public_id
from core.statements import Statement
from models import Conversation, ConversationStatus, Platform, User, WeChatIdentity
from services.app_inbox import inbox_count_of


class Speaker(NamedTuple):
    """Who wrote, and the state of their conversation, in one row of one query."""

    identity_id: int
    user_id: int
    platform: str
    is_subscribed: bool
    subscribed_at: datetime | None
    welcomed_at: datetime | None
    region: str | None
    unionid: str | None
    conversation_id: int
    conversation_public_id: str
    status: str
    owner_token: int
    lease_until: datetime | None
    memory: Mapping[str, Any]
    inbox_count: int


_speaker = (
    select(
        WeChatIdentity.id, WeChatIdentity.user_id, WeChatIdentity.platform, WeChatIdentity.is_subscribed,
        WeChatIdentity.subscribed_at, WeChatIdentity.welcomed_at, User.region, User.unionid, Conversation.id,
        Conversation.public_id, Conversation.status, Conversation.owner_token, Conversation.lease_until,
        Conversation.memory, inbox_count_of(WeChatIdentity.id),
    )
    .join_from(WeChatIdentity, User, User.id == WeChatIdentity.user_id)
    .join(Conversation, Conversation.identity_id == WeChatIdentity.id)
    .with_for_update(of=Conversation)
)  # fmt: skip
SPEAKER_BY_OPENID = Statement(
    _speaker.where(WeChatIdentity.app_id == bindparam("app_id"), WeChatIdentity.openid == bindparam("openid"))
)
IDENTITY = Statement(
    select(WeChatIdentity.id, WeChatIdentity.user_id).where(
        WeChatIdentity.app_id == bindparam("app_id"), WeChatIdentity.openid == bindparam("openid")
    )
)
ADD_USER = Statement.adding(table_of(User), "created_at")
ADD_IDENTITY = Statement.adding(
    table_of(WeChatIdentity), "user_id", "platform", "app_id", "openid", "is_subscribed", "is_unionid_due", "created_at"
)
ADD_CONVERSATION = Statement.adding(
    table_of(Conversation), "public_id", "user_id", "identity_id", "status", "owner_token", "memory", "unread_count",
    "last_message_at", "created_at",
)  # fmt: skip
SPEAKER_BY_IDENTITY = Statement(_speaker.where(WeChatIdentity.id == bindparam("identity_id")))


def find_speaker(session: Session, *, app_id: str, openid: str) -> Speaker | None:
    """Who an openid is; None where we do not know them yet. Locks the conversation."""
    row = SPEAKER_BY_OPENID.first(session, {"app_id": app_id, "openid": openid})
    return Speaker._make(row) if row else None


def get_speaker(session: Session, identity_id: int) -> Speaker:
    """The same by identity; raises NotFound."""
    row = SPEAKER_BY_IDENTITY.first(session, {"identity_id": identity_id})
    if row is None:
        raise NotFound
    return Speaker._make(row)


def meet_speaker(session: Session, *, app_id: str, openid: str, platform: Platform, now: datetime) -> Speaker:
    """Write down who writes for the first time; an openid that we know from elsewhere has had no conversation yet."""
    known = IDENTITY.first(session, {"app_id": app_id, "openid": openid})
    if known is None:
        user_id = ADD_USER.scalar(session, {"created_at": now})
        identity_id = ADD_IDENTITY.scalar(
            session,
            {"user_id": user_id, "platform": platform, "app_id": app_id, "openid": openid, "is_subscribed": True,
             "is_unionid_due": False, "created_at": now},
        )  # fmt: skip
    else:
        identity_id, user_id = known
    ADD_CONVERSATION.scalar(
        session,
        {"public_id": new_public_id(), "user_id": user_id, "identity_id": identity_id,
         "status": ConversationStatus.PENDING, "owner_token": 1, "memory": {}, "unread_count": 0,
         "last_message_at": now, "created_at": now},
    )  # fmt: skip
    return get_speaker(session, identity_id)
