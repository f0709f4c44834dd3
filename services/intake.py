"""What a push from WeChat changes, once: the message is written down, allowances open, a turn is started."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from adapters.wechat.push import Push
from core.db import table_of
from core.statements import Statement
from models import (
    AllowanceKind,
    Conversation,
    ConversationStatus,
    Delivery,
    DeliveryChannel,
    Message,
    Platform,
    Turn,
    TurnState,
)
from models import WeChatIdentity as Identity
from services.allowances import ACTION_GRANT, ENTER_CHAT_GRANT, MESSAGE_GRANT, open_allowance
from services.app_inbox import send_kept_replies
from services.deliveries import cancel_for_unsubscribed
from services.identities import ask_for_unionids, find_identity, find_or_create_conversation
from services.notices.events import NOTICE_EVENTS, note_notice_event
from services.notifications import notify_user_message
from services.privacy import erase_user, revoke_authorization
from services.speakers import Speaker, find_speaker, get_speaker, meet_speaker
from services.turns import (
    UNFINISHED,
    WEB_LEASE,
    Recorded,
    Work,
    find_turn,
    record_turn,
    start_turn,
)

# What the column takes; WeChat's are 28 characters long.
OPENID_LENGTH = 64
WELCOME_AGAIN_AFTER = timedelta(minutes=5)
ACTIONS = {"click", "subscribe", "scan", "scancode_push", "scancode_waitmsg"}
# Events that the bot answers; every other event is only taken note of.
ANSWERED_EVENTS = {"click", "subscribe", "scan", "user_enter_tempsession"}
GREETED_EVENTS = {"subscribe", "scan", "user_enter_tempsession"}

_identity = table_of(Identity)
FOLLOWS = Statement(
    update(_identity)
    .where(_identity.c.id == bindparam("of"))
    .values(is_subscribed=True, subscribed_at=bindparam("now"), is_unionid_due=bindparam("is_unknown"))
)


@dataclass(frozen=True)
class Receipt:
    """What to do with a push: `run` a turn under its lease, `wait` for the turn before it, answer again what was
    answered before (`repeat`), or nothing (`silent`)."""

    kind: Literal["run", "wait", "repeat", "silent"]
    turn_id: int | None = None
    work: Work | None = None
    passive: Delivery | None = None


SILENT = Receipt("silent")


def receive_push(session: Session, push: Push, *, app_id: str, platform: Platform, text: str, now: datetime) -> Receipt:
    """Take in one push. `text` is what the user meant by it (a menu key in words, say).

    On PostgreSQL two processes may race to insert the same turn: the loser's IntegrityError is the caller's sign to
    call again, which then finds the winner's row.
    """
    dedupe_key = push.dedupe_key(app_id)
    if (known := find_turn(session, dedupe_key)) is not None:
        return _take_up(session, known, now)
    if push.kind == "event" and push.event not in ANSWERED_EVENTS:
        _note_event(session, push, app_id=app_id, now=now)
        return SILENT
    if push.kind == "unknown" or not 0 < len(push.openid) <= OPENID_LENGTH:
        return SILENT
    speaker = find_speaker(session, app_id=app_id, openid=push.openid)
    if speaker is None:
        speaker = meet_speaker(session, app_id=app_id, openid=push.openid, platform=platform, now=now)
    _open_allowance(session, speaker.identity_id, push, now)
    if not _is_to_be_answered(session, speaker, push, now):
        return SILENT
    recorded = record_turn(
        session,
        speaker,
        dedupe_key=dedupe_key,
        inbound={"kind": push.kind, "event": push.event, "event_key": push.event_key, "text": text,
                 "details": push.details},
        text=text,
        kind=push.kind,
        # Staff read what somebody did, long after the turn with its inbound push is forgotten.
        details=push.details | {"event": push.event} if push.kind == "event" else push.details,
        now=now,
    )  # fmt: skip
    return _begun(session, recorded, now)


def _is_to_be_answered(session: Session, speaker: Speaker, push: Push, now: datetime) -> bool:
    """Keeps the follower's state; a greeting that was given a moment ago is not given again."""
    if not speaker.is_subscribed or speaker.subscribed_at is None:
        is_unknown = speaker.platform == Platform.OFFICIAL_ACCOUNT and speaker.unionid is None
        FOLLOWS.change(session, {"of": speaker.identity_id, "now": now, "is_unknown": is_unknown})
        if is_unknown:
            ask_for_unionids(session, now)
    if push.event not in GREETED_EVENTS:
        return True
    # Asked after the conversation is locked: of two such events at once, the second sees that the first was greeted.
    identity = session.get_one(Identity, speaker.identity_id)
    if identity.welcomed_at is not None and identity.welcomed_at > now - WELCOME_AGAIN_AFTER:
        return False
    identity.welcomed_at = now
    return True


