"""When a bank may ask the compensation fund of the place: by the fund's record, from the days overdue."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.catalogue.facts import Facts
from services.dated_data.lookup import find_nearest, said_source


def check_claim(facts: Facts, claim: Mapping[str, Any]) -> dict[str, str]:
    """What keeps a claim from being filed: more days than have passed, or fewer than the fund asks for."""
    passed = (_day(claim["claimed_on"]) - _day(facts.results["defaulted"]["overdue_on"])).days
    if passed < 0:
        return {"claimed_on": "申请日早于逾期日,请核对。"}
    if claim["overdue_days"] > passed:
        return {"overdue_days": f"从逾期日到申请日只有{passed}天,请核对。"}
    fund = find_nearest(facts.session, "compensation_fund", region=facts.region, on=facts.today)
    needed = int(fund.values.get("min_overdue_days") or 0) if fund is not None else 0
    if fund is None or claim["overdue_days"] >= needed:
        return {}
    lacking = needed - claim["overdue_days"]
    return {"overdue_days": f"{fund.name}要逾期满{needed}天才能申请,还差{lacking}天。来源:{said_source(fund)}。"}


def _day(value: str) -> date:
    return date.fromisoformat(value)
