"""What those who take part in an event are told. No notice says whom they meet or about what: that is looked up, so
that what somebody took back or had erased is not said again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import CHINA
from core.i18n import chinese_time
from models import EventMeeting, EventState, MarketPost, MatchingEvent, Topic
from services.events.access import list_meetings
from services.market.access import find_owner_of
from services.notices.facts import Fact, said_moment
from services.notices.telling import tell

MINE = "我的会谈"
SHOWN = 5

# By person: when and where they are to be.
Timetable = Mapping[int, Sequence[tuple[int, int]]]


def owners_of(session: Session, meetings: Iterable[EventMeeting]) -> dict[int, list[tuple[int, int]]]:
    """Slot and table of each person's meetings."""
    found: dict[int, list[tuple[int, int]]] = {}
    owners: dict[int, int | None] = {}
    for meeting in meetings:
        for post in (meeting.need, meeting.offer):
            if post.id not in owners:
                owners[post.id] = find_owner_of(session, post)
            owner = owners[post.id]
            if owner is not None:
                found.setdefault(owner, []).append((meeting.slot, meeting.table))
    return {user_id: sorted(times) for user_id, times in found.items()}


def tell_timetables(
    session: Session, event: MatchingEvent, *, before: Timetable, after: Timetable, now: datetime
) -> None:
    """Each who has another timetable than before."""
    for user_id in sorted({*before, *after}):
        times = after.get(user_id, ())
        if times != before.get(user_id, ()):
            _tell(session, event, user_id, f"{event.version}", _said(event, times, now), now)


def tell_dropped(
    session: Session, event: MatchingEvent, meeting: EventMeeting, other: MarketPost, now: datetime
) -> None:
    """Whoever was to meet somebody who does not come."""
    owner = find_owner_of(session, other)
    if owner is not None:
        at = _clock(event, meeting.slot)
        text = f"{event.name}:{at}那场对方不来了,已取消。还有哪些场说“{MINE}”。"
        _tell(session, event, owner, f"dropped-{meeting.id}-{event.version}", text, now)


def tell_cancelled(session: Session, event: MatchingEvent, posts: Iterable[MarketPost], now: datetime) -> None:
    owners = {find_owner_of(session, post) for post in posts} - {None}
    for user_id in sorted(each for each in owners if each is not None):
        text = f"{event.name}取消了(原定{chinese_time(event.starts_at, now)})。您的供需照常展示,下一场再请您。"
        _tell(session, event, user_id, "cancelled", text, now)


def remind(session: Session, event_id: int, now: datetime) -> int:
    """Everybody who has a meeting, once; answers how many. Nothing where it was called off or has begun."""
    event = session.scalar(select(MatchingEvent).where(MatchingEvent.id == event_id))
    if event is None or event.state != EventState.ARRANGED or event.starts_at <= now:
        return 0
    tables = owners_of(session, list_meetings(session, event))
    for user_id, times in tables.items():
        _tell(session, event, user_id, "reminded", f"提醒:{_said(event, times, now)}", now)
    return len(tables)


def _said(event: MatchingEvent, times: Sequence[tuple[int, int]], now: datetime) -> str:
    if not times:
        return f"{event.name}:您的会谈有变动,现在没有排到的了。"
    shown = "、".join(f"{_clock(event, slot)} {table}号桌" for slot, table in times[:SHOWN])
    more = f"等{len(times)}场" if len(times) > SHOWN else ""
    begins = chinese_time(event.starts_at, now)
    return (
        f"{event.name},{begins}开始,{event.place}。\n您有{len(times)}场会谈:{shown}{more},每场{event.slot_minutes}分钟。"
        f"谈什么说“{MINE}”。"
    )


def _clock(event: MatchingEvent, slot: int) -> str:
    return f"{event.slot_at(slot).astimezone(CHINA):%H:%M}"


def _tell(session: Session, event: MatchingEvent, user_id: int, what: str, text: str, now: datetime) -> None:
    tell(
        session, user_id=user_id, topic=Topic.CASE, key=f"event-{event.id}-{what}-{user_id}", title=event.name,
        text=text, facts={Fact.TIME: said_moment(event.starts_at)}, choices=(MINE,), is_urgent=True, now=now,
    )  # fmt: skip
