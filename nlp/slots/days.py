"""Single days as people say them: 周五, 下周一, 明天, 12月7日."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from nlp.slots.dates import field_near, next_month
from nlp.slots.numerals import read_number
from nlp.slots.points import DAY, MONTH, POINT, bounds_of, safe_date

DAY_WORD = re.compile(r"(?P<word>大后天|后天|明天|明日|今天|今日|今晚|明晚|昨天|昨日|前天)")
WEEKDAY = re.compile(
    r"(?P<week>下下个?|下个?|这个?|本|上个?)?(?<![一每两几半])(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末1-7])"
)
MONTH_DAY = re.compile(
    rf"(?<![\d年A-Za-z.]){MONTH}(?:月份?)\s*{DAY}\s*[日号]?(?![\d个])|(?<![\d.A-Za-z])(?P<m2>1[0-2]|0?[1-9])[./](?P<d2>3[01]|[12]\d|0?[1-9])(?:日|号|(?=[的那]))"
)
DAY_ONLY = re.compile(rf"(?<![\d第A-Za-z]){DAY}[号日](?!楼|线|电池|机|院|店|分类)")


@dataclass(frozen=True)
class Day:
    """One day and where it is said."""

    start: int
    end: int
    value: date
    field: str | None = None


def find_days(text: str, at: date) -> list[Day]:
    """Single days: 周五, 下周一, 明天, 12月7日, 7号; one without year is the next such day."""
    found: list[Day] = []
    for finder in (_full_days, _weekdays, _day_words, _month_days, _lone_days):
        for day in finder(text, at):
            if all(day.end <= other.start or day.start >= other.end for other in found):
                found.append(day)
    return sorted((_with_field(day, text) for day in found), key=lambda day: day.start)


def _with_field(day: Day, text: str) -> Day:
    """昨天公开的: what happened on that day."""
    named = field_near(text, day.start, day.end)
    return Day(named[0], named[1], day.value, named[2]) if named else day


def _full_days(text: str, at: date) -> list[Day]:
    found = []
    for match in POINT.finditer(text):
        if match["day"] and (bounds := bounds_of(match, at)):
            found.append(Day(match.start(), match.end(), bounds[0]))
    return found


def _weekdays(text: str, at: date) -> list[Day]:
    found = []
    for match in WEEKDAY.finditer(text):
        weekday = (
            "一二三四五六日".index({"天": "日", "末": "六"}.get(match["weekday"], match["weekday"]))
            if not match["weekday"].isdigit()
            else int(match["weekday"]) - 1
        )
        week = match["week"]
        monday = at - timedelta(days=at.weekday())
        if week is None:
            value = at + timedelta(days=(weekday - at.weekday() - 1) % 7 + 1)
        else:
            weeks = 2 if week.startswith("下下") else 1 if week.startswith("下") else -1 if week.startswith("上") else 0
            value = monday + timedelta(weeks=weeks, days=weekday)
        found.append(Day(match.start(), match.end(), value))
    return found


def _day_words(text: str, at: date) -> list[Day]:
    shifts = {"大后天": 3, "后天": 2, "明天": 1, "明日": 1, "明晚": 1, "昨天": -1, "昨日": -1, "前天": -2}
    return [
        Day(match.start(), match.end(), at + timedelta(days=shifts.get(match["word"], 0)))
        for match in DAY_WORD.finditer(text)
    ]


def _month_days(text: str, at: date) -> list[Day]:
    found = []
    for match in MONTH_DAY.finditer(text):
        month = int(read_number(match["month"] or match["m2"]) or 0)
        candidates = (safe_date(at.year + ahead, month, match["day"] or match["d2"]) for ahead in range(9))
        value = next((day for day in candidates if day and day >= at), None)
        if value:
            found.append(Day(match.start(), match.end(), value))
    return found


def _lone_days(text: str, at: date) -> list[Day]:
    found = []
    for match in DAY_ONLY.finditer(text):
        months = (next_month(at.replace(day=1), ahead) for ahead in range(3))
        candidates = (safe_date(year, month, match["day"]) for year, month in months)
        value = next((day for day in candidates if day and day >= at), None)
        if value:
            found.append(Day(match.start(), match.end(), value))
    return found
