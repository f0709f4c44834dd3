"""A price with no deal on the table: in the one deal that waits for a price it is asked back, of several it is asked
which; nothing is offered without a yes."""

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.deal_bids import Bid, Sense, names_a_trade, read_bid
from bot.skills.deal_offers import hear_bid, said_bid
from bot.skills.deal_turns import MINE
from bot.skills.deal_words import Said
from core.i18n import chinese_amount
from models import DealState
from services.deals.listing import OwnDeal, list_deals
from services.deals.open_offer import find_open_offer
from services.deals.wording import line_of

MOST_SHOWN = 3
MOST_OPEN = 50
# What was answered last there asks for sums of its own, and so do the lists whose words narrow them.
OTHER_SUMS = frozenset({"desk", "value", "policy", "patent_search", "form", "market_post"})
OTHER_LISTS = frozenset({"market_board", "matches", "patents"})


def bare_bid(context: TurnContext, words: Said) -> Reply | None:
    """The question that a bare price becomes; None where no deal of this person waits for one, or it is about something
    else."""
    if context.memory.get("pending") or not words.rest:
        return None
    bid = read_bid(words.rest)
    if bid is None or (bid.amount is None and bid.sense is not Sense.NO_ONE_PRICE):
        return None
    if not names_a_trade(words.rest) and _speaks_of_other_sums(context):
        return None
    found = awaiting_price(context.session, context.user_id)
    if bid.sense is Sense.DECLINED:
        found = [own for own in found if find_open_offer(own.deal) is not None]
    if not found:
        return None
    if len(found) > 1:
        return _which(found, words, bid)
    # However plainly it is said: which deal is meant was not.
    sense = Sense.ASKED if bid.sense is Sense.OFFERED else bid.sense
    return hear_bid(context, Said(words.rest, found[0].deal.number), Bid(sense, bid.amount), names=found[0].deal.title)


def _speaks_of_other_sums(context: TurnContext) -> bool:
    listed = str((context.memory.get("list") or {}).get("kind"))
    return str(context.memory.get("last_skill")) in OTHER_SUMS or listed in OTHER_LISTS


def awaiting_price(session: Session, user_id: int) -> list[OwnDeal]:
    """The deals in which the next price is this person's to name: people talk, and no price of theirs is open."""
    owned = list_deals(session, user_id, states=[DealState.TALKING], limit=MOST_OPEN)
    return [own for own in owned if (offer := find_open_offer(own.deal)) is None or offer.side != own.side]


def _which(found: list[OwnDeal], words: Said, bid: Bid) -> Reply:
    shown = found[:MOST_SHOWN]
    lines = [f"{place}. {line_of(own.deal, own.side)}" for place, own in enumerate(shown, start=1)]
    more = f"另有{len(found) - MOST_SHOWN}单,带单号说。" if len(found) > MOST_SHOWN else ""
    if bid.amount is None or bid.sense is Sense.DECLINED:
        return Reply("\n".join(["说的是哪一单?带上单号。", *lines, more]).strip(), choices=(MINE,))
    said = said_bid(words.rest, bid.amount)
    taps = tuple(Choice(f"{said} {own.deal.number}", f"第{place}单") for place, own in enumerate(shown, start=1))
    head = f"{chinese_amount(bid.amount)}是哪一单的价?点一下就告诉对方,不点不算。"
    return Reply("\n".join([head, *lines, more]).strip(), choices=taps)
