"""The life of a turn: recorded once, started under a lease, finished by whoever still holds the lease."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.ids import new_token
from models import Author, Conversation, ConversationStatus, Message, Turn, TurnState
from services.job_names import JobName, request_job

# Longer than WeChat's three tries spend on the first two, so that the third finds a dead process's turn free.
WEB_LEASE = timedelta(seconds=8)
JOB_LEASE = timedelta(seconds=60)
UNFINISHED = (TurnState.QUEUED, TurnState.RUNNING)
MAX_ATTEMPTS = 4


@dataclass(frozen=True)
class Lease:
    """The right to work on one turn; `token` is checked again when the turn is finished."""

    turn_id: int
    token: str


@dataclass(frozen=True)
class Work:
    """What a turn needs, taken from the rows when its lease was taken."""

    lease: Lease
    conversation_id: int
    conversation_public_id: str
    identity_id: int
    user_id: int
    platform: str
    inbound: Mapping[str, Any]
    memory: Mapping[str, Any]
    region: str | None
    attempt_count: int

    @classmethod
    def of(cls, turn: Turn, conversation: Conversation, lease: Lease) -> "Work":
        return cls(
            lease=lease,
            conversation_id=conversation.id,
            conversation_public_id=conversation.public_id,
            identity_id=conversation.identity_id,
            user_id=conversation.user_id,
            platform=conversation.identity.platform,
            inbound=turn.inbound,
            memory=conversation.memory,
            region=conversation.user.region,
            attempt_count=turn.attempt_count,
        )


def find_turn(session: Session, dedupe_key: str) -> Turn | None:
    return session.scalar(select(Turn).where(Turn.dedupe_key == dedupe_key))


def record_turn(
    session: Session,
    *,
    conversation: Conversation,
    dedupe_key: str,
    inbound: dict[str, Any],
    text: str,
    kind: str,
    details: dict[str, Any],
    now: datetime,
) -> Turn:
    """Write down what came in. Where a person holds the conversation there is no bot turn."""
    message = Message(
        conversation_id=conversation.id, author=Author.USER, kind=kind, text=text, details=details, created_at=now
    )
    session.add(message)
    session.flush()
    conversation.last_message_at = conversation.last_user_message_at = now
    if conversation.status == ConversationStatus.RESOLVED:
        conversation.status = ConversationStatus.PENDING
    is_for_staff = conversation.status == ConversationStatus.OPEN
    if is_for_staff:
        conversation.unread_count += 1
    turn = Turn(
        dedupe_key=dedupe_key,
        conversation_id=conversation.id,
        message_id=message.id,
        inbound=inbound,
        state=TurnState.FOR_STAFF if is_for_staff else TurnState.QUEUED,
        owner_token=conversation.owner_token,
        created_at=now,
        done_at=now if is_for_staff else None,
    )
    session.add(turn)
    session.flush()
    return turn


def start_turn(
    session: Session, turn: Turn, conversation: Conversation, *, now: datetime, lasting: timedelta
) -> Work | None:
    """Take the conversation's lease for this turn, or None while another turn runs or waits before it.

    The conversation row must be locked by the caller's transaction.
    """
    if turn.state not in UNFINISHED:
        return None
    if conversation.lease_until is not None and conversation.lease_until > now:
        return None
    earlier = session.scalar(
        select(Turn.id)
        .where(Turn.conversation_id == conversation.id, Turn.state.in_(UNFINISHED), Turn.id < turn.id)
        .limit(1)
    )
    if earlier is not None:
        return None
    lease = Lease(turn.id, new_token(12))
    conversation.lease_token, conversation.lease_until = lease.token, now + lasting
    turn.state = TurnState.RUNNING
    turn.attempt_count += 1
    turn.owner_token = conversation.owner_token
    session.flush()
    return Work.of(turn, conversation, lease)


def release_lease(conversation: Conversation) -> None:
    conversation.lease_token = conversation.lease_until = None


def list_stuck_turns(session: Session, *, now: datetime, limit: int = 200) -> list[Turn]:
    """Turns that nobody works on any more: waiting too long, or their lease ran out."""
    return list(
        session.scalars(
            select(Turn)
            .join(Conversation, Conversation.id == Turn.conversation_id)
            .where(
                Turn.state.in_(UNFINISHED),
                Turn.created_at < now - timedelta(seconds=6),
                (Conversation.lease_until.is_(None)) | (Conversation.lease_until <= now),
            )
            .order_by(Turn.id)
            .limit(limit)
        )
    )


def rescue_stuck_turns(session: Session, *, now: datetime) -> int:
    """Ask for a job for every turn that a crash cut off; answers how many."""
    stuck = list_stuck_turns(session, now=now)
    for turn in stuck:
        # A new key each ten seconds: RQ and the outbox run one key once, and a rescued turn may be cut off again.
        key = f"{turn.id}-{turn.attempt_count}-{int(now.timestamp()) // 10}"
        request_job(session, JobName.RUN_TURN, key=key, now=now, turn_id=turn.id)
    return len(stuck)
