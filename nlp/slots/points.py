"""A point in the calendar as people write it (2021年, 去年底, 2019年3月5日), and its first and last day."""

import re
from calendar import monthrange
from datetime import date

from nlp.slots.numerals import read_digits, read_number

HAN = "零〇一二两三四五六七八九十"
# 2000万 is money.
YEAR = (
    r"(?P<year>(?:19|20)\d\d(?!\s*[万亿])"
    rf"|[一二][零〇九][{HAN}]{{2}}|(?<!\d)\d\d(?=年)|(?<![{HAN}])[零〇一二八九][{HAN}](?=年))"
)
RELATIVE_YEAR = r"(?P<relative>大前年|前年|去年|上一年|今年|本年度?|明年)"
MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
DAY = rf"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[{HAN}]?|[{HAN}])"
PART = r"(?P<part>上半年|下半年|(?:第?[一二三四1-4])季度?|[Qq][1-4]|年?初|年?底|年末)"
COMPACT = r"(?<!\d)(?P<compact>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)"
POINT = re.compile(
    rf"{COMPACT}|(?:{YEAR}(?:\s*年度?)?|{RELATIVE_YEAR})(?:\s*的?{PART}|[\s./-]*{MONTH}(?:\s*月份?|(?=[./-]\d)|(?![\d\w])|(?=以|之|起|后|前|到|至))(?:[./\s-]*{DAY}\s*[日号]?(?!\d))?)?"
)


def bounds_of(match: re.Match[str], at: date) -> tuple[date, date] | None:
    """First and last day of what a POINT names."""
    if match["compact"]:
        digits = match["compact"]
        whole = safe_date(int(digits[:4]), int(digits[4:6]), digits[6:])
        return (whole, whole) if whole and whole.year <= at.year + 30 else None
    year = _year(match, at)
    if year is None or not 1949 <= year <= at.year + 30:
        return None
    if match["part"]:
        return _part_of(year, match["part"])
    if not match["month"]:
        return date(year, 1, 1), date(year, 12, 31)
    month = int(read_number(match["month"]) or 0)
    if match["day"]:
        day = safe_date(year, month, match["day"])
        return (day, day) if day else None
    return month_bounds(year, month)


def _year(match: re.Match[str], at: date) -> int | None:
    if match["relative"]:
        shift = {"大前年": -3, "前年": -2, "去年": -1, "上一年": -1, "明年": 1}.get(match["relative"], 0)
        return at.year + shift
    digits = read_digits(match["year"])
    if not digits.isdigit():
        return None
    year = int(digits)
    if len(digits) == 4:
        return (
            year if match["year"][-1] and ("年" in match[0] or match["month"] or 1980 <= year <= at.year + 5) else None
        )
    # 21年 is 2021, 98年 is 1998; 20年 alone is as likely a length of time, so callers ask for a companion word
    return 2000 + year if year <= at.year % 100 + 5 else 1900 + year if year >= 80 else None


def _part_of(year: int, part: str) -> tuple[date, date]:
    if part == "上半年":
        return date(year, 1, 1), date(year, 6, 30)
    if part == "下半年":
        return date(year, 7, 1), date(year, 12, 31)
    if part.endswith(("季度", "季")) or part[0] in "Qq":
        quarter = int(read_number(part.strip("第季度Qq")) or 1)
        return date(year, 3 * quarter - 2, 1), month_bounds(year, 3 * quarter)[1]
    if part.endswith("初"):
        return date(year, 1, 1), date(year, 1, 31)
    return date(year, 12, 1), date(year, 12, 31)


def month_bounds(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def safe_date(year: int, month: int, day_text: str) -> date | None:
    day = read_number(day_text)
    try:
        return date(year, month, int(day or 0))
    except ValueError:
        return None
