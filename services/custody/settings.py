"""Distances of reminders, quiet hours and the like: dated data of data/custody.yaml."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from core.clock import CHINA
from core.yaml_text import read_yaml
from models import RightKind

DATA = Path(__file__).resolve().parents[2] / "data" / "custody.yaml"


@dataclass(frozen=True)
class Distances:
    """Days before and after a day that is due, and before the end of its grace."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    before_grace_ends: tuple[int, ...]
    # The first month of a patent's grace costs nothing more.
    before_free_month_ends: int | None = None


@dataclass(frozen=True)
class CustodySettings:
    valid_from: date
    patent: Distances
    trademark: Distances
    # Days before the last day of a letter's period, and after it.
    letter: Distances
    opens: time
    closes: time
    dormant_years: int
    reduction_years: int

    def distances(self, kind: str) -> Distances:
        return self.trademark if kind == RightKind.TRADEMARK else self.patent

    def is_quiet(self, now: datetime) -> bool:
        """Whether nobody is to be written to at this hour."""
        return not self.opens <= now.astimezone(CHINA).time() < self.closes

    def until_open(self, now: datetime) -> timedelta:
        """How long something that is not urgent waits; nothing by day."""
        if not self.is_quiet(now):
            return timedelta(0)
        local = now.astimezone(CHINA)
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        return datetime.combine(day, self.opens, CHINA) - local


def custody_settings(on: date) -> CustodySettings:
    """As they hold on that day; before the first entry that one."""
    entries = _read()
    return next((each for each in reversed(entries) if each.valid_from <= on), entries[0])


@cache
def _read() -> tuple[CustodySettings, ...]:
    entries = read_yaml(DATA)
    return tuple(
        CustodySettings(
            valid_from=entry["valid_from"],
            patent=_distances(entry["patent"]),
            trademark=_distances(entry["trademark"]),
            letter=_distances(entry["letter"]),
            opens=time.fromisoformat(entry["opens"]),
            closes=time.fromisoformat(entry["closes"]),
            dormant_years=entry["dormant_years"],
            reduction_years=entry["reduction_years"],
        )
        for entry in sorted(entries, key=lambda entry: entry["valid_from"])
    )


def _distances(entry: dict[str, Any]) -> Distances:
    return Distances(
        before=tuple(entry["before"]),
        after=tuple(entry["after"]),
        before_grace_ends=tuple(entry.get("before_grace_ends", ())),
        before_free_month_ends=entry.get("before_free_month_ends"),
    )
