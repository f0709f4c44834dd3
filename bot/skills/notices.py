"""What somebody was told, 不相关 to it, and how they want to be told: in their own words."""

import re

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill, notice_places
from core.errors import InvalidInput
from models import Conversation, Topic
from services.notices.preferences import (
    HOURS,
    NO,
    PACE_NAMES,
    PERSONAL,
    TOPIC_NAMES,
    YES,
    Pace,
    Preferences,
    prefer,
    preferences_of,
)
from services.notices.reading import dismiss, find_last_told, list_notices
from services.notices.writing import MINE, SETTINGS

NAME = "notices"
LONGEST = 24
MOST_SHOWN = 5
POLITE = "(?:请|麻烦|帮我|给我|我要|我想|以后|可以|把)*"
END = "(?:了|吧|啊|哦|呢|谢谢)*"
TELLS = "(?:提醒|通知|推送)"
TOPIC_WORDS = {
    Topic.OPPORTUNITY: "(?:供需|机会|供需机会|需求|商机|匹配|对接)",
    Topic.DEADLINE: "(?:期限|到期)",
    Topic.CASE: "(?:办理|进度|办理进度|单子)",
    Topic.COURSE: "(?:培训|课程|培训课程|讲座)",
    Topic.WATCH: "(?:监控|专利监控|专利动态)",
}
PACED = {
    Pace.AT_ONCE: "(?:打开|开启|恢复|随时|立即|马上)",
    Pace.DAILY: "(?:每天|每日|一天一次|天天)",
    Pace.WEEKLY: "(?:每周|每星期|一周一次)",
    Pace.MONTHLY: "(?:每月|每个月|一个月一次)",
}


def _topics(place: str, *, needs_word: bool = False) -> str:
    """课程, 课程提醒; with `needs_word` only the latter: 取消培训 is about a booking."""
    named = "|".join(f"(?P<{place}{topic}>{words})" for topic, words in TOPIC_WORDS.items())
    return f"(?:{named})的?{TELLS}{'' if needs_word else '?'}"


def _paces(place: str) -> str:
    return "(?:" + "|".join(f"(?P<{place}{pace}>{words})" for pace, words in PACED.items()) + ")"


NOT = "(?:不要|别|不用|停止|取消|关闭|关掉|关了|退订)"
OFF = "(?:关闭|关掉|关了|退订)"
WHOLE = "|".join(f"(?P<w_{topic}>{name})" for topic, name in TOPIC_NAMES.items())
TELL = "(?:发|推送?|提醒|通知)"
# 不要推送课程, 关掉供需提醒, 关掉供需机会, 课程通知别发了, 课程提醒关了
STOPS = re.compile(
    f"{POLITE}{NOT}再?(?:给我)?{TELL}我?{_topics('a_')}{END}|{POLITE}{NOT}{_topics('b_', needs_word=True)}{END}"
    f"|{POLITE}{OFF}(?:{WHOLE}){END}|{POLITE}{_topics('c_')}(?:不要|别|不用)再?{TELL}{END}"
    f"|{POLITE}{_topics('d_', needs_word=True)}都?(?:关闭|关掉|关了|停了){END}"
)
SAYS = "(?:汇总|提醒|通知|推送|发)"
# 每天汇总供需机会, 打开供需提醒, 课程每周汇总
SETS = re.compile(
    f"{POLITE}{_paces('a_')}{SAYS}(?:一次|我)?{_topics('a_')}{END}"
    f"|{POLITE}{_paces('b_')}{_topics('b_', needs_word=True)}{END}"
    f"|{POLITE}{_topics('c_')}(?:改成|改为|要)?{_paces('c_')}{SAYS}(?:一次)?{END}"
)
SHOWS = re.compile(f"{POLITE}(?:看看?|打开|修改|改)?(?:我的)?{TELLS}(?:设置|偏好|频率){END}")
LISTS = re.compile(f"{POLITE}(?:看看?|查看|打开)?(?:我的|最近的)(?:提醒|通知|推送)(?:列表)?{END}")
DISMISSES = re.compile(f"(?:这个|这条|跟我|和我)*(?:不相关|没关系|无关|不感兴趣|没兴趣){END}")
PERSONAL_ON = re.compile(f"{POLITE}(?:同意|打开|开启|允许)(?:做)?个性化(?:推荐|推送)?{END}")
PERSONAL_OFF = re.compile(f"{POLITE}(?:不同意|关闭|关掉|拒绝|不要|取消)(?:做)?个性化(?:推荐|推送)?{END}")
# 免打扰22点到8点: from when until when nobody writes.
QUIET = re.compile(
    f"{POLITE}(?:免打扰|勿扰|别打扰我?)(?:时间)?(?:设成|改成|是)?"
    r"(?P<from>\d{1,2})[点::](?:00)?(?:到|至|-|~)(?:第二天|次日)?(?P<to>\d{1,2})[点::]?(?:00)?" + END
)
SETTINGS_CHOICE = Choice(SETTINGS, SETTINGS)


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for what is said about notices; None where the sentence is about something else."""
    if len(text) > LONGEST:
        return None
    plain = context.resources.understander.plain(text)
    if SHOWS.fullmatch(plain):
        return Skill(NAME, show_settings)
    if LISTS.fullmatch(plain):
        return Skill(NAME, show_mine)
    if DISMISSES.fullmatch(plain) and (told := find_last_told(context.session, context.user_id, context.now)):
        is_one = sum(each.dismissed_at is None for each in told) == 1
        return Skill(NAME, dismiss_last if is_one else lambda given: notice_places.ask_which(given, told))
    wishes = read_wishes(plain)
    return Skill(NAME, lambda given: change(given, wishes)) if wishes else None


def read_wishes(plain: str) -> dict[str, str]:
    """What a sentence wants to be otherwise, as the preferences know it; empty for any other sentence."""
    for pattern, value in ((PERSONAL_ON, YES), (PERSONAL_OFF, NO)):
        if pattern.fullmatch(plain):
            return {PERSONAL: value}
    quiet = QUIET.fullmatch(plain)
    if quiet is not None:
        opens, closes = int(quiet["to"]), int(quiet["from"])
        return {HOURS: f"{opens % 24:02d}:00-{closes % 24:02d}:00"} if max(opens, closes) <= 24 else {}
    stopped = STOPS.fullmatch(plain)
    if stopped is not None:
        return {_named(stopped.groupdict(), Topic): Pace.OFF}
    paced = SETS.fullmatch(plain)
    if paced is not None:
        groups = paced.groupdict()
        return {_named(groups, Topic): _named(groups, Pace)}
    return {}


def _named(groups: dict[str, str | None], kind: type[Topic] | type[Pace]) -> str:
    """Which of the kind's names a pattern found, whatever alternative it stood in."""
    found = {name.partition("_")[2] for name, words in groups.items() if words}
    return next(each.value for each in kind if each in found)


