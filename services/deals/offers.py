"""Offers and counter-offers: one at most is open, the other side answers it, and nobody bids against themselves."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput, NotFound
from core.logs import get_logger
from models import Deal, DealOffer, DealState, OfferState
from nlp.market.posts import Mode
from services.deals.access import check_version, get_own_deal
from services.deals.clock import plan_notice
from services.deals.contact import check_text, other_side
from services.deals.equity import MOST_SHARE, Valuation, check_equity
from services.deals.graph import Step, go
from services.deals.history import note, tell_broker
from services.deals.open_offer import find_open_offer, lapse
from services.deals.radar import look_for_flags
from services.deals.settings import deal_settings
from services.deals.splits import MOST_AMOUNT, Share, check_split, split_evenly
from services.deals.standing import check_standing

log = get_logger(__name__)

LONGEST_TERMS = 500
# Of one deal: whoever needs more needs a talk.
MOST_OFFERS = 100


class OfferForm(BaseModel):
    """`amount` is the whole price in yuan, of shares what the right is valued at; without `until` it stands as long as
    settings say."""

    mode: Mode
    amount: int = Field(gt=0, le=MOST_AMOUNT)
    split: list[Share] | None = Field(default=None, max_length=50)
    terms: str = Field(default="", max_length=LONGEST_TERMS)
    until: date | None = None
    share_bp: int | None = Field(default=None, ge=1, le=MOST_SHARE)
    valuation: Valuation | None = None


class Verdict(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    TAKE_BACK = "take_back"


def make_offer(
    session: Session, user_id: int, number: str, form: OfferForm, now: datetime, *, version: int | None = None
) -> DealOffer:
    """Offer, or counter the other side's open offer. Raises NotFound, InvalidInput, Conflict."""
    deal, side = get_own_deal(session, user_id, number, lock=True)
    check_version(deal, version)
    if deal.state != DealState.TALKING:
        raise Conflict("双方都同意谈、还没谈成的时候才能出价。")
    today = china_date(now)
    until = _until(form, today)
    if form.mode == Mode.PLEDGE:
        raise InvalidInput(fields={"mode": "质押请走质押融资。"})
    check_equity(form.mode, form.share_bp, form.valuation)
    check_text(deal, form.terms, "terms")
    if form.split is not None:
        check_split(deal.rights, form.amount, form.split)
    lapse(deal, today, now)
    standing = find_open_offer(deal)
    if standing is not None and standing.side == side:
        raise Conflict("您上一个出价还等对方答复,要改先收回。")
    if len(deal.offers) >= MOST_OFFERS:
        raise Conflict("出价次数太多了,请跟经纪人说。")
    if standing is not None:
        standing.state, standing.answered_at = OfferState.COUNTERED, now
    split = form.split if form.split is not None else split_evenly(deal.rights, form.amount)
    offer = DealOffer(
        deal_id=deal.id,
        number=len(deal.offers) + 1,
        side=side,
        mode=form.mode,
        amount=form.amount,
        split=[share.model_dump() for share in split],
        is_split_even=form.split is None and bool(split),
        terms=form.terms.strip(),
        share_bp=form.share_bp,
        valuation=form.valuation,
        until=until,
        created_at=now,
    )
    deal.offers.append(offer)
    session.flush()
    note(session, deal, "offered", now, side=side, tells=[other_side(side)], offer=offer.number)
    plan_notice(deal, today)
    session.flush()
    log.info("deal_offer", deal=deal.number, offer=offer.number, side=side)
    return offer


def answer_offer(
    session: Session,
    user_id: int,
    number: str,
    place: int,
    verdict: Verdict,
    now: datetime,
    *,
    version: int | None = None,
) -> DealOffer:
    """Accept or refuse the other side's open offer, or take back one's own. What is accepted is checked against the
    rights as they stand today. Raises NotFound, Conflict."""
    deal, side = get_own_deal(session, user_id, number, lock=True)
    check_version(deal, version)
    offer = next((each for each in deal.offers if each.number == place), None)
    if offer is None:
        raise NotFound("没有找到这个出价。")
    today = china_date(now)
    if offer.state != OfferState.OPEN or deal.state != DealState.TALKING:
        raise Conflict("这个出价已经有结果了。")
    if offer.until < today:
        raise Conflict("这个出价已经过期,请对方再出一次。")
    if (verdict is Verdict.TAKE_BACK) != (offer.side == side):
        raise Conflict("自己的出价只能收回,对方的才能接受或不接受。")
    if verdict is Verdict.ACCEPT:
        check_standing(session, deal, now)
    offer.state, offer.answered_at = ANSWERED[verdict], now
    if verdict is Verdict.ACCEPT:
        go(deal, Step.ACCEPT, now)
        deal.mode, deal.amount, deal.split, deal.checks = offer.mode, offer.amount, list(offer.split), {}
        tell_broker(session, deal, f"谈成待核对:{deal.number} {deal.title}", key=f"agreed-{deal.version}", now=now)
    note(session, deal, KINDS[verdict], now, side=side, tells=[other_side(side)], offer=offer.number)
    look_for_flags(session, deal, now)
    plan_notice(deal, today)
    session.flush()
    return offer


ANSWERED = {
    Verdict.ACCEPT: OfferState.ACCEPTED,
    Verdict.REFUSE: OfferState.REFUSED,
    Verdict.TAKE_BACK: OfferState.TAKEN_BACK,
}
KINDS = {
    Verdict.ACCEPT: "offer_accepted",
    Verdict.REFUSE: "offer_refused",
    Verdict.TAKE_BACK: "offer_taken_back",
}


def talk_again(session: Session, deal: Deal, now: datetime) -> None:
    """What was agreed does not hold any more: nothing of it stays on the (locked) deal. Raises Conflict."""
    go(deal, Step.BACK, now)
    deal.mode = deal.amount = deal.signed_on = deal.effective_on = deal.register_by = None
    deal.split, deal.checks = [], {}
    for payment in list(deal.payments):
        session.delete(payment)
    session.flush()
    session.expire(deal, ["payments"])
    plan_notice(deal, china_date(now))
    session.flush()


def _until(form: OfferForm, today: date) -> date:
    settings = deal_settings(today)
    until = form.until or today + timedelta(days=settings.offer_days)
    if not today <= until <= today + timedelta(days=settings.most_offer_days):
        raise InvalidInput(fields={"until": f"有效期从今天起,最长{settings.most_offer_days}天。"})
    return until
