"""The working calendar as the product has it: the holidays of data/calendar."""

from pathlib import Path

import pytest
import yaml

from core.calendar import WorkingCalendar

HOLIDAYS = Path(__file__).resolve().parents[3] / "data" / "calendar" / "holidays.yaml"


@pytest.fixture(scope="session")
def calendar() -> WorkingCalendar:
    days = yaml.safe_load(HOLIDAYS.read_text(encoding="utf-8"))
    return WorkingCalendar.of(
        holidays=[day["date"] for day in days if day["kind"] == "holiday"],
        workdays=[day["date"] for day in days if day["kind"] == "workday"],
    )
