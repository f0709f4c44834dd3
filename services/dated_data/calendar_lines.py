"""A year's days off and make-up days as staff write them from the notice: one line a period, with its name."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

DAY = (
    r"(?:(?:{year}年)?(?P<month{n}>\d{{1,2}})月(?P<day{n}>\d{{1,2}})[日号]"
    r"|{year}-(?P<isomonth{n}>\d{{1,2}})-(?P<isoday{n}>\d{{1,2}}))"
)
UNTIL = r"(?:\s*[至到~—-]+\s*(?:{day}|(?P<bare>\d{{1,2}})[日号]))?"
LONGEST = 15
# The kind of a dated record that says a year's days.
WORKING_YEAR = "working_year"


class CalendarLineError(ValueError):
    """A line that is no period of that year; the message says in Chinese which one and why."""


def read_days(text: str, year: int) -> list[date]:
    """Every day that the lines name; what stands behind a period is its name. Raises CalendarLineError."""
    days: list[date] = []
    for line in (each.strip() for each in text.splitlines()):
        if not line:
            continue
        for day in _period(line, year):
            if day in days:
                raise CalendarLineError(f"“{line}”里的{day.month}月{day.day}日写了两次")
            days.append(day)
    return days


def _period(line: str, year: int) -> Iterator[date]:
    first_day, last_day = (DAY.format(year=year, n=number) for number in (1, 2))
    found = re.fullmatch(f"{first_day}{UNTIL.format(day=last_day)}.*", line)
    if found is None:
        raise CalendarLineError(f"“{line}”没看明白,写成“10月1日至10月7日 国庆节”,一行一段,都在{year}年里")
    try:
        first = _day(found, year, 1)
        last = first.replace(day=int(found["bare"])) if found["bare"] else _day(found, year, 2)
    except ValueError:
        raise CalendarLineError(f"“{line}”里有一天不存在") from None
    if not 0 <= (last - first).days < LONGEST:
        raise CalendarLineError(f"“{line}”的起止不对,一段最多{LONGEST}天")
    yield from (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def _day(found: re.Match[str], year: int, number: int) -> date:
    """The first or the second day of a line; the first where there is no second."""
    month, day = (
        found[f"month{number}"] or found[f"isomonth{number}"],
        found[f"day{number}"] or found[f"isoday{number}"],
    )
    return date(year, int(month), int(day)) if month else _day(found, year, 1)
