"""Rights in custody of one company, for staff who are asked about them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from models import Company, CustodyRight, Staff
from services.company_search import is_called
from services.custody.due_dates import find_due
from services.custody.portfolio import NEVER, Holding
from services.notifications import user_called
from services.permissions import Action, check_may
from services.working_hours import load_calendar

MOST_COMPANIES = 20
SHOWN = 30
NO_COMPANY = "没有找到这家企业。"


@dataclass(frozen=True)
class CustomersRights:
    """A page of a company's rights, what is due first in front; `keepers` says who looks after each."""

    company: Company
    items: tuple[Holding, ...]
    keepers: dict[int, str]
    total: int


def find_companies(session: Session, staff: Staff, words: str) -> list[tuple[Company, int]]:
    """The companies whose name holds the words, or whose code they are, that have rights in custody: each with how
    many. Raises Forbidden."""
    check_may(staff, Action.CHECK_PROOFS)
    words = words.strip()
    if not words:
        return []
    count = func.count(CustodyRight.id)
    query = (
        select(Company, count)
        .join(CustodyRight, CustodyRight.company_id == Company.id)
        .where(
            CustodyRight.ended_at.is_(None),
            is_called(words),
        )
        .group_by(Company.id)
        .order_by(count.desc(), Company.id)
        .limit(MOST_COMPANIES)
    )
    return [(company, number) for company, number in session.execute(query).all()]


def list_customers_rights(
    session: Session, staff: Staff, company_id: str, *, today: date, offset: int = 0
) -> CustomersRights:
    """What that company has in custody. Raises Forbidden, NotFound."""
    check_may(staff, Action.CHECK_PROOFS)
    company = session.scalar(select(Company).where(Company.public_id == company_id))
    if company is None:
        raise NotFound(NO_COMPANY)
    wanted = select(CustodyRight).where(CustodyRight.company_id == company.id, CustodyRight.ended_at.is_(None))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    order = func.coalesce(CustodyRight.next_due_on, NEVER), CustodyRight.id
    rows = session.scalars(wanted.order_by(*order).offset(offset).limit(SHOWN)).all()
    calendar = load_calendar(session, today)
    items = tuple(Holding(row, find_due(row, today, calendar)) for row in rows)
    return CustomersRights(company, items, {row.id: user_called(row.user) for row in rows}, total)
