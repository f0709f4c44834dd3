"""Who is speaking: WeChat identities, joined into one person by unionid."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.ids import new_public_id
from core.logs import get_logger
from core.outbox import OutboxRow
from models import Conversation, Platform, User, WeChatIdentity
from services.identity_merge import merge_into
from services.job_names import JobName, request_job

log = get_logger(__name__)

# New followers of so long are asked for together.
TOGETHER = timedelta(seconds=5)


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


def ask_for_unionids(session: Session, now: datetime) -> None:
    """Have a job ask WeChat who the followers are of whom that is due: a push names the openid alone.

    One job is enough for some seconds. It runs as long after them, so that it finds those who come last, too; whoever
    is written down still later is found by the next one.
    """
    seconds = TOGETHER.total_seconds()
    period = int(now.timestamp() // seconds)
    ends = datetime.fromtimestamp((period + 1) * seconds, UTC)
    request_job(session, JobName.LEARN_UNIONIDS, key=str(period), now=now, delay=ends - now + TOGETHER)


def list_due(session: Session, *, app_id: str, after: int, limit: int) -> dict[str, int]:
    """Followers of whom WeChat is still to be asked: identities by openid, in their order, those after that number."""
    due = select(WeChatIdentity.openid, WeChatIdentity.id).where(
        WeChatIdentity.is_unionid_due, WeChatIdentity.is_subscribed, WeChatIdentity.app_id == app_id,
        WeChatIdentity.id > after,
    )  # fmt: skip
    return dict(session.execute(due.order_by(WeChatIdentity.id).limit(limit)).all())


def note_asked(session: Session, identity_ids: Collection[int]) -> None:
    """WeChat has told of them what it tells."""
    asked = update(WeChatIdentity).where(WeChatIdentity.id.in_(identity_ids))
    session.execute(asked.values(is_unionid_due=False))


def learn_unionid(session: Session, identity: WeChatIdentity, unionid: str, now: datetime) -> User:
    """Whose identity this is, now that WeChat told its unionid, which it may do long after the openid.

    The first to bring it keeps it. An identity that brings one known already moves to the person who has it, with all
    that is theirs, and the merge is written down. A person who has another unionid is left alone.
    """
    user = identity.user
    if user.unionid not in {None, unionid}:
        log.warning("unionid_differs", identity_id=identity.id, user_id=user.id)
    if user.unionid is not None or _is_leaving(session, user):
        return user
    known = session.scalar(select(User).where(User.unionid == unionid))
    if known is None:
        user.unionid = unionid
        session.flush()
        return user
    merge_into(session, identity=identity, loser=user, winner=known, now=now)
    return identity.user


def _is_leaving(session: Session, user: User) -> bool:
    """Whether the person is erased, or will be in a moment: what is to be deleted is not given to another account."""
    if user.erased_at is not None:
        return True
    asked = select(OutboxRow.id).where(OutboxRow.key == f"{JobName.ERASE_USER}/{user.id}")
    return session.scalar(asked) is not None


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
