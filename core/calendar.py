"""Working time in China: which days and hours staff are there. Holidays come in as data, never as constants."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from core.clock import CHINA

DEFAULT_SHIFTS = ((time(9, 0), time(12, 0)), (time(13, 30), time(17, 30)))
# The longest of our time limits is a quarter; a year is far beyond, and an error in the data still ends.
SEARCH_DAYS = 400


@dataclass(frozen=True)
class WorkingCalendar:
    """Answers in aware datetimes. `holidays` are days off, `workdays` the make-up days that are worked."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    shifts: tuple[tuple[time, time], ...] = field(default=DEFAULT_SHIFTS)

    @classmethod
    def of(cls, holidays: Iterable[date], workdays: Iterable[date]) -> "WorkingCalendar":
        return cls(frozenset(holidays), frozenset(workdays))

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday but for holidays, and make-up days."""
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is worked, else the first worked day after it (Implementing Rules, art. 5)."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def is_open(self, at: datetime) -> bool:
        """Whether staff are at their desks."""
        local = at.astimezone(CHINA)
        return self.is_working_day(local.date()) and any(start <= local.time() < end for start, end in self.shifts)

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself while open, else the start of the next shift."""
        return at if self.is_open(at) else next(iter(self._shifts_from(at)))[0]

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """The moment when `amount` of working time has passed since `start`."""
        left = amount
        for opens, closes in self._shifts_from(start):
            begins = max(opens, start.astimezone(CHINA))
            if begins + left <= closes:
                return (begins + left).astimezone(start.tzinfo)
            left -= closes - begins
        raise ValueError("No working time within reach; the holiday data is wrong.")

    def _shifts_from(self, at: datetime) -> Iterable[tuple[datetime, datetime]]:
        first = at.astimezone(CHINA).date()
        for day in (first + timedelta(days=offset) for offset in range(SEARCH_DAYS)):
            if not self.is_working_day(day):
                continue
            for opens, closes in self.shifts:
                end = datetime.combine(day, closes, CHINA)
                if end > at:
                    yield datetime.combine(day, opens, CHINA), end
