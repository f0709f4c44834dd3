"""Two who met at a table and want to go on: a deal that neither has agreed to yet. Whoever agrees first has asked."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict
from core.logs import get_logger
from models import Deal, DealParty, MarketPost, PostState, User
from services.deals.clock import plan_notice
from services.deals.enquiring import INTRODUCED, Enquiry, Pair, open_deal
from services.deals.graph import CLOSED
from services.deals.history import BOTH, note
from services.market.access import find_owner_of

log = get_logger(__name__)


def introduce(session: Session, *, need_id: int, offer_id: int, now: datetime) -> Deal:
    """Their open deal where there is one, else a new one; both are told and see no contact before both agree. Raises
    Conflict where a post is on the market no more or nobody answers for it."""
    posts = {
        post_id: session.get_one(MarketPost, post_id, with_for_update=True, populate_existing=True)
        for post_id in sorted((need_id, offer_id))
    }
    need, offer = posts[need_id], posts[offer_id]
    buyer, seller = find_owner_of(session, need), find_owner_of(session, offer)
    if buyer is None or seller is None or not _are_standing(need, offer):
        raise Conflict("有一方的供需已经撤下,开不了交易。")
    there = _find_open(session, (buyer, seller), (need_id, offer_id))
    if there is not None:
        return there
    pair = Pair(offer, need, seller, need.company_id)
    deal = open_deal(session, session.get_one(User, buyer), pair, Enquiry(), now)
    note(session, deal, INTRODUCED, now, tells=BOTH)
    plan_notice(deal, china_date(now))
    session.flush()
    log.info("deal_introduced", deal=deal.number)
    return deal


def may_introduce(session: Session, *, need_id: int, offer_id: int) -> bool:
    """Whether both posts are still on the market and somebody answers for each."""
    need, offer = session.get_one(MarketPost, need_id), session.get_one(MarketPost, offer_id)
    return _are_standing(need, offer) and None not in {find_owner_of(session, need), find_owner_of(session, offer)}


def _are_standing(need: MarketPost, offer: MarketPost) -> bool:
    return all(each.state == PostState.PUBLISHED for each in (need, offer))


def _find_open(session: Session, people: tuple[int, int], posts: tuple[int, int]) -> Deal | None:
    sides = [exists().where(DealParty.deal_id == Deal.id, DealParty.user_id == user_id) for user_id in people]
    about = (Deal.need_post_id == posts[0]) | (Deal.offer_post_id == posts[1])
    wanted = select(Deal).where(*sides, about, Deal.state.not_in(CLOSED)).order_by(Deal.id).limit(1)
    return session.scalar(wanted)
