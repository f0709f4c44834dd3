"""The working calendar as the product has it: the holidays of data/calendar."""

from pathlib import Path

import pytest

from core.calendar import WorkingCalendar
from core.yaml_text import read_yaml

HOLIDAYS = Path(__file__).resolve().parents[3] / "data" / "calendar" / "holidays.yaml"


@pytest.fixture(scope="session")
def calendar() -> WorkingCalendar:
    days = read_yaml(HOLIDAYS)
    return WorkingCalendar.of(
        holidays=[day["date"] for day in days if day["kind"] == "holiday"],
        workdays=[day["date"] for day in days if day["kind"] == "workday"],
    )
