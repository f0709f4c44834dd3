"""The annual fees of one patent for years ahead: when, how much, what being late costs. Every figure is a rule's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.calendar import WorkingCalendar
from models import FeeReduction, PatentKind
from nlp.rules import RuleResult, compute
from nlp.rules.annual_fees import STEPS
from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Article
from nlp.rules.past_years import WithPastYears
from nlp.rules.patent_terms import term_years
from nlp.rules.periods import add_months, end_of_period, whole_months_between
from services.custody.settings import custody_settings

YEARS_AHEAD = 5
ENDS_BY_LAW: Article = ("专利法", "第四十四条")
# Fees are due from the year of grant on (Implementing Rules, art. 114 and 115).
ASSUMED_GRANTED = "按已授权算,还在审的不用缴年费。"
ASSUMED_PAID = "以前的年费按已缴算,以国家局登记簿为准。"


@dataclass(frozen=True)
class FeeFacts:
    """What the fees of a Chinese patent depend on. `paid_year` is the last patent year whose fee is paid."""

    kind: PatentKind
    filed_on: date
    granted_on: date | None
    paid_year: int
    reduction: FeeReduction = FeeReduction.NONE


@dataclass(frozen=True)
class LateStep:
    """Paid until that day: the surcharge, and what is to be paid altogether."""

    until: date
    surcharge: Decimal
    total: Decimal


@dataclass(frozen=True)
class FeeYear:
    """The fee of one patent year. Not paid by the end of the grace, the right has ended on `due_on`."""

    year: int
    due_on: date
    grace_until: date
    full: Decimal
    payable: Decimal
    is_reduced: bool
    # Counted when it is asked for: a calendar of hundreds of rights does without.
    ladder: Callable[[], tuple[LateStep, ...]] = field(compare=False, repr=False)

    @cached_property
    def late(self) -> tuple[LateStep, ...]:
        """The steps of a late payment, from the free month to the end of the grace."""
        return self.ladder()

    def step_on(self, day: date) -> LateStep | None:
        """What a payment on that day costs; None once it is too late."""
        if day <= self.due_on:
            return LateStep(self.due_on, Decimal(0), self.payable)
        return next((step for step in self.late if day <= step.until), None)


@dataclass(frozen=True)
class FeeOutlook:
    """Fees in the order of their days, without a gap, and what they come to if each is paid in time."""

    years: tuple[FeeYear, ...]
    articles: tuple[Article, ...]
    warnings: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        return sum((each.payable for each in self.years), Decimal(0))

    @property
    def next(self) -> FeeYear | None:
        return self.years[0] if self.years else None


def fee_outlook(
    facts: FeeFacts, *, on: date, calendar: WorkingCalendar | None = None, years: int = YEARS_AHEAD
) -> FeeOutlook:
    """The first fee that is not paid, even if its day has passed, and those due within so many years from `on`."""
    last_day = add_months(on, 12 * years)
    found: list[FeeYear] = []
    articles: dict[Article, None] = {}
    warnings: dict[str, None] = {}
    for year in range(max(facts.paid_year + 1, 2), term_years(facts.kind, facts.filed_on) + 1):
        each, results = _fee_year(facts, year, on, calendar)
        if found and each.due_on > last_day:
            break
        found.append(each)
        for result in results:
            articles.update(dict.fromkeys(result.articles))
            warnings.update(dict.fromkeys(result.warnings))
    if found:
        articles[ENDS_BY_LAW] = None
    return FeeOutlook(tuple(found), tuple(articles), tuple(warnings))


def next_fee(facts: FeeFacts, *, on: date, calendar: WorkingCalendar | None = None) -> FeeYear | None:
    """The first fee that is not paid; None where the rest of the term has none."""
    year = max(facts.paid_year + 1, 2)
    if year > term_years(facts.kind, facts.filed_on):
        return None
    return _fee_year(facts, year, on, calendar)[0]


def fee_of_year(
    facts: FeeFacts,
    year: int,
    *,
    on: date,
    calendar: WorkingCalendar | None = None,
    reduction: FeeReduction | None = None,
) -> FeeYear:
    """The fee of a year that the right has (2 to `last_year`), paid or not; under another `reduction` where named."""
    return _fee_year(facts if reduction is None else replace(facts, reduction=reduction), year, on, calendar)[0]


def last_year(facts: FeeFacts) -> int:
    """The last patent year of its term."""
    return term_years(facts.kind, facts.filed_on)


def first_open_year(
    kind: PatentKind, filed_on: date, granted_on: date | None, *, on: date, calendar: WorkingCalendar | None = None
) -> int:
    """The patent year whose fee is the next one if all before `on` are paid; that of the grant is paid with it."""
    result = _result("annual_fee_due", {"filed_on": filed_on, "kind": kind.value}, on, calendar)
    due = _figures(result).get("年度")
    open_year = int(due) if due is not None else term_years(kind, filed_on) + 1
    return max(open_year, year_of(filed_on, granted_on) + 1) if granted_on else open_year


def year_of(filed_on: date, day: date) -> int:
    """In which patent year a day lies."""
    return whole_months_between(filed_on, day)[0] // 12 + 1


def reduction_rate(reduction: FeeReduction, on: date) -> Decimal:
    """By how much of a fee the owner pays less."""
    if reduction is FeeReduction.NONE:
        return Decimal(0)
    return exact(amounts("fee_reduction", on)[reduction.value])


def _fee_year(
    facts: FeeFacts, year: int, on: date, calendar: WorkingCalendar | None
) -> tuple[FeeYear, tuple[RuleResult, ...]]:
    rate = reduction_rate(facts.reduction, on) if _covers(facts, year, on) else Decimal(0)
    reduced: dict[str, Any] = {"reduction": rate} if rate else {}
    kind_and_year = {"kind": facts.kind.value, "year": year}
    due = _result("annual_fee_due", {**kind_and_year, "filed_on": facts.filed_on}, on, calendar)
    fee = _result("annual_fee", {**kind_and_year, **reduced}, on, calendar)
    days, sums = _figures(due), _figures(fee)
    due_on = days["缴费截止日"]

    def ladder() -> tuple[LateStep, ...]:
        inputs = {**kind_and_year, **reduced}
        return tuple(_late_step(due_on, month, inputs, on, calendar) for month in range(1, STEPS + 1))

    found = FeeYear(
        year=year, due_on=due_on, grace_until=days["补缴期截止日"], full=sums["全额年费"], payable=sums["年费"],
        is_reduced=bool(rate), ladder=ladder,
    )  # fmt: skip
    return found, (due, fee)


def _late_step(
    due_on: date, month: int, inputs: Mapping[str, Any], on: date, calendar: WorkingCalendar | None
) -> LateStep:
    days = WithPastYears(calendar if calendar is not None else WorkingCalendar())
    until = end_of_period(due_on, days, months=month).day
    result = _result("late_annual_fee", {**inputs, "due_on": due_on, "paid_on": until}, on, calendar)
    figures = _figures(result)
    return LateStep(until, figures["滞纳金"], figures["应缴合计"])


def _covers(facts: FeeFacts, year: int, on: date) -> bool:
    """A reduction lasts some years from grant. Where that day is not known, only years that it covers whatever the day
    is: a fee that is paid too low ends the right."""
    first = year_of(facts.filed_on, facts.granted_on) if facts.granted_on is not None else 1
    return year < first + custody_settings(on).reduction_years


def _result(name: str, inputs: Mapping[str, Any], on: date, calendar: WorkingCalendar | None) -> RuleResult:
    result = compute(name, inputs, on=on, calendar=calendar)
    assert isinstance(result, RuleResult), f"{name} misses {result.slot}"
    return result


def _figures(result: RuleResult) -> dict[str, Any]:
    return {figure.name: figure.value for figure in result.figures}
