"""The doors to deals: either party's, to their own side; and staff's, to what they broker or may take."""

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden, NotFound
from models import Deal, DealParty, DealState, Membership, MemberState, PostSide, Staff
from services.deals.graph import CLOSED
from services.permissions import Action, check_may, oversees, region_matches, region_rank

NO_DEAL = "没有找到这个单号。"
STALE = "这一单刚被改过,请刷新后再看。"
NEEDS_BROKER = (DealState.TALKING, DealState.AGREED, DealState.CONTRACT, DealState.REGISTRATION)


def is_party(user_id: int) -> ColumnElement[bool]:
    return exists().where(DealParty.deal_id == Deal.id, is_side_of(user_id))


def is_side_of(user_id: int) -> ColumnElement[bool]:
    """A side that is this person's: their own, or their company's as long as they act for it."""
    acts = exists().where(
        Membership.user_id == user_id,
        Membership.company_id == DealParty.company_id,
        Membership.state == MemberState.ACTIVE,
    )
    return and_(DealParty.user_id == user_id, or_(DealParty.company_id.is_(None), acts))


def get_own_deal(session: Session, user_id: int, number: str, *, lock: bool = False) -> tuple[Deal, PostSide]:
    """A deal of one's own and which side one is. Raises NotFound, for a stranger's deal as for a missing one."""
    deal = _find(session, number, is_party(user_id), lock=lock)
    if deal is None:
        raise NotFound(NO_DEAL)
    side = next(each.side for each in deal.parties if each.user_id == user_id)
    return deal, PostSide(side)


def get_deal_of_seller(session: Session, user_id: int, number: str, *, lock: bool = False) -> Deal:
    """A deal in which one sells, for what the buyer never reads. Raises NotFound, for the buyer as for a stranger."""
    deal, side = get_own_deal(session, user_id, number, lock=lock)
    if side is not PostSide.OFFER:
        raise NotFound(NO_DEAL)
    return deal


def get_deal_to_share_out(session: Session, staff: Staff, number: str, *, lock: bool = False) -> Deal:
    """Staff's door to what the seller's side alone reads: its broker's, and whoever's oversees. Raises Forbidden,
    NotFound, for a deal that still has no broker as well."""
    check_may(staff, Action.BROKER_DEALS)
    deal = _find(session, number, literal(True), lock=lock)
    if deal is None or not may_share_out(staff, deal):
        raise NotFound(NO_DEAL)
    return deal


def may_share_out(staff: Staff, deal: Deal) -> bool:
    return deal.broker_id == staff.id or oversees(staff)


def get_deal_for(session: Session, staff: Staff, number: str, *, lock: bool = False) -> Deal:
    """Staff's door. Raises Forbidden for who brokers nothing, NotFound for a deal that is not theirs to see."""
    check_may(staff, Action.BROKER_DEALS)
    deal = _find(session, number, literal(True), lock=lock)
    if deal is None or not may_read(staff, deal):
        raise NotFound(NO_DEAL)
    return deal


def get_deal_to_broker(session: Session, staff: Staff, number: str, *, version: int | None = None) -> Deal:
    """The deal, locked, for what only its broker or who oversees does. Raises NotFound, Forbidden, Conflict."""
    deal = get_deal_for(session, staff, number, lock=True)
    if deal.broker_id != staff.id and not oversees(staff):
        raise Forbidden("先接单再办。")
    check_version(deal, version)
    return deal


def may_read(staff: Staff, deal: Deal) -> bool:
    """Their own, and what waits for a broker where they work; an enquiry that nobody answered is staff's only to
    oversee."""
    if oversees(staff) or deal.broker_id == staff.id:
        return True
    return deal.broker_id is None and deal.state in NEEDS_BROKER and region_rank(staff, deal.region) > 0


def readable_deals(staff: Staff) -> ColumnElement[bool]:
    """The same rule for a query."""
    if oversees(staff):
        return literal(True)
    is_free = and_(Deal.broker_id.is_(None), Deal.state.in_(NEEDS_BROKER), region_matches(staff, Deal.region))
    return or_(Deal.broker_id == staff.id, is_free)


def lock_deal(session: Session, deal_id: int) -> Deal | None:
    session.flush()  # reading the row again must not undo what this transaction has changed
    return session.get(Deal, deal_id, with_for_update=True, populate_existing=True)


def check_version(deal: Deal, version: int | None) -> None:
    """Raises Conflict where somebody acts on an older state of the (locked) deal; None asks for no check."""
    if version is not None and version != deal.version:
        raise Conflict(STALE)


def check_open(deal: Deal) -> None:
    if deal.state in CLOSED:
        raise Conflict(f"{deal.number} 已经结束。")


def _find(session: Session, number: str, which: ColumnElement[bool], *, lock: bool) -> Deal | None:
    wanted = select(Deal).where(Deal.number == number.strip().upper(), which)
    if lock:
        session.flush()
        wanted = wanted.with_for_update(of=Deal).execution_options(populate_existing=True)
    return session.scalar(wanted)
