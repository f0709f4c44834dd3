"""One patent: by any of its numbers, by its place in the last list, or the one that was just talked about."""

import re

from sqlalchemy import select

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.patent_text import aspect_of, describe, describe_aspect
from models import Patent
from nlp.patent_numbers import PatentNumber, check_digit, find_numbers, suggest_repairs
from services.patents import find_patent

ASK_WHICH = "要看哪一件?报专利号(如 CN112345678B),或先搜索再说“第2个”。"
ASK_NUMBER = "请发号码,申请号、专利号、公开号都行,比如 CN112345678B 或 ZL202110123456.7。"
MOST_REPAIRS = MOST_CHOICES = 3
# 发明专利有效期多久 asks about all patents, even after one was looked at.
ABOUT_ALL = re.compile(r"^(?:外观|实用新型|发明专利|专利|商标|软著)|怎么|如何|需要|多少年才|能不能|可以.{0,8}吗")
ABOUT_SUBJECT = frozenset({None, "patent_detail", "policy_question", "out_of_scope", "chitchat", "patent_search"})
LONGEST_ABOUT_SUBJECT = 16


def ask_for_number(context: TurnContext) -> Reply:
    """The menu's entry for those who have a number."""
    return Reply(ASK_NUMBER)


def detail(context: TurnContext) -> Reply:
    """The patent that the sentence means, or the one fact of it that is asked for."""
    numbers = find_numbers(context.text)
    if numbers:
        patent = find_patent(context.session, numbers[0].normal)
        return _shown(context, patent) if patent is not None else _not_found(context, numbers[0])
    ordinal = context.understanding.slots.get("ordinal")
    listed = listed_numbers(context)
    if isinstance(ordinal, int):
        return _in_list(context, ordinal, listed)
    number = subject_number(context) or (listed[0] if len(listed) == 1 else None)
    patent = find_patent(context.session, number) if number else None
    if patent is not None:
        return _shown(context, patent)
    return Reply(f"要看哪一件?回复1到{len(listed)},或报专利号。" if listed else ASK_WHICH)


def accept_number(context: TurnContext) -> Reply:
    """好, after we said which number may be meant."""
    pending = context.memory.get("pending") or {}
    patent = find_patent(context.session, str(pending.get("text")))
    return _shown(context, patent) if patent is not None else Reply(ASK_WHICH, memory={"pending": None})


def is_about_subject(context: TurnContext) -> bool:
    """权利要求是什么, 它什么时候到期: a fact of the patent that was just looked at."""
    text, understood = context.plain, context.understanding
    listed = listed_numbers(context) if context.memory.get("last_skill") == "patent_search" else []
    if (len(listed) != 1 and not subject_number(context)) or len(text) > LONGEST_ABOUT_SUBJECT:
        return False
    if understood.intent not in ABOUT_SUBJECT or "ordinal" in understood.slots:
        return False
    return aspect_of(text) is not None and not ABOUT_ALL.search(text)


def subject_number(context: TurnContext) -> str | None:
    """The number of the patent that was just talked about."""
    subject = context.memory.get("subject") or {}
    return str(subject["number"]) if subject.get("kind") == "patent" else None


def listed_numbers(context: TurnContext) -> list[str]:
    """The publication numbers on the page on the table."""
    return list((context.memory.get("list") or {}).get("numbers") or [])


def _has_list(context: TurnContext) -> bool:
    return (context.memory.get("list") or {}).get("kind") in {"patents", "similar"} and bool(listed_numbers(context))


def _in_list(context: TurnContext, ordinal: int, listed: list[str]) -> Reply:
    if not listed:
        return Reply(ASK_WHICH)
    if ordinal == 0 or ordinal > len(listed):
        only = "这一页只有1件,回复1看详情。" if len(listed) == 1 else f"这一页有{len(listed)}件,回复1到{len(listed)}。"
        return Reply(only)
    patent = find_patent(context.session, listed[ordinal - 1 if ordinal > 0 else ordinal])
    return _shown(context, patent) if patent is not None else Reply(ASK_WHICH)


def _shown(context: TurnContext, patent: Patent) -> Reply:
    aspect = aspect_of(context.plain)
    text = describe_aspect(patent, aspect, context.today) if aspect else describe(patent, context.today)
    choices = [Choice("权利要求", "权利要求"), Choice("这个专利的年费", "年费")][1 if aspect else 0 :]
    similar = Choice(f"和{patent.publication_number}相似的专利", "看相似专利")
    # Who came from a list compares; who came with a number most likely owns the patent and pays for it.
    choices = [*choices[:1], similar, Choice("返回列表", "返回列表")] if _has_list(context) else [*choices, similar]
    others = [each.normal for each in find_numbers(context.text)[1:]]
    choices = [*(Choice(each, each) for each in others), *choices][:MOST_CHOICES]
    subject = {"kind": "patent", "number": patent.publication_number}
    return Reply(text, choices=tuple(choices), memory={"subject": subject, "topic": "patent", "pending": None})


def _not_found(context: TurnContext, number: PatentNumber) -> Reply:
    """A wrong check digit says that a digit is wrong: propose the numbers that exist, else what the digit should be."""
    offer = {"kind": "handoff", "topic": "patent", "question": context.text}
    if number.is_valid:
        text = f"库里没有 {number.normal}。核对一下号码,或换申请号、公开号再试;也可以请专员查,回复“好”就转。"
        return Reply(text, choices=(Choice("好", "请专员查"),), memory={"pending": offer, "topic": "patent"})
    found = _existing(context, suggest_repairs(number.normal))
    if found:
        lines = [f"{number.normal} 的校验位对不上,多半有一位打错了。是不是这{'件' if len(found) == 1 else '几件之一'}?"]
        lines += [f"{place}. {each.application_number} · {each.title}" + (" · 演示数据" if each.is_demo else "")
                  for place, each in enumerate(found, start=1)]  # fmt: skip
        choices = tuple(Choice(str(each.application_number), str(each.application_number)) for each in found)
        pending = {"kind": "number", "text": str(found[0].application_number)} if len(found) == 1 else None
        listed = {"kind": "numbers", "numbers": [each.publication_number for each in found]}
        return Reply("\n".join(lines), choices=choices, memory={"pending": pending, "list": listed})
    body = number.normal.removeprefix("CN").partition(".")[0]
    text = (
        f"{number.normal} 的校验位对不上:前面没错的话末位应是{check_digit(body)}。"
        "照证书或受理通知书核对一下再发;也可以请专员查,回复“好”就转。"
    )
    return Reply(text, choices=(Choice("好", "请专员查"),), memory={"pending": offer, "topic": "patent"})


def _existing(context: TurnContext, candidates: list[str]) -> list[Patent]:
    wanted = select(Patent).where(Patent.application_number.in_(candidates)).order_by(Patent.id)
    rows = {patent.application_number: patent for patent in context.session.scalars(wanted)} if candidates else {}
    return [rows[number] for number in candidates if number in rows][:MOST_REPAIRS]
