"""A patent search as plain values: what a conversation remembers and what a saved search keeps for years."""

import hashlib
import json
import re
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from nlp.ipc import normalise_ipc
from nlp.patent_numbers import parse_number
from nlp.segmenter import normalise
from nlp.types import PatentQuery

# Raised when a field of PatentQuery changes its meaning; read_form then has to read the earlier form as well. A new
# field that means nothing while it is empty needs no new version.
VERSION = 1
# Not what somebody looks for: where on the list they stand, and the subclass that a search adds by itself where its
# words find few. The latter comes and goes with the number of patents, so that counts with it cannot be compared.
OF_THE_MOMENT = ("offset", "limit", "or_ipc")
# Nobody writes spaces there; the language layer leaves them where it took something out.
BETWEEN_CHINESE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


class UnknownForm(ValueError):
    """Written by a later version of this code: reading it as ours might drop a condition and find too much."""


def to_values(query: PatentQuery) -> dict[str, Any]:
    """Only what differs from an empty query, as JSON values."""
    empty = asdict(PatentQuery())
    values = {key: value for key, value in asdict(query).items() if value != empty[key]}
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}


def from_values(values: dict[str, Any]) -> PatentQuery:
    """What to_values wrote."""
    known = {item.name for item in fields(PatentQuery)}
    restored: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items() if key in known
    }
    for name in ("date_from", "date_to"):
        restored[name] = date.fromisoformat(restored[name]) if restored.get(name) else None
    return PatentQuery(**restored)


def write_form(query: PatentQuery) -> dict[str, Any]:
    """`{"version": 1, "query": {...}}`: subject, filters and order, nothing of the moment."""
    values = {key: value for key, value in to_values(query).items() if key not in OF_THE_MOMENT}
    return {"version": VERSION, "query": values}


def read_form(form: dict[str, Any]) -> PatentQuery:
    """What write_form wrote, as a query for the first page. Raises UnknownForm."""
    if form.get("version") != VERSION:
        raise UnknownForm(str(form.get("version")))
    return from_values(form["query"])


def lasting(query: PatentQuery) -> PatentQuery:
    """What is kept of a query, from the first page: what read_form gives back after write_form."""
    return read_form(write_form(query))


def as_written(words: str) -> str:
    """The words of a subject or a name as one writes them: 石墨烯散热膜 for 石墨烯 散热膜."""
    return BETWEEN_CHINESE.sub("", " ".join(words.split()))


def fingerprint(query: PatentQuery) -> str:
    """The same 64 hex digits for searches that ask for the same patents, however they were written."""
    values = {key: value for key, value in to_values(query).items() if key not in (*OF_THE_MOMENT, "sort")}
    for name in ("topic", "applicant", "inventor"):
        if name in values:
            values[name] = normalise(as_written(str(values[name])))
    if query.ipc:
        values["ipc"] = normalise_ipc(query.ipc) or query.ipc.strip()
    number = parse_number(query.number) if query.number else None
    if number is not None:
        values["number"] = number.normal
    if query.date_from is None and query.date_to is None:
        values.pop("date_field", None)
    ordered = {key: sorted(value) if isinstance(value, tuple) else value for key, value in values.items()}
    return hashlib.sha256(json.dumps(ordered, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
