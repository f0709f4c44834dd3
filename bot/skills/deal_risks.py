"""风险清单: what was checked of a deal and what stays open. 交易纠纷: to a person, with the deal's number."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.deal_turns import MINE, commit, number_of
from bot.skills.deal_words import END, LISTS, SALES, Said
from core.errors import NotFound
from core.i18n import chinese_date
from models import Conversation
from services.deals.access import get_own_deal
from services.deals.dispute import SHORTEST, may_dispute, open_dispute
from services.deals.listing import list_deals
from services.deals.risks import Risk, RiskState, list_risks

ASKS_RISKS = re.compile(
    f"(?:看看?|查看?)?(?:转让前|交易|这一?单)?的?风险(?:核查|清单|检查|排查|有哪些|有什么|怎么样|核对)*{END}"
)
DISPUTES = re.compile(
    r"^(?:我要?|我们)?(?:有|发生|出了?|申请|处理|反映|投诉)?(?:了)?(?:交易|合同|转让|许可|这一?单)的?纠纷(?:处理|援助)?"
    r"[::,,。\s]*(?P<said>[\s\S]*)$"
)
ASKED = "deal_dispute"
# One message stays short: all of it is in the mini-program.
SHOWN, SHOWN_CHECKED = 4, 2
LONGEST_NO, MOST_LOOKED_AT = 8, 200
STATES = {RiskState.BARRED: "挡着", RiskState.OPEN: "没查完", RiskState.NOT_LOOKED: "不查"}


def show_risks(context: TurnContext, words: Said) -> Reply:
    try:
        deal, _ = get_own_deal(context.session, context.user_id, number_of(words))
    except NotFound as missing:
        return Reply(missing.message, choices=(MINE,))
    memory = {"subject": {"kind": "deal", "deal": deal.number}, "pending": None}
    risks = list_risks(context.session, deal, context.now)
    if not risks:
        return Reply(f"{deal.number} 谈成价格以后才逐项核查。", choices=(MINE,), memory=memory)
    checked = [risk for risk in risks if risk.state is RiskState.CHECKED]
    lines = [f"{deal.number} 转让前核查:"]
    lines += [_line(risk) for risk in risks if risk.state is not RiskState.CHECKED][:SHOWN]
    lines.append(f"查过{len(checked)}项" + (":" if checked else "。"))
    lines += [f"{risk.text}({_when(risk)})" for risk in checked[:SHOWN_CHECKED]]
    lines.append("查过只说明各方确认过,以国家知识产权局登记簿为准。")
    return Reply("\n".join(lines), choices=(Choice(f"看 {deal.number}", "看这一单"), MINE), memory=memory)


def _line(risk: Risk) -> str:
    waits = f",等{'、'.join(risk.by)}" if risk.state is RiskState.OPEN and risk.by else ""
    return f"{STATES[risk.state]}:{risk.text}{waits}"


def _when(risk: Risk) -> str:
    return f"{'、'.join(risk.by)},{chinese_date(risk.on)}" if risk.on is not None else "、".join(risk.by)


def dispute(context: TurnContext, words: Said) -> Reply:
    """With what it is about, to a person at once; else it is asked for."""
    match = DISPUTES.match(words.rest)
    said = match["said"].strip() if match is not None else words.rest
    number = number_of(words)
    try:
        deal, _ = get_own_deal(context.session, context.user_id, number)
    except NotFound as missing:
        return Reply(missing.message, choices=(MINE,))
    if may_dispute(deal) and len(said) < SHORTEST:
        return Reply(
            f"{deal.number} 出了什么纠纷?说说怎么回事,我连单号一起转给专员。",
            memory={"pending": {"kind": ASKED, "number": deal.number}},
        )

    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        opened = open_dispute(session, conversation, number, said, now)
        said_back = f"{opened.deal.number} 的纠纷:{opened.handoff.text_for_user}"
        return Reply(said_back, choices=(MINE,), memory={"pending": None}, reason="handoff")

    return commit(context, work)


def choose_story(
    context: TurnContext, pending: Mapping[str, Any], words: Said
) -> Callable[[TurnContext], Reply] | None:
    """The answer to 出了什么纠纷; None where none was asked for, or something else was said."""
    if pending.get("kind") != ASKED or words.number is not None or context.memory.get("last_skill") != "deals":
        return None
    understood, plain = context.understanding, context.plain
    # 不配合过户 denies as well, and is a story.
    calls_off = {"cancel"} if len(plain) >= SHORTEST else {"cancel", "deny"}
    if understood.intent is None and understood.act in calls_off and len(plain) <= LONGEST_NO:
        return lambda _: Reply("好,先不转。", choices=(MINE,), memory={"pending": None})
    if understood.intent == "human_handoff" or LISTS.fullmatch(words.rest) or SALES.fullmatch(words.rest):
        return None
    told = Said(context.text.strip(), str(pending.get("number")))
    return lambda turn: dispute(turn, told)


def ask_which(context: TurnContext) -> Reply | None:
    """交易纠纷 without a number: the only deal that can be quarrelled about, or which of them; None where there is
    none."""
    # Any that was signed may be quarrelled about, the ended ones too: those of before are not the latest.
    own = list_deals(context.session, context.user_id, limit=MOST_LOOKED_AT)
    found = [each.deal for each in own if may_dispute(each.deal)][:SHOWN]
    if not found:
        return None
    lines = [f"{deal.number} {deal.title}" for deal in found]
    choices = tuple(Choice(f"交易纠纷 {deal.number}", deal.number) for deal in found[:2])
    return Reply("\n".join(["哪一单的纠纷?", *lines, "说“交易纠纷”加单号。"]), choices=choices)
