"""What an owner says of a right: a fee is paid, the reduction, days that our records do not have, no more reminders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.calendar import WorkingCalendar
from core.clock import china_date
from core.errors import Conflict, Forbidden, InvalidInput
from models import CustodyEvent, CustodyRight, FeeReduction, PatentKind, RightKind, RightSource
from services.custody.access import DECIDED_BY, check_version, get_own_right, may_decide
from services.custody.due_dates import Due, assume_paid, fee_facts, find_due, is_plausible, plan_notice
from services.working_hours import load_calendar

NO_FEE = "这件现在没有要缴的年费。"
# After a payment, even one on the last day of the grace, the next fee is farther off than this.
SETTLED = timedelta(days=150)


@dataclass(frozen=True)
class Facts:
    """What is to be changed; None leaves it as it is."""

    reduction: FeeReduction | None = None
    paid_year: int | None = None
    is_reminded: bool | None = None
    patent_kind: PatentKind | None = None
    filed_on: date | None = None
    granted_on: date | None = None
    expires_on: date | None = None
    # "" takes it out of its product.
    product: str | None = None
    # "" takes it out of its department.
    department: str | None = None


def note(
    right: CustodyRight,
    kind: str,
    now: datetime,
    *,
    user_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """One version, one entry of its history."""
    right.version += 1
    right.changed_at = now
    enter(right, kind, now, user_id=user_id, details=details)


def enter(
    right: CustodyRight,
    kind: str,
    now: datetime,
    *,
    user_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """An entry of its history about what lies beside it: who has the right before them may still change it."""
    right.events.append(CustodyEvent(kind=kind, user_id=user_id, details=dict(details or {}), created_at=now))


def mark_paid(
    session: Session,
    *,
    user_id: int,
    public_id: str,
    now: datetime,
    year: int | None = None,
) -> CustodyRight:
    """The fee that is due next is paid, or that of the year that is named and all before it. Saying it again changes
    nothing. Raises NotFound, Conflict where there is none, InvalidInput for a year that the right does not have."""
    right = get_own_right(session, user_id, public_id, lock=True)
    today, calendar = china_date(now), load_calendar(session, china_date(now))
    due = find_due(right, today, calendar)
    if year is None:
        if due is None or due.fee is None:
            raise Conflict(NO_FEE)
        if _was_said_before(right, due, today):
            return right
        year = due.fee.year
    set_paid(right, year, today)
    note(right, "paid", now, user_id=user_id, details={"year": year})
    plan_notice(right, today, calendar)
    session.flush()
    return right


def _was_said_before(right: CustodyRight, due: Due, today: date) -> bool:
    """Whether the payment of the fee before this one was said lately: a second tap pays no second year."""
    said_on = right.paid_said_on
    return said_on is not None and today - said_on <= SETTLED and due.on - today > SETTLED


def set_paid(right: CustodyRight, year: int, today: date) -> None:
    """The fees up to that year are paid, as somebody says today. The right is locked. Raises Conflict, InvalidInput."""
    facts = fee_facts(right)
    if facts is None:
        raise Conflict(NO_FEE)
    # Nobody pays for years that have not begun when the one before them ends.
    furthest = today.year - facts.filed_on.year + 2
    if not 1 <= year <= furthest:
        raise InvalidInput(f"年度要在1到{furthest}之间。", fields={"paid_year": f"1到{furthest}"})
    right.paid_year, right.paid_said_on = year, today


def change_facts(
    session: Session, *, user_id: int, public_id: str, facts: Facts, now: datetime, version: int | None = None
) -> CustodyRight:
    """Write down what the owner says. What stands in our records is not theirs to change. Raises NotFound, Conflict,
    Forbidden for a member who may only say what is paid, InvalidInput."""
    right = get_own_right(session, user_id, public_id, lock=True)
    check_version(right, version)
    days = {
        name: value
        for name in ("patent_kind", "filed_on", "granted_on", "expires_on")
        if (value := getattr(facts, name)) is not None
    }
    decides = (facts.reduction, facts.is_reminded, facts.product, facts.department)
    if (days or any(each is not None for each in decides)) and not may_decide(session, user_id, right):
        raise Forbidden(DECIDED_BY)
    changed = [name for name in Facts.__dataclass_fields__ if getattr(facts, name) is not None]
    if not changed:
        return right
    today = china_date(now)
    calendar = load_calendar(session, today)
    if days:
        _set_days(right, days, today, calendar)
    if facts.reduction is not None:
        right.reduction = facts.reduction
    if facts.product is not None:
        right.product = facts.product or None
    if facts.department is not None:
        right.department = facts.department or None
    if facts.is_reminded is not None:
        right.is_reminded = facts.is_reminded
    if facts.paid_year is not None:
        set_paid(right, facts.paid_year, today)
    note(right, "changed", now, user_id=user_id, details={"fields": changed})
    plan_notice(right, today, calendar)
    session.flush()
    return right


def _set_days(right: CustodyRight, days: Mapping[str, Any], today: date, calendar: WorkingCalendar) -> None:
    if right.source == RightSource.RECORD:
        raise Conflict("日期和类型按专利记录,不能改。记录有误请说“转人工”。")
    if "expires_on" in days and right.kind != RightKind.TRADEMARK:
        raise InvalidInput("只有商标有续展到期日。", fields={"expires_on": "只有商标有"})
    if days.keys() - {"expires_on"} and right.kind != RightKind.PATENT:
        raise InvalidInput("只有专利有申请日和类型。", fields={"filed_on": "只有专利有"})
    for name, value in days.items():
        if isinstance(value, date) and not is_plausible(value):
            raise InvalidInput("日期不对,请核对。", fields={name: "日期不对"})
        setattr(right, name, value)
    if right.filed_on is not None and right.filed_on > today:
        raise InvalidInput("申请日在今天以后,请核对。", fields={"filed_on": "不能晚于今天"})
    if right.filed_on is not None and right.granted_on is not None and right.granted_on < right.filed_on:
        raise InvalidInput("授权日早于申请日,请核对。", fields={"granted_on": "不能早于申请日"})
    if days.keys() - {"expires_on"}:
        assume_paid(right, today, calendar)
