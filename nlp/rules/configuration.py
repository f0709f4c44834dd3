"""Dated amounts and periods from data/rules: never constants in code."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from core.yaml_text import read_yaml

DATA = Path(__file__).resolve().parent.parent.parent / "data" / "rules"


def amounts(topic: str, on: date) -> dict[str, Any]:
    """The entry of amounts.yaml that holds on that day. Raises LookupError where there is none."""
    for entry in _read("amounts.yaml")[topic]:
        if entry["valid_from"] <= on and (entry.get("valid_to") is None or on <= entry["valid_to"]):
            return dict(entry)
    raise LookupError(f"No amounts of {topic} hold on {on}.")


def deadline_entries() -> list[dict[str, Any]]:
    """The entries of deadlines.yaml in their order."""
    return list(_read("deadlines.yaml"))


def question_entries() -> list[dict[str, Any]]:
    """The entries of questions.yaml in their order."""
    return list(_read("questions.yaml"))


def past_holiday_entries() -> list[dict[str, Any]]:
    """The entries of past_holidays.yaml, one a year."""
    return list(_read("past_holidays.yaml"))


def exact(value: object) -> Decimal:
    """A number of the data as it is written there."""
    return Decimal(str(value))


@cache
def _read(name: str) -> Any:
    return read_yaml(DATA / name)
