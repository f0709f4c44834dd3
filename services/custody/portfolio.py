"""What somebody has in custody: a list by what is due first, one right whole, all fees of the years ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from models import CustodyRight, RightKind
from nlp.rules.model import Article
from services.custody.access import seen_by
from services.custody.due_dates import Due, fee_facts, find_due
from services.custody.effects import Effect, effects_of_lapse
from services.custody.fees import ASSUMED_PAID, FeeOutlook, FeeYear, fee_outlook
from services.custody.letters import Letter, letters_of
from services.custody.payments import said_payment
from services.custody.wording import assumption
from services.working_hours import load_calendar

# What has no day comes last.
NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Holding:
    """A right with what is due next for it."""

    right: CustodyRight
    due: Due | None


@dataclass(frozen=True)
class Page:
    """One page of holdings; `total` counts all of them."""

    items: tuple[Holding, ...]
    total: int
    next_offset: int | None


@dataclass(frozen=True)
class RightPage:
    """One right whole. `outlook` is None where it has no annual fees or we know too little; `note` tells what is
    assumed."""

    right: CustodyRight
    due: Due | None
    outlook: FeeOutlook | None
    effects: tuple[Effect, ...]
    note: str
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True)
class FeeLine:
    """One fee in the calendar of all rights."""

    right: CustodyRight
    fee: FeeYear


@dataclass(frozen=True)
class FeeCalendar:
    """Fees of all rights by their days. `unknown` are patents whose fees we cannot tell."""

    lines: tuple[FeeLine, ...]
    by_year: tuple[tuple[int, Decimal], ...]
    articles: tuple[Article, ...]
    warnings: tuple[str, ...]
    unknown: tuple[CustodyRight, ...]

    @property
    def total(self) -> Decimal:
        return sum((amount for _, amount in self.by_year), Decimal(0))


def list_rights(
    session: Session,
    *,
    user_id: int,
    today: date,
    kind: RightKind | None = None,
    department: str | None = None,
    offset: int = 0,
    limit: int = 20,
) -> Page:
    """What this person sees, what is due first in front; of a department ("" is none) where one is named."""
    wanted = select(CustodyRight).where(seen_by(user_id))
    if kind is not None:
        wanted = wanted.where(CustodyRight.kind == kind)
    if department is not None:
        named = CustodyRight.department == department if department else CustodyRight.department.is_(None)
        wanted = wanted.where(named)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    order = func.coalesce(CustodyRight.next_due_on, NEVER), CustodyRight.id
    rows = session.scalars(
        wanted.options(joinedload(CustodyRight.company)).order_by(*order).offset(offset).limit(limit)
    ).all()
    calendar = load_calendar(session, today)
    items = tuple(Holding(row, find_due(row, today, calendar)) for row in rows)
    end = offset + len(rows)
    return Page(items, total, end if rows and end < total else None)


def list_all(session: Session, user_id: int) -> Sequence[CustodyRight]:
    """Everything that this person sees, in the order of their adding."""
    wanted = select(CustodyRight).where(seen_by(user_id)).options(joinedload(CustodyRight.company))
    return session.scalars(wanted.order_by(CustodyRight.id)).all()


def list_reminded(session: Session, user_id: int) -> Sequence[CustodyRight]:
    """What this person keeps and is reminded of: a colleague's reminders are the colleague's."""
    wanted = select(CustodyRight).where(seen_by(user_id), CustodyRight.user_id == user_id, CustodyRight.is_reminded)
    return session.scalars(wanted.order_by(CustodyRight.id)).all()


def has_rights(session: Session, user_id: int) -> bool:
    """Whether there is anything to speak of."""
    return session.scalar(select(CustodyRight.id).where(seen_by(user_id)).limit(1)) is not None


def find_by_numbers(session: Session, *, user_id: int, numbers: Sequence[str]) -> list[CustodyRight]:
    """Those of the rights that this person sees that have one of these numbers, in normal form."""
    if not numbers:
        return []
    columns = CustodyRight.number, CustodyRight.application_number, CustodyRight.publication_number
    named = or_(*(column.in_(numbers) for column in columns))
    return list(session.scalars(select(CustodyRight).where(seen_by(user_id), named).order_by(CustodyRight.id)))


def show_right(session: Session, right: CustodyRight, today: date) -> RightPage:
    """A right that has been through the door."""
    calendar = load_calendar(session, today)
    facts = fee_facts(right)
    outlook = fee_outlook(facts, on=today, calendar=calendar) if facts is not None else None
    note = assumption(right) + said_payment(right) if outlook is not None else ""
    due = find_due(right, today, calendar)
    letters = tuple(letters_of(session, right, today))
    return RightPage(right, due, outlook, tuple(effects_of_lapse(session, right, due)), note, letters)


def fee_calendar(session: Session, *, user_id: int, today: date) -> FeeCalendar:
    """The fees of the next five years over everything that this person sees."""
    calendar = load_calendar(session, today)
    lines: list[FeeLine] = []
    unknown: list[CustodyRight] = []
    articles: dict[Article, None] = {}
    warnings: dict[str, None] = {}
    sums: dict[int, Decimal] = {}
    for right in list_all(session, user_id):
        facts = fee_facts(right)
        if facts is None:
            if right.kind == RightKind.PATENT and (right.filed_on is None or right.patent_kind is None):
                unknown.append(right)
            continue
        outlook = fee_outlook(facts, on=today, calendar=calendar)
        articles.update(dict.fromkeys(outlook.articles))
        warnings.update(dict.fromkeys(outlook.warnings))
        if right.paid_said_on is None and outlook.years:
            warnings[ASSUMED_PAID] = None
        for fee in outlook.years:
            lines.append(FeeLine(right, fee))
            sums[fee.due_on.year] = sums.get(fee.due_on.year, Decimal(0)) + fee.payable
    lines.sort(key=lambda line: (line.fee.due_on, line.right.id))
    return FeeCalendar(tuple(lines), tuple(sorted(sums.items())), tuple(articles), tuple(warnings), tuple(unknown))
