"""The door for every room that has something to tell: `tell` keeps it, once, and sees to when and how."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from core.db import table_of
from core.ids import new_public_id
from core.logs import get_logger
from core.statements import Statement
from models import (
    Delivery,
    DeliveryChannel,
    DeliveryState,
    HeldBecause,
    Message,
    Notice,
    NoticeState,
    Topic,
    User,
)
from services.job_names import JobName, request_job
from services.notices.facts import Fact
from services.notices.preferences import Pace, Preferences, preferences_of

log = get_logger(__name__)

LONGEST_TITLE = 60
# What is off here is off for what others write, too. A course that somebody booked is a wish of its own.
HEEDED = (Topic.CASE, Topic.DEADLINE)
# Beside the facts of templates.
PATENTS, WATCH = "patents", "watch"
ADD = Statement.adding_once(
    table_of(Notice), "public_id", "key", "user_id", "topic", "subject", "title", "text", "facts", "choices", "page",
    "is_urgent", "is_personal", "state", "held_because", "due_at", "created_at", "message_id", "written_at",
    "mailing_id",
)  # fmt: skip


def tell(
    session: Session,
    *,
    user_id: int,
    topic: Topic,
    key: str,
    title: str,
    text: str,
    now: datetime,
    subject: str | None = None,
    facts: Mapping[Fact, str] | None = None,
    choices: Sequence[str] = (),
    page: str | None = None,
    is_urgent: bool = False,
    is_personal: bool = False,
    pace: Pace | None = None,
    patents: Sequence[str] = (),
    watch: str | None = None,
    mailing_id: int | None = None,
) -> Notice | None:
    """Tell somebody of something, once for each `key` ("match-17", "deal-4-offer-2"); None where it was told before.

    `title` says it in a line, for summaries and templates; `text` is the whole message. `subject` is what it is about
    ("match:PUBLIC_ID"): somebody who finds it 不相关 hears no more of it. `facts` fill templates (services/notices/
    facts.py). `is_urgent`: it cannot wait for the summary of the day. `is_personal`: it was chosen for this person by
    what we know of them, and not because they asked for it; without their consent it is kept but not told. `pace` goes
    before that of the topic where they chose one for just this. `patents` are those it names, in their order, so that
    one of them can be found 不相关, `watch` the watch that brought them. `mailing_id`: it is one of many of the same.
    """
    user = session.get(User, user_id)
    if user is None or user.erased_at is not None:
        return None
    wishes = preferences_of(session, user_id, now)
    because = why_held(session, user_id, topic, subject, wishes, is_personal=is_personal)
    due_at = wishes.due_at(topic, now, is_urgent=is_urgent, pace=pace)
    added = ADD.first(
        session,
        {"public_id": new_public_id(), "key": key, "user_id": user_id, "topic": topic, "subject": subject,
         "title": title[:LONGEST_TITLE], "text": text,
         "facts": {Fact.TITLE: title, **(facts or {}), **_about(patents, watch)},
         "choices": list(choices), "page": page, "is_urgent": is_urgent, "is_personal": is_personal,
         "state": NoticeState.HELD if because else NoticeState.WAITING, "held_because": because, "due_at": due_at,
         "created_at": now, "message_id": None, "written_at": None, "mailing_id": mailing_id},
    )  # fmt: skip
    if added is None:
        return None
    if because is None:
        ask_to_write(session, user_id, due_at, now)
    return session.get_one(Notice, added[0])


def hush(session: Session, *, user_id: int, topic: Topic, subject: str, now: datetime) -> None:
    """Tell nothing of this subject any more, though nothing was told of it alone. Safe to repeat."""
    row = ADD.first(
        session,
        {"public_id": new_public_id(), "key": f"hush-{user_id}-{subject}", "user_id": user_id, "topic": topic,
         "subject": subject, "title": "", "text": "", "facts": {}, "choices": [], "page": None, "is_urgent": False,
         "is_personal": False, "state": NoticeState.HELD, "held_because": HeldBecause.DISMISSED, "due_at": now,
         "created_at": now, "message_id": None, "written_at": None, "mailing_id": None},
    )  # fmt: skip
    if row is not None:
        session.get_one(Notice, row[0]).dismissed_at = now
        session.flush()


def _about(patents: Sequence[str], watch: str | None) -> dict[str, Any]:
    return {**({PATENTS: list(patents)} if patents else {}), **({WATCH: watch} if watch else {})}


def attach(
    session: Session,
    message: Message,
    *,
    user_id: int,
    topic: Topic,
    title: str,
    facts: Mapping[Fact, str] | None = None,
    page: str | None = None,
) -> None:
    """Let a message that has just been written, by who has its own rules for when, go out as a subscription message
    too where its conversation's window is closed. In the transaction that wrote it. Who wants no reminders of its topic
    finds it in the app, and nothing is sent, whatever window is open."""
    now = message.created_at
    is_off = topic in HEEDED and preferences_of(session, user_id, now).pace(topic) is Pace.OFF
    if is_off:
        session.execute(
            update(Delivery)
            .where(Delivery.message_id == message.id, Delivery.state == DeliveryState.QUEUED)
            .values(channel=DeliveryChannel.INBOX)
        )
    ADD.first(
        session,
        {"public_id": new_public_id(), "key": f"message-{message.id}", "user_id": user_id, "topic": topic,
         "subject": None, "title": title[:LONGEST_TITLE], "text": "", "facts": {Fact.TITLE: title, **(facts or {})},
         "choices": [], "page": page, "is_urgent": True, "is_personal": False,
         "state": NoticeState.HELD if is_off else NoticeState.WRITTEN,
         "held_because": HeldBecause.TURNED_OFF if is_off else None, "due_at": now, "created_at": now,
         "message_id": message.id, "written_at": None if is_off else now, "mailing_id": None},
    )  # fmt: skip


def ask_to_write(session: Session, user_id: int, due_at: datetime, now: datetime) -> None:
    """One job for what is due for a person at one moment, however much that is."""
    delay = max(due_at - now, timedelta(0))
    request_job(
        session, JobName.WRITE_NOTICES, key=f"{user_id}-{due_at:%Y%m%d%H%M%S%f}", now=now, delay=delay, user_id=user_id
    )


def why_held(
    session: Session, user_id: int, topic: Topic, subject: str | None, wishes: Preferences, *, is_personal: bool
) -> HeldBecause | None:
    """Why this person is not told of something; None where they are."""
    if wishes.pace(topic) is Pace.OFF:
        return HeldBecause.TURNED_OFF
    if is_personal and not wishes.is_personal:
        return HeldBecause.NO_CONSENT
    if subject is not None and _is_dismissed(session, user_id, subject):
        return HeldBecause.DISMISSED
    return None


def _is_dismissed(session: Session, user_id: int, subject: str) -> bool:
    dismissed = exists().where(Notice.user_id == user_id, Notice.subject == subject, Notice.dismissed_at.is_not(None))
    return bool(session.scalar(select(dismissed)))
