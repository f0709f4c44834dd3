"""Offers and the checklist by a sentence; what is accepted is shown once more before."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.deal_bids import Bid, Sense
from bot.skills.deal_turns import MINE, commit, number_of, shown
from bot.skills.deal_words import CONFIRMS, Said, find_amount, find_mode, find_share, find_valuation, place_of
from core.errors import AppError
from core.i18n import chinese_amount
from models import Conversation
from nlp.market.conditions import MODE_NAMES
from nlp.market.posts import Mode
from nlp.patent_numbers import find_numbers
from nlp.rules.model import Article
from services.deals.access import get_own_deal
from services.deals.checklist import Checker, confirm, open_for, points_of
from services.deals.equity import RISK
from services.deals.naming import RightsForm, name_rights
from services.deals.offers import OfferForm, Verdict, answer_offer, make_offer
from services.deals.open_offer import find_open_offer
from services.deals.splits import MOST_AMOUNT
from services.deals.wording import said_offer

# What is asked for, kept as pending.kind.
OFFER, ACCEPT = "deal_offer", "deal_accept"
MOST_SAID = 3
ASKS_EQUITY = "占股多少、按什么作价?连价一起说,比如“作价入股200万占股10%,有评估报告”,或者“…签约前评估”。"
ASKS_OFFER = "出多少、什么方式?比如“普通许可15万”“转让80万”。"


def ask_to_accept(context: TurnContext, words: Said) -> Reply:
    """The offer once more, and what accepting it means."""
    try:
        deal, side = get_own_deal(context.session, context.user_id, number_of(words))
    except AppError as refusal:
        return Reply(refusal.message, choices=(MINE,))
    open_offer = find_open_offer(deal)
    if open_offer is None or open_offer.side == side:
        return Reply(f"{deal.number} 现在没有等您答复的出价。", choices=(MINE,))
    risk = f"{RISK}\n" if open_offer.mode == Mode.EQUITY else ""
    return Reply(
        f"核对一下:{said_offer(open_offer)}。\n{risk}接受后进到核对清单,合同还没签。接受吗?",
        choices=(Choice("好", "接受"), Choice("算了", "再想想")),
        memory={"pending": {"kind": ACCEPT, "number": deal.number, "offer": open_offer.number}},
    )


def refuse(context: TurnContext, words: Said) -> Reply:
    return _answer_open(context, words, Verdict.REFUSE, "没接受,已告诉对方。您也可以还个价。")


def take_back(context: TurnContext, words: Said) -> Reply:
    return _answer_open(context, words, Verdict.TAKE_BACK, "出价收回了,可以重新出。")


def _answer_open(context: TurnContext, words: Said, verdict: Verdict, told: str) -> Reply:
    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        deal, _ = get_own_deal(session, conversation.user_id, number_of(words), lock=True)
        open_offer = find_open_offer(deal)
        if open_offer is None:
            return Reply(f"{deal.number} 现在没有等答复的出价。", choices=(MINE,))
        answer_offer(session, conversation.user_id, deal.number, open_offer.number, verdict, now)
        return shown(f"{deal.number} {told}", deal.number)

    return commit(context, work)


def offer(context: TurnContext, words: Said) -> Reply:
    """An offer with its price; without one it is asked for."""
    number, amount = number_of(words), find_amount(words.rest)
    if amount is None:
        return Reply(
            ASKS_OFFER,
            memory={"pending": {"kind": OFFER, "number": number}, "subject": {"kind": "deal", "deal": number}},
        )
    if amount > MOST_AMOUNT:
        return Reply(f"一单最多{chinese_amount(MOST_AMOUNT)},请核对金额。", choices=(MINE,))
    said_mode = find_mode(words.rest)

    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        deal, _ = get_own_deal(session, conversation.user_id, number, lock=True)
        mode = said_mode or (Mode(deal.offers[-1].mode) if deal.offers else None)
        if mode is None:
            price = chinese_amount(amount)
            return Reply(
                f"{price},什么方式?点一下,或者说一句,比如“独占许可{price}”。",
                choices=tuple(Choice(f"出价{each}{price} {number}", f"{each}{price}") for each in ("转让", "普通许可")),
                memory={
                    "pending": {"kind": OFFER, "number": number, "price": price},
                    "subject": {"kind": "deal", "deal": number},
                },
            )
        share = find_share(words.rest) if mode is Mode.EQUITY else None
        valuation = find_valuation(words.rest) if mode is Mode.EQUITY else None
        if mode is Mode.EQUITY and (share is None or valuation is None):
            return Reply(
                ASKS_EQUITY,
                memory={"pending": {"kind": OFFER, "number": number}, "subject": {"kind": "deal", "deal": number}},
            )
        form = OfferForm(mode=mode, amount=amount, share_bp=share, valuation=valuation)
        made = make_offer(session, conversation.user_id, number, form, now)
        return shown(f"{number} 出价了:{said_offer(made)}。对方答复了告诉您。", number)

    return commit(context, work)


def said_bid(text: str, amount: int) -> str:
    """出价转让60万元"""
    mode = find_mode(text)
    return f"出价{MODE_NAMES[mode] if mode is not None else ''}{chinese_amount(amount)}"


def hear_bid(context: TurnContext, words: Said, bid: Bid, *, names: str = "") -> Reply:
    """A price without 出价: offered where that is all that it can mean, else asked back; `names` says which deal it is
    where it was not shown."""
    number = number_of(words)
    memory: dict[str, dict[str, Any]] = {
        "subject": {"kind": "deal", "deal": number},
        "pending": {"kind": OFFER, "number": number},
    }
    if bid.sense is Sense.OFFERED:
        return offer(context, words)
    if bid.sense is Sense.NO_ONE_PRICE or bid.amount is None:
        return Reply(f"{number} 出价写一个总价。{ASKS_OFFER}", memory=memory)
    if bid.sense is Sense.DECLINED:
        choices = (Choice(f"还价 {number}", "还价"), Choice(f"不接受出价 {number}", "不接受"), MINE)
        return Reply(f"{number} 要还个价,还是不接受?还价就说多少,比如“转让80万”。", choices=choices, memory=memory)
    memory["pending"] |= {"said": words.rest}
    said = said_bid(words.rest, bid.amount)
    which = f"{number}({names})" if names else number
    return Reply(
        f"{which} 要{said}吗?点一下就告诉对方。",
        choices=(Choice(f"{said} {number}", said), Choice("算了", "先不出")),
        memory=memory,
    )


def name_them(context: TurnContext, words: Said) -> Reply:
    """权利CN112345678B: what a deal is in that began with a need alone."""
    return _name(context, words, RightsForm(rights=[each.normal for each in find_numbers(words.rest)]))


def say_technology(context: TurnContext, words: Said) -> Reply:
    return _name(context, words, RightsForm(is_technology=True))


def _name(context: TurnContext, words: Said, form: RightsForm) -> Reply:
    number = number_of(words)

    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        deal = name_rights(session, conversation.user_id, number, form, now)
        said = "、".join(deal.rights[:MOST_SAID]) or "没有专利的技术"
        more = f"等{len(deal.rights)}件" if len(deal.rights) > MOST_SAID else ""
        return shown(f"{number} 谈的是:{said}{more}。已告诉对方。", number)

    return commit(context, work)


def confirm_one(context: TurnContext, words: Said) -> Reply:
    match = CONFIRMS.fullmatch(words.rest)
    assert match is not None  # what was chosen by
    return _confirm(context, words, place_of(match))


def said_check(text: str, article: Article | None) -> str:
    """A point of the checklist with what it rests on."""
    return f"{text}(《{article[0]}》{article[1]})" if article is not None else text


def confirm_all(context: TurnContext, words: Said) -> Reply:
    """Not by one word: each point is a statement of its own."""
    return Reply(
        "清单要逐项确认:每一项都是您的声明。",
        choices=(Choice(f"核对清单 {number_of(words)}", "核对清单"),),
        memory={"subject": {"kind": "deal", "deal": number_of(words)}},
    )


def _confirm(context: TurnContext, words: Said, place: int) -> Reply:
    number = number_of(words)

    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        deal, side = get_own_deal(session, conversation.user_id, number, lock=True)
        own = points_of(deal, Checker(side))
        if not 1 <= place <= len(own):
            return Reply(f"{number} 要您确认的没有第{place}项。", choices=(Choice(f"核对清单 {number}", "核对清单"),))
        confirm(session, conversation.user_id, number, own[place - 1].key, now)
        done, left = f"记下了:{own[place - 1].text}。", open_for(deal, Checker(side))
        if not left:
            return shown(f"{done}您的都确认完了。", number)
        following = own.index(left[0]) + 1
        said = f"{done}还有{len(left)}项,下一项:\n{following}. {said_check(left[0].text, left[0].article)}"
        choice = Choice(f"确认第{following}项 {number}", f"确认第{following}项")
        choices = (choice, Choice(f"核对清单 {number}", "核对清单"))
        return Reply(said, choices=choices, memory={"subject": {"kind": "deal", "deal": number}})

    return commit(context, work)
