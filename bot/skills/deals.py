"""Deals in chat: what there is, one deal whole, its checklist. What changes them is in deal_changes."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill, deal_changes, deal_offers
from bot.skills.deal_bare_bids import bare_bid
from bot.skills.deal_benefits import ASKS as BENEFITS
from bot.skills.deal_benefits import ask_which as ask_which_benefits
from bot.skills.deal_benefits import show_benefits
from bot.skills.deal_bids import read_bid
from bot.skills.deal_publicity import ASKS as PUBLICITY
from bot.skills.deal_publicity import show_publicity
from bot.skills.deal_risks import ASKS_RISKS, DISPUTES, ask_which, choose_story, dispute, show_risks
from bot.skills.deal_turns import MINE, commit, is_open_for_bids
from bot.skills.deal_words import (
    ACCEPTS,
    AGREES,
    CHECKS,
    CONFIRMS,
    CONFIRMS_ALL,
    DECLINES,
    ENDS,
    ENQUIRES,
    LISTS,
    LONGEST,
    LONGEST_PLAIN,
    NAMES_RIGHTS,
    PAID,
    REFUSES,
    SALES,
    SHOWS,
    TAKES_BACK,
    TAKES_TERMS,
    UNSHARES,
    WANTS,
    WITHOUT_RIGHTS,
    WRITES,
    Said,
    find_amount,
    is_offer,
    place_of,
    said,
)
from core.clock import china_date
from core.errors import NotFound
from core.i18n import chinese_amount
from models import Conversation, DealState, PostSide
from services.deals.access import get_own_deal
from services.deals.graph import CLOSED
from services.deals.listing import OwnDeal, list_deals, list_sales
from services.deals.publicity import FINE
from services.deals.standing import Barrier
from services.deals.view import DealView, Doing, doings_of, view_deal
from services.deals.wording import line_of, said_offer, said_registration, said_state
from services.market.promises import said_promise_given

NAME = "deals"
LIST = "deals"
# Lists that chat shows, and what their ids are to an enquiry.
ENQUIRED_BY = {"matches": "match", "market_board": "post"}
SHOWN = 5
MOST_CHOICES = 3
MOST_OPEN = 50
NOT_OVER = frozenset(DealState) - CLOSED
# What has to be open in a deal for words that name none.
SAID_FOR = (
    (Doing.ANSWER, (AGREES, DECLINES)),
    (Doing.ANSWER_OFFER, (ACCEPTS, REFUSES)),
    (Doing.TAKE_BACK, (TAKES_BACK,)),
    (Doing.CONFIRM, (CHECKS, CONFIRMS, CONFIRMS_ALL)),
    (Doing.PAY, (PAID,)),
    (Doing.UNSHARE, (UNSHARES,)),
    (Doing.WRITE, (WRITES,)),
    (Doing.END, (ENDS,)),
)

Change = Callable[[TurnContext, Said], Reply]
CHANGES: tuple[tuple[re.Pattern[str], Change], ...] = (
    (AGREES, deal_changes.agree),
    (DECLINES, deal_changes.decline),
    (UNSHARES, deal_changes.unshare),
    (ENDS, deal_changes.ask_to_end),
    (REFUSES, deal_offers.refuse),
    (ACCEPTS, deal_offers.ask_to_accept),
    (TAKES_BACK, deal_offers.take_back),
    (CONFIRMS, deal_offers.confirm_one),
    (CONFIRMS_ALL, deal_offers.confirm_all),
    (PAID, deal_changes.note_payment),
    (WITHOUT_RIGHTS, deal_offers.say_technology),
)


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for words about deals that this person has, or for a match of the list on the table."""
    if len(text) > LONGEST:
        return None
    pending = context.memory.get("pending") or {}
    if (answer := deal_changes.choose_answer(context, pending)) is not None:
        return Skill(NAME, answer)
    words = said(context.plain)
    if (told := choose_story(context, pending, words)) is not None:
        return Skill(NAME, told)
    if words.number is not None:
        return _about_one(context, words)
    if len(text) > LONGEST_PLAIN:
        return Skill(NAME, lambda given: deal_changes.write(given, words)) if WRITES.match(words.rest) else None
    if DISPUTES.fullmatch(words.rest) and (which := ask_which(context)) is not None:
        return Skill(NAME, lambda _: which)
    if LISTS.fullmatch(words.rest):
        return Skill(NAME, show_list)
    if SALES.fullmatch(words.rest):
        return Skill(NAME, show_sales)
    return (
        _about_match(context, words)
        or _about_place(context, words)
        or _about_subject(context, words)
        or _about_benefits(context, words)
    )