def show_settings(context: TurnContext) -> Reply:
    """What holds, and how it is changed."""
    return _said(preferences_of(context.session, context.user_id, context.now), "通知设置:")


def change(context: TurnContext, wishes: dict[str, str]) -> Reply:
    """As they said; the answer shows what holds now."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            held = prefer(session, conversation.user_id, wishes, context.now)
        except InvalidInput:
            return Reply(
                "没听懂要改成什么。比如“课程每周汇总”“关掉供需提醒”“免打扰22点到8点”。", choices=(SETTINGS_CHOICE,)
            )
        return _said(held, "改好了。")

    return Reply("", on_commit=commit)


def _said(held: Preferences, head: str) -> Reply:
    opens, closes = held.hours
    lines = [head, *(f"{TOPIC_NAMES[topic]}:{PACE_NAMES[held.pace(topic)]}" for topic in Topic)]
    lines.append(f"时间:{opens:%H:%M}到{closes:%H:%M},一天最多{held.most_a_day}条,着急的不算。")
    personal = "同意个性化推荐" if not held.is_personal else "关闭个性化推荐"
    lines.append(
        "个性化推荐:开着,按您的专利和办过的事挑选。" if held.is_personal else "个性化推荐:关着,不按您的情况挑选内容。"
    )
    lines.append("要改直接说,比如“课程每周汇总”“关掉供需提醒”。")
    return Reply("\n".join(lines), choices=(Choice(personal, personal), Choice(MINE, MINE)))


def show_mine(context: TurnContext) -> Reply:
    """The latest few, whole."""
    rows = list_notices(context.session, context.user_id, context.now, limit=MOST_SHOWN)
    if not rows:
        return Reply("近两周没有提醒。", choices=(SETTINGS_CHOICE,))
    lines = [f"{place}. {row.text or row.title}" for place, row in enumerate(rows, start=1)]
    return Reply("\n".join(["近两周的提醒:", *lines]), choices=(SETTINGS_CHOICE,))


def dismiss_last(context: TurnContext) -> Reply:
    """What the last message of notices was about is not told again."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        told = find_last_told(session, conversation.user_id, context.now)
        for notice in told:
            dismiss(session, conversation.user_id, notice.public_id, context.now)
        if not told:
            return Reply("好。")
        name = TOPIC_NAMES[Topic(told[0].topic)]
        return Reply(f"好,这件事不再提醒。整个“{name}”都不要,就说“关掉{name}”。", choices=(SETTINGS_CHOICE,))

    return Reply("", on_commit=commit)
