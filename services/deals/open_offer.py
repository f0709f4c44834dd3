"""The one offer of a deal that waits for an answer."""

from datetime import date, datetime

from models import Deal, DealOffer, OfferState, PostSide
from services.deals.contact import other_side


def find_open_offer(deal: Deal) -> DealOffer | None:
    return next((each for each in deal.offers if each.state == OfferState.OPEN), None)


def lapse(deal: Deal, today: date, now: datetime) -> DealOffer | None:
    """End an offer whose last day is over; answers it."""
    offer = find_open_offer(deal)
    if offer is None or offer.until >= today:
        return None
    offer.state, offer.answered_at = OfferState.LAPSED, now
    return offer


def side_to_answer(deal: Deal) -> PostSide | None:
    """Of the open offer; None where there is none."""
    offer = find_open_offer(deal)
    return other_side(PostSide(offer.side)) if offer is not None else None
