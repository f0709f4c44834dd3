"""What is said back to a summary of a watch, or of the one that was just begun: why, no more of it, less often, what is
new; and which watch ends, by its name, or all of them."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill, patent_details
from bot.skills.notices import SETTINGS_CHOICE
from bot.skills.patent_text import shortened
from bot.skills.watch_lists import (
    KIND,
    KIND_NAMES,
    LONGEST_NAME,
    MINE_CHOICE,
    NOTHING,
    change_of,
    demonstrations,
    end_of,
    has_list,
    ids_on_table,
    is_last_said,
    last_summary,
    named,
    often_of,
)
from bot.skills.watch_words import (
    ALL_SURE,
    LESS,
    NEWS,
    NO_MORE,
    OPENS,
    PACES_IT,
    PAUSES,
    STOPS_ALL,
    STOPS_NAMED,
    UNRELATED,
    WHY,
    pace_named,
    place_of,
)
from core.clock import CHINA
from core.errors import UpstreamUnavailable
from core.i18n import chinese_date
from models import Conversation, Notice, Topic, Watch, WatchKind
from services import watching
from services.notices.preferences import Pace
from services.notices.reading import dismiss, list_notices
from services.notices.telling import PATENTS, WATCH
from services.watch_looks import count_new

NAME = "watches"
MOST_TOLD, MOST_COUNTED = 3, 10
THIS_WEEK, THIS_MONTH = timedelta(days=7), timedelta(days=14)
OF_WHAT_WAS_TOLD = (WHY, NO_MORE, UNRELATED, OPENS, PACES_IT, PAUSES, LESS)
STOP_CHOICE = Choice("取消这个关注", "取消这个关注")
LESS_CHOICES = (Choice("改成每周", "改成每周"), Choice("改成每月", "改成每月"), STOP_CHOICE)


def choose(context: TurnContext, plain: str) -> Skill | None:
    """The skill for it; None where the sentence is about something else."""
    if (skill := _choose_end(context, plain)) is not None:
        return skill
    if (asked := NEWS.fullmatch(plain)) is not None and _may_mean_watches(context):
        since = THIS_MONTH if "月" in (asked["since"] or "") else THIS_WEEK
        return Skill(NAME, lambda given: show_news(given, since))
    # Nearly every message is about something else: only then is it looked up what was told.
    if not any(pattern.fullmatch(plain) for pattern in OF_WHAT_WAS_TOLD):
        return None
    told = last_summary(context)
    # Only what was said last is meant by 这个, or what this talk was about until now.
    if told is not None and not is_last_said(context, told) and context.memory.get("last_skill") != NAME:
        told = None
    if told is not None and not ids_on_table(context) and (skill := _choose_of_summary(context, told, plain)):
        return skill
    watch_id = _at_hand(context, told)
    if watch_id is not None:
        if (paced := PACES_IT.fullmatch(plain)) is not None:
            pace = pace_named(paced)
            return Skill(NAME, lambda given: change_of(given, watch_id, pace))
        if PAUSES.fullmatch(plain):
            return Skill(NAME, lambda given: change_of(given, watch_id, Pace.OFF))
        if LESS.fullmatch(plain):
            return Skill(NAME, lambda given: ask_how_often(given, watch_id))
    return None


def _choose_end(context: TurnContext, plain: str) -> Skill | None:
    if STOPS_ALL.fullmatch(plain):
        return Skill(NAME, ask_to_end_all)
    if plain == ALL_SURE:
        return Skill(NAME, end_all)
    ended = STOPS_NAMED.fullmatch(plain)
    if ended is None:
        return None
    what = (ended["what"] or ended["named"]).strip().lower()
    found = [
        row.public_id
        for row in watching.list_watches(context.session, context.user_id)
        if what in row.name.lower() or row.name.lower() in what
    ]
    return Skill(NAME, lambda given: end_of(given, found[0])) if len(found) == 1 else None


def _choose_of_summary(context: TurnContext, told: Notice, plain: str) -> Skill | None:
    if WHY.fullmatch(plain):
        return Skill(NAME, lambda given: say_why(given, told))
    no_more = NO_MORE.fullmatch(plain)
    if UNRELATED.fullmatch(plain) or (no_more is not None and no_more["this"]):
        return Skill(NAME, lambda given: dismiss_all(given, told))
    if no_more is not None:
        return Skill(NAME, lambda given: ask_how_often(given, str(told.facts[WATCH])))
    numbers = [str(each) for each in told.facts[PATENTS]]
    place = place_of(OPENS, plain)
    if place is not None and 0 < place <= len(numbers) and not context.memory.get("list"):
        number = numbers[place - 1]
        # The sentence is answered as if the number had been said.
        return Skill("patent_detail", lambda given: patent_details.detail(replace(given, text=number)))
    return None


def _at_hand(context: TurnContext, told: Notice | None) -> str | None:
    if told is not None and is_last_said(context, told):
        return str(told.facts[WATCH])
    ids = ids_on_table(context)
    if ids:
        return ids[0] if len(ids) == 1 else None
    return str(told.facts[WATCH]) if told is not None else None


def _find(context: TurnContext, public_id: str) -> Watch | None:
    rows = watching.list_watches(context.session, context.user_id)
    return next((row for row in rows if row.public_id == public_id), None)


def say_why(context: TurnContext, told: Notice) -> Reply:
    """Because it is watched: since when, and how often it is told."""
    row = _find(context, str(told.facts[WATCH]))
    if row is None:
        return Reply("这条来自您以前的一项关注,现在已经取消了,不会再发。", choices=(MINE_CHOICE,))
    since = chinese_date(row.created_at.astimezone(CHINA).date())
    what = f"{KIND_NAMES[WatchKind(row.kind)]}“{named(row, demonstrations(context.session, [row]))}”"
    return Reply(
        f"因为您在{since}关注了{what},{often_of(context.session, row, context)}。只按这项关注挑的,没有用您的其他信息。",
        choices=(STOP_CHOICE, Choice("改成每月", "改成每月"), MINE_CHOICE),
        memory={"list": {"kind": KIND, "ids": [row.public_id], "offset": 0}},
    )


def dismiss_all(context: TurnContext, told: Notice) -> Reply:
    """Nothing more of the patents that it named; the watch goes on."""
    public_id, watch_id, count = told.public_id, str(told.facts[WATCH]), len(told.facts[PATENTS])
    row = _find(context, watch_id)

    def commit(session: Session, conversation: Conversation) -> Reply:
        dismiss(session, conversation.user_id, public_id, context.now)
        head = f"好,这{count}件不再提醒。" if count > 1 else "好,这件不再提醒。"
        if row is None:
            return Reply(head, choices=(MINE_CHOICE,))
        return Reply(
            f"{head}以后有新的还会告诉您;整个“{shortened(row.name, LONGEST_NAME)}”都不要,说“取消这个关注”。",
            choices=(STOP_CHOICE, Choice("改成每月", "改成每月"), MINE_CHOICE),
            memory={"list": {"kind": KIND, "ids": [watch_id], "offset": 0}},
        )

    return Reply("", on_commit=commit)


def ask_how_often(context: TurnContext, watch_id: str) -> Reply:
    """太多了, 别再推了: less often, or not at all."""
    row = _find(context, watch_id)
    if row is None:
        return Reply("这项关注已经取消了,不会再发。", choices=(MINE_CHOICE,))
    often = often_of(context.session, row, context)
    return Reply(
        f"“{shortened(row.name, LONGEST_NAME)}”现在是{often}。少发一点,还是不再关注?",
        choices=LESS_CHOICES,
        memory={"list": {"kind": KIND, "ids": [watch_id], "offset": 0}},
    )


def ask_to_end_all(context: TurnContext) -> Reply:
    """Which are ended at once is asked for once more."""
    rows = watching.list_watches(context.session, context.user_id)
    if not rows:
        return Reply(NOTHING)
    return Reply(
        f"在关注的{len(rows)}项都取消?取消后要再关注得重新说。",
        choices=(Choice(ALL_SURE, "全部取消"), MINE_CHOICE, SETTINGS_CHOICE),
    )


def end_all(context: TurnContext) -> Reply:
    """Nothing is watched any more."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        rows = watching.list_watches(session, conversation.user_id)
        for row in rows:
            watching.end_watch(session, conversation.user_id, row.public_id)
        return Reply(f"{len(rows)}项都不再关注了。" if rows else NOTHING, memory={"list": None})

    return Reply("", on_commit=commit)


