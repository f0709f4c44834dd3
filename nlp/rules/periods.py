"""Period arithmetic: Implementing Rules, art. 5, trademark regulations, art. 12, Civil Code, art. 201 to 203.

The first day is not counted; a period of months or years ends on the same day number, or on the last day of the month
where there is none; a last day that is a day off moves to the next working day.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from nlp.rules.model import WorkingDays
from nlp.rules.wording import full_day, short_day, weekday

LATEST = date(2200, 1, 1)


@dataclass(frozen=True)
class PeriodEnd:
    """`nominal` is the day by counting, `day` the one that holds; `note` says in Chinese why they differ."""

    nominal: date
    day: date
    note: str
    warning: str = ""


def add_months(day: date, months: int) -> date:
    """The same day number so many months on (or back), or the month's last day. Raises ValueError beyond year 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= MAXYEAR:
        raise ValueError("The day is out of range.")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_period(
    start: date, calendar: WorkingDays, *, years: int = 0, months: int = 0, days: int = 0, moves: bool = True
) -> PeriodEnd:
    """When a period ends that begins with `start`."""
    nominal = add_months(start, years * 12 + months) + timedelta(days=days)
    if not moves:
        return PeriodEnd(nominal, nominal, "")
    return moved(nominal, calendar)


def end_of_workdays(start: date, calendar: WorkingDays, count: int) -> PeriodEnd:
    """The last of so many working days after `start`."""
    day, warning = start, ""
    for _ in range(count):
        day = calendar.next_working_day(day + timedelta(days=1))
        if not _knows_year(calendar, day.year):
            warning = f"{day.year}年的放假安排还没录入,碰上法定假日会再顺延"
    return PeriodEnd(day, day, "", warning)


def moved(nominal: date, calendar: WorkingDays) -> PeriodEnd:
    """A last day, moved to the next working day where it is a day off."""
    day = calendar.next_working_day(nominal)
    warning = "" if _knows_year(calendar, nominal.year) else f"{nominal.year}年的放假安排还没录入,碰上法定假日会再顺延"
    if day.weekday() >= 5:
        # Examination Guidelines, part V, chapter 7, 2.3: from a weekend that is worked on to Monday.
        monday = calendar.next_working_day(day + timedelta(days=7 - day.weekday()))
        said = f"{short_day(day)}是调休上班的{weekday(day)}"
        warning = f"{said},《专利审查指南》对这种日子顺延到{full_day(monday)},按早的办最稳"
    if day == nominal:
        return PeriodEnd(nominal, day, "", warning)
    return PeriodEnd(nominal, day, f"{short_day(nominal)}是{_day_off(nominal)},顺延到{short_day(day)}", warning)


def whole_months_between(first: date, last: date) -> tuple[int, int]:
    """Full months from first to last, and the days beyond them; (0, 0) where last is not later."""
    if last <= first:
        return 0, 0
    months = (last.year - first.year) * 12 + last.month - first.month
    if add_months(first, months) > last:
        months -= 1
    return months, (last - add_months(first, months)).days


def _day_off(day: date) -> str:
    return weekday(day) if day.weekday() >= 5 else "法定假日"


def _knows_year(calendar: WorkingDays, year: int) -> bool:
    """Whether the holidays of that year are among the data; a calendar that does not say is trusted."""
    knows = getattr(calendar, "knows_year", None)
    return knows is None or bool(knows(year))
