"""Which of the values found in a sentence count as slots: that depends on what the sentence wants."""

import re
from collections.abc import Mapping
from typing import Any

from nlp.slots.finder import SlotReading

SEARCHES = frozenset({"patent_search", "patent_watch", "market_browse"})
FILTERED_BY_STATUS = frozenset({"patent_search", "market_browse", None})
PERIODIC = frozenset({"patent_search", "patent_watch"})
TRADING = frozenset(
    {"supply_post", "demand_post", "market_browse", "financing_apply", "portfolio", "policy_question", None}
)
TRAINING = frozenset({"training_browse", "training_book", "training_cancel"})
FINANCIAL = frozenset({"financing_apply", "supply_post", "demand_post", "incubation", None})
# 明天会降温吗 has a day, but nothing is done with it
WITHOUT_SLOTS = frozenset({"greeting", "help", "chitchat", "out_of_scope"})
WITH_ORDINAL = (
    frozenset(
        {
            "patent_detail",
            "patent_fee",
            "patent_valuation",
            "patent_watch",
            "portfolio",
            "case_progress",
            "supply_post",
            None,
        }
    )
    | TRAINING
)
ONLY_FOR = {
    "legal_status": FILTERED_BY_STATUS,
    "trade_mode": TRADING,
    "amount": FINANCIAL | {"market_browse", "enforcement_aid", "patent_valuation"},
    "term_months": frozenset({"financing_apply", "supply_post", None}),
    "ordinal": WITH_ORDINAL,
    "applicant_type": frozenset({"patent_search", "patent_watch", None}),
    "inventor": frozenset({"patent_search", "patent_watch", "patent_detail", None}),
    "ipc": frozenset({"patent_search", "patent_watch", "analysis_request", None}),
}


def choose_slots(reading: SlotReading, intent: str | None, text: str) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Slots and exclusions that count for `intent`; None stands for a bare value."""
    if intent in WITHOUT_SLOTS:
        return {}, {}
    slots = {
        name: value
        for name, value in reading.values.items()
        if name != "right_type" and intent in ONLY_FOR.get(name, (intent,))
    }
    if isinstance(slots.get("patent_kind"), list) and intent not in SEARCHES:
        slots["patent_kind"] = slots["patent_kind"][0]
    _choose_names(slots, reading, intent)
    _choose_right(slots, reading, intent)
    _choose_trade_mode(slots, reading, intent, text)
    _choose_dates(slots, reading, intent)
    return slots, {name: list(values) for name, values in reading.exclude.items()}


def _choose_names(slots: dict[str, Any], reading: SlotReading, intent: str | None) -> None:
    full, short = reading.organisations.full_name, reading.organisations.short_name
    if intent in SEARCHES or intent == "patent_detail":
        name = full or short
        if name is not None:
            slots["applicant"] = name.value
    elif full is not None:
        slots["company"] = full.value
    elif short is not None and intent is None:
        slots["applicant"] = short.value


def _choose_right(slots: dict[str, Any], reading: SlotReading, intent: str | None) -> None:
    right = reading.values.get("right_type")
    if right is None or intent in TRAINING or (right == "patent" and intent != "filing_request"):
        return
    slots["right_type"] = right


def _choose_trade_mode(slots: dict[str, Any], reading: SlotReading, intent: str | None, text: str) -> None:
    mode = slots.get("trade_mode")
    if mode is None:
        return
    if (intent == "demand_post" and mode == "transfer" and not re.search(r"转让|出让", text)) or (
        intent == "portfolio" and mode == "pledge"
    ):
        del slots["trade_mode"]


def _choose_dates(slots: dict[str, Any], reading: SlotReading, intent: str | None) -> None:
    """A search is limited by periods; a course or a form has a day."""
    if intent in PERIODIC or (intent is None and reading.periods and not reading.days):
        if reading.periods:
            period = reading.periods[0]
            _set_period(slots, period.first, period.last)
            if intent in PERIODIC or period.field:
                slots["date_field"] = period.field or "application"
        elif reading.days and intent in PERIODIC:
            _set_period(slots, reading.days[0].value, reading.days[0].value)
            slots["date_field"] = reading.days[0].field or "application"
    elif reading.days:
        slots["date"] = reading.days[0].value.isoformat()


def _set_period(slots: dict[str, Any], first: Any, last: Any) -> None:
    if first is not None:
        slots["date_from"] = first.isoformat()
    if last is not None:
        slots["date_to"] = last.isoformat()


def applicant_type_apart(slots: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The slots of the label guide's table, and the kind of applicant that stands beside them."""
    rest = dict(slots)
    return rest, rest.pop("applicant_type", None)
