"""A buyer asks several owners for their price at once: each has a deal of their own, and none sees the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.clock import china_date
from core.errors import AppError, InvalidInput, NotFound
from core.logs import get_logger
from models import Deal, DealOffer, MarketPost, OfferState, PostSide, QuoteRequest, User
from services.deals.access import is_party
from services.deals.contact import check_text, contact_from
from services.deals.enquiring import LONGEST_OPENING, Enquiry, enquire
from services.deals.settings import deal_settings

log = get_logger(__name__)

MOST_POSTS = 20


@dataclass(frozen=True)
class QuoteForm:
    post_ids: Sequence[str]
    until: date
    text: str = ""
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Refused:
    """An offer whose owner was not asked, and why."""

    post_id: str
    reason: str


@dataclass(frozen=True)
class Quote:
    """What an owner answered: the last price that is open or was accepted, None as long as there is none."""

    deal: Deal
    offer: DealOffer | None


@dataclass(frozen=True)
class Asked:
    request: QuoteRequest
    refused: Sequence[Refused]


def ask_for_quotes(session: Session, user: User, form: QuoteForm, now: datetime) -> Asked:
    """Ask all of them whom one may ask; whoever was left out is named with the reason. Raises InvalidInput."""
    today = china_date(now)
    post_ids = list(dict.fromkeys(form.post_ids))
    if not 1 <= len(post_ids) <= MOST_POSTS:
        raise InvalidInput(fields={"post_ids": f"一次问1到{MOST_POSTS}条供给。"})
    if not today <= form.until <= today + timedelta(days=deal_settings(today).most_offer_days):
        raise InvalidInput(fields={"until": "截止日从今天起,最长半年。"})
    text = form.text.strip()
    if len(text) > LONGEST_OPENING:
        raise InvalidInput(fields={"text": f"最多{LONGEST_OPENING}个字。"})
    check_text(None, text, "text")
    contact_from(user, form.name, form.phone)
    request = QuoteRequest(user_id=user.id, text=text, until=form.until, created_at=now)
    session.add(request)
    session.flush()
    refused: list[Refused] = []
    wanted = select(MarketPost.public_id, MarketPost.side).where(MarketPost.public_id.in_(post_ids))
    sides = dict(session.execute(wanted.order_by(MarketPost.id)).all())
    # Locked one after the other, in the one order that everybody uses; who is not there is refused at the end.
    for post_id in [*sides, *(each for each in post_ids if each not in sides)]:
        if sides.get(post_id) == PostSide.NEED:
            refused.append(Refused(post_id, "询价只能问供给。"))
            continue
        enquiry = Enquiry(post_id=post_id, text=text, name=form.name, phone=form.phone, quote_request_id=request.id)
        try:
            enquire(session, user, enquiry, now)
        except AppError as refusal:
            refused.append(Refused(post_id, refusal.message))
    if len(refused) == len(post_ids):
        raise InvalidInput(refused[0].reason, fields={"post_ids": refused[0].reason})
    log.info("quotes_asked_for", request_id=request.id, asked=len(post_ids) - len(refused), refused=len(refused))
    return Asked(request, refused)


def get_own_request(session: Session, user_id: int, public_id: str) -> QuoteRequest:
    """Raises NotFound."""
    found = session.scalar(
        select(QuoteRequest).where(QuoteRequest.public_id == public_id, QuoteRequest.user_id == user_id)
    )
    if found is None:
        raise NotFound("没有找到这次询价。")
    return found


def list_requests(
    session: Session, user_id: int, *, before_id: int | None = None, limit: int = 20
) -> list[QuoteRequest]:
    wanted = select(QuoteRequest).where(QuoteRequest.user_id == user_id)
    if before_id is not None:
        wanted = wanted.where(QuoteRequest.id < before_id)
    return list(session.scalars(wanted.order_by(QuoteRequest.id.desc()).limit(limit)))


def list_quotes(session: Session, request: QuoteRequest) -> list[Quote]:
    """Whoever has named a price first, the lowest in front; what has none yet after them. Without those of a company
    for which whoever asked does not act any more."""
    deals = session.scalars(
        select(Deal)
        .where(Deal.quote_request_id == request.id, is_party(request.user_id))
        .options(selectinload(Deal.offers), selectinload(Deal.parties))
        .order_by(Deal.id)
    ).all()
    quotes = [Quote(deal, _quoted(deal)) for deal in deals]
    return sorted(quotes, key=lambda each: (each.offer is None, each.offer.amount if each.offer else 0, each.deal.id))


def _quoted(deal: Deal) -> DealOffer | None:
    theirs = [
        offer
        for offer in deal.offers
        if offer.side == PostSide.OFFER and offer.state in {OfferState.OPEN, OfferState.ACCEPTED}
    ]
    return theirs[-1] if theirs else None
