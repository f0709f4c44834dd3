"""Services that people do: say what it takes, and offer the person who does it."""

import re
from dataclasses import dataclass
from datetime import date

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.handoff import TOPIC_OF_INTENT
from bot.skills.patent_details import subject_number
from bot.skills.patent_text import heading
from bot.skills.policies import ask, asked_with, citation_row
from core.errors import UpstreamUnavailable
from core.i18n import chinese_amount, chinese_date
from models.patent import LegalStatus
from nlp.patent_numbers import find_numbers
from services.patents import describe_status, find_patent, term_end

OFFER = "现在转给专员吗?回复“好”就转。"
FEE_OF_SUBJECT = re.compile(
    "(?:那|它的?|这[件个]的?|这个专利的?)*年费(?:是)?(?:呢|多少|多少钱|多少呢|什么时候[交缴]|怎么[交缴])?"
)
# Of running text, with room for the offer.
LONGEST = 280


@dataclass(frozen=True)
class Desk:
    """What the service is, and the question that our guides answer about it ("" where the sentence is enough)."""

    text: str
    question: str = ""


DESKS = {
    "patent_fee": Desk("年费和滞纳金要按申请日、类型和减缴情况算,由专利专员核对后告诉您。", "专利年费每年什么时候交"),
    "patent_valuation": Desk("专利估值由专员先做估算,正式价值要由有资质的评估机构出具。"),
}


def offer_desk(context: TurnContext) -> Reply:
    """One sentence about the service, what our guides say about it, and the offer of the person in charge."""
    return _offer(context, context.understanding.intent or "")


def offer_fee(context: TurnContext) -> Reply:
    """年费呢, said of the patent that was just looked at."""
    return _offer(context, "patent_fee")


def asks_fee_of_subject(context: TurnContext) -> bool:
    """Whether a sentence asks for nothing but the fee, while one patent is being talked about."""
    return subject_number(context) is not None and bool(FEE_OF_SUBJECT.fullmatch(context.plain.strip(" 。.!?")))


def _offer(context: TurnContext, intent: str) -> Reply:
    topic = TOPIC_OF_INTENT.get(intent, "general")
    desk = DESKS[intent]
    own = _of_the_patent(context, intent)
    noted = _noted(context)
    guide, citations = ("", ()) if own else _guide(context, desk, LONGEST - len(desk.text) - len(OFFER) - len(noted))
    text = "\n".join(part for part in (own or desk.text, noted, guide, OFFER) if part)
    pending = {"kind": "handoff", "topic": topic, "question": context.text}
    # 那如果晚交呢: what the guide said may be asked on, unless it is one patent that is talked about.
    asked = {} if own else {"subject": {"kind": "policy", "text": context.text}, "asked": asked_with(context)}
    return Reply(
        text,
        choices=(Choice("好", "转给专员"), Choice("算了", "先不用")),
        citations=citations,
        memory={"pending": pending, "topic": topic, **asked},
    )


def _noted(context: TurnContext) -> str:
    """The figures as we understood them, so that a wrong one is seen."""
    slots = context.understanding.slots
    amount, months = slots.get("amount"), slots.get("term_months")
    parts = [f"金额{chinese_amount(amount)}" if amount else "", f"期限{months}个月" if months else ""]
    return "记下了:" + " · ".join(part for part in parts if part) + "。" if any(parts) else ""


def _of_the_patent(context: TurnContext, intent: str) -> str:
    """About the fee of the patent at hand: until when, counted from its filing day."""
    numbers = find_numbers(context.text)
    number = numbers[0].normal if numbers else subject_number(context)
    patent = find_patent(context.session, number) if number and intent == "patent_fee" else None
    if patent is None:
        return ""
    named = f"{patent.publication_number} · {heading(patent)}"
    end = term_end(patent)
    if patent.legal_status != LegalStatus.ACTIVE or end is None or end <= context.today:
        return f"{describe_status(patent, context.today)},有没有要缴的费请专员核对。\n{named}"
    due = next_fee_day(patent.application_date, context.today)
    until = f"{chinese_date(due)}前缴下一年的年费" if due and due < end else "剩下的保护期没有要再缴的年费"
    return f"{until},按申请日推算,碰上休假日顺延。金额和减缴由专利专员核对。\n{named}"


def next_fee_day(filed: date | None, today: date) -> date | None:
    """The next day of the year on which the patent was filed, today included."""
    if filed is None:
        return None
    for year in (today.year, today.year + 1):
        try:
            day = filed.replace(year=year)
        except ValueError:  # 29 February: the last day of that month (Implementing Rules, art. 5)
            day = date(year, 2, 28)
        if day >= today:
            return day
    return None


def _guide(context: TurnContext, desk: Desk, room: int) -> tuple[str, tuple[dict[str, object], ...]]:
    """What our sources say about the service, where it is short and certain."""
    if not desk.question:
        return "", ()
    try:
        answer = ask(context, desk.question)
    except UpstreamUnavailable:
        return "", ()
    if answer.abstained or len(answer.text) > room:
        return "", ()
    return answer.text, tuple(citation_row(item) for item in answer.citations)
