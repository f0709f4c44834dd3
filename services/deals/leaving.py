"""Whoever leaves a company leaves its deals to who runs it: they see them no more, and the other side sees the new
person's contact only once that person agrees."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from models import Deal, DealParty, DealState, PostSide
from services.deals.access import lock_deal
from services.deals.clock import answer_ends_on
from services.deals.contact import other_side, party_of
from services.deals.ending import end_for_good
from services.deals.graph import CLOSED
from services.deals.history import BOTH, note, tell_broker
from services.deals.settings import deal_settings
from services.deals.told_contacts import forget_told_contacts


def leave_deals(session: Session, *, user_id: int, company_id: int, successor_id: int | None, now: datetime) -> None:
    """Somebody does not act for the company any more. Where nobody runs it, what is open ends and the other side hears
    of it; what is over stays where it is, seen by nobody of the company."""
    ids = session.scalars(
        select(DealParty.deal_id)
        .where(DealParty.user_id == user_id, DealParty.company_id == company_id)
        .order_by(DealParty.deal_id)
    ).all()
    for deal_id in ids:
        deal = lock_deal(session, deal_id)
        side = next((PostSide(each.side) for each in deal.parties if each.user_id == user_id), None) if deal else None
        if deal is not None and side is not None:
            pass_on(session, deal, side, successor_id, now)


def pass_on(session: Session, deal: Deal, side: PostSide, successor_id: int | None, now: datetime) -> None:
    """This side of a locked deal is the successor's from now on."""
    party = party_of(deal, side)
    other = other_side(side)
    is_open = deal.state not in CLOSED
    # Nobody deals with themselves.
    if successor_id is None or successor_id == party_of(deal, other).user_id:
        if is_open:
            end_for_good(session, deal, now, stays=other)
        return
    forget_told_contacts(session, deal)
    party.consented_at = party.contact_name = party.contact_phone = None
    party.user_id = successor_id
    session.flush()
    session.expire(party, ["user"])
    if not is_open:
        return
    is_asked = deal.state == DealState.ENQUIRED
    last = answer_ends_on(deal, deal_settings(china_date(now))).isoformat()
    note(session, deal, "taken_over", now, side=side, tells=[side] if is_asked else BOTH, until=last)
    if deal.broker is not None:
        who = "出让方" if side == PostSide.OFFER else "受让方"
        tell_broker(session, deal, f"{deal.number}:{who}换了人", key=f"taken-over-{deal.version}", now=now)
