"""The one door to a right in custody: its keeper's alone, or a company's active members'; staff who check proofs."""

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from models import Company, CustodyLetter, CustodyPaper, CustodyRight, MemberRole, Membership, MemberState, Staff, User
from services.memberships import NO_COMPANY
from services.permissions import Action, check_may

NO_RIGHT = "没有找到这件托管的权利。"
NO_LETTER = "没有找到这份通知书。"
NO_PAPER = "没有找到这份材料。"
DECIDED_BY = "这一步由保管人或企业负责人来办。"
STALE = "这件刚被改过,请刷新后再看。"


def seen_by(user_id: int) -> ColumnElement[bool]:
    """The rights in custody that a person may see. Whoever left a company sees its rights no more, their own additions
    among them."""
    is_member = exists().where(
        Membership.user_id == user_id,
        Membership.state == MemberState.ACTIVE,
        Membership.company_id == CustodyRight.company_id,
    )
    own = and_(CustodyRight.company_id.is_(None), CustodyRight.user_id == user_id)
    return and_(CustodyRight.ended_at.is_(None), or_(own, is_member))


def get_own_right(session: Session, user_id: int, public_id: str, *, lock: bool = False) -> CustodyRight:
    """Raises NotFound, for a stranger's right as for a missing one and one that has ended."""
    wanted = select(CustodyRight).where(CustodyRight.public_id == public_id, seen_by(user_id))
    if lock:
        wanted = wanted.with_for_update(of=CustodyRight).execution_options(populate_existing=True)
    right = session.scalar(wanted)
    if right is None:
        raise NotFound(NO_RIGHT)
    return right


def get_own_letter(session: Session, user_id: int, public_id: str, *, lock: bool = False) -> CustodyLetter:
    """A letter about a right that this person sees; with `lock` its right is locked, too. Raises NotFound."""
    wanted = select(CustodyLetter).join(CustodyLetter.right)
    wanted = wanted.where(CustodyLetter.public_id == public_id, seen_by(user_id)).options(
        contains_eager(CustodyLetter.right)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    letter = session.scalar(wanted)
    if letter is None:
        raise NotFound(NO_LETTER)
    return letter


def may_decide(session: Session, user_id: int, right: CustodyRight) -> bool:
    """Whether somebody who sees the right may also give it away, end it and say whose it is."""
    if right.user_id == user_id:
        return True
    runs_it = select(Membership.id).where(
        Membership.user_id == user_id,
        Membership.company_id == right.company_id,
        Membership.state == MemberState.ACTIVE,
        Membership.role == MemberRole.OWNER,
    )
    return right.company_id is not None and session.scalar(runs_it) is not None


def get_right_to_decide(session: Session, user_id: int, public_id: str, *, version: int | None = None) -> CustodyRight:
    """The right, locked. Raises NotFound, Forbidden, and Conflict where it has changed since that version."""
    right = get_own_right(session, user_id, public_id, lock=True)
    if not may_decide(session, user_id, right):
        raise Forbidden(DECIDED_BY)
    check_version(right, version)
    return right


def get_own_right_to_prove(session: Session, user_id: int, public_id: str) -> CustodyRight:
    """The right with its papers, which only those see who may say whose it is. Raises NotFound, Forbidden."""
    right = get_own_right(session, user_id, public_id)
    if not may_decide(session, user_id, right):
        raise Forbidden(DECIDED_BY)
    return right


def get_paper_to_check(session: Session, staff: Staff, public_id: str) -> CustodyPaper:
    """The staff's door to a paper: as long as its right is in custody. Raises Forbidden, NotFound."""
    check_may(staff, Action.CHECK_PROOFS)
    paper = session.scalar(
        select(CustodyPaper)
        .join(CustodyPaper.right)
        .where(CustodyPaper.public_id == public_id, CustodyRight.ended_at.is_(None))
        .options(contains_eager(CustodyPaper.right))
    )
    if paper is None:
        raise NotFound(NO_PAPER)
    return paper


def check_version(right: CustodyRight, version: int | None) -> None:
    """Raises Conflict where somebody acts on an older state of the (locked) right; None asks for no check."""
    if version is not None and version != right.version:
        raise Conflict(STALE)


def get_right_to_check(session: Session, staff: Staff, public_id: str, *, lock: bool = False) -> CustodyRight:
    """The staff's door to a proof. Raises Forbidden, NotFound."""
    check_may(staff, Action.CHECK_PROOFS)
    wanted = select(CustodyRight).where(CustodyRight.public_id == public_id, CustodyRight.ended_at.is_(None))
    if lock:
        wanted = wanted.with_for_update(of=CustodyRight).execution_options(populate_existing=True)
    right = session.scalar(wanted)
    if right is None:
        raise NotFound(NO_RIGHT)
    return right


def company_of(session: Session, user_id: int, public_id: str | None = None) -> Company | None:
    """For which company a person keeps rights: the one that is named, else the one they act for; None for their own.
    Raises InvalidInput for a company that they do not act for."""
    acts_for = (
        select(Company)
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.user_id == user_id, Membership.state == MemberState.ACTIVE)
    )
    if public_id is not None:
        company = session.scalar(acts_for.where(Company.public_id == public_id))
        if company is None:
            raise InvalidInput(NO_COMPANY, fields={"company_id": NO_COMPANY})
        return company
    user = session.get_one(User, user_id)
    return session.scalar(acts_for.where(Company.id == user.company_id)) if user.company_id is not None else None


def is_active_member(session: Session, user_id: int, company_id: int) -> bool:
    """Whether a person acts for that company."""
    row = select(Membership.id).where(
        Membership.user_id == user_id, Membership.company_id == company_id, Membership.state == MemberState.ACTIVE
    )
    return session.scalar(row) is not None


def get_member(session: Session, *, company_id: int, member_id: int) -> Membership:
    """Somebody who acts for the company. Raises NotFound."""
    row = session.scalar(
        select(Membership)
        .where(Membership.id == member_id, Membership.company_id == company_id, Membership.state == MemberState.ACTIVE)
        .options(joinedload(Membership.user))
    )
    if row is None:
        raise NotFound("没有找到这位成员。")
    return row