def _about_benefits(context: TurnContext, words: Said) -> Skill | None:
    """发明人能分多少 of whoever sells something; to everybody else it is a question of law."""
    which = ask_which_benefits(context) if BENEFITS.fullmatch(words.rest) else None
    if which is None:
        return None
    if isinstance(which, Reply):
        asked: Reply = which
        return Skill(NAME, lambda _: asked)
    named = Said("", which)
    return Skill(NAME, lambda given: show_benefits(given, named))


def _about_one(context: TurnContext, words: Said) -> Skill | None:
    """A sentence that names the deal: only what it says besides decides."""
    if WRITES.match(words.rest):
        return Skill(NAME, lambda given: deal_changes.write(given, words))
    if DISPUTES.match(words.rest):
        return Skill(NAME, lambda given: dispute(given, words))
    if (shown := next((show for pattern, show in SHOWN_BY if pattern.fullmatch(words.rest)), None)) is not None:
        return Skill(NAME, lambda given: shown(given, words))
    if (change := _change_of(words)) is not None:
        return Skill(NAME, lambda given: change(given, words))
    if NAMES_RIGHTS.match(words.rest):
        return Skill(NAME, lambda given: deal_offers.name_them(given, words))
    if (bid := read_bid(words.rest)) is not None:
        return Skill(NAME, lambda given: deal_offers.hear_bid(given, words, bid))
    if SHOWS.fullmatch(words.rest):
        return Skill(NAME, lambda given: show_one(given, words))
    return None


def _change_of(words: Said) -> Change | None:
    return next((change for pattern, change in CHANGES if pattern.fullmatch(words.rest)), None)


def _about_match(context: TurnContext, words: Said) -> Skill | None:
    kept = context.memory.get("list") or {}
    takes = TAKES_TERMS.fullmatch(words.rest)
    match = takes or ENQUIRES.fullmatch(words.rest)
    by = ENQUIRED_BY.get(str(kept.get("kind")))
    if by is None or match is None or not (takes or WANTS.search(words.rest)):
        return None
    ids, place = list(kept.get("ids") or []), place_of(match)
    if not 1 <= place <= len(ids):
        return None
    about = {by: str(ids[place - 1])}
    if kept.get("session"):
        about["session"] = str(kept["session"])
    doing = deal_changes.ask_to_take if takes else deal_changes.enquire_about
    return Skill(NAME, lambda given: doing(given, about))


def _about_place(context: TurnContext, words: Said) -> Skill | None:
    kept = context.memory.get("list") or {}
    if kept.get("kind") != LIST or not words.rest.isdigit() or len(words.rest) > 1:
        return None
    numbers, place = list(kept.get("ids") or []), int(words.rest)
    if not 1 <= place <= len(numbers):
        return Skill(NAME, lambda _: Reply(f"这份清单上没有第{place}单。", choices=(MINE,)))
    named = Said("", str(numbers[place - 1]))
    return Skill(NAME, lambda given: show_one(given, named))


