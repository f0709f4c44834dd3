"""Hours, caps and the like of notices: dated data of data/notices.yaml."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parents[2] / "data" / "notices.yaml"


@dataclass(frozen=True)
class NoticeSettings:
    valid_from: date
    opens: time
    closes: time
    digest_at: time
    digest_weekday: int
    most_a_day: int
    gathering: timedelta
    most_lines: int


def notice_settings(on: date) -> NoticeSettings:
    """As they hold on that day; before the first entry that one."""
    entries = _read()
    return next((each for each in reversed(entries) if each.valid_from <= on), entries[0])


@cache
def _read() -> tuple[NoticeSettings, ...]:
    entries = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return tuple(
        NoticeSettings(
            valid_from=entry["valid_from"],
            opens=time.fromisoformat(entry["opens"]),
            closes=time.fromisoformat(entry["closes"]),
            digest_at=time.fromisoformat(entry["digest_at"]),
            digest_weekday=entry["digest_weekday"],
            most_a_day=entry["most_a_day"],
            gathering=timedelta(seconds=entry["gather_seconds"]),
            most_lines=entry["most_lines"],
        )
        for entry in sorted(entries, key=lambda entry: entry["valid_from"])
    )
