"""The working calendar with the years that are over: the product's own rows begin with the current one."""

from datetime import date, timedelta
from functools import cache

from core.calendar import WorkingCalendar
from nlp.rules.configuration import past_holiday_entries
from nlp.rules.model import WorkingDays


class WithPastYears:
    """A calendar for every day; for years of which it knows no holidays the notices of those years count."""

    def __init__(self, calendar: WorkingDays) -> None:
        self._calendar = calendar
        self._known = {day.year for day in getattr(calendar, "holidays", ())}

    def is_working_day(self, day: date) -> bool:
        past = _past_years().get(day.year) if day.year not in self._known else None
        return (past or self._calendar).is_working_day(day)

    def next_working_day(self, day: date) -> date:
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def knows_year(self, year: int) -> bool:
        """Whether the holidays of that year are among the data; a calendar that does not show them is trusted."""
        return not hasattr(self._calendar, "holidays") or year in self._known or year in _past_years()


@cache
def _past_years() -> dict[int, WorkingCalendar]:
    years = {}
    for entry in past_holiday_entries():
        off = [
            first + timedelta(days=each) for first, last in entry["days_off"] for each in range((last - first).days + 1)
        ]
        years[entry["year"]] = WorkingCalendar.of(off, entry["worked"])
    return years
