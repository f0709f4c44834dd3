"""A mailing's portions: its recipients are written down first, then each portion is told and crossed off in one
transaction, and what it wrote is sent. Cut off anywhere, nobody is told twice and nobody is forgotten; what is held in
memory is one portion, however many people there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session

from core.clock import Clock, china_date
from core.db import Database, table_of
from core.ids import new_public_id
from core.logs import get_logger
from models import (
    Author,
    Conversation,
    Delivery,
    DeliveryChannel,
    DeliveryReason,
    DeliveryState,
    Mailing,
    MailingRecipient,
    MailingState,
    Message,
    Notice,
    NoticeState,
    Platform,
    Topic,
    User,
)
from services.deliveries import send_waiting
from services.job_names import JobName, request_job
from services.notices.facts import Fact
from services.notices.mailing_reach import choose_channels, find_reached
from services.notices.preferences import Pace, Preferences, list_preferences
from services.notices.segments import Segment
from services.notices.sending import send_push
from services.notices.settings import notice_settings
from services.notices.telling import tell
from services.notices.writing import DISMISS
from services.ports import WeChat
from services.taps import with_taps

log = get_logger(__name__)

GATHERED, PORTION = 5_000, 200
SUMMARIES = (Pace.DAILY, Pace.WEEKLY, Pace.MONTHLY)


@dataclass(frozen=True)
class Portion:
    """What has been written and is to be sent now."""

    identity_ids: tuple[tuple[int, str], ...] = ()
    delivery_ids: tuple[int, ...] = ()


def send_portion(database: Database, apps: Mapping[Platform, WeChat], clock: Clock, *, mailing_id: int) -> int:
    """One step: a portion of the list, or a portion of it told and sent; the job for the next one is asked for in the
    same transaction. Answers how many were told."""
    with database.unit_of_work() as session:
        told = advance(session, mailing_id, clock.now())
    for identity_id, platform in told.identity_ids:
        if (app := apps.get(Platform(platform))) is not None:
            send_waiting(database, app, clock, identity_id=identity_id)
    for delivery_id in told.delivery_ids:
        send_push(database, apps, clock, delivery_id=delivery_id)
    return len(told.identity_ids) + len(told.delivery_ids)


def advance(session: Session, mailing_id: int, now: datetime) -> Portion:
    """The next step of a mailing that is under way, whichever that is."""
    mailing = session.get_one(Mailing, mailing_id, with_for_update=True, populate_existing=True)
    mailing.stepped_at = now
    if mailing.state == MailingState.GATHERING:
        _gather(session, mailing, now)
        return Portion()
    if mailing.state != MailingState.SENDING:
        return Portion()
    rules = Preferences(notice_settings(china_date(now)))
    if rules.is_quiet(now):
        opens = rules.when_awake(now)
        _ask_for_next(session, mailing, f"quiet-{opens:%Y%m%d%H%M}", now, delay=opens - now)
        return Portion()
    return _tell(session, mailing, rules, now)


def _gather(session: Session, mailing: Mailing, now: datetime) -> None:
    """The next users by number who are in the segment, without reading them. Who is on the list already, further
    down since two accounts became one, is not listed twice, and their number does not say how far the list is."""
    segment = Segment.read(mailing.segment)
    portion = (
        select(User.id)
        .where(User.id > mailing.gathered_to, segment.condition())
        .order_by(User.id)
        .limit(GATHERED)
        .subquery()
    )
    count, last = session.execute(select(func.count(), func.max(portion.c.id)).select_from(portion)).one()
    if last is not None:
        is_listed = exists().where(MailingRecipient.mailing_id == mailing.id, MailingRecipient.user_id == User.id)
        wanted = select(literal(mailing.id), User.id).where(
            User.id > mailing.gathered_to, User.id <= last, segment.condition(), ~is_listed
        )
        listed = insert(table_of(MailingRecipient)).from_select(["mailing_id", "user_id"], wanted.order_by(User.id))
        # An INSERT is asked how many rows it wrote only if one wants to know.
        added = session.execute(listed.execution_options(preserve_rowcount=True))
        mailing.recipient_count += cast("CursorResult[Any]", added).rowcount
        mailing.gathered_to = last
    if count < GATHERED:
        mailing.state = MailingState.SENDING
        log.info("mailing_gathered", mailing_id=mailing.id, recipients=mailing.recipient_count)
    _ask_for_next(session, mailing, f"list-{mailing.gathered_to}-{mailing.state}", now)


def _tell(session: Session, mailing: Mailing, rules: Preferences, now: datetime) -> Portion:
    portion = session.execute(
        select(MailingRecipient.id, MailingRecipient.user_id)
        .where(MailingRecipient.mailing_id == mailing.id)
        .order_by(MailingRecipient.user_id)
        .limit(PORTION)
    ).all()
    told = _write(session, mailing, [row.user_id for row in portion], rules, now)
    mailing.told_count += told.written
    mailing.held_count += len(portion) - told.written
    session.execute(delete(MailingRecipient).where(MailingRecipient.id.in_([row.id for row in portion])))
    if len(portion) < PORTION:
        mailing.state, mailing.done_at = MailingState.DONE, now
        log.info("mailing_done", mailing_id=mailing.id, told=mailing.told_count, held=mailing.held_count)
    else:
        _ask_for_next(session, mailing, f"to-{portion[-1].user_id}", now)
    session.flush()
    return told.portion


@dataclass(frozen=True)
class _Written:
    portion: Portion
    written: int


def _write(session: Session, mailing: Mailing, user_ids: Sequence[int], rules: Preferences, now: datetime) -> _Written:
    """The message of each who wants to hear of such things: all rows of a portion in a few statements. Who asked for
    summaries or other hours is told then."""
    wishes = list_preferences(session, user_ids, now)
    left_out = {user_id for user_id, each in wishes.items() if each.pace(mailing.topic) is Pace.OFF}
    # Told as another account of theirs, which has been joined to this one since.
    left_out |= set(
        session.scalars(select(Notice.user_id).where(Notice.user_id.in_(user_ids), Notice.subject == _subject(mailing)))
    )
    found = find_reached(session, [user_id for user_id in user_ids if user_id not in left_out], now)
    # In the order of a turn, which holds a conversation and may then want the person, and by number: two mailings, or a
    # mailing and whoever joins two accounts, would each hold what the other waits for.
    numbers = [each.conversation_id for each in found]
    session.execute(
        select(Conversation.id)
        .where(Conversation.id.in_(numbers))
        .order_by(Conversation.id)
        .with_for_update(key_share=True)
    )
    said = {user_id: pace for user_id, each in wishes.items() if (pace := _pace_for_later(each, mailing.topic, now))}
    later = {each.user_id for each in found} & said.keys()
    for user_id in sorted(later):
        tell(
            session, user_id=user_id, topic=Topic(mailing.topic), key=_key(mailing, user_id),
            subject=_subject(mailing), title=mailing.title, text=mailing.text, now=now, pace=said[user_id],
            mailing_id=mailing.id,
        )  # fmt: skip
    reached = [each for each in found if each.user_id not in later]
    if not reached:
        return _Written(Portion(), len(later))
    message_ids = session.scalars(
        insert(Message).returning(Message.id, sort_by_parameter_order=True),
        [
            {"conversation_id": each.conversation_id, "author": Author.SYSTEM, "text": mailing.text,
             "details": {"choices": [DISMISS]}, "created_at": now}
            for each in reached
        ],
    ).all()  # fmt: skip
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_([each.conversation_id for each in reached]))
        .values(last_message_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(Notice),
        [
            {"public_id": new_public_id(), "key": _key(mailing, each.user_id), "user_id": each.user_id,
             "topic": mailing.topic, "subject": _subject(mailing), "title": mailing.title, "text": "",
             "facts": {Fact.TITLE: mailing.title}, "choices": [], "is_urgent": False, "is_personal": False,
             "state": NoticeState.WRITTEN, "due_at": now, "created_at": now, "written_at": now,
             "message_id": message_id, "mailing_id": mailing.id}
            for each, message_id in zip(reached, message_ids, strict=True)
        ],
    )  # fmt: skip
    channels = choose_channels(session, mailing, reached, rules, wishes, now)
    words = with_taps(mailing.text, [DISMISS])
    delivery_ids = session.scalars(
        insert(Delivery).returning(Delivery.id, sort_by_parameter_order=True),
        [
            {"key": f"message-{message_id}-1", "identity_id": each.identity_id, "message_id": message_id,
             "channel": channels[each.user_id], "reason": DeliveryReason.NOTICE, "part": 1,
             "payload": {"kind": "text", "text": words}, "state": DeliveryState.QUEUED, "attempt_count": 0,
             "created_at": now}
            for each, message_id in zip(reached, message_ids, strict=True)
        ],
    ).all()  # fmt: skip
    return _Written(
        Portion(
            tuple(
                (each.identity_id, each.platform) for each in reached
                if channels[each.user_id] == DeliveryChannel.CUSTOMER_SERVICE
            ),
            tuple(
                number for each, number in zip(reached, delivery_ids, strict=True)
                if channels[each.user_id] == DeliveryChannel.SUBSCRIPTION
            ),
        ),
        len(found),
    )  # fmt: skip


def _pace_for_later(wishes: Preferences, topic: str, now: datetime) -> Pace | None:
    """As they said themselves: a mailing does not wait for a summary that nobody asked for. None where it goes now."""
    if topic in wishes.said and wishes.pace(topic) in SUMMARIES:
        return wishes.pace(topic)
    return Pace.AT_ONCE if wishes.is_quiet(now) else None


def _key(mailing: Mailing, user_id: int) -> str:
    return f"mailing-{mailing.id}-{user_id}"


def _subject(mailing: Mailing) -> str:
    return f"mailing:{mailing.public_id}"


def _ask_for_next(
    session: Session, mailing: Mailing, after: str, now: datetime, *, delay: timedelta = timedelta(0)
) -> None:
    """Named after where the mailing is: asked for by two jobs at once it is one."""
    request_job(
        session, JobName.SEND_MAILING, key=f"{mailing.id}-{mailing.version}-{after}", now=now, delay=delay,
        mailing_id=mailing.id,
    )  # fmt: skip
