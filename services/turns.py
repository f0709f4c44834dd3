"""The life of a turn: recorded once, started under a lease, finished by whoever still holds the lease."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from core.db import table_of
from core.ids import new_token
from core.statements import Statement
from models import Author, Conversation, ConversationStatus, Message, Turn, TurnState
from services.answer_order import SINCE, has_unsent_answer, has_unsent_answer_of, unsent_since
from services.app_inbox import count_inbox
from services.speakers import Speaker

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
    owner_token: int
    conversation_id: int
    conversation_public_id: str
    identity_id: int
    user_id: int
    platform: str
    inbound: Mapping[str, Any]
    memory: Mapping[str, Any]
    region: str | None
    attempt_count: int
    # Messages that wait in the app: they are offered with the answer.
    inbox_count: int
    # An answer before this one is still on its way through the API: this one goes behind it.
    follows_unsent: bool

    @classmethod
    def of(
        cls, turn: Turn, conversation: Conversation, lease: Lease, *, inbox_count: int, follows_unsent: bool
    ) -> "Work":
        return cls(
            lease=lease,
            owner_token=turn.owner_token,
            conversation_id=conversation.id,
            conversation_public_id=conversation.public_id,
            identity_id=conversation.identity_id,
            user_id=conversation.user_id,
            platform=conversation.identity.platform,
            inbound=turn.inbound,
            memory=conversation.memory,
            region=conversation.user.region,
            attempt_count=turn.attempt_count,
            inbox_count=inbox_count,
            follows_unsent=follows_unsent,
        )


@dataclass(frozen=True)
class Recorded:
    """A turn just written down; `work` is there where its lease could be taken at once."""

    turn_id: int
    message_id: int
    is_for_staff: bool
    work: Work | None


# Statements of the path that every message takes are built once: building one costs three times its execution, and a
# turn through the mapped classes took four times as long (docs/decisions.md).
#
# COMES_AFTER is asked after the row is locked: who waited for a lock on PostgreSQL gets that row afresh, but everything
# else that the same query reads is from before the wait.
COMES_AFTER = Statement(
    select(
        exists().where(
            Turn.conversation_id == bindparam("conversation_id"), or_(*(Turn.state == state for state in UNFINISHED))
        ),
        has_unsent_answer_of(bindparam("identity", type_=Integer), SINCE),
    )
)
KNOWN_TURN = Statement(select(Turn.id).where(Turn.dedupe_key == bindparam("dedupe_key")))
_message, _turn, _conversation = table_of(Message), table_of(Turn), table_of(Conversation)
ADD_MESSAGE = Statement.adding(
    _message, "conversation_id", "author", "kind", "text", "details", "is_internal", "created_at"
)
ADD_TURN = Statement.adding(
    _turn, "dedupe_key", "conversation_id", "message_id", "inbound", "state", "owner_token", "attempt_count",
    "created_at", "done_at",
)  # fmt: skip
_touch = (
    update(_conversation)
    .where(_conversation.c.id == bindparam("of"))
    .values(
        status=bindparam("status"),
        last_message_at=bindparam("now"),
        last_user_message_at=bindparam("now"),
        unread_count=_conversation.c.unread_count + bindparam("unread"),
    )
)
TOUCH = Statement(_touch)
TOUCH_AND_LEASE = Statement(_touch.values(lease_token=bindparam("token"), lease_until=bindparam("until")))
_hold = (
    update(_conversation)
    .where(
        _conversation.c.id == bindparam("of"),
        _conversation.c.lease_token == bindparam("token"),
        _conversation.c.owner_token == bindparam("owner"),
        _conversation.c.status == ConversationStatus.PENDING,
    )
    .values(lease_token=None, lease_until=None, last_message_at=bindparam("now"))
)
HOLD = Statement(_hold)
HOLD_AND_REMEMBER = Statement(_hold.values(memory=bindparam("memory")))
COMPLETE = Statement(
    update(_turn)
    .where(_turn.c.id == bindparam("of"))
    .values(
        state=TurnState.DONE,
        skill=bindparam("skill"),
        passive_delivery_id=bindparam("delivery"),
        done_at=bindparam("now"),
    )
)


def find_turn(session: Session, dedupe_key: str) -> int | None:
    """The id of the turn that a push already has."""
    row = KNOWN_TURN.first(session, {"dedupe_key": dedupe_key})
    return row[0] if row else None


def record_turn(
    session: Session,
    speaker: Speaker,
    *,
    dedupe_key: str,
    inbound: dict[str, Any],
    text: str,
    kind: str,
    details: dict[str, Any],
    now: datetime,
) -> Recorded:
    """Write down what came in, and start the turn if nothing runs or waits before it.

    Where a person holds the conversation there is no bot turn; a resolved one is the bot's again.
    """
    is_for_staff = speaker.status == ConversationStatus.OPEN
    is_free = speaker.lease_until is None or speaker.lease_until <= now
    waits = follows_unsent = False
    if not is_for_staff and is_free:
        before = {"conversation_id": speaker.conversation_id, "identity": speaker.identity_id}
        waits, follows_unsent = COMES_AFTER.first(session, before | unsent_since(now)) or (False, False)
    starts = not is_for_staff and is_free and not waits
    token = new_token(12) if starts else None
    message_id: int = ADD_MESSAGE.scalar(
        session,
        {"conversation_id": speaker.conversation_id, "author": Author.USER, "kind": kind, "text": text,
         "details": details, "is_internal": False, "created_at": now},
    )  # fmt: skip
    state = TurnState.FOR_STAFF if is_for_staff else TurnState.RUNNING if starts else TurnState.QUEUED
    turn_id: int = ADD_TURN.scalar(
        session,
        {"dedupe_key": dedupe_key, "conversation_id": speaker.conversation_id, "message_id": message_id,
         "inbound": inbound, "state": state, "owner_token": speaker.owner_token, "attempt_count": int(starts),
         "created_at": now, "done_at": now if is_for_staff else None},
    )  # fmt: skip
    values = {"of": speaker.conversation_id, "now": now, "unread": int(is_for_staff),
              "status": ConversationStatus.OPEN if is_for_staff else ConversationStatus.PENDING}  # fmt: skip
    if token is None:
        TOUCH.change(session, values)
    else:
        TOUCH_AND_LEASE.change(session, {**values, "token": token, "until": now + WEB_LEASE})
    work = None
    if token is not None:
        work = Work(
            lease=Lease(turn_id, token),
            owner_token=speaker.owner_token,
            conversation_id=speaker.conversation_id,
            conversation_public_id=speaker.conversation_public_id,
            identity_id=speaker.identity_id,
            user_id=speaker.user_id,
            platform=speaker.platform,
            inbound=inbound,
            memory=speaker.memory,
            region=speaker.region,
            attempt_count=1,
            inbox_count=speaker.inbox_count,
            follows_unsent=bool(follows_unsent),
        )
    return Recorded(turn_id, message_id, is_for_staff, work)


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
    identity_id = conversation.identity_id
    return Work.of(
        turn,
        conversation,
        lease,
        inbox_count=count_inbox(session, identity_id=identity_id),
        follows_unsent=has_unsent_answer(session, identity_id=identity_id, now=now),
    )


def hold_conversation(session: Session, work: Work, *, now: datetime, memory: Mapping[str, Any] | None = None) -> bool:
    """Whether the bot may speak: our lease stands, and nobody took the conversation over. Ends the lease.

    A turn that a person overtook is closed here as suppressed; one whose lease was lost belongs to somebody else now.
    """
    values = {"of": work.conversation_id, "token": work.lease.token, "owner": work.owner_token, "now": now}
    if memory is None:
        held = HOLD.change(session, values)
    else:
        held = HOLD_AND_REMEMBER.change(session, {**values, "memory": dict(memory)})
    if held == 1:
        return True
    held_rows = find_held(session, work)
    if held_rows is not None:
        conversation, turn = held_rows
        release_lease(conversation)
        turn.state, turn.done_at = TurnState.SUPPRESSED, now
        session.flush()
    return False


def find_held(session: Session, work: Work) -> tuple[Conversation, Turn] | None:
    """The rows, locked, if our lease still stands."""
    conversation = session.get(Conversation, work.conversation_id, with_for_update=True)
    turn = session.get(Turn, work.lease.turn_id)
    if conversation is None or turn is None:
        return None
    if turn.state != TurnState.RUNNING or conversation.lease_token != work.lease.token:
        return None
    return conversation, turn


def complete_turn(session: Session, turn_id: int, *, skill: str, delivery_id: int | None, now: datetime) -> None:
    """The turn is answered; `delivery_id` is what a repeated push is answered with."""
    values = {"of": turn_id, "skill": skill, "delivery": delivery_id, "now": now}
    COMPLETE.change(session, values)


def add_bot_message(
    session: Session, conversation_id: int, *, text: str, details: dict[str, Any], now: datetime
) -> int:
    """Write down what the bot says; answers the message's id."""
    message_id: int = ADD_MESSAGE.scalar(
        session,
        {"conversation_id": conversation_id, "author": Author.BOT, "kind": "text", "text": text, "details": details,
         "is_internal": False, "created_at": now},
    )  # fmt: skip
    return message_id


def release_lease(conversation: Conversation) -> None:
    conversation.lease_token = conversation.lease_until = None
