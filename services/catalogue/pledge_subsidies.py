"""The four subsidies of a pledge loan: which scheme of each counts at a place, what is said before its window closes.

A reminder goes to who has the loan, or has the bank's word for it: for everybody else there is nothing to apply for.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.i18n import chinese_date
from models import DatedRecord
from nlp.rules.periods import add_months
from services.catalogue.facts import Facts
from services.dated_data.lookup import find_records, said_source

SUBSIDY_SCHEME = "subsidy_scheme"
ITEMS = {"interest": "贷款贴息", "premium": "保险费资助", "service": "中介服务费资助", "valuation": "专利评估费资助"}
# What was paid for a loan can be applied for this long after the loan's end, at the most that schemes allow.
MONTHS_AFTER = 12


def open_subsidies(facts: Facts) -> dict[str, DatedRecord]:
    """The nearest scheme of each of the four; a window that is over today is no subsidy."""
    found: dict[str, DatedRecord] = {}
    for scheme in find_records(facts.session, SUBSIDY_SCHEME, region=facts.region, on=facts.today):
        if _is_open(scheme.values, facts.today):
            found.setdefault(str(scheme.values["item"]), scheme)
    return found


def said_window(facts: Facts, scheme: DatedRecord) -> str | None:
    """What somebody with a loan hears of a window that closes soon; None where it is not for them: another scheme
    counts at their place, or the loan is overdue, or long over."""
    if open_subsidies(facts).get(str(scheme.values["item"])) != scheme or not _has_costs(facts):
        return None
    values = scheme.values
    until = chinese_date(date.fromisoformat(values["window_to"]))
    to_whom = f",向{values['authority']}申报" if values.get("authority") else ""
    when = "" if "disbursed" in facts.results else ",放款后才能申报"
    return f"{ITEMS[values['item']]}({scheme.name}){until}截止{to_whom}{when}。来源:{said_source(scheme)}。"


def _has_costs(facts: Facts) -> bool:
    """Whether the loan is paid out, not overdue and not over for long, or about to be paid out."""
    if "defaulted" in facts.results and "repaid" not in facts.results:
        return False
    paid_out = facts.results.get("disbursed")
    if paid_out is None:
        return "approved" in facts.results
    return facts.today <= add_months(date.fromisoformat(paid_out["due_on"]), MONTHS_AFTER)


def _is_open(values: Mapping[str, Any], today: date) -> bool:
    last = values.get("window_to")
    return last is None or date.fromisoformat(last) >= today
