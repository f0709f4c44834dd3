"""Matching events in chat: 对接活动 lists them, 参加第1场对接活动 brings one's posts, 我的会谈 is the timetable."""

import re
from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from core.clock import CHINA
from core.errors import AppError
from core.i18n import chinese_time
from models import Conversation, MatchingEvent, MeetingOutcome, PostSide
from nlp.slots.numerals import read_number
from services.events.access import list_coming, own_entries, own_meetings
from services.events.joining import NOTHING_TO_BRING, join, leave
from services.events.telling import MINE as MEETINGS
from services.events.view import OUTCOME_NAMES, is_standing
from services.market.wording import others_called_by_subject

NAME = "events"
KIND = "matching_events"
SHOWN, LONGEST = 5, 24
EVENT = "(?:供需|技术|线下)?对接(?:活动|会)"
PLACE = "(?:第?(?P<place>[0-9一二三四五六七八九十]{1,2})[场个])?的?"
LISTS = re.compile(
    f"(?:看看?|查看?|最近|近期|有|有没有|有什么|有哪些|都有什么)*{EVENT}(?:列表|安排|有哪些|有吗|吗|呢)?"
)
JOINS = re.compile(f"我?(?:想|要|想要)?(?:参加|报名)(?:参加)?{PLACE}{EVENT}(?:报名)?")
LEAVES = re.compile(f"(?:我?不(?:想|能)?(?:参加|去)|退出|取消(?:报名|参加)?){PLACE}{EVENT}(?:的?报名)?了?")
OWN = re.compile("(?:看看?|查看?)?我的(?:对接)?会谈(?:安排|时间|日程)?(?:表)?")
ALL = Choice("对接活动", "对接活动")
POSTS = Choice("我的供需", "我的供需")


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for words about matching events; None where they are about something else."""
    if not text or len(text) > LONGEST:
        return None
    plain = context.plain.strip(" 。.!?")
    if LISTS.fullmatch(plain):
        return Skill(NAME, show_list)
    if OWN.fullmatch(plain):
        return Skill(NAME, show_meetings)
    for words, does in ((JOINS, join_one), (LEAVES, leave_one)):
        if (found := words.fullmatch(plain)) is not None:
            place = int(read_number(found["place"]) or 0) if found["place"] else None
            return Skill(NAME, partial(_on_one, place=place, does=does))
    return None


def show_list(context: TurnContext) -> Reply:
    """Those that come, the next first, and whether one takes part."""
    events = list_coming(context.session, context.now, limit=SHOWN)
    if not events:
        return Reply("近期没有供需对接活动。定了会在这里,您的供需照常在网上对接。", choices=(POSTS,))
    joined = own_entries(context.session, context.user_id, [event.id for event in events])
    lines = ["近期的供需对接活动:"]
    for place, event in enumerate(events, start=1):
        count = len(joined.get(event.id, ()))
        mine = f" · 您有{count}条参加" if count else ""
        lines.append(f"{place}. {event.name} · {chinese_time(event.starts_at, context.now)} · {event.place}{mine}")
    lines.append("“参加第1场对接活动”就报名:您展示中的供需一起参加,会谈我们先排好,再告诉您时间和桌号。")
    places = [place for place, event in enumerate(events, start=1) if event.id not in joined]
    choices = [Choice(f"参加第{place}场对接活动", f"参加第{place}场") for place in places[:2]]
    if joined:
        choices.append(Choice(MEETINGS, MEETINGS))
    kept = {"kind": KIND, "ids": [event.public_id for event in events], "offset": 0}
    return Reply("\n".join(lines), choices=tuple(choices), memory={"list": kept, "pending": None, "subject": None})


def show_meetings(context: TurnContext) -> Reply:
    """One's own timetable: what each meeting is about, nobody's name; and what came of it."""
    events = list_coming(context.session, context.now)
    joined = own_entries(context.session, context.user_id, [event.id for event in events])
    meetings = own_meetings(context.session, context.user_id, [event.id for event in events])
    if not meetings:
        if not joined:
            return Reply("您还没有报名对接活动。", choices=(ALL,))
        return Reply("报上名了,会谈还没排到。排好马上告诉您时间和桌号。", choices=(ALL,))
    lines, event_id = [], None
    for meeting, side in meetings:
        if meeting.event_id != event_id:
            event_id, event = meeting.event_id, meeting.event
            begins = chinese_time(event.starts_at, context.now)
            lines.append(f"{event.name} · {begins} · {event.place} · 每场{event.slot_minutes}分钟")
        theirs = meeting.offer if side is PostSide.NEED else meeting.need
        at = f"{meeting.event.slot_at(meeting.slot).astimezone(CHINA):%H:%M}"
        what = "供给" if side is PostSide.NEED else "需求"
        about = (
            f"{what}“{others_called_by_subject(theirs)}”" if is_standing(theirs, meeting.event) else "对方撤下了,不用去"
        )
        result = f" · {OUTCOME_NAMES[MeetingOutcome(meeting.outcome)]}" if meeting.outcome else ""
        lines.append(f"{at} {meeting.table}号桌 · {about}{result}")
    return Reply("\n".join(lines), choices=(ALL,), memory={"pending": None})


def _on_one(context: TurnContext, *, place: int | None, does: Callable[[TurnContext, MatchingEvent], Reply]) -> Reply:
    """The event that is meant; asked for where there are several and no place was said."""
    events = list_coming(context.session, context.now, limit=SHOWN)
    table = context.memory.get("list") or {}
    if table.get("kind") == KIND:
        by_id = {event.public_id: event for event in events}
        ids = [str(each) for each in table.get("ids") or []]
        events = [by_id[each] for each in ids if each in by_id] or events
    if not events or (place is None and len(events) > 1):
        return show_list(context)
    wanted = 1 if place is None else place
    if not 1 <= wanted <= len(events):
        return Reply(f"这里没有第{wanted}场。", choices=(ALL,))
    return does(context, events[wanted - 1])


def join_one(context: TurnContext, event: MatchingEvent) -> Reply:
    public_id, name = event.public_id, event.name

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            posts = join(session, conversation.user_id, public_id, context.now)
        except AppError as refusal:
            choices = (POSTS,) if refusal.message == NOTHING_TO_BRING else (ALL,)
            return Reply(refusal.message, choices=choices)
        begins = chinese_time(event.starts_at, context.now)
        text = f"报上了:{name},{begins},{event.place}。您的{len(posts)}条供需都参加,会谈排好就告诉您时间和桌号。"
        return Reply(text, choices=(Choice(MEETINGS, MEETINGS), ALL), memory={"pending": None})

    return Reply("", on_commit=commit)


def leave_one(context: TurnContext, event: MatchingEvent) -> Reply:
    public_id, name = event.public_id, event.name

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            was_there = leave(session, conversation.user_id, public_id, context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(ALL,))
        text = f"好,{name}不参加了,排好的会谈已取消。" if was_there else f"您没有报{name}。"
        return Reply(text, choices=(ALL,), memory={"pending": None})

    return Reply("", on_commit=commit)
