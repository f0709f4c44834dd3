"""这件还能去国外申请吗: which market a patent in custody covers, and the last day to go abroad with its date."""

import re
from functools import partial

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.custody_wishes import MINE, NAME, meant, remembered
from bot.skills.custody_words import Said
from core.i18n import chinese_date
from models import CustodyRight
from services.custody.abroad import Abroad, Window, list_abroad, look_abroad
from services.custody.portfolio import has_rights
from services.custody.wording import named, said_articles
from services.working_hours import load_calendar

LAND = "(?:国外|海外|境外|外国|美国|欧洲|日本|韩国|PCT)"
ASKS_ONE = re.compile(
    f"(?P<this>这[件个]|它|刚才那[件个])?(?:专利)?(?:现在)?(?:还)?(?:能不能|能|可以|可不可以|来得及|要不要)?(?:再)?(?:去|到|在|走|报)?{LAND}"
    "(?:去)?(?:申请|报|布局|保护)?(?:专利)?(?:吗|么|不|还来得及吗|来得及吗|最晚哪天|最晚什么时候)?"
)
ASKS_ALL = re.compile(
    f"我们?的?(?:哪些|哪几件|托管的?)(?:专利)?(?:还)?(?:能|可以|没有?)(?:去|到|在)?{LAND}(?:申请|布局|保护)?的?(?:吗|呢)?|(?:海外|国外)布局(?:清单|情况)"
)
SHOWN = 5
COVERS = "我们的数据只有中国专利,这件只管中国大陆;港澳台和国外有没有同族,要您告诉我们。"
ABROAD = "各国期限以该国官方最新公布为准。"


def choose(context: TurnContext, plain: str, words: Said) -> Skill | None:
    """None where the sentence asks something else, or names no right that is in this person's custody."""
    if ASKS_ALL.fullmatch(plain):
        return Skill(NAME, show_all) if has_rights(context.session, context.user_id) else None
    match = ASKS_ONE.fullmatch(words.rest)
    if match is None:
        return None
    right = meant(context, words, says_this=match["this"] is not None)
    return Skill(NAME, partial(show_one, right=right)) if right is not None else None


def show_one(context: TurnContext, *, right: CustodyRight) -> Reply:
    found = look_abroad(right, context.today, load_calendar(context.session, context.today))
    lines = [_verdict(found, context), *_ways(found)]
    if found.note and found.last_on is not None:
        lines.append(f"{found.note}。")
    lines.append(COVERS)
    if found.articles:
        lines.append(f"依据:{said_articles(found.articles)}。{ABROAD}")
    choices = (Choice("转人工", "找专员办"), MINE)
    return remembered(Reply("\n".join(lines), choices=choices, memory={"pending": None}), right)


def _verdict(found: Abroad, context: TurnContext) -> str:
    name = named(found.right)
    if found.last_on is None:
        return f"{name}:{found.note}"
    if found.window is Window.OVER:
        return f"{name}:带着国内申请日去国外,{chinese_date(found.last_on)}就过了,现在去要看公开过没有,多半没了新颖性。"
    left = (found.last_on - context.today).days
    return f"{name}:还能去,最晚{chinese_date(found.last_on)},还有{left}天。按国内申请就是第一次申请算。"


def _ways(found: Abroad) -> list[str]:
    if found.window is not Window.OPEN:
        return []
    if found.enter_by is None:
        return ["外观设计不走PCT,一国一国报。"]
    return [
        f"可以直接报到各国,或那天以前提PCT国际申请,多数国家{chinese_date(found.enter_by)}前再进(优先权日起30个月)。",
        "在中国完成的,出去前先做保密审查;直接向国家知识产权局提PCT,视为同时请求了。",
    ]


def show_all(context: TurnContext) -> Reply:
    """Those that can still go abroad; how many cannot any more."""
    found = list_abroad(context.session, user_id=context.user_id, today=context.today)
    still = [each for each in found if each.window is Window.OPEN]
    over = sum(each.window is Window.OVER for each in found)
    unknown = sum(each.window is Window.UNKNOWN for each in found)
    lines = [f"还能带着国内申请日去国外的有{len(still)}件" + (",近的在前:" if still else "。")]
    lines += [
        f"{place}. {named(each.right)} · 最晚{chinese_date(each.last_on)}"
        for place, each in enumerate(still[:SHOWN], start=1)
        if each.last_on is not None
    ]
    rest = [f"{over}件已经过期" if over else "", f"{unknown}件缺类型或申请日,算不出" if unknown else ""]
    if any(rest):
        lines.append("另有" + "、".join(each for each in rest if each) + "。")
    lines += ["我们的数据只有中国专利:国外有没有同族,要您告诉我们。", f"依据:《专利法》第二十九条。{ABROAD}"]
    kept = {"kind": NAME, "ids": [each.right.public_id for each in still[:SHOWN]], "offset": 0}
    memory = {"pending": None, **({"list": kept} if still else {})}
    return Reply("\n".join(lines), choices=(MINE,), memory=memory)
