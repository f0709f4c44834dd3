"""Key accounts: marked by staff with a reason and one manager, shown in the queues, offered to that manager first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.clock import china_date
from core.errors import InvalidInput, NotFound
from core.logs import get_logger
from models import AccountTier, Company, Deal, KeyAccount, Role, Staff
from services.audit import record_action
from services.company_search import find_companies_called
from services.memberships import NO_COMPANY
from services.permissions import Action, check_may

log = get_logger(__name__)

TIER_NAMES = {AccountTier.KEY: "重点客户", AccountTier.STRATEGIC: "战略客户"}
LONGEST_REASON = 200


def mark_account(
    session: Session, *, staff: Staff, company_id: str, tier: AccountTier | None, reason: str, manager_id: int | None,
    now: datetime,
) -> KeyAccount:  # fmt: skip
    """A firm becomes a key account, or gets another tier or manager. Raises Forbidden, NotFound, InvalidInput."""
    check_may(staff, Action.KEEP_ACCOUNTS)
    company = _company(session, company_id)
    words = " ".join(reason.split())
    manager = session.get(Staff, manager_id) if manager_id is not None else None
    fields = {}
    if tier is None:
        fields["tier"] = "请选一档"
    if not 2 <= len(words) <= LONGEST_REASON:
        fields["reason"] = f"写2到{LONGEST_REASON}个字"
    if manager is None or not manager.is_active or manager.role == Role.PARTNER:
        fields["manager"] = "请选一位在职的同事"
    if fields or tier is None or manager is None:
        raise InvalidInput(fields=fields)
    account = session.scalar(select(KeyAccount).where(KeyAccount.company_id == company.id).with_for_update())
    if account is None:
        account = KeyAccount(company_id=company.id, since=china_date(now))
        session.add(account)
    elif account.tier != tier:
        account.since = china_date(now)
    account.tier, account.reason, account.manager_id, account.changed_at = tier, words, manager.id, now
    session.flush()
    target = f"company:{company.id}"
    record_action(session, staff=staff, action="account_marked", target=target, now=now, tier=tier, manager=manager.id)
    log.info("key_account_marked", company_id=company.id, tier=tier)
    return account


def unmark_account(session: Session, *, staff: Staff, company_id: str, now: datetime) -> None:
    """It is one like others again. Raises Forbidden, NotFound."""
    check_may(staff, Action.KEEP_ACCOUNTS)
    company = _company(session, company_id)
    account = session.scalar(select(KeyAccount).where(KeyAccount.company_id == company.id))
    if account is None:
        raise NotFound("这家企业不是重点客户。")
    session.delete(account)
    session.flush()
    record_action(session, staff=staff, action="account_unmarked", target=f"company:{company.id}", now=now)


def list_accounts(session: Session, staff: Staff) -> Sequence[KeyAccount]:
    """By the name of the firm. Raises Forbidden."""
    check_may(staff, Action.KEEP_ACCOUNTS)
    rows = select(KeyAccount).join(KeyAccount.company).options(joinedload(KeyAccount.company))
    return session.scalars(rows.options(joinedload(KeyAccount.manager)).order_by(Company.name)).all()


def find_firms(session: Session, staff: Staff, words: str) -> list[Company]:
    """Raises Forbidden."""
    check_may(staff, Action.KEEP_ACCOUNTS)
    return find_companies_called(session, words)


def list_managers(session: Session) -> list[Staff]:
    """Who may look after a firm."""
    wanted = select(Staff).where(Staff.is_active, Staff.role != Role.PARTNER).order_by(Staff.display_name)
    return list(session.scalars(wanted))


def tiers_of(session: Session, company_ids: Collection[int | None]) -> Mapping[int, str]:
    """重点客户 and so on, by company, for those that have one."""
    ids = {each for each in company_ids if each is not None}
    if not ids:
        return {}
    rows = session.execute(select(KeyAccount.company_id, KeyAccount.tier).where(KeyAccount.company_id.in_(ids)))
    return {company_id: TIER_NAMES[AccountTier(tier)] for company_id, tier in rows}


def tiers_of_deals(session: Session, deals: Iterable[Deal]) -> Mapping[int, str]:
    """The highest tier of either side, by the deal's id."""
    sides = {deal.id: [party.company_id for party in deal.parties] for deal in deals}
    tiers = tiers_of(session, {each for ids in sides.values() for each in ids})
    found = {
        deal_id: [tiers[each] for each in ids if each is not None and each in tiers] for deal_id, ids in sides.items()
    }
    best = TIER_NAMES[AccountTier.STRATEGIC]
    return {deal_id: best if best in names else names[0] for deal_id, names in found.items() if names}


def managers_among(session: Session, company_ids: Collection[int | None], people: Sequence[Staff]) -> list[Staff]:
    """Those of these people who look after one of these firms: they come first. All of them where none does."""
    ids = {each for each in company_ids if each is not None}
    if not ids or not people:
        return list(people)
    managers = set(session.scalars(select(KeyAccount.manager_id).where(KeyAccount.company_id.in_(ids))))
    return [person for person in people if person.id in managers] or list(people)


def _company(session: Session, public_id: str) -> Company:
    company = session.scalar(select(Company).where(Company.public_id == public_id))
    if company is None:
        raise NotFound(NO_COMPANY)
    return company
