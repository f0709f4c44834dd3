"""Who acts for which company: claimed by whoever comes first, joined with the yes of whoever runs it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.logs import get_logger
from models import Case, Company, MemberRole, Membership, MemberState, User
from services.credit_codes import read_credit_code
from services.deals.leaving import leave_deals
from services.notifications import list_supervisors, notify, user_label

log = get_logger(__name__)

NO_COMPANY = "没有找到这家企业。"
NO_MEMBER = "没有找到这位成员。"
BAD_CODE = "统一社会信用代码不对,请照营业执照核对18位。"
OTHER_CODE = "这家企业登记的是另一个统一社会信用代码,请照营业执照核对。"
LAST_OWNER = "您是唯一的负责人,请先把负责人交给一位同事。"


def list_memberships(session: Session, user_id: int) -> list[Membership]:
    """The companies that a person acts for, or asked to."""
    query = select(Membership).where(Membership.user_id == user_id, Membership.state != MemberState.ENDED)
    return list(session.scalars(query.options(joinedload(Membership.company)).order_by(Membership.id)))


def claim_company(
    session: Session, *, user_id: int, name: str, region: str | None, credit_code: str | None, now: datetime
) -> Membership:
    """Act for a company from now on: as the one who runs it where nobody else has to do with it yet, else once staff
    looked at it, or whoever runs it lets them in as a member. Repeating it changes nothing. Raises InvalidInput, or
    Conflict for a code that is not its own."""
    code = None
    if credit_code:
        code = read_credit_code(credit_code)
        if code is None:
            raise InvalidInput(BAD_CODE, fields={"credit_code": BAD_CODE})
    company = _find_or_create(session, name.strip(), region, code, now)
    if code is not None and company.credit_code not in {None, code}:
        raise Conflict(OTHER_CODE)
    row = _find(session, user_id, company)
    if row is not None and row.state != MemberState.ENDED:
        return row
    is_free = not _is_known_to_others(session, company, user_id)
    if is_free:
        company.credit_code = company.credit_code or code
        company.region = company.region or region
    row = row or Membership(user_id=user_id, company_id=company.id, created_at=now)
    row.role, row.claimed_code = MemberRole.OWNER, code
    _ask(session, row, now)
    if is_free:
        activate(session, row, now)
    else:
        user = session.get_one(User, user_id)
        is_quarrel = "(已有负责人)" if find_owner(session, company.id) else ""
        for person in list_supervisors(session):
            notify(session, staff_id=person.id, kind="company_claim", key=f"membership-{row.id}-{now.date()}",
                   text=f"企业认领待核对:{user_label(user)} · {company.name}{is_quarrel}", now=now)  # fmt: skip
    session.flush()
    return row


def ask_to_join(session: Session, *, user_id: int, public_id: str, now: datetime) -> Membership:
    """Ask whoever runs the company, whose id a colleague passed on. Asking again is harmless. Raises NotFound."""
    company = lock_company(session, public_id)
    row = _find(session, user_id, company)
    if row is not None and row.state != MemberState.ENDED:
        return row
    row = row or Membership(user_id=user_id, company_id=company.id, created_at=now)
    row.role = MemberRole.MEMBER
    _ask(session, row, now)
    return row


def list_members(session: Session, *, user_id: int, public_id: str) -> list[Membership]:
    """Who acts for the company or asked to, as whoever runs it sees them. Raises NotFound, Forbidden."""
    company = session.scalar(select(Company).where(Company.public_id == public_id))
    _check_runs(session, user_id, company)
    query = select(Membership).where(Membership.company == company, Membership.state != MemberState.ENDED)
    return list(session.scalars(query.options(joinedload(Membership.user)).order_by(Membership.id)))


def decide_member(
    session: Session,
    *,
    user_id: int,
    public_id: str,
    member_id: int,
    state: MemberState,
    role: MemberRole | None,
    now: datetime,
) -> Membership:
    """Let somebody in, refuse or remove them, or hand the running over. Raises NotFound, Forbidden, Conflict."""
    company = lock_company(session, public_id)
    _check_runs(session, user_id, company)
    row = session.get(Membership, member_id, populate_existing=True)
    if row is None or row.company_id != company.id or row.state == MemberState.ENDED:
        raise NotFound(NO_MEMBER)
    loses_owner = row.state == MemberState.ACTIVE and row.role == MemberRole.OWNER
    if loses_owner and (state != MemberState.ACTIVE or role == MemberRole.MEMBER):
        _check_not_last(session, row)
    # Who claimed to run it is let in as a member, unless it is said otherwise.
    row.role = role or (MemberRole.MEMBER if row.state == MemberState.PENDING else MemberRole(row.role))
    if state == MemberState.ACTIVE and row.state != MemberState.ACTIVE:
        activate(session, row, now)
    elif state == MemberState.ENDED:
        end(session, row, now)
    session.flush()
    return row


def leave_company(session: Session, *, user_id: int, public_id: str, now: datetime) -> None:
    """Act for it no more, or take back the asking. Raises NotFound, Conflict for the last one who runs it."""
    company = lock_company(session, public_id)
    row = _find(session, user_id, company)
    if row is None or row.state == MemberState.ENDED:
        raise NotFound(NO_COMPANY)
    if row.state == MemberState.ACTIVE and row.role == MemberRole.OWNER:
        _check_not_last(session, row)
    end(session, row, now)
    session.flush()


def find_owner(session: Session, company_id: int) -> User | None:
    """Who runs the company, the first of them where there are several; None where nobody does yet."""
    owners = list_owners(session, company_id)
    return owners[0].user if owners else None


def list_owners(session: Session, company_id: int) -> list[Membership]:
    """Everybody who runs the company, the first of them first."""
    query = select(Membership).where(
        Membership.company_id == company_id,
        Membership.state == MemberState.ACTIVE,
        Membership.role == MemberRole.OWNER,
    )
    return list(session.scalars(query.options(joinedload(Membership.user)).order_by(Membership.id)))


def _find_or_create(session: Session, name: str, region: str | None, code: str | None, now: datetime) -> Company:
    same = Company.name == name if code is None else or_(Company.credit_code == code, Company.name == name)
    # A code says more than a name, which may have been mistyped.
    order = Company.credit_code.is_(None), Company.id
    found = session.scalar(select(Company).where(same).order_by(*order).limit(1).with_for_update())
    if found is not None:
        return found
    try:
        with session.begin_nested():
            company = Company(name=name, region=region, credit_code=code, created_at=now)
            session.add(company)
    except IntegrityError:  # written in somebody's form at this very moment
        return _find_or_create(session, name, region, code, now)
    return company


def _is_known_to_others(session: Session, company: Company, user_id: int) -> bool:
    """Whether anybody else acts for it, has filed for it or named it as theirs."""
    traces: Sequence[type[Membership] | type[Case]] = (Membership, Case)
    of_others = [exists().where(each.company_id == company.id, each.user_id != user_id) for each in traces]
    of_others.append(exists().where(User.company_id == company.id, User.id != user_id))
    return bool(session.scalar(select(or_(*of_others))))


def _find(session: Session, user_id: int, company: Company) -> Membership | None:
    return session.scalar(
        select(Membership)
        .where(Membership.user_id == user_id, Membership.company_id == company.id)
        .execution_options(populate_existing=True)
    )


def lock_company(session: Session, public_id: str) -> Company:
    """The company, its members not to be decided on by anybody else meanwhile. Raises NotFound."""
    company = session.scalar(select(Company).where(Company.public_id == public_id).with_for_update())
    if company is None:
        raise NotFound(NO_COMPANY)
    return company


def _check_runs(session: Session, user_id: int, company: Company | None) -> None:
    row = _find(session, user_id, company) if company is not None else None
    if row is None or row.state != MemberState.ACTIVE:
        raise NotFound(NO_COMPANY)
    if row.role != MemberRole.OWNER:
        raise Forbidden("成员由企业负责人来管。")


def _check_not_last(session: Session, row: Membership) -> None:
    """Somebody must be there to decide, as long as others act for the company."""
    others = select(Membership.role).where(
        Membership.company_id == row.company_id, Membership.id != row.id, Membership.state == MemberState.ACTIVE
    )
    roles = session.scalars(others).all()
    if roles and MemberRole.OWNER not in roles:
        raise Conflict(LAST_OWNER)


def _ask(session: Session, row: Membership, now: datetime) -> None:
    row.state, row.created_at, row.decided_at = MemberState.PENDING, now, None
    row.decided_by_id = row.decision_note = None
    session.add(row)
    session.flush()


def activate(session: Session, row: Membership, now: datetime) -> None:
    """The person acts for the company from now on; it is theirs where they had none."""
    row.state, row.decided_at = MemberState.ACTIVE, now
    user = session.get_one(User, row.user_id)
    if user.company_id is None:
        user.company_id = row.company_id
    log.info("membership_began", membership_id=row.id, role=row.role)


def end(session: Session, row: Membership, now: datetime) -> None:
    """The person acts for the company no more, or was refused; its deals go to who runs it."""
    row.state, row.decided_at = MemberState.ENDED, now
    user = session.get_one(User, row.user_id)
    if user.company_id == row.company_id:
        user.company_id = None
    session.flush()
    owner = find_owner(session, row.company_id)
    successor_id = owner.id if owner is not None else None
    leave_deals(session, user_id=user.id, company_id=row.company_id, successor_id=successor_id, now=now)
    log.info("membership_ended", membership_id=row.id)
