"""The doors to a firm's credit: those who act for it read, whoever runs it answers; staff who keep it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from core.errors import Forbidden, NotFound
from models import Company, CreditEvent, CreditPlea, CreditState, MemberRole, Membership, MemberState, Staff
from services.company_search import find_companies_called
from services.credit.record import TOLD
from services.memberships import NO_COMPANY
from services.permissions import Action, check_may

NO_EVENT = "没有找到这条信用记录。"
NO_PLEA = "没有找到这条申请。"
RUN_BY = "异议和修复由企业负责人提。"
LATEST = 30


def list_own_companies(session: Session, user_id: int) -> list[Company]:
    """Those that somebody acts for."""
    wanted = select(Company).join(Membership, Membership.company_id == Company.id)
    acts = Membership.user_id == user_id, Membership.state == MemberState.ACTIVE
    return list(session.scalars(wanted.where(*acts).order_by(Membership.id)))


def get_own_company(session: Session, user_id: int, public_id: str) -> Company:
    """Raises NotFound for a stranger's as for a missing one."""
    company = session.scalar(select(Company).where(Company.public_id == public_id))
    if company is None or _role(session, user_id, company.id) is None:
        raise NotFound(NO_COMPANY)
    return company


def get_event_to_answer(session: Session, user_id: int, public_id: str) -> CreditEvent:
    """An event that the firm was told of, locked. Raises NotFound, and Forbidden for a member who does not run it."""
    event = _locked(session, public_id)
    role = _role(session, user_id, event.company_id) if event is not None else None
    if event is None or role is None or event.state not in TOLD:
        raise NotFound(NO_EVENT)
    if role != MemberRole.OWNER:
        raise Forbidden(RUN_BY)
    return event


def _role(session: Session, user_id: int, company_id: int) -> str | None:
    acts = Membership.user_id == user_id, Membership.state == MemberState.ACTIVE
    return session.scalar(select(Membership.role).where(*acts, Membership.company_id == company_id))


def _locked(session: Session, public_id: str) -> CreditEvent | None:
    session.flush()
    wanted = select(CreditEvent).where(CreditEvent.public_id == public_id)
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def get_event_to_keep(session: Session, staff: Staff, public_id: str) -> CreditEvent:
    """Locked, for staff. Raises Forbidden, NotFound."""
    check_may(staff, Action.KEEP_CREDIT)
    event = _locked(session, public_id)
    if event is None:
        raise NotFound(NO_EVENT)
    return event


def get_plea_to_decide(session: Session, staff: Staff, plea_id: int) -> CreditPlea:
    """With its event locked. Raises Forbidden, NotFound."""
    check_may(staff, Action.KEEP_CREDIT)
    plea = session.get(CreditPlea, plea_id)
    if plea is None:
        raise NotFound(NO_PLEA)
    _locked(session, plea.event.public_id)
    return session.get_one(CreditPlea, plea_id, populate_existing=True)


def get_company_to_keep(session: Session, staff: Staff, public_id: str) -> Company:
    """Raises Forbidden, NotFound."""
    check_may(staff, Action.KEEP_CREDIT)
    company = session.scalar(select(Company).where(Company.public_id == public_id))
    if company is None:
        raise NotFound(NO_COMPANY)
    return company


def find_companies(session: Session, staff: Staff, words: str) -> list[Company]:
    """Raises Forbidden."""
    check_may(staff, Action.KEEP_CREDIT)
    return find_companies_called(session, words)


def list_to_decide(session: Session, staff: Staff) -> tuple[Sequence[CreditEvent], Sequence[CreditPlea]]:
    """Proposals that wait for a second person, and what firms said and nobody has answered; the oldest first. Raises
    Forbidden."""
    check_may(staff, Action.KEEP_CREDIT)
    proposed = select(CreditEvent).where(CreditEvent.state == CreditState.PROPOSED).order_by(CreditEvent.id)
    events = proposed.options(joinedload(CreditEvent.company), joinedload(CreditEvent.author))
    asked = select(CreditPlea).where(CreditPlea.is_granted.is_(None)).order_by(CreditPlea.id)
    pleas = asked.options(joinedload(CreditPlea.event).joinedload(CreditEvent.company))
    return session.scalars(events).all(), session.scalars(pleas).all()


def list_counting(session: Session, staff: Staff, today: date) -> Sequence[CreditEvent]:
    """What was confirmed and is not over, the latest first. Raises Forbidden."""
    check_may(staff, Action.KEEP_CREDIT)
    wanted = select(CreditEvent).where(CreditEvent.state == CreditState.COUNTS, CreditEvent.counts_until >= today)
    rows = wanted.options(joinedload(CreditEvent.company), selectinload(CreditEvent.pleas))
    return session.scalars(rows.order_by(CreditEvent.decided_at.desc(), CreditEvent.id.desc()).limit(LATEST)).all()
