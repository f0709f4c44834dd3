"""Deals of a company whose party does not act for it any more, wherever that was not settled when they left."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models import Deal, DealParty, Membership, MemberState, PostSide
from services.custody.access import is_active_member
from services.deals.leaving import leave_deals, pass_on
from services.memberships import find_owner


def settle_parties(session: Session, deal: Deal, now: datetime) -> None:
    """See that each side of a locked deal is somebody who still acts for its company."""
    for party in list(deal.parties):
        if party.company_id is not None and not is_active_member(session, party.user_id, party.company_id):
            owner = find_owner(session, party.company_id)
            pass_on(session, deal, PostSide(party.side), owner.id if owner else None, now)


def leave_deals_of(session: Session, user_id: int, now: datetime) -> None:
    """All deals of companies for which this person does not act, where somebody else runs them."""
    acts = exists().where(
        Membership.user_id == user_id,
        Membership.company_id == DealParty.company_id,
        Membership.state == MemberState.ACTIVE,
    )
    wanted = select(DealParty.company_id).where(DealParty.user_id == user_id, DealParty.company_id.is_not(None), ~acts)
    for company_id in sorted({each for each in session.scalars(wanted) if each is not None}):
        owner = find_owner(session, company_id)
        if owner is not None:
            leave_deals(session, user_id=user_id, company_id=company_id, successor_id=owner.id, now=now)
