"""How long each kind of event counts and when a firm is restricted: dated data of data/credit.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from models import CreditKind

DATA = Path(__file__).resolve().parents[2] / "data" / "credit.yaml"


@dataclass(frozen=True)
class CreditSettings:
    valid_from: date
    source: str
    months: Mapping[CreditKind, int]
    restricted_from: int
    answer_workdays: int
    keep_months: int


def credit_settings(on: date) -> CreditSettings:
    """As they hold on that day; before the first entry that one."""
    entries = _read()
    return next((each for each in reversed(entries) if each.valid_from <= on), entries[0])


@cache
def _read() -> tuple[CreditSettings, ...]:
    entries = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return tuple(
        CreditSettings(
            valid_from=entry["valid_from"],
            source=entry["source"],
            months={CreditKind(kind): months for kind, months in entry["months"].items()},
            restricted_from=entry["restricted_from"],
            answer_workdays=entry["answer_workdays"],
            keep_months=entry["keep_months"],
        )
        for entry in sorted(entries, key=lambda entry: entry["valid_from"])
    )
