"""A deal as one side sees it: its own side whole, of the other only what both have agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.clock import china_date
from models import Deal, DealOffer, DealState, MarketPost, MarketPromise, PostSide
from nlp.rules.model import Article
from services.deals.access import NEEDS_BROKER
from services.deals.checklist import Check, Checker, checklist_of, confirmed_by, open_for
from services.deals.contact import Contact, contact_of, other_side, party_of
from services.deals.contract import Registration, registration_of
from services.deals.graph import AGREED_TO_TALK, CLOSED
from services.deals.listing import label_of
from services.deals.naming import LATEST, is_unnamed
from services.deals.open_offer import find_open_offer
from services.deals.payments import PAYABLE
from services.deals.publicity import Publicity, find_publicity
from services.deals.standing import Barrier, find_barriers
from services.market.promises import promise_of_deal


class Doing(StrEnum):
    """What this side can do now."""

    ANSWER = "answer"
    NAME_RIGHTS = "name_rights"
    OFFER = "offer"
    ANSWER_OFFER = "answer_offer"
    TAKE_BACK = "take_back"
    CONFIRM = "confirm"
    SHARE = "share"
    UNSHARE = "unshare"
    WRITE = "write"
    PAY = "pay"
    END = "end"


@dataclass(frozen=True)
class CheckLine:
    key: str
    text: str
    article: Article | None
    is_confirmed: bool
    # By this side, and whether it is for this side to confirm at all.
    is_mine: bool
    is_mine_confirmed: bool
    waits_for: Sequence[Checker]


@dataclass(frozen=True)
class DealView:
    deal: Deal
    side: PostSide
    other: str
    contact: Contact | None
    is_shared: bool
    # Numbers of an anonymous offer name its owner in the register: empty for the other side before both have agreed.
    rights: Sequence[str]
    offers: Sequence[DealOffer]
    checks: Sequence[CheckLine]
    barriers: Sequence[Barrier]
    registration: Registration | None
    publicity: Publicity | None
    promise: MarketPromise | None
    doings: Sequence[Doing]


def view_deal(session: Session, deal: Deal, side: PostSide, now: datetime) -> DealView:
    return DealView(
        deal=deal,
        side=side,
        other=label_of(deal, side, is_anonymous=_is_anonymous(session, deal, other_side(side))),
        contact=contact_of(deal, other_side(side)),
        is_shared=party_of(deal, side).consented_at is not None,
        rights=_rights(session, deal, side),
        offers=list(deal.offers),
        checks=[check_line(deal, check, Checker(side)) for check in checklist_of(deal)],
        barriers=find_barriers(session, deal, now) if deal.state in AGREED_TO_TALK - CLOSED else [],
        registration=registration_of(deal, china_date(now)) if deal.state in AGREED_TO_TALK else None,
        publicity=find_publicity(session, deal, china_date(now)),
        promise=promise_of_deal(session, deal),
        doings=doings_of(deal, side),
    )


def check_line(deal: Deal, check: Check, who: Checker) -> CheckLine:
    done = confirmed_by(deal, check)
    return CheckLine(
        key=check.key,
        text=check.text,
        article=check.article,
        is_confirmed=check.by <= done,
        is_mine=who in check.by,
        is_mine_confirmed=who in done,
        waits_for=sorted(check.by - done),
    )


def doings_of(deal: Deal, side: PostSide) -> list[Doing]:
    """In the order in which they are likely to be wanted."""
    state, found = DealState(deal.state), list[Doing]()
    # Two who were brought together have both been asked.
    is_unasked = not any(party.consented_at is not None for party in deal.parties)
    if state is DealState.ENQUIRED and (side != deal.asked_by or is_unasked):
        found.append(Doing.ANSWER)
    may_name = state is DealState.TALKING and deal.offer_post_id is None
    if side == PostSide.OFFER and (may_name or (state in LATEST and is_unnamed(deal))):
        found.append(Doing.NAME_RIGHTS)
    if state is DealState.TALKING:
        found += _about_offers(deal, side)
    if state is DealState.AGREED and open_for(deal, Checker(side)):
        found.append(Doing.CONFIRM)
    if state in PAYABLE and deal.payments:
        found.append(Doing.PAY)
    if state in AGREED_TO_TALK:
        found += _about_contact(deal, side)
    if state in NEEDS_BROKER:
        found.append(Doing.WRITE)
    if state not in CLOSED and state is not DealState.REGISTRATION:
        found.append(Doing.END)
    return found


def _about_offers(deal: Deal, side: PostSide) -> list[Doing]:
    offer = find_open_offer(deal)
    if offer is None:
        return [Doing.OFFER]
    return [Doing.TAKE_BACK] if offer.side == side else [Doing.ANSWER_OFFER, Doing.OFFER]


def _about_contact(deal: Deal, side: PostSide) -> list[Doing]:
    if party_of(deal, side).consented_at is not None:
        return [Doing.UNSHARE]
    return [Doing.SHARE] if deal.state not in CLOSED else []


def _is_anonymous(session: Session, deal: Deal, side: PostSide) -> bool:
    """Whether that side's post tells nobody whose it is; a side without a post has said nothing."""
    post_id = deal.offer_post_id if side == PostSide.OFFER else deal.need_post_id
    post = session.get(MarketPost, post_id) if post_id is not None else None
    return post is None or post.is_anonymous


def _rights(session: Session, deal: Deal, side: PostSide) -> list[str]:
    is_open = deal.state in AGREED_TO_TALK or not _is_anonymous(session, deal, PostSide.OFFER)
    return list(deal.rights) if side == PostSide.OFFER or is_open else []
