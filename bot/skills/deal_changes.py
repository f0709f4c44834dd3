"""What somebody does to a deal of theirs by a sentence; what cannot be taken back is asked for once more."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.deal_bids import read_bid
from bot.skills.deal_offers import ACCEPT, OFFER, hear_bid, offer
from bot.skills.deal_turns import MINE, commit, number_of, shown
from bot.skills.deal_words import PAID, WAY, WRITES, Called, Said, called, find_amount, find_share, place_of
from bot.skills.deal_words import said as without_number
from core.clock import china_date
from core.errors import NotFound
from core.i18n import chinese_amount, chinese_date
from models import Conversation, DealState, PostSide, User
from services.deals.access import get_own_deal
from services.deals.clock import answer_ends_on
from services.deals.contact import contact_of, other_side
from services.deals.ending import Reason, end_deal
from services.deals.enquiring import Answer, Enquiry, answer_enquiry, enquire
from services.deals.messages import say_to_broker
from services.deals.offers import Verdict, answer_offer
from services.deals.payments import say_paid
from services.deals.quick import NOT_OFFERED, take_quick_licence
from services.deals.settings import deal_settings
from services.deals.wording import said_promise
from services.market.access import get_board_post
from services.market.quick_terms import price_of, quick_terms_of, said_quick_terms
from services.market.wording import called_by_others

# What is asked for, kept as pending.kind.
CONTACT, END, TAKE = "deal_contact", "deal_end", "deal_take"
# A price alone; a longer sentence is about something else.
LONGEST_PRICE = 24
# What we keep goes; what WeChat has brought to somebody's telephone nobody takes back.
ON_PHONES = "之前发到微信里的收不回来。"


def choose_answer(context: TurnContext, pending: Mapping[str, Any]) -> Callable[[TurnContext], Reply] | None:
    """The answer to what was asked just now; None where something else was said."""
    if context.memory.get("last_skill") != "deals":
        return None
    kind = pending.get("kind")
    if kind == CONTACT and (given := called(context.plain)).phone is not None:
        return lambda turn: _with_contact(turn, pending, given)
    if kind == OFFER and (price := _price_answered(context, pending)) is not None:
        return price
    if kind in {OFFER, ACCEPT, END, TAKE}:
        understood = context.understanding
        if understood.intent is None and understood.act == "affirm" and kind != OFFER:
            return lambda turn: _confirmed(turn, pending)
        if understood.intent is None and understood.act in {"deny", "cancel"}:
            return lambda _: Reply("好,不动它。", choices=(MINE,), memory={"pending": None})
    return None


def _price_answered(context: TurnContext, pending: Mapping[str, Any]) -> Callable[[TurnContext], Reply] | None:
    """The price that was asked for, or the yes to the one that was asked back."""
    words, understood = without_number(context.plain), context.understanding
    named = Said(words.rest, str(pending["number"]))
    if words.number is not None or len(words.rest) > LONGEST_PRICE:
        return None
    if (bid := read_bid(words.rest, is_answer=True)) is not None and find_amount(words.rest) is not None:
        return lambda turn: hear_bid(turn, named, bid)
    if find_amount(words.rest) is not None and find_share(words.rest) is not None:
        return lambda turn: offer(turn, named)
    if pending.get("price") and WAY.fullmatch(words.rest):
        return lambda turn: offer(turn, Said(f"出价{words.rest}{pending['price']}", named.number))
    if pending.get("said") and understood.intent is None and understood.act == "affirm":
        return lambda turn: offer(turn, Said(str(pending["said"]), named.number))
    return None


def enquire_about(context: TurnContext, about: Mapping[str, str]) -> Reply:
    """Ask whoever is behind a match or a post to talk."""
    return _asking(context, about, Called(None, None))


def ask_to_take(context: TurnContext, about: Mapping[str, str]) -> Reply:
    """The standard terms of a post as they are now, once more before they bind anybody."""
    try:
        post = get_board_post(context.session, about.get("post", ""), context.today)
    except NotFound as missing:
        return Reply(missing.message, choices=(MINE,))
    terms = quick_terms_of(post)
    if terms is None or post.amount is None:
        return Reply(NOT_OFFERED, choices=(MINE,))
    said = f"{called_by_others(post)}\n{said_quick_terms(terms, post.amount)}"
    total = chinese_amount(price_of(terms, post.amount))
    return Reply(
        f"核对一下:{said},总价{total}。\n接受后直接谈成,进到核对清单,合同还没签。接受吗?",
        choices=(Choice("好", "接受"), Choice("算了", "再想想")),
        memory={"pending": {"kind": TAKE, "post": post.public_id, "version": post.version}},
    )


def agree(context: TurnContext, words: Said) -> Reply:
    return _answering(context, {"number": words.number}, Called(None, None))


def _with_contact(context: TurnContext, pending: Mapping[str, Any], given: Called) -> Reply:
    if pending.get("match") or pending.get("post"):
        return _asking(context, pending, given)
    return _answering(context, pending, given)


def _asking(context: TurnContext, about: Mapping[str, Any], given: Called) -> Reply:
    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        user = session.get_one(User, conversation.user_id)
        enquiry = Enquiry(
            match_id=about.get("match"), post_id=about.get("post"), name=given.name, phone=given.phone,
            course_session_id=about.get("session"),
        )  # fmt: skip
        if (version := about.get("version")) is not None:
            deal = take_quick_licence(session, user, enquiry, now, version=int(version))
            said = f"快速许可谈成了,单号 {deal.number}。{said_promise(deal, now)}"
            return shown(f"{said}对方同意后互看联系方式;下一步核对清单。", deal.number)
        deal = enquire(session, user, enquiry, now)
        if deal.state != DealState.ENQUIRED:
            said = f"对方已经问过您,这样就算都同意谈了。单号 {deal.number}。{said_promise(deal, now)}"
            return shown(said, deal.number)
        last = chinese_date(answer_ends_on(deal, deal_settings(china_date(now))))
        said = f"已经问对方了,单号 {deal.number}。对方{last}前答复,不答复就结束。"
        return shown(f"{said}同意后双方互看称呼和电话,经纪人几点前联系也告诉您。", deal.number)

    return commit(context, work, asks={**about, "kind": CONTACT})


def _answering(context: TurnContext, about: Mapping[str, Any], given: Called) -> Reply:
    number = str(about["number"])

    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        user = session.get_one(User, conversation.user_id)
        deal = answer_enquiry(session, user, number, Answer(True, given.name, given.phone), now)
        if deal.state == DealState.ENQUIRED:
            return shown(f"好,{number} 您同意了,已问对方。对方也同意就互看联系方式。", number)
        _, side = get_own_deal(session, user.id, number)
        other = contact_of(deal, other_side(side))
        reach = f"对方是{other.name},{other.phone}。" if other is not None else ""
        said = f"好,{number} 谈起来了。{reach}{said_promise(deal, now)}也可以直接出价。"
        return shown(said, number, contact_deal=deal.id if other is not None else None)

    return commit(context, work, asks={**about, "kind": CONTACT})


def decline(context: TurnContext, words: Said) -> Reply:
    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        user = session.get_one(User, conversation.user_id)
        deal, _ = get_own_deal(session, user.id, number_of(words))
        if deal.state != DealState.ENQUIRED:
            return _ask_to_end(deal.number)
        answer_enquiry(session, user, deal.number, Answer(False), now)
        return Reply(f"好,{deal.number} 不谈了,对方看不到您是谁。", choices=(MINE,))

    return commit(context, work)


def unshare(context: TurnContext, words: Said) -> Reply:
    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        user = session.get_one(User, conversation.user_id)
        deal, _ = get_own_deal(session, user.id, number_of(words))
        if deal.state == DealState.ENQUIRED:
            return Reply("对方还没同意,看不到您的联系方式。不想谈了就终止洽谈。", choices=(MINE,))
        answer_enquiry(session, user, deal.number, Answer(False), now)
        said = f"{deal.number} 双方都看不到联系方式了,有事通过经纪人说。"
        return shown(f"{said}{ON_PHONES}", deal.number)

    return commit(context, work)


def ask_to_end(context: TurnContext, words: Said) -> Reply:
    return _ask_to_end(number_of(words))


def _ask_to_end(number: str) -> Reply:
    return Reply(
        f"要终止 {number} 吗?终止后联系方式不再显示,不能恢复。",
        choices=(Choice("好", "终止"), Choice("算了", "先不")),
        memory={"pending": {"kind": END, "number": number}},
    )


def _confirmed(context: TurnContext, pending: Mapping[str, Any]) -> Reply:
    if pending["kind"] == TAKE:
        return _asking(context, pending, Called(None, None))
    number = str(pending["number"])

    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        if pending["kind"] == END:
            end_deal(session, conversation.user_id, number, Reason.CHANGED_MIND, now)
            return Reply(f"{number} 终止了,已告诉对方。{ON_PHONES}", choices=(MINE,))
        answer_offer(session, conversation.user_id, number, int(pending["offer"]), Verdict.ACCEPT, now)
        return Reply(
            f"{number} 价格谈成了。签合同前双方核对清单。",
            choices=(Choice(f"核对清单 {number}", "核对清单"),),
            memory={"subject": {"kind": "deal", "deal": number}},
        )

    return commit(context, work)


def note_payment(context: TurnContext, words: Said) -> Reply:
    match = PAID.fullmatch(words.rest)
    assert match is not None  # what was chosen by
    number, place = number_of(words), place_of(match)

    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        _, side = get_own_deal(session, conversation.user_id, number)
        say_paid(session, conversation.user_id, number, place, now, reports=context.resources.payments)
        said = "收到" if side == PostSide.OFFER else "已付"
        return shown(f"记下了:{number} 第{place}期{said}。钱不经过我们,这里只记双方说的。", number)

    return commit(context, work)


def write(context: TurnContext, words: Said) -> Reply:
    """Words for the broker; the other side does not read them."""
    match = WRITES.match(said_raw(context, words))
    text = match["said"].strip() if match is not None else ""
    number = words.number or (context.memory.get("subject") or {}).get("deal")
    if number is None or not text:
        return Reply("告诉经纪人什么、哪一单?比如“告诉经纪人 GX261128-0001 想分两期付”。", choices=(MINE,))

    def work(session: Session, conversation: Conversation, now: datetime) -> Reply:
        say_to_broker(session, conversation, str(number), text, now)
        return shown(f"转给经纪人了({number}),对方看不到。", str(number))

    return commit(context, work)


def said_raw(context: TurnContext, words: Said) -> str:
    """As it was typed, without the deal's number: a broker reads the person's own words."""
    return context.text.replace(words.number, "", 1).strip() if words.number else context.text.strip()
