"""A payment of an annual fee on its owner's word: of which year it can be, whether it was enough, written down as said.

No register tells us what was paid. What is written down here moves the calendar and the reminders, and is said to be
the owner's word wherever it is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput
from core.i18n import chinese_date
from models import CustodyRight, FeeReduction
from nlp.fee_payments import FeePayment
from nlp.rules.wording import money
from services.custody.access import get_own_right
from services.custody.changes import NO_FEE, note, set_paid
from services.custody.due_dates import fee_facts, plan_notice
from services.custody.fees import FeeFacts, FeeYear, fee_of_year, last_year, year_of
from services.working_hours import load_calendar

AS_SAID = "按您说的记,以国家局登记簿为准。"
PAID = "paid"


class Doubt(StrEnum):
    """Why a payment is asked back: less than the fee, or after its last day."""

    SHORT = "short"
    LATE = "late"


@dataclass(frozen=True)
class Reckoned:
    """A payment beside the rules. `years` are those that it may be of: one, unless its day fits two.

    `wanted` is what was to be paid on that day; `reduction` the one under which the sum that is said is right."""

    years: tuple[int, ...]
    doubt: Doubt | None = None
    wanted: Decimal | None = None
    reduction: FeeReduction | None = None


def reckon_payment(session: Session, right: CustodyRight, said: FeePayment, today: date) -> Reckoned:
    """What a payment comes to. Raises Conflict for a right without fees, InvalidInput for a day or a year that cannot
    be."""
    facts = fee_facts(right)
    if facts is None:
        raise Conflict(NO_FEE)
    _check(facts, said, today)
    calendar = load_calendar(session, today)

    def fee_of(year: int, reduction: FeeReduction | None = None) -> FeeYear:
        return fee_of_year(facts, year, on=today, calendar=calendar, reduction=reduction)

    years: tuple[int, ...]
    if said.year is not None:
        years = (said.year,)
    elif said.paid_on is None:
        years = (facts.paid_year + 1,)
    else:
        known = facts.paid_year if right.paid_said_on is not None else 0
        years = _years_of(facts, said, fee_of, known)
    if len(years) != 1 or not 2 <= years[0] <= last_year(facts):
        return Reckoned(years)
    fee, day = fee_of(years[0]), said.paid_on or today
    step = fee.step_on(day) if said.paid_on is not None else None
    if said.paid_on is not None and step is None:
        return Reckoned(years, Doubt.LATE)
    wanted = step.total if step is not None else fee.payable
    if said.amount is None or said.amount >= wanted:
        return Reckoned(years, None, wanted)
    return Reckoned(years, Doubt.SHORT, wanted, _reduction_of(said, day, lambda each: fee_of(years[0], each)))


def _check(facts: FeeFacts, said: FeePayment, today: date) -> None:
    if said.paid_on is not None and said.paid_on > today:
        raise InvalidInput(f"{chinese_date(said.paid_on)}还没到,请核对缴费的日子。")
    if said.paid_on is not None and said.paid_on < facts.filed_on:
        raise InvalidInput("缴费的日子在申请日以前,请核对。")
    if said.year is not None and not 1 <= said.year <= last_year(facts):
        raise InvalidInput(f"这件没有第{said.year}年的年费,请核对年度。")


def _years_of(facts: FeeFacts, said: FeePayment, fee_of: Callable[[int], FeeYear], known: int) -> tuple[int, ...]:
    """Paid ahead for the year that follows, or late for the one that runs; the sum may tell which, and what was said
    before of the earlier one."""
    assert said.paid_on is not None
    running = year_of(facts.filed_on, said.paid_on)
    steps = {
        year: fee_of(year).step_on(said.paid_on)
        for year in (running, running + 1)
        if 2 <= year <= last_year(facts) and year > known
    }
    fitting = [year for year, step in steps.items() if step is not None]
    exact = [year for year, step in steps.items() if step is not None and step.total == said.amount]
    return tuple(exact if len(exact) == 1 else fitting or steps)


def _reduction_of(said: FeePayment, day: date, fee_under: Callable[[FeeReduction], FeeYear]) -> FeeReduction | None:
    for each in (FeeReduction.SINGLE, FeeReduction.JOINT):
        step = fee_under(each).step_on(day)
        if step is not None and step.total == said.amount:
            return each
    return None


def record_payment(
    session: Session, *, user_id: int, public_id: str, said: FeePayment, now: datetime, takes_back: bool = False
) -> CustodyRight:
    """Write a payment of the named year down as its owner says it; the calendar goes on from there.

    One of an earlier year than is known to be paid changes no day; with `takes_back` the later ones were said by
    mistake. Saying the same again changes nothing. Raises NotFound, Conflict, InvalidInput."""
    assert said.year is not None
    right = get_own_right(session, user_id, public_id, lock=True)
    facts, today = fee_facts(right), china_date(now)
    if facts is None:
        raise Conflict(NO_FEE)
    _check(facts, said, today)
    if takes_back or said.year >= facts.paid_year:
        is_known = right.paid_said_on is not None and right.paid_year == said.year
        if is_known and said.paid_on is None and said.amount is None:
            return right
        set_paid(right, said.year, today)
    details: dict[str, Any] = {"year": said.year}
    if said.paid_on is not None:
        details["paid_on"] = said.paid_on.isoformat()
    if said.amount is not None:
        details["amount"] = str(said.amount)
    if takes_back or details not in [each.details for each in right.events if each.kind == PAID]:
        note(right, PAID, now, user_id=user_id, details=details)
    plan_notice(right, today, load_calendar(session, today))
    session.flush()
    return right


def said_payment(right: CustodyRight) -> str:
    """第7年年费您说2026年3月8日缴了2,000元,以国家局登记簿为准。 "" where nobody said anything."""
    if right.paid_said_on is None or right.paid_year is None:
        return ""
    told = [each.details for each in right.events if each.kind == PAID and each.details.get("year") == right.paid_year]
    details: dict[str, Any] = next((each for each in reversed(told) if "paid_on" in each or "amount" in each), {})
    day = chinese_date(date.fromisoformat(details["paid_on"])) if "paid_on" in details else ""
    paid = f"缴了{money(Decimal(details['amount']))}" if "amount" in details else "缴了" if day else "已缴"
    return f"第{right.paid_year}年年费您说{day}{paid},以国家局登记簿为准。"
