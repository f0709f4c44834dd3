"""What is due is written: all of one person in one message, in their hours, and not more often a day than they want."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.clock import CHINA, china_date
from core.logs import get_logger
from models import HeldBecause, Mailing, MailingState, Notice, NoticeState, Topic
from services.notices.preferences import Pace, Preferences, preferences_of
from services.notices.standing import Room
from services.notices.telling import ask_to_write, why_held
from services.outgoing import write_to_user
from services.reaching import find_conversation

log = get_logger(__name__)

MOST_AT_ONCE = 100
DISMISS, MINE, SETTINGS = "不相关", "我的提醒", "通知设置"
# What nobody is obliged to hear of.
DISMISSABLE = {Topic.OPPORTUNITY, Topic.COURSE, Topic.WATCH}

# What a mailing has for somebody's summary waits with it.
IS_NOT_PAUSED = or_(
    Notice.mailing_id.is_(None),
    Notice.mailing_id.not_in(select(Mailing.id).where(Mailing.state == MailingState.PAUSED)),
)


def write_due(session: Session, user_id: int, now: datetime, rooms: Sequence[Room] = ()) -> int:
    """Write what is due for one person, or put it off; answers how many notices went into the message.

    The message and what is said in it are one transaction: cut off, both are undone; run twice, nothing is left. Each
    of `rooms` is asked whether what it told still holds.
    """
    conversation = find_conversation(session, user_id, now)
    for room in rooms:
        room.lock(session, user_id)
    due = session.scalars(
        select(Notice)
        .where(Notice.user_id == user_id, Notice.state == NoticeState.WAITING, Notice.due_at <= now, IS_NOT_PAUSED)
        .order_by(Notice.is_urgent.desc(), Notice.id)
        .limit(MOST_AT_ONCE)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    wishes = preferences_of(session, user_id, now)
    told = []
    for notice in due:
        # Asked again: between then and now they may have switched it off.
        because = why_held(
            session, user_id, Topic(notice.topic), notice.subject, wishes, is_personal=notice.is_personal
        )
        if conversation is None or because is not None:
            notice.state, notice.held_because = NoticeState.HELD, because or HeldBecause.UNREACHABLE
        else:
            told.append(notice)
    told = _as_they_stand(session, _put_off(session, user_id, told, wishes, now), rooms, now)
    if not told or conversation is None:
        session.flush()
        return 0
    text, choices = _words(told, wishes)
    message = write_to_user(session, conversation, text, now, details={"choices": list(choices)} if choices else None)
    for notice in told:
        notice.state, notice.written_at, notice.message_id = NoticeState.WRITTEN, now, message.id
    session.flush()
    log.info("notices_written", user_id=user_id, count=len(told))
    return len(told)


def _as_they_stand(session: Session, due: Sequence[Notice], rooms: Sequence[Room], now: datetime) -> list[Notice]:
    """Without what is over by now: between then and now days may lie."""
    told = []
    for notice in due:
        if all(room.holds(session, notice, now) for room in rooms):
            told.append(notice)
        else:
            notice.state, notice.held_because = NoticeState.HELD, HeldBecause.CANCELLED
    return told


def _put_off(session: Session, user_id: int, due: list[Notice], wishes: Preferences, now: datetime) -> list[Notice]:
    """What may be said now; the rest waits for the person's hours, or for tomorrow's summary once they had enough."""
    if wishes.is_quiet(now):
        later, put_off, told = wishes.when_awake(now), due, []
    elif count_messages_today(session, user_id, now) >= wishes.most_a_day:
        later = wishes.next_digest(now, Pace.DAILY)
        put_off, told = [each for each in due if not each.is_urgent], [each for each in due if each.is_urgent]
    else:
        return due
    for notice in put_off:
        notice.due_at = later
    if put_off:
        ask_to_write(session, user_id, later, now)
    return told


def count_messages_today(session: Session, user_id: int, now: datetime) -> int:
    """How many messages this day in China has brought them that were not urgent."""
    midnight = datetime.combine(china_date(now), time(), CHINA)
    counted = select(func.count(Notice.message_id.distinct())).where(
        Notice.user_id == user_id, Notice.written_at >= midnight, Notice.is_urgent.is_(False)
    )
    return session.scalar(counted) or 0


def _words(told: Sequence[Notice], wishes: Preferences) -> tuple[str, tuple[str, ...]]:
    if len(told) == 1:
        only = told[0]
        choices = (*only.choices, *([DISMISS] if only.topic in DISMISSABLE else []))
        return only.text, tuple(choices)
    lines = [f"有{len(told)}条新提醒:"]
    lines += [f"{place}. {each.title}" for place, each in enumerate(told[: wishes.rules.most_lines], start=1)]
    if len(told) > wishes.rules.most_lines:
        lines.append(f"还有{len(told) - wishes.rules.most_lines}条。")
    lines.append(f"说“{MINE}”看详情,“{SETTINGS}”改多久提醒一次。")
    return "\n".join(lines), (MINE, SETTINGS)
