"""Distances and limits of deals: dated data of data/deals.yaml."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

import yaml

from core.clock import CHINA

DATA = Path(__file__).resolve().parents[2] / "data" / "deals.yaml"


@dataclass(frozen=True)
class DealSettings:
    valid_from: date
    answer_days: int
    remind_after_days: int
    ask_again_days: int
    offer_days: int
    most_offer_days: int
    idle_days: int
    record_months: int
    before_registration: tuple[int, ...]
    late_every_days: int
    next_need_days: int
    opens: time
    closes: time

    def is_quiet(self, now: datetime) -> bool:
        """Whether nobody is to be written to at this hour."""
        return not self.opens <= now.astimezone(CHINA).time() < self.closes


def deal_settings(on: date) -> DealSettings:
    """As they hold on that day; before the first entry that one."""
    entries = _read()
    return next((each for each in reversed(entries) if each.valid_from <= on), entries[0])


@cache
def _read() -> tuple[DealSettings, ...]:
    entries = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return tuple(
        DealSettings(
            valid_from=entry["valid_from"],
            answer_days=entry["answer_days"],
            remind_after_days=entry["remind_after_days"],
            ask_again_days=entry["ask_again_days"],
            offer_days=entry["offer_days"],
            most_offer_days=entry["most_offer_days"],
            idle_days=entry["idle_days"],
            record_months=entry["record_months"],
            before_registration=tuple(entry["before_registration"]),
            late_every_days=entry["late_every_days"],
            next_need_days=entry["next_need_days"],
            opens=time.fromisoformat(entry["opens"]),
            closes=time.fromisoformat(entry["closes"]),
        )
        for entry in sorted(entries, key=lambda entry: entry["valid_from"])
    )
