"""A university's rights by department: what each has and costs, reductions for all of one at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from core.calendar import WorkingCalendar
from core.clock import china_date
from core.errors import InvalidInput
from core.logs import get_logger
from models import CustodyRight, FeeReduction, MemberRole, Membership, MemberState, RightKind
from services.custody.access import seen_by
from services.custody.changes import note
from services.custody.due_dates import fee_facts, plan_notice
from services.custody.fees import fee_outlook
from services.custody.portfolio import list_all
from services.working_hours import load_calendar

log = get_logger(__name__)

# Five years of fees take 2 ms a patent: for more than these nobody waits.
MOST_COUNTED = 1_000
# Of a department, in one call; what is left is changed by the next one.
MOST_CHANGED = 2_000


@dataclass(frozen=True)
class DepartmentView:
    """What a department has; `name` is "" for rights of none. `cost` is what its fees of five years come to (None where
    there are too many patents to count while somebody waits), `unknown` how many patents they cannot be counted for."""

    name: str
    rights: int
    patents: int
    reduced: int
    unknown: int
    next_due_on: date | None
    cost: Decimal | None


@dataclass(frozen=True)
class Changed:
    """How many were changed, were so already, and may not be changed by this person."""

    changed: int
    same: int
    refused: int


def list_departments(session: Session, *, user_id: int, today: date) -> list[DepartmentView]:
    """The departments of everything that this person sees, by name; rights of none last."""
    by_name: dict[str, list[CustodyRight]] = {}
    everything = list_all(session, user_id)
    is_counted = sum(right.kind == RightKind.PATENT for right in everything) <= MOST_COUNTED
    for right in everything:
        by_name.setdefault(right.department or "", []).append(right)
    calendar = load_calendar(session, today)
    found = []
    for name, rights in by_name.items():
        patents = [right for right in rights if right.kind == RightKind.PATENT]
        days = [right.next_due_on for right in rights if right.next_due_on is not None]
        found.append(
            DepartmentView(
                name=name,
                rights=len(rights),
                patents=len(patents),
                reduced=sum(right.reduction != FeeReduction.NONE for right in patents),
                unknown=sum(right.filed_on is None or right.patent_kind is None for right in patents),
                next_due_on=min(days, default=None),
                cost=_cost(rights, today, calendar) if is_counted else None,
            )
        )
    return sorted(found, key=lambda each: (not each.name, each.name))


def _cost(rights: Sequence[CustodyRight], today: date, calendar: WorkingCalendar) -> Decimal:
    facts = [each for right in rights if (each := fee_facts(right)) is not None]
    return sum((fee_outlook(each, on=today, calendar=calendar).total for each in facts), Decimal(0))


def set_reduction(
    session: Session, *, user_id: int, department: str, reduction: FeeReduction, now: datetime
) -> Changed:
    """The reduction of all patents of a department ("" for those of none) that this person decides over; the others
    stay as they are. Saying it again changes nothing. Raises InvalidInput for a department that there is not."""
    named = CustodyRight.department == department if department else CustodyRight.department.is_(None)
    wanted = select(CustodyRight).where(seen_by(user_id), CustodyRight.kind == RightKind.PATENT, named)
    decides = or_(CustodyRight.user_id == user_id, CustodyRight.company_id.in_(_companies_run_by(session, user_id)))
    total, own = _count(session, wanted), _count(session, wanted.where(decides))
    if not total:
        raise InvalidInput("没有这个院系的专利。", fields={"department": "没有这个院系"})
    same = _count(session, wanted.where(decides, CustodyRight.reduction == reduction))
    rights = session.scalars(
        wanted.where(decides, CustodyRight.reduction != reduction)
        .order_by(CustodyRight.id)
        .limit(MOST_CHANGED)
        .with_for_update(of=CustodyRight)
        .execution_options(populate_existing=True)
    ).all()
    today = china_date(now)
    calendar = load_calendar(session, today)
    for right in rights:
        right.reduction = reduction
        note(right, "changed", now, user_id=user_id, details={"fields": ["reduction"], "bulk": True})
        plan_notice(right, today, calendar)
    changed, refused = len(rights), total - own
    session.flush()
    log.info("custody_reductions_set", user_id=user_id, changed=changed, refused=refused)
    return Changed(changed, same, refused)


def _count(session: Session, wanted: Select[CustodyRight]) -> int:
    return session.scalar(wanted.with_only_columns(func.count(CustodyRight.id))) or 0


def _companies_run_by(session: Session, user_id: int) -> frozenset[int]:
    rows = session.scalars(
        select(Membership.company_id).where(
            Membership.user_id == user_id,
            Membership.state == MemberState.ACTIVE,
            Membership.role == MemberRole.OWNER,
        )
    )
    return frozenset(rows)
