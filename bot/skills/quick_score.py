"""CN… 估个分, 这件值多少钱: the quick score of one patent. It names no money: that takes a formal valuation."""

import re

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.patent_details import subject_number
from core.errors import AppError
from nlp.market.quick_score import LABEL, Confidence, QuickScore
from nlp.patent_numbers import find_numbers
from services.custody.access import get_own_right
from services.market.quick_scores import Scored, score_right

NAME = "quick_score"
LONGEST = 60
SCORES = re.compile("[估打评]个?分|估分|自动估分|能得?多少分|得多少分")
THIS = re.compile("这[件个项]|它|该专利|刚才那[件个]|^[估打评]个?分")
CONFIDENCES = {Confidence.HIGH: "高", Confidence.MIDDLE: "中", Confidence.LOW: "低"}
FORMAL = Choice("找专员评估", "正式评估")


def choose(context: TurnContext, text: str) -> Skill | None:
    """None where no score and no value is asked for, or where it is of nothing that we know."""
    is_value = context.understanding.intent == "patent_valuation"
    if len(text) > LONGEST or not (is_value or SCORES.search(context.plain)):
        return None
    numbers = [number.normal for number in find_numbers(context.text)]
    number = numbers[0] if len(numbers) == 1 else None
    if not numbers and THIS.search(context.plain):
        number = _shown(context)
    if number is None:
        return None
    return Skill(NAME, lambda given: show_score(given, number))


def show_score(context: TurnContext, number: str) -> Reply:
    try:
        found = score_right(context.session, user_id=context.user_id, number=number, today=context.today)
    except AppError as missing:
        return Reply(f"{missing.message}要估价值请找专员。", choices=(FORMAL,))
    if found.score is None:
        return Reply(f"{found.number} 已经失效,没有可估的分。", choices=(Choice(found.number, "看这件"),))
    return Reply(_said(found, found.score), choices=(FORMAL, Choice(found.number, "看这件")))


def _said(found: Scored, score: QuickScore) -> str:
    span = f"{score.low}分" if score.low == score.high else f"{score.low}到{score.high}分"
    demo = "(演示数据)" if found.is_demo else ""
    lines = [f"{found.number}{demo} {span},满分100,把握{CONFIDENCES[score.confidence]}。"]
    for part in score.parts:
        if part.points is not None:
            lines.append(f"{part.name} {part.points:.0f}/{part.most}:{part.why}")
    if score.unknown:
        lines.append(f"没有数据、按0到满分算:{'、'.join(score.unknown)}。")
    lines.append(f"{LABEL},不代表价格。能卖多少要看谈判,正式价值由专员安排评估。")
    if found.data_date is not None:
        lines.append(f"数据截至{found.data_date.year}年{found.data_date.month}月{found.data_date.day}日。")
    return "\n".join(lines)


def _shown(context: TurnContext) -> str | None:
    """The patent, or the right in custody, that was shown last."""
    if (number := subject_number(context)) is not None:
        return number
    subject = context.memory.get("subject") or {}
    if subject.get("kind") != "right":
        return None
    try:
        return get_own_right(context.session, context.user_id, str(subject.get("id"))).number
    except AppError:  # ended meanwhile
        return None
