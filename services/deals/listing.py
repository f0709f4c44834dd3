"""Deals in lists: one's own by side and state, what was sold, with whom one deals; the brokers' desk."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, selectinload

from models import Deal, DealParty, DealState, MarketPost, PostSide, Staff
from services.deals.access import NEEDS_BROKER, is_side_of, readable_deals
from services.deals.contact import Contact, contact_of, other_side, party_of
from services.deals.graph import AGREED_TO_TALK, CLOSED
from services.key_accounts import tiers_of_deals
from services.permissions import Action, check_may

MOST_AT_DESK = 200


@dataclass(frozen=True)
class OwnDeal:
    deal: Deal
    side: PostSide


@dataclass(frozen=True)
class Customer:
    """Somebody whom one may see, with the deals that one has or had with them, the latest first."""

    contact: Contact
    company: str | None
    deals: Sequence[Deal]


@dataclass(frozen=True)
class DeskLine:
    deal: Deal
    is_mine: bool
    # 重点客户, of either side; "" for none.
    tier: str = ""


def list_deals(
    session: Session,
    user_id: int,
    *,
    side: PostSide | None = None,
    states: Sequence[DealState] | None = None,
    before_id: int | None = None,
    limit: int = 20,
) -> list[OwnDeal]:
    """One's own, the latest first; leads are those of one's offers that are not closed."""
    wanted = (
        select(Deal, DealParty.side)
        .join(DealParty, and_(DealParty.deal_id == Deal.id, is_side_of(user_id)))
        .options(selectinload(Deal.parties).joinedload(DealParty.company), selectinload(Deal.offers))
        .order_by(Deal.id.desc())
        .limit(limit)
    )
    if side is not None:
        wanted = wanted.where(DealParty.side == side)
    if states is not None:
        wanted = wanted.where(Deal.state.in_(states))
    if before_id is not None:
        wanted = wanted.where(Deal.id < before_id)
    return [OwnDeal(deal, PostSide(own)) for deal, own in session.execute(wanted)]


def list_sales(session: Session, user_id: int, *, before_id: int | None = None, limit: int = 20) -> list[OwnDeal]:
    """What was sold or licensed: done deals of one's offers."""
    return list_deals(session, user_id, side=PostSide.OFFER, states=[DealState.DONE], before_id=before_id, limit=limit)


def list_customers(session: Session, user_id: int) -> list[Customer]:
    """The other sides of one's offers whom one may see now, the latest first; nobody who took their contact back."""
    found: dict[int, list[Deal]] = {}
    for own in list_deals(session, user_id, side=PostSide.OFFER, states=sorted(AGREED_TO_TALK), limit=500):
        if contact_of(own.deal, PostSide.NEED) is not None:
            found.setdefault(party_of(own.deal, PostSide.NEED).user_id, []).append(own.deal)
    customers = []
    for deals in found.values():
        contact = contact_of(deals[0], PostSide.NEED)
        company = party_of(deals[0], PostSide.NEED).company
        if contact is not None:
            customers.append(Customer(contact, company.name if company else None, deals))
    return customers


def labels_of(session: Session, deals: Sequence[OwnDeal]) -> dict[int, str]:
    """What one may call the other side of each, by the deal's id, in one query for all."""
    ids = {own.deal.id: post_id for own in deals if (post_id := _other_post(own)) is not None}
    wanted = select(MarketPost.id, MarketPost.is_anonymous).where(MarketPost.id.in_(set(ids.values())))
    hidden = dict(session.execute(wanted).all())
    return {
        own.deal.id: label_of(own.deal, own.side, is_anonymous=hidden.get(ids.get(own.deal.id, 0), True))
        for own in deals
    }


def _other_post(own: OwnDeal) -> int | None:
    return own.deal.need_post_id if own.side == PostSide.OFFER else own.deal.offer_post_id


def list_desk(session: Session, staff: Staff, *, closed: bool = False) -> list[DeskLine]:
    """What this member of staff may broker, what has no broker first, then what waits longest. Raises Forbidden."""
    check_may(staff, Action.BROKER_DEALS)
    is_closed = Deal.state.in_(CLOSED)
    rows = session.scalars(
        select(Deal)
        .where(readable_deals(staff), is_closed if closed else ~is_closed)
        .options(selectinload(Deal.parties), selectinload(Deal.broker))
        .order_by(Deal.state_since.desc() if closed else Deal.state_since)
        .limit(MOST_AT_DESK)
    ).all()
    tiers = tiers_of_deals(session, rows)
    lines = [DeskLine(deal, deal.broker_id == staff.id, tiers.get(deal.id, "")) for deal in rows]
    if closed:
        return lines
    return sorted(lines, key=lambda line: (line.deal.broker_id is not None, line.deal.state not in NEEDS_BROKER))


def label_of(deal: Deal, side: PostSide, *, is_anonymous: bool) -> str:
    """What one side may call the other: the name once it is shared, else the firm of a post that is not anonymous."""
    other = other_side(side)
    contact, company = contact_of(deal, other), party_of(deal, other).company
    if contact is not None:
        return f"{contact.name}({company.name})" if company is not None else contact.name
    if not is_anonymous and company is not None and deal.state not in {DealState.DECLINED, DealState.ENDED}:
        return company.name
    return "对方"
