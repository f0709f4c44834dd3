"""`python -m nlp search`: search requests in, what was understood and found out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nlp.types import PatentQuery

# Names of the label guide for what a query calls otherwise; several values are listed, one stands alone.
SEVERAL = {"patent_kind": "kinds", "legal_status": "legal_statuses", "trade_mode": "trade_modes"}
EXCLUDED = {
    "topic": "excluded_topics",
    "patent_kind": "excluded_kinds",
    "legal_status": "excluded_legal_statuses",
    "region": "excluded_regions",
    "applicant": "excluded_applicants",
    "applicant_type": "excluded_applicant_types",
    "trade_mode": "excluded_trade_modes",
}
SINGLE = ("applicant", "applicant_type", "inventor", "region", "ipc")


@dataclass(frozen=True)
class FoundPatent:
    """A line of the list: publication number, title, state in words."""

    number: str
    title: str
    status: str


@dataclass(frozen=True)
class SearchAnswer:
    """What one request came to. `loosen` holds, where nothing was found, what to give up, with the counts."""

    query: PatentQuery
    chips: tuple[str, ...] = ()
    total: int = 0
    found: tuple[FoundPatent, ...] = ()
    loosen: tuple[tuple[str, int], ...] = ()
    # The subclass that added so many patents below those that the words found.
    widened_by: str = ""
    added: int = 0
    # What was asked for and could not be applied, with the way on, in a sentence; "" where everything holds.
    not_applied: str = ""


Search = Callable[[str, date, Sequence[str]], SearchAnswer]


def filters_of(query: PatentQuery) -> dict[str, Any]:
    """The conditions under the names and in the normal forms of the label guide; what is not set is left out."""
    filters: dict[str, Any] = {name: getattr(query, name) for name in SINGLE if getattr(query, name)}
    for name, attribute in SEVERAL.items():
        values = getattr(query, attribute)
        if values:
            filters[name] = values[0] if len(values) == 1 else list(values)
    for name in ("date_from", "date_to"):
        day: date | None = getattr(query, name)
        if day is not None:
            filters[name] = day.isoformat()
            filters["date_field"] = query.date_field
    exclude = {name: list(getattr(query, field)) for name, field in EXCLUDED.items() if getattr(query, field)}
    return filters | {"exclude": exclude} if exclude else filters


def excluded_of(exclude: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a sentence excludes, under the names that a query has for it."""
    return {field: tuple(exclude.get(name, ())) for name, field in EXCLUDED.items()}


def search_row(identity: Any, answer: SearchAnswer) -> dict[str, Any]:
    """One request as a line; `widened_by` and `added` only where a class widened the list, `not_applied` only where a
    condition could not be applied."""
    row = {
        "id": identity,
        "subject": answer.query.topic,
        "filters": filters_of(answer.query),
        "chips": list(answer.chips),
        "total": answer.total,
        "results": [{"number": each.number, "title": each.title, "status": each.status} for each in answer.found],
        "loosen": [{"chip": words, "total": total} for words, total in answer.loosen],
    }
    if answer.not_applied:
        row["not_applied"] = answer.not_applied
    return row | {"widened_by": answer.widened_by, "added": answer.added} if answer.widened_by else row