def _about_subject(context: TurnContext, words: Said) -> Skill | None:
    """Words without a number mean the deal that was shown last, else the one in which they can be said."""
    if is_offer(words.rest) and find_amount(words.rest) is None and words.rest not in {"出价", "还价", "报价"}:
        return None
    number = (context.memory.get("subject") or {}).get("deal")
    if number is not None and words.rest:
        is_bare = not is_offer(words.rest) and read_bid(words.rest) is not None
        if not is_bare or is_open_for_bids(context, str(number)):
            return _about_one(context, Said(words.rest, str(number)))
        asked = bare_bid(context, words)
        return Skill(NAME, lambda _: asked) if asked is not None else None
    if number is not None:
        return None
    if (about := _about_only(context, words)) is not None:
        return about
    which = bare_bid(context, words)
    return Skill(NAME, lambda _: which) if which is not None else None


def _about_only(context: TurnContext, words: Said) -> Skill | None:
    """A message that told of a deal is answered without its number: where only one waits for that, it is meant."""
    wanted = next((doing for doing, patterns in SAID_FOR if any(each.match(words.rest) for each in patterns)), None)
    wanted = Doing.OFFER if wanted is None and is_offer(words.rest) else wanted
    if wanted is None or _about_one(context, words) is None:
        return None
    owned = list_deals(context.session, context.user_id, states=sorted(NOT_OVER), limit=MOST_OPEN)
    fitting = [own.deal.number for own in owned if wanted in doings_of(own.deal, own.side)]
    if not fitting:
        return None
    return _about_one(context, Said(words.rest, fitting[0])) if len(fitting) == 1 else Skill(NAME, ask_number)


def ask_number(context: TurnContext) -> Reply:
    """Several deals are open: the number says which."""
    listed = show_list(context)
    return replace(listed, text=f"是哪一单?说的时候带上单号。\n{listed.text}")


def show_list(context: TurnContext) -> Reply:
    """The latest deals, whichever side one is."""
    found = list_deals(context.session, context.user_id, limit=SHOWN + 1)
    if not found:
        return Reply("还没有在谈的交易。对上的供需说“想谈第1个”,对方同意后双方互看联系方式。", memory={"pending": None})
    lines = [f"{place}. {line_of(own.deal, own.side)}" for place, own in enumerate(found[:SHOWN], start=1)]
    more = "更早的在小程序里看。" if len(found) > SHOWN else ""
    return Reply(
        "\n".join(["在谈和谈过的,新的在前:", *lines, f"回复数字看一单。{more}"]),
        choices=(Choice("1", "看第1个"),),
        memory={"list": {"kind": LIST, "ids": [own.deal.number for own in found[:SHOWN]]}, "pending": None},
    )


def show_sales(context: TurnContext) -> Reply:
    """What was sold or licensed, the latest first."""
    found = list_sales(context.session, context.user_id, limit=SHOWN)
    if not found:
        return Reply("还没有办完的出售。", choices=(MINE,))
    return Reply("\n".join(["办完的,新的在前:", *(_sale(own) for own in found)]), choices=(MINE,))


def _sale(own: OwnDeal) -> str:
    amount = chinese_amount(own.deal.amount) if own.deal.amount is not None else ""
    return " · ".join(part for part in (own.deal.number, own.deal.title, amount) if part)


def show_one(context: TurnContext, words: Said) -> Reply:
    """One deal: where it stands, whom one deals with, the open offer, what is next."""
    try:
        deal, side = get_own_deal(context.session, context.user_id, words.number or "")
    except NotFound as missing:
        return Reply(missing.message, choices=(MINE,))
    view = view_deal(context.session, deal, side, context.now)
    if view.contact is None:
        return _shown_one(view, context.today)
    # Looked up when the answer is written down: a contact that is taken back meanwhile is not told any more.
    return commit(context, lambda session, conversation, now: _looked_up(session, conversation, deal.number, now))


def _looked_up(session: Session, conversation: Conversation, number: str, now: datetime) -> Reply:
    deal, side = get_own_deal(session, conversation.user_id, number, lock=True)
    return _shown_one(view_deal(session, deal, side, now), china_date(now))


