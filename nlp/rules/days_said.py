"""Days as people say them of what has happened: 21年7月7号, 上个月15号, 今年3月8号, 20天前; the past comes first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nlp.rules.periods import add_months
from nlp.slots.days import WEEKDAY
from nlp.slots.numerals import read_digits, read_number

HAN = "零〇一二两三四五六七八九十"
MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
DAY = rf"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[{HAN}]?|廿[{HAN}]?|[{HAN}])"
LONG_YEAR = rf"(?P<year>(?:19|20)\d\d|[一二][零〇九][{HAN}]{{2}}|(?<!\d)'?\d\d|[零〇一二][{HAN}](?=年))"
WRITTEN = re.compile(
    rf"(?<!\d){LONG_YEAR}\s*(?:年|[-./])\s*{MONTH}\s*(?:月份?|[-./])\s*{DAY}(?!\d)\s*(?:[日号]|(?!个))"
)
COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?![\d.])")
RELATIVE_YEAR = re.compile(
    rf"(?P<relative>大前年|前年|去年|今年|本年|明年|后年|当年)的?\s*{MONTH}\s*(?:月份?|[-./])\s*{DAY}(?!\d)\s*[日号]?"
)
RELATIVE_YEAR_MONTH = re.compile(rf"(?P<relative>大前年|前年|去年|今年|本年)的?\s*{MONTH}\s*月份?(?!\s*\d)")
RELATIVE_MONTH = re.compile(
    rf"(?P<relative>上上个?月|上个?月|这个?月|本月|当月|下个?月|下下个?月)的?\s*{DAY}\s*(?:[日号](?!楼)|(?![\d个天]))"
)
MONTH_DAY = re.compile(
    rf"(?:(?<![\d年{HAN}.\-/])|(?<=周[一二三四五六])|(?<=(?:星期|礼拜)[一二三四五六])){MONTH}\s*月份?\s*{DAY}(?!\d)\s*(?:[日号]|(?![个天]))"
    r"|(?<![\d.\-/])(?P<m2>1[0-2]|0?[1-9])[./](?P<d2>3[01]|[12]\d|0?[1-9])(?![\d./%万亿元块])(?:[日号]|(?=\s*(?:的|收|申|报|提|递|交|拿|到|签|生|发|公|授|注|才|下|那|送|寄)))"
)
LONE_DAY = re.compile(rf"(?<![\d第A-Za-z月{HAN}]){DAY}号(?!楼|线|机|文|店|令|人)")
WORD = re.compile(r"大前天|前天|前日|昨天|昨日|今天|今日|明天|明日|后天|今儿|今个|昨儿|明儿|刚刚|刚才")
AGO = re.compile(
    rf"(?P<count>\d+|[{HAN}]+|半)\s*(?P<unit>天|日|个?星期|周|个?月|年)(?P<half>半)?\s*(?P<side>之?前(?!端)|以前|之?后|以后)"
)
YEAR_ONLY = re.compile(rf"(?<!\d)(?P<year>(?:19|20)\d\d|\d\d(?=年)|[一二][零〇九][{HAN}]{{2}})\s*年(?!以|费)")
YEAR_MONTH = re.compile(rf"(?<!\d){LONG_YEAR}\s*(?:年|[-./])\s*{MONTH}\s*(?:月份?|(?![\d.\-/]))")
FUTURE = re.compile(
    r"(?:打算|准备|计划|想|要|预计|将|拖到|等到|拖|如果|假如|要是|若)[^,。;、\s]{0,6}$|(?:再|之后|以后)$"
)
HAPPENED = re.compile(r"\s{0,4}(?:才|就|刚|我们?|公司)?\s{0,4}(?:收|拿到|接到|送|到的|下来|发[来的]|寄|签|生效)")
YEAR_SHIFTS = {"大前年": -3, "前年": -2, "去年": -1, "明年": 1, "后年": 2}
WORD_SHIFTS = {
    "大前天": -3,
    "前天": -2,
    "前日": -2,
    "昨天": -1,
    "昨日": -1,
    "昨儿": -1,
    "明儿": 1,
    "明天": 1,
    "明日": 1,
    "后天": 2,
}


@dataclass(frozen=True)
class DaySaid:
    """A day and where it is said. `is_bare`: without a year; `month_only`: without a day; `is_vague`: 10年前."""

    start: int
    end: int
    value: date
    is_bare: bool = False
    month_only: bool = False
    is_vague: bool = False


def find_days_said(text: str, at: date) -> list[DaySaid]:
    """Days in the order of the text. One without a year is the last before `at`, unless the future is meant."""
    found: list[DaySaid] = []
    finders = (_written, _compact, _relative_years, _relative_months, _month_days, _ago, _weekdays, _words, _lone)
    for finder in finders:
        for day in finder(text, at):
            if all(day.end <= other.start or day.start >= other.end for other in found):
                found.append(day)
    if any(not day.is_vague for day in found):
        # 10年前申请的 2016年11月30日: the day that is written out is meant.
        found = [day for day in found if not day.is_vague]
    return sorted(found, key=lambda day: day.start)


def find_months_said(text: str, at: date) -> list[DaySaid]:
    """Months without a day (2024年5月授权), as their first day."""
    days = find_days_said(text, at)
    found = []
    for match in YEAR_MONTH.finditer(text):
        value = _date(_year(match["year"], at), match["month"], "1")
        if value and all(match.end() <= day.start or match.start() >= day.end for day in days):
            found.append(DaySaid(match.start(), match.end(), value, month_only=True))
    for match in RELATIVE_YEAR_MONTH.finditer(text):
        value = _date(at.year + YEAR_SHIFTS.get(match["relative"], 0), match["month"], "1")
        if value and all(match.end() <= day.start or match.start() >= day.end for day in days):
            found.append(DaySaid(match.start(), match.end(), value, month_only=True))
    return found


def find_years_said(text: str, at: date) -> list[tuple[int, int, int]]:
    """Years with their places, those within full days too: (start, end, year)."""
    years = [(day.start, day.end, day.value.year) for day in find_days_said(text, at) if not day.is_bare]
    for match in YEAR_ONLY.finditer(text):
        year = _year(match["year"], at)
        if year and all(match.end() <= start or match.start() >= end for start, end, _ in years):
            years.append((match.start(), match.end(), year))
    return sorted(years)


def _year(said: str, at: date) -> int | None:
    digits = read_digits(said.strip("'"))
    if not digits.isdigit():
        value = read_number(said)
        digits = str(int(value)) if value is not None else ""
    if len(digits) == 4:
        return int(digits) if 1900 <= int(digits) <= 2199 else None
    if len(digits) == 2:
        short = int(digits)
        return 2000 + short if short <= at.year % 100 + 20 else 1900 + short if short >= 80 else None
    return None


def _date(year: int | None, month: str, day: str) -> date | None:
    months, days = read_number(month), read_number(day.replace("廿", "二十"))
    try:
        return date(int(year or 0), int(months or 0), int(days or 0))
    except ValueError:
        return None


def _written(text: str, at: date) -> Iterator[DaySaid]:
    for match in WRITTEN.finditer(text):
        value = _date(_year(match["year"], at), match["month"], match["day"])
        if value:
            yield DaySaid(match.start(), match.end(), value)


def _compact(text: str, at: date) -> Iterator[DaySaid]:
    for match in COMPACT.finditer(text):
        value = _date(int(match["year"]), match["month"], match["day"])
        if value:
            yield DaySaid(match.start(), match.end(), value)


def _relative_years(text: str, at: date) -> Iterator[DaySaid]:
    for match in RELATIVE_YEAR.finditer(text):
        value = _date(at.year + YEAR_SHIFTS.get(match["relative"], 0), match["month"], match["day"])
        if value:
            yield DaySaid(match.start(), match.end(), value)


def _relative_months(text: str, at: date) -> Iterator[DaySaid]:
    for match in RELATIVE_MONTH.finditer(text):
        word = match["relative"]
        back = word.count("上") - word.count("下")
        month = add_months(at.replace(day=1), -back)
        value = _date(month.year, str(month.month), match["day"])
        if value:
            yield DaySaid(match.start(), match.end(), value)


def _month_days(text: str, at: date) -> Iterator[DaySaid]:
    for match in MONTH_DAY.finditer(text):
        month, day = match["month"] or match["m2"], match["day"] or match["d2"]
        years = range(at.year, at.year + 5) if FUTURE.search(text[: match.start()]) else range(at.year, at.year - 5, -1)
        values = [value for year in years if (value := _date(year, month, day))]
        is_future = years.step > 0
        value = next((value for value in values if (value >= at if is_future else value <= at)), None)
        if value:
            yield DaySaid(match.start(), match.end(), value, is_bare=True)


def _ago(text: str, at: date) -> Iterator[DaySaid]:
    for match in AGO.finditer(text):
        if re.search(r"(?:提|期满|到期|满|届满|起|第)$", text[: match.start()]):
            continue
        count = read_number(match["count"]) if match["count"] != "半" else None
        if count is None and match["count"] != "半":
            continue
        sign = -1 if "前" in match["side"] else 1
        whole = int(count or 0)
        unit = match["unit"]
        if unit in ("天", "日"):
            value = at + timedelta(days=sign * whole)
        elif "周" in unit or "星期" in unit:
            value = at + timedelta(weeks=sign * whole)
        else:
            months = whole * (12 if unit == "年" else 1) + (6 if match["half"] or (not count and unit == "年") else 0)
            value = add_months(at, sign * months) if whole < 100 else at
        yield DaySaid(match.start(), match.end(), value, is_vague=unit.endswith(("年", "月")))


def _weekdays(text: str, at: date) -> Iterator[DaySaid]:
    """上周五 and 这周一; a bare weekday is the last one, where something happened on it."""
    for match in WEEKDAY.finditer(text):
        if match["weekday"] == "末" or re.search(r"[是碰逢遇撞赶]$", text[: match.start()]):
            continue
        if match["week"] is None and not HAPPENED.match(text, match.end()):
            continue
        said = match["weekday"]
        weekday = int(said) - 1 if said.isdigit() else "一二三四五六日".index(said.replace("天", "日"))
        week = match["week"]
        if week is None:
            yield DaySaid(match.start(), match.end(), at - timedelta(days=(at.weekday() - weekday) % 7))
            continue
        weeks = week.count("下") - week.count("上")
        monday = at - timedelta(days=at.weekday())
        yield DaySaid(match.start(), match.end(), monday + timedelta(weeks=weeks, days=weekday))


def _words(text: str, at: date) -> Iterator[DaySaid]:
    for match in WORD.finditer(text):
        yield DaySaid(match.start(), match.end(), at + timedelta(days=WORD_SHIFTS.get(match[0], 0)))


def _lone(text: str, at: date) -> Iterator[DaySaid]:
    for match in LONE_DAY.finditer(text):
        ahead = 1 if FUTURE.search(text[: match.start()]) else -1
        months = (add_months(at.replace(day=1), ahead * each) for each in range(3))
        values = (_date(month.year, str(month.month), match["day"]) for month in months)
        value = next((day for day in values if day and (day >= at if ahead > 0 else day <= at)), None)
        if value:
            yield DaySaid(match.start(), match.end(), value, is_bare=True)
