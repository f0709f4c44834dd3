"""From a sentence and filters to a query, and back to conditions a person can read, drop and change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from core.i18n import chinese_date
from miniapp_api.schemas.patents import ConditionOut, PatentConditions
from nlp.patent_query_form import as_written
from nlp.searching import excluded_of
from nlp.types import PatentQuery, Understanding
from services.patent_words import (
    APPLICANT_TYPE_NAMES,
    DATE_FIELD_NAMES,
    EXCLUDED_FIELDS,
    KIND_NAMES,
    NAMES,
    NOT_APPLIED,
    STATUS_NAMES,
    TRADE_MODE_NAMES,
)

# Carried and shown, though no patent of the index says such a thing.
UNAPPLIED = frozenset({"trade_mode", "not_trade_mode"})
# What must not be, by the name of the condition that it is shown with.
NOT = {
    "not_kind": "kinds",
    "not_legal_status": "legal_statuses",
    "not_region": "region",
    "not_applicant": "applicant",
    "not_applicant_type": "applicant_type",
    "not_trade_mode": "trade_modes",
}


def query_of(wanted: PatentConditions, understood: Understanding | None) -> PatentQuery:
    """What the sentence means, with the filters laid over it: a filter says it more exactly than a sentence."""
    query = _from_sentence(understood) if understood is not None else PatentQuery()
    given: dict[str, Any] = {
        "region": wanted.region,
        "applicant": wanted.applicant,
        "ipc": wanted.ipc,
        "date_field": wanted.date_field and wanted.date_field.value,
        "date_from": wanted.date_from,
        "date_to": wanted.date_to,
        "kinds": (wanted.kind.value,) if wanted.kind else None,
        "excluded_kinds": () if wanted.kind else None,
        "excluded_legal_statuses": () if wanted.legal_status else None,
        "excluded_applicants": () if wanted.applicant else None,
        "legal_statuses": (wanted.legal_status.value,) if wanted.legal_status else None,
    }
    if wanted.date_from or wanted.date_to:
        # A period given as a filter replaces the sentence's whole period, not one end of it.
        query = replace(query, date_from=None, date_to=None, date_field="application")
    laid_over = {name: value for name, value in given.items() if value is not None}
    return replace(query, sort=wanted.sort.value, **laid_over)


def _from_sentence(understood: Understanding) -> PatentQuery:
    slots = understood.slots
    # 股权质押系统 is no request for patents that are pledged.
    is_of_list = bool(slots.get("topic")) or understood.intent in {"patent_search", "market_browse"}
    query = PatentQuery(
        topic=str(slots.get("topic") or ""),
        number=slots.get("patent_number"),
        applicant=slots.get("applicant") or slots.get("company"),
        applicant_type=slots.get("applicant_type"),
        inventor=slots.get("inventor"),
        region=slots.get("region"),
        ipc=slots.get("ipc"),
        kinds=_several(slots, "patent_kind"),
        legal_statuses=_several(slots, "legal_status"),
        trade_modes=_several(slots, "trade_mode") if is_of_list else (),
        date_field=str(slots.get("date_field") or "application"),
        date_from=_day(slots, "date_from"),
        date_to=_day(slots, "date_to"),
        **excluded_of(understood.exclude),
    )
    # A bare word that means nothing else is what to look for.
    return query if query != PatentQuery() else PatentQuery(topic=understood.text.strip())


def _several(slots: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = slots.get(name)
    return tuple(value) if isinstance(value, list | tuple) else (value,) if value else ()


def _day(slots: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(slots[name]) if slots.get(name) else None


def conditions_of(query: PatentQuery) -> list[ConditionOut]:
    """Every condition that was used, under the name of the parameter that sets it."""
    plain = {
        "q": query.topic,
        "number": query.number,
        "region": query.region,
        "applicant": query.applicant,
        "inventor": query.inventor,
        "ipc": query.ipc,
    }
    found = [(name, value, value) for name, value in plain.items() if value]
    found += [("legal_status", value, STATUS_NAMES.get(value, value)) for value in query.legal_statuses]
    found += [("kind", value, KIND_NAMES.get(value, value)) for value in query.kinds]
    if query.applicant_type:
        found.append(("applicant_type", query.applicant_type, APPLICANT_TYPE_NAMES.get(query.applicant_type, "")))
    found += [
        (parameter, value, f"不要{NAMES.get(name, {}).get(value, value)}")
        for parameter, name in NOT.items()
        for value in getattr(query, EXCLUDED_FIELDS[name])
    ]
    found += [("not_q", topic, f"不要{as_written(topic)}") for topic in query.excluded_topics]
    found += [("trade_mode", value, TRADE_MODE_NAMES.get(value, value)) for value in query.trade_modes]
    what = DATE_FIELD_NAMES.get(query.date_field, "")
    if query.date_from:
        found.append(("date_from", query.date_from.isoformat(), f"{chinese_date(query.date_from)}以后{what}"))
    if query.date_to:
        found.append(("date_to", query.date_to.isoformat(), f"{chinese_date(query.date_to)}以前{what}"))
    return [_condition(*each) for each in found]


def _condition(name: str, value: str, label: str) -> ConditionOut:
    is_applied = name not in UNAPPLIED
    return ConditionOut(
        name=name, value=value, label=label if is_applied else label + NOT_APPLIED, is_applied=is_applied
    )
