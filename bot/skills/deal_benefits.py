"""分成怎么写, 发明人能分多少: the seller's plan with its figures, or what the law gives where none is written."""

import re

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.deal_turns import MINE, number_of
from bot.skills.deal_words import END, Said
from core.errors import NotFound
from core.i18n import chinese_amount
from models import BenefitBasis, BenefitHolder, BenefitPlan, BenefitRole, BenefitWord, PostSide
from services.deals.access import get_own_deal
from services.deals.benefit_law import LawPoint, percent, said_income
from services.deals.benefit_split import WHOLE
from services.deals.benefit_view import BASIS_NAMES, ROLE_NAMES, WORD_NAMES, BenefitView, view_benefits
from services.deals.graph import AGREED_TO_TALK
from services.deals.listing import list_deals

ASKS = re.compile(
    "(?:看看?|查看?)?(?:这一?单)?的?(?:收益|分成|奖酬)(?:分配)?(?:方案)?(?:怎么|如何|该怎么)(?:写|分|定|算|约定)"
    f"(?:的)?{END}|(?:看看?|查看?)?(?:这一?单)?的?(?:收益|权益)分配(?:方案|情况)?{END}"
    "|(?:这一?单)?的?(?:发明人|团队|单位|课题组|各人|每个?人|大家)(?:各自?|一共)?(?:能|可以|该|应该)(?:分|拿)到?"
    f"(?:多少|几成|几个点)钱?{END}"
)
SHOWN, SHOWN_DEALS, MOST_LOOKED_AT = 5, 4, 50


def show_benefits(context: TurnContext, words: Said) -> Reply:
    """Of one deal; the buyer reads that it is not theirs to see."""
    number = number_of(words)
    try:
        deal, side = get_own_deal(context.session, context.user_id, number)
    except NotFound as missing:
        return Reply(missing.message, choices=(MINE,))
    memory = {"subject": {"kind": "deal", "deal": deal.number}, "pending": None}
    see = Choice(f"看 {deal.number}", "看这一单")
    if side is not PostSide.OFFER:
        return Reply("收益怎么分是出让方内部的事,受让方这边看不到。", choices=(see, MINE), memory=memory)
    view = view_benefits(context.session, context.user_id, number, context.now)
    lines = _written(view, view.plan) if view.plan is not None else _unwritten(view)
    return Reply("\n".join(lines), choices=(see, MINE), memory=memory)


def ask_which(context: TurnContext) -> str | Reply | None:
    """Without a number: the only deal that is sold, or which of them; None where nothing is sold."""
    sold = list_deals(
        context.session, context.user_id, side=PostSide.OFFER, states=sorted(AGREED_TO_TALK), limit=MOST_LOOKED_AT
    )
    if len(sold) < 2:
        return sold[0].deal.number if sold else None
    shown = [own.deal for own in sold[:SHOWN_DEALS]]
    lines = [f"{deal.number} {deal.title}" for deal in shown]
    choices = tuple(Choice(f"收益分配 {deal.number}", deal.number) for deal in shown[:2])
    return Reply("\n".join(["哪一单的收益分配?", *lines, "说“收益分配”加单号。"]), choices=choices)


def yuan(fen: int) -> str:
    """75,000元, 34,413.75元"""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02}元" if rest else f"{whole:,}元"


def _written(view: BenefitView, plan: BenefitPlan) -> list[str]:
    lines = [f"{view.deal.number} 收益分配:{BASIS_NAMES[BenefitBasis(plan.basis)]}。"]
    if view.price is not None:
        less = ",已扣成本" if view.price.net_fen != view.price.gross_fen else ""
        lines.append(f"拿来分{yuan(view.price.net_fen)}{less}。")
    parts = view.price.parts if view.price is not None else [None] * len(plan.shares)
    for share, part in list(zip(plan.shares, parts, strict=True))[:SHOWN]:
        role = ROLE_NAMES[BenefitRole(share.role)]
        name = f"{share.name}({role})" if share.name else role
        money = f",{yuan(part)}" if part is not None else ""
        word = f",{WORD_NAMES[BenefitWord(share.word)]}" if share.word is not None else ""
        lines.append(f"{share.number}. {name}{percent(share.share_bp)}{money}{word}")
    if len(plan.shares) > SHOWN:
        lines.append(f"还有{len(plan.shares) - SHOWN}项,在小程序里看。")
    lines += [f"注意:{each.text}" for each in view.warnings[:1]]
    first = view.warnings[0].point if view.warnings else None
    return lines + _rests_on([first] if first is not None else list(view.law[:2]))


def _unwritten(view: BenefitView) -> list[str]:
    lines = [f"{view.deal.number} 还没写收益怎么分。"]
    if view.holder is not BenefitHolder.PERSON:
        floor = f"至少提{said_income(view.mode)}的{percent(view.least_bp)}给完成和转化的人"
        if view.holder is BenefitHolder.PUBLIC:
            lines.append(f"国家设立的院所、高校,有规定、有约定也要{floor}。")
        else:
            lines.append(f"有规定或约定的按规定、约定;都没有的,{floor}。")
        if view.deal.amount is not None:
            least = -(-view.deal.amount * 100 * view.least_bp // WHOLE)
            lines.append(f"谈成{chinese_amount(view.deal.amount)},不扣成本算就是{yuan(least)}。")
    lines.append("写清四样:谁分、各占多少(合计100%)、依据哪份约定或规定、发明人同意没有。在小程序这一单里写。")
    keys = {"agreed", "default", "equity", "public", "remuneration"}
    return lines + _rests_on([point for point in view.law if point.key in keys])


def _rests_on(points: list[LawPoint]) -> list[str]:
    return [f"依据:{'、'.join(point.said for point in points)}。"] if points else []
