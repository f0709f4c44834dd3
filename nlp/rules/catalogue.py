"""All rules by name, and the one way to compute one."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from core.calendar import WorkingCalendar
from nlp.rules.annual_fees import ANNUAL_FEES
from nlp.rules.damages import DAMAGES
from nlp.rules.deadlines import DEADLINES
from nlp.rules.deemed_receipt import DEEMED_RECEIPT
from nlp.rules.financing import FINANCING
from nlp.rules.fines import FINES
from nlp.rules.firm_sums import FIRM_SUMS
from nlp.rules.late_fees import LATE_FEES
from nlp.rules.model import InputNeeded, Inputs, Missing, Rule, RuleResult, WorkingDays
from nlp.rules.numbers import NUMBERS
from nlp.rules.other_terms import OTHER_TERMS
from nlp.rules.past_years import WithPastYears
from nlp.rules.patent_terms import PATENT_TERMS
from nlp.rules.rewards import REWARDS
from nlp.rules.technology_sme import TECHNOLOGY_SME

ALL = (
    *PATENT_TERMS,
    *ANNUAL_FEES,
    *LATE_FEES,
    *DEADLINES,
    *DEEMED_RECEIPT,
    *OTHER_TERMS,
    *FINANCING,
    *TECHNOLOGY_SME,
    *REWARDS,
    *DAMAGES,
    *FINES,
    *FIRM_SUMS,
    *NUMBERS,
)


@cache
def _versions() -> dict[str, tuple[Rule, ...]]:
    names = dict.fromkeys(rule.name for rule in ALL)
    return {name: tuple(rule for rule in ALL if rule.name == name) for name in names}


def rule_names() -> tuple[str, ...]:
    """Every rule's name, in order."""
    return tuple(_versions())


def find_rule(name: str, on: date) -> Rule:
    """The version that holds on that day, else the nearest; LookupError for an unknown name."""
    if name not in _versions():
        raise LookupError(f"There is no rule {name}.")
    versions = sorted(_versions()[name], key=lambda rule: rule.valid_from)
    holding = [rule for rule in versions if rule.holds_on(on)]
    return holding[-1] if holding else versions[0] if on < versions[0].valid_from else versions[-1]


def compute(
    name: str, inputs: Mapping[str, Any], *, on: date, calendar: WorkingDays | None = None
) -> RuleResult | Missing:
    """The figure of a rule on that day, or what must be asked for first.

    Days are dates, numbers Decimal or int, words str. Raises LookupError for an unknown rule, TypeError for an input of
    another type, ValueError for one that the rule has no use for or that is out of range.
    """
    rule = find_rule(name, _version_day(name, inputs, on))
    unknown = set(inputs) - rule.slots
    if unknown:
        raise ValueError(f"{name} has no input {', '.join(sorted(unknown))}.")
    days = WithPastYears(calendar if calendar is not None else WorkingCalendar())
    try:
        return rule.run(Inputs(inputs, on, days))
    except InputNeeded as needed:
        return Missing(name, needed.slot, needed.question)


def _version_day(name: str, inputs: Mapping[str, Any], on: date) -> date:
    """Whose law counts: that of the day on which the period began, or of the day of asking if that is later."""
    start = inputs.get("start_on") or inputs.get("issued_on")
    if not isinstance(start, date):
        return on
    return start if any(rule.by_start for rule in _versions().get(name, ())) else max(start, on)