def receive_question(session: Session, *, identity_id: int, text: str, key: str, now: datetime) -> Receipt:
    """Take in a question asked through the API; the same `key` again is the same turn."""
    dedupe_key = f"api-{identity_id}-{key}"
    if (known := find_turn(session, dedupe_key)) is not None:
        return _take_up(session, known, now)
    identity = session.get_one(Identity, identity_id)
    find_or_create_conversation(session, identity, now)
    recorded = record_turn(
        session,
        get_speaker(session, identity_id),
        dedupe_key=dedupe_key,
        inbound={"kind": "text", "text": text},
        text=text,
        kind="text",
        details={},
        now=now,
    )
    return _begun(session, recorded, now)


def _begun(session: Session, recorded: Recorded, now: datetime) -> Receipt:
    if recorded.is_for_staff:
        _tell_staff(session, session.get_one(Message, recorded.message_id), now)
        return SILENT
    return Receipt("run" if recorded.work else "wait", recorded.turn_id, recorded.work)


def _tell_staff(session: Session, message: Message, now: datetime) -> None:
    conversation = session.get_one(Conversation, message.conversation_id)
    notify_user_message(session, conversation, message, now)
    send_kept_replies(session, identity_id=conversation.identity_id, message_id=message.id, now=now)


def _take_up(session: Session, turn_id: int, now: datetime) -> Receipt:
    """The same push again: WeChat had no answer to the first. Answer again, go on waiting, or take over."""
    turn = session.get_one(Turn, turn_id)
    if turn.state in UNFINISHED:
        conversation = session.scalars(
            select(Conversation).where(Conversation.id == turn.conversation_id).with_for_update()
        ).one()
        session.refresh(turn)
        work = start_turn(session, turn, conversation, now=now, lasting=WEB_LEASE)
        return Receipt("run", turn.id, work) if work else SILENT
    if turn.passive_delivery_id is None:
        return SILENT
    delivery = session.get(Delivery, turn.passive_delivery_id)
    if delivery is None or delivery.channel != DeliveryChannel.PASSIVE:
        return SILENT
    return Receipt("repeat", turn.id, passive=delivery)


def resume_turn(session: Session, turn_id: int, *, now: datetime, lasting: timedelta) -> Receipt:
    """Try again to start a recorded turn (after waiting, or in a job)."""
    turn = session.get(Turn, turn_id)
    if turn is None or turn.state not in UNFINISHED:
        return SILENT
    conversation = session.scalars(
        select(Conversation).where(Conversation.id == turn.conversation_id).with_for_update()
    ).one()
    session.refresh(turn)
    if conversation.status == ConversationStatus.OPEN and turn.state == TurnState.QUEUED:
        turn.state, turn.done_at = TurnState.FOR_STAFF, now
        if turn.message is not None:
            conversation.unread_count += 1
            _tell_staff(session, turn.message, now)
        return SILENT
    work = start_turn(session, turn, conversation, now=now, lasting=lasting)
    return Receipt("run" if work else "wait", turn.id, work)


def _open_allowance(session: Session, identity_id: int, push: Push, now: datetime) -> None:
    """What the user did decides what we may send (wechat-contract §2.1); a tapped menu item counts as a click."""
    if push.event == "user_enter_tempsession":
        kind, grant = AllowanceKind.ACTION, ENTER_CHAT_GRANT
    elif push.event in ACTIONS or push.menu_item_id:
        kind, grant = AllowanceKind.ACTION, ACTION_GRANT
    else:
        kind, grant = AllowanceKind.MESSAGE, MESSAGE_GRANT
    open_allowance(session, identity_id=identity_id, kind=kind, grant=grant, now=now)


def _note_event(session: Session, push: Push, *, app_id: str, now: datetime) -> None:
    """Events that need no answer but mean something. Repeats do no harm."""
    identity = find_identity(session, app_id=app_id, openid=push.openid)
    if identity is None:
        return
    if push.event in {"scancode_push", "scancode_waitmsg"}:
        _open_allowance(session, identity.id, push, now)
    elif push.event == "unsubscribe":
        identity.is_subscribed, identity.unsubscribed_at, identity.subscribed_at = False, now, None
        cancel_for_unsubscribed(session, identity, now)
    elif push.event in NOTICE_EVENTS:
        note_notice_event(session, identity, push, key=push.dedupe_key(app_id), now=now)
    elif push.event == "user_authorization_cancellation":
        erase_user(session, identity.user, now)
    elif push.event == "user_authorization_revoke":
        revoke_authorization(session, identity, _codes(push.details.get("revoke_info")))


def _codes(value: Any) -> set[str]:
    items: Iterable[Any] = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    return {str(item) for item in items}
