"""What is asked for a post, one thing at a time, and the summary that waits for a yes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.context import TurnContext
from bot.flows import posting_terms
from bot.replies import Choice, Reply
from core.i18n import chinese_amount, chinese_date
from models import PostSide
from nlp.market.conditions import MODE_NAMES
from nlp.market.posts import Mode
from nlp.market.tradability import ALONE
from services.market.anonymity import quote_in, said_quote
from services.market.findings import Checked
from services.market.quick_terms import said_price

NAME = "market_post"
KEY = "posting"
LASTING = timedelta(days=180)
SHOWN_TEXT = 60
SHOWN_OWNERS = 3
OPENING = "我记下来,专员看过再展示,默认匿名。"
NOT_NOW = Choice("算了", "先不发")
# Of an anonymous offer whose text stands in its patent.
NEUTRALLY, ALL_THE_SAME = Choice("改成中性的说法", "改成中性的说法"), Choice("就这样发", "就这样发")
QUESTIONS = {
    "subject": "要挂哪件?发专利号;没有专利的技术,一两句话说是什么、有什么用,做法的细节别写。",
    "modes": "怎么合作?转让、普通许可、独占许可、开放许可、作价入股,可以说几样。",
    "burdens": "有没有这几样:质押、查封或权属纠纷、独占或排他许可?权利人是国企的也说一声。没有就回复“都没有”。",
}
TEXTS = {
    PostSide.OFFER: "一两句话说说用在哪、效果怎么样,做法的细节别写。",
    PostSide.NEED: "要解决什么问题?一两句话,比如“高盐废水处理,每天200吨,出水要达标”。",
}
AMOUNTS = {
    PostSide.OFFER: "底价多少?比如“15万”,没定就说“面议”。",
    PostSide.NEED: "预算多少?比如“20万以内”,没定就说“面议”。",
}
CHOICES = {
    "modes": (Choice("转让", "转让"), Choice("普通许可", "普通许可"), Choice("都可以", "都可以")),
    "amount": (Choice("面议", "面议"), NOT_NOW),
    "burdens": (Choice("都没有", "都没有"), NOT_NOW),
    "co_owners": (Choice("都同意", "都同意"), Choice("还没同意", "还没同意")),
    "confirm": (Choice("提交", "提交"), Choice("不匿名", "不匿名"), NOT_NOW),
    "gives_away": (NEUTRALLY, ALL_THE_SAME, Choice("不匿名", "不匿名")),
    **posting_terms.CHOICES,
}


def asked(context: TurnContext, table: Mapping[str, Any], *, opening: str = "") -> Reply:
    """The next question, or the summary where everything is there."""
    step = next_step(table)
    now = {**table, "at": step}
    text = "\n".join(part for part in (opening, question_of(context, now)) if part)
    kind = "gives_away" if step == "confirm" and gives_away(context, table["values"]) else step
    return Reply(text, choices=CHOICES.get(kind, (NOT_NOW,)), memory={KEY: now, "pending": None, "topic": "market"})


def next_step(table: Mapping[str, Any]) -> str:
    """What is asked for next; confirm where nothing is missing."""
    values = table["values"]
    is_offer = table["side"] == PostSide.OFFER
    rights = values.get("rights")
    if not values.get("text"):
        return "subject" if is_offer and not rights else "text"
    if is_offer and not values.get("modes"):
        return "modes"
    if values.get("amount") is None:
        return "amount"
    if is_offer and (part := posting_terms.next_part(values)) is not None:
        return part
    if rights and not values.get("has_burdens"):
        return "burdens"
    if _needs_co_owners(values):
        return "co_owners"
    return "confirm"


def question_of(context: TurnContext, table: Mapping[str, Any]) -> str:
    step, side = str(table.get("at")), PostSide(table["side"])
    if step == "text":
        return TEXTS[side]
    if step == "amount":
        return AMOUNTS[side]
    if step == "co_owners":
        owners = table["values"]["owners"]
        more = "等" if len(owners) > SHOWN_OWNERS else ""
        return f"有共有人:{'、'.join(owners[:SHOWN_OWNERS])}{more}。都同意这样交易吗?"
    if step in posting_terms.STEPS:
        return posting_terms.question_of(step, table["values"])
    return QUESTIONS.get(step) or _summary(context, table)


def _needs_co_owners(values: Mapping[str, Any]) -> bool:
    modes = {Mode(each) for each in values.get("modes") or ()}
    is_asked = "co_owners_agree" in values.get("answers", {})
    return len(values.get("owners") or ()) > 1 and not modes <= ALONE and not is_asked


def gives_away(context: TurnContext, values: Mapping[str, Any]) -> str:
    """What the text of an anonymous offer shares with its published patents; "" where nobody is found by it."""
    rights = values.get("rights")
    if not rights or not values.get("is_anonymous", True):
        return ""
    return quote_in(context.session, str(values.get("text") or ""), rights)


def _summary(context: TurnContext, table: Mapping[str, Any]) -> str:
    values, is_offer = table["values"], table["side"] == PostSide.OFFER
    text = str(values.get("text") or "")
    lines = ["核对一下:"]
    if is_offer:
        rights = "、".join(values.get("rights") or ()) or "没有专利的技术"
        lines.append(f"供给 {values.get('title')} · {rights}")
    else:
        lines.append("需求")
    lines.append(text if len(text) <= SHOWN_TEXT else text[: SHOWN_TEXT - 1] + "…")
    modes = "、".join(MODE_NAMES[Mode(each)] for each in values.get("modes") or ())
    lines.append(" · ".join(part for part in (modes, _amount(values, is_offer), values.get("region")) if part))
    if is_offer and (terms := posting_terms.said_terms(values)):
        lines.append(terms)
    hidden = "匿名" if values.get("is_anonymous", True) else "显示企业名称"
    lines.append(f"{hidden} · 展示到{chinese_date(context.today + LASTING)}")
    quote = gives_away(context, values)
    lines.append(f"{said_quote(quote)}。" if quote else "没问题回复“提交”。")
    return "\n".join(lines)


def _amount(values: Mapping[str, Any], is_offer: bool) -> str:
    amount = values.get("amount")
    if not amount:
        return "价格面议" if is_offer else "预算面议"
    if not is_offer:
        return f"预算{chinese_amount(amount)}以内"
    terms = posting_terms.terms_of(values)
    return said_price(terms, amount, values["modes"]) if terms is not None else f"{chinese_amount(amount)}起"


def way_to_prove(finding: Checked) -> Choice | None:
    """Where what is asked for is sent."""
    if not finding.number:
        return None
    if finding.rule == "owner":
        return Choice(f"提交权属 {finding.number}", "提交权属")
    if finding.rule != "fees" or not finding.todo:
        return None
    # In custody its fees are looked after, and the record of payment is kept.
    if finding.todo.startswith("托管"):
        return Choice(f"托管 {finding.number}", "托管这件")
    return Choice(f"补缴费记录 {finding.number}", "补缴费记录")