def _shown_one(view: DealView, today: date) -> Reply:
    deal, side = view.deal, view.side
    lines = [line_of(deal, side), *_contact_lines(view)]
    standing = [offer for offer in view.offers if offer.state == "open"]
    if standing:
        lines.append(f"{'我' if standing[0].side == side else '对方'}出价:{said_offer(standing[0])}。")
    elif deal.amount is not None:
        lines.append(f"谈成的价:{chinese_amount(deal.amount)}。")
    lines += [f"注意:{each.said}。{_todo(each, side)}" for each in view.barriers[:2]]
    if view.promise is not None:
        lines.append(f"{said_promise_given(view.promise)}。")
    if view.publicity is not None and view.publicity.standing not in FINE:
        lines.append(view.publicity.said)
    if registration := said_registration(deal, today):
        lines.append(registration)
    return Reply(
        "\n".join(lines),
        choices=_choices(view)[:MOST_CHOICES],
        memory={"subject": {"kind": "deal", "deal": deal.number}, "pending": None},
        contact_deal=deal.id if view.contact is not None else None,
    )


def _todo(barrier: Barrier, side: PostSide) -> str:
    return f"{barrier.todo}。" if barrier.todo and side == PostSide.OFFER else ""


def _contact_lines(view: DealView) -> list[str]:
    if view.contact is not None:
        broker = f"经纪人:{view.deal.broker.display_name}。" if view.deal.broker is not None else ""
        return [f"对方:{view.other},{view.contact.phone}。{broker}"]
    if view.deal.state == "enquired":
        return ["等对方答复,同意后互看联系方式。" if view.side == view.deal.asked_by else "对方想谈,等您答复。"]
    return []


def _choices(view: DealView) -> tuple[Choice, ...]:
    number = view.deal.number
    known = {
        Doing.ANSWER: (Choice(f"同意洽谈 {number}", "同意洽谈"), Choice(f"不谈 {number}", "不谈")),
        Doing.ANSWER_OFFER: (Choice(f"接受出价 {number}", "接受出价"), Choice(f"不接受出价 {number}", "不接受")),
        Doing.TAKE_BACK: (Choice(f"收回出价 {number}", "收回出价"),),
        Doing.NAME_RIGHTS: (Choice(f"没有专利 {number}", "没有专利"),) if not view.deal.rights else (),
        Doing.OFFER: (Choice(f"出价 {number}", "出价"),),
        Doing.CONFIRM: (Choice(f"核对清单 {number}", "核对清单"),),
    }
    return tuple(choice for doing in view.doings for choice in known.get(doing, ())) or (MINE,)


def show_checks(context: TurnContext, words: Said) -> Reply:
    """What is to be confirmed, one's own points first."""
    try:
        deal, side = get_own_deal(context.session, context.user_id, words.number or "")
    except NotFound as missing:
        return Reply(missing.message, choices=(MINE,))
    view = view_deal(context.session, deal, side, context.now)
    mine = enumerate((line for line in view.checks if line.is_mine), start=1)
    own = [(place, line) for place, line in mine if not line.is_mine_confirmed]
    if deal.state != "agreed" or not view.checks:
        return Reply(f"{deal.number} 现在是“{said_state(deal)}”,没有要核对的。", choices=(MINE,))
    if not own:
        return Reply(f"{deal.number} 您要确认的都确认了,等对方和经纪人。", choices=(MINE,))
    lines = [f"{place}. {deal_offers.said_check(line.text, line.article)}" for place, line in own[:SHOWN]]
    more = f"还有{len(own) - SHOWN}项,先确认这几项。" if len(own) > SHOWN else ""
    first = f"确认第{own[0][0]}项"
    return Reply(
        "\n".join([f"{deal.number} 签合同前请逐项确认:", *lines, f"属实就回复“{first}”。{more}"]),
        choices=(Choice(f"{first} {deal.number}", first), MINE),
        memory={"subject": {"kind": "deal", "deal": deal.number}, "pending": None},
    )


SHOWN_BY: tuple[tuple[re.Pattern[str], Change], ...] = (
    (CHECKS, show_checks),
    (ASKS_RISKS, show_risks),
    (BENEFITS, show_benefits),
    (PUBLICITY, show_publicity),
)
