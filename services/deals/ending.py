"""Why a deal ended without being done, and who may end it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.errors import Conflict
from core.logs import get_logger
from models import Deal, DealState, OfferState, PostSide, Staff
from services.deals.access import check_open, check_version, get_deal_to_broker, get_own_deal
from services.deals.contact import other_side
from services.deals.graph import Step, go
from services.deals.history import BOTH, note, tell_broker
from services.deals.told_contacts import forget_told_contacts

log = get_logger(__name__)


class Reason(StrEnum):
    NOT_WANTED = "not_wanted"
    NO_ANSWER = "no_answer"
    PRICE = "price"
    TERMS = "terms"
    RIGHT = "right"
    OTHER_PARTNER = "other_partner"
    CHANGED_MIND = "changed_mind"
    # One side had its data deleted, or both turned out to be one person.
    LEFT = "left"


REASON_NAMES = {
    Reason.NOT_WANTED: "对方暂时不谈",
    Reason.NO_ANSWER: "没等到答复",
    Reason.PRICE: "价格没谈拢",
    Reason.TERMS: "条件没谈拢",
    Reason.RIGHT: "权利有问题",
    Reason.OTHER_PARTNER: "和别家谈成了",
    Reason.CHANGED_MIND: "不打算做了",
    Reason.LEFT: "一方已退出",
}
# What somebody may name.
SAID = (Reason.PRICE, Reason.TERMS, Reason.RIGHT, Reason.OTHER_PARTNER, Reason.CHANGED_MIND)


def end_deal(
    session: Session, user_id: int, number: str, reason: Reason, now: datetime, *, version: int | None = None
) -> Deal:
    """Either side ends it as long as nothing is signed. Raises NotFound, Conflict."""
    deal, side = get_own_deal(session, user_id, number, lock=True)
    check_version(deal, version)
    check_open(deal)
    if deal.state == DealState.REGISTRATION:
        raise Conflict("合同已经签了,要解除请跟经纪人说。")
    _end(session, deal, reason, now)
    note(session, deal, "ended", now, side=side, tells=[other_side(side)], reason=reason)
    tell_broker_of_end(session, deal, now)
    return deal


def end_as_broker(
    session: Session, staff: Staff, number: str, reason: Reason, now: datetime, *, version: int | None = None
) -> Deal:
    """Also after the contract: it was dissolved. Raises NotFound, Forbidden, Conflict."""
    deal = get_deal_to_broker(session, staff, number, version=version)
    check_open(deal)
    _end(session, deal, reason, now)
    note(session, deal, "ended", now, staff=staff, tells=BOTH, reason=reason)
    return deal


def end_for_good(session: Session, deal: Deal, now: datetime, *, stays: PostSide | None) -> None:
    """One side is not there any more; the one that stays, if any, hears of it."""
    _end(session, deal, Reason.LEFT, now)
    note(session, deal, "ended", now, tells=[stays] if stays else [], reason=Reason.LEFT)
    tell_broker_of_end(session, deal, now)


def tell_broker_of_end(session: Session, deal: Deal, now: datetime) -> None:
    if deal.broker is not None:
        tell_broker(session, deal, f"终止了:{deal.number} {deal.title}", key=f"ended-{deal.version}", now=now)


def _end(session: Session, deal: Deal, reason: Reason, now: datetime) -> None:
    go(deal, Step.END, now)
    deal.end_reason = reason
    for offer in deal.offers:
        if offer.state == OfferState.OPEN:
            offer.state, offer.answered_at = OfferState.LAPSED, now
    for party in deal.parties:
        party.consented_at = party.contact_name = party.contact_phone = None
    forget_told_contacts(session, deal)
    session.flush()
    log.info("deal_ended", deal=deal.number, reason=reason)