def _may_mean_watches(context: TurnContext) -> bool:
    """Who watches asks for that, unless another list is on the table."""
    is_free = not context.memory.get("list") or has_list(context)
    return is_free and bool(watching.list_watches(context.session, context.user_id))


def show_news(context: TurnContext, since: timedelta) -> Reply:
    """What was told of what is watched lately, and what waits for the next summary."""
    session, rows = context.session, watching.list_watches(context.session, context.user_id)
    said = "近两周" if since == THIS_MONTH else "近一周"
    told = [
        each
        for each in list_notices(session, context.user_id, context.now)
        if each.topic == Topic.WATCH and each.created_at > context.now - since
    ][:MOST_TOLD]
    lines = [f"{chinese_date(each.created_at.astimezone(CHINA).date())} {each.title}" for each in told]
    waiting = []
    for row in [row for row in rows if row.kind != WatchKind.PATENT][:MOST_COUNTED]:
        try:
            count = count_new(session, context.resources.patent_search, row)
        except UpstreamUnavailable:
            break
        if count:
            often = often_of(session, row, context)
            waiting.append(f"“{shortened(row.name, LONGEST_NAME)}”又有{count}件新公开,{often}时告诉您")
    if not lines and not waiting:
        return Reply(
            f"{said}没有新的。在关注的{len(rows)}项,有新公开或变化就告诉您。", choices=(MINE_CHOICE, SETTINGS_CHOICE)
        )
    return Reply("\n".join([f"{said},您关注的:", *lines, *waiting]), choices=(MINE_CHOICE, SETTINGS_CHOICE))
