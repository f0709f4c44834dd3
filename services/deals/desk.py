"""A deal as its broker has it: both sides, both conversations, what is next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from models import Deal, DealEvent, DealState, MarketPromise, Message, PostSide, Staff, TransferFlag
from services.deals.access import NEEDS_BROKER, get_deal_for
from services.deals.benefit_view import BenefitView, view_of
from services.deals.checklist import Check, Checker, checklist_of, confirmed_by
from services.deals.contact import Contact, party_of
from services.deals.contract import Registration, registration_of
from services.deals.graph import AGREED_TO_TALK, CLOSED
from services.deals.history import list_history
from services.deals.messages import list_deal_messages
from services.deals.publicity import Publicity, find_publicity
from services.deals.radar import list_flags
from services.deals.standing import Barrier, find_barriers
from services.market.promises import promise_of_deal
from services.notifications import user_label
from services.permissions import Action, may, oversees

SHOWN_MESSAGES = 50


@dataclass(frozen=True)
class PartySeen:
    """`contact` is what this side agreed to show; a broker sees it with the other side, not before."""

    side: PostSide
    label: str
    company: str | None
    contact: Contact | None
    messages: Sequence[Message]


@dataclass(frozen=True)
class CheckSeen:
    check: Check
    done: frozenset[Checker]
    missing: Sequence[Checker]


@dataclass(frozen=True)
class DeskView:
    deal: Deal
    parties: Sequence[PartySeen]
    checks: Sequence[CheckSeen]
    barriers: Sequence[Barrier]
    registration: Registration | None
    publicity: Publicity | None
    promise: MarketPromise | None
    # The seller's: for whoever brokers it, once there is something to share.
    benefits: BenefitView | None
    may_note_words: bool
    # For staff alone.
    flags: Sequence[TransferFlag]
    history: Sequence[DealEvent]
    colleagues: Sequence[Staff]
    may_take: bool
    may_work: bool
    is_closed: bool


def view_desk(session: Session, staff: Staff, number: str, now: datetime) -> DeskView:
    """Raises NotFound, Forbidden."""
    deal = get_deal_for(session, staff, number)
    is_theirs = deal.broker_id == staff.id or oversees(staff)
    is_closed = deal.state in CLOSED
    return DeskView(
        deal=deal,
        parties=[_party(session, deal, side, is_theirs) for side in (PostSide.OFFER, PostSide.NEED)],
        checks=[_check(deal, check) for check in checklist_of(deal)],
        barriers=find_barriers(session, deal, now) if not is_closed else [],
        registration=registration_of(deal, china_date(now)) if deal.state in AGREED_TO_TALK else None,
        publicity=find_publicity(session, deal, china_date(now)),
        promise=promise_of_deal(session, deal),
        benefits=view_of(session, deal, now) if is_theirs and deal.state in AGREED_TO_TALK else None,
        may_note_words=is_theirs and deal.state in AGREED_TO_TALK,
        flags=list_flags(session, deal) if is_theirs else [],
        history=list_history(session, deal.id),
        colleagues=_colleagues(session, deal) if is_theirs and not is_closed else [],
        may_take=deal.broker_id is None and deal.state in NEEDS_BROKER,
        may_work=is_theirs and not is_closed and deal.state != DealState.ENQUIRED,
        is_closed=is_closed,
    )


def _party(session: Session, deal: Deal, side: PostSide, is_theirs: bool) -> PartySeen:
    party = party_of(deal, side)
    is_shown = is_theirs and deal.state in AGREED_TO_TALK and party.contact_name is not None
    contact = Contact(party.contact_name or "", party.contact_phone or "") if is_shown else None
    return PartySeen(
        side=side,
        label=contact.name if contact is not None else user_label(party.user),
        company=party.company.name if party.company is not None else None,
        contact=contact,
        messages=list(reversed(list_deal_messages(session, deal, party.user_id, limit=SHOWN_MESSAGES)))
        if is_theirs
        else [],
    )


def _check(deal: Deal, check: Check) -> CheckSeen:
    done = confirmed_by(deal, check)
    return CheckSeen(check, done, sorted(check.by - done))


def _colleagues(session: Session, deal: Deal) -> list[Staff]:
    people = session.scalars(select(Staff).where(Staff.is_active).order_by(Staff.display_name)).all()
    return [person for person in people if may(person, Action.BROKER_DEALS) and person.id != deal.broker_id]
