"""Calendar periods and days as people say them, relative to the day of the message; both ends inclusive."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from nlp.slots.numerals import read_number
from nlp.slots.points import HAN, MONTH, POINT, bounds_of, month_bounds

# what may stand before and after a point in time
AFTER_WORDS = (
    r"\s*(?:及|和)?(?:年|月)?(?:份)?(?:以后|之后|往后|过后|以来|起|开始"
    r"|(?:一直)?[至到](?:今天?|现在|目前|如今|眼下)|迄今|后(?!面|台|视|轮|盖|备|处))"
)
BEFORE_WORDS = r"\s*(?:及|和)?(?:以前|之前|往前|为止|前(?!端|置|轮|面|沿|列|景))"
FIELD_WORDS = (
    ("grant", r"授权|授予|获批|批准"),
    ("publication", r"公开|公布|公告|发布"),
    ("application", r"申请|提交|递交"),
)
FIELD_NEAR = re.compile(
    r"\s{0,4}(?:期间|左右|内|以内|当年)?\s{0,4}(?:被|才|就|新|已)?\s{0,4}(授权|授予|获批|批准|公开|公布|公告|发布|申请|提交|递交)"
)
FIELD_BEFORE = re.compile(
    r"(授权|公开|公布|公告|申请|申请日|授权日|公开日|公告日)(?:日期?|时间)?\s*(?:在|于|是|为|从|自|晚于|早于|不晚于|不早于)?\s*$"
)
SPAN = re.compile(
    rf"(?P<open>最近|近|过去|这|前|往前)(?P<vague>[几])?(?P<count>\d+|[{HAN}]+|半)?\s*(?P<unit>年半?|个半?月|个?季度|个?星期|周|天|日)(?:以来|内|以内|之内|间|里)?"
)
# 三年内的, without 近 before it
WITHIN = re.compile(
    rf"(?<![\d{HAN}第几近去])(?P<open>)(?P<vague>)(?P<count>\d{{1,2}}|[{HAN}]{{1,2}}|半)(?P<unit>年|个月)(?:以|之)?内(?=的|申请|公开|公布|授权|$|[\s,。|])"
)
# At a sentence's end it dates patents only where they are spoken of.
DATED = re.compile("专利|发明|实用新型|外观")
MONTH_WORD = re.compile(
    r"(?P<word>上上个?月|上个?月|这个?月|本月|当月|下个?月|上(?:个)?季度|本季度|这个?季度|上周|上个?(?:星期|礼拜)(?![一二三四五六日天])|本周|这周|这个?(?:星期|礼拜)(?![一二三四五六日天])|下周(?![一二三四五六日天])|下个?(?:星期|礼拜)(?![一二三四五六日天]))(?:以来|份)?"
)
# 12月的, 三月份: without a year the last such month that has begun
BARE_MONTH = re.compile(rf"(?<![\d年个第A-Za-z.{HAN}]){MONTH}月份?(?!\s*[\d{HAN}初底末]|饼|嫂|子)")
PLAN_YEARS = re.compile(r"(?P<plan>十[三四五])五(?:规划)?期?间?")


@dataclass(frozen=True)
class Period:
    """A stretch of days, open where an end is None; `field` is what is dated, None where not said."""

    start: int
    end: int
    first: date | None
    last: date | None
    field: str | None = None


def find_periods(text: str, at: date) -> list[Period]:
    """Periods in the order of the text: 2020年以后, 近三年, 去年, 2018到2020年, 上个月, 早于2010年."""
    taken: list[Period] = []
    for finder in (_ranges, _points, _spans, _words):
        for period in finder(text, at):
            if all(period.end <= other.start or period.start >= other.end for other in taken):
                taken.append(_with_field(period, text))
    return sorted(taken, key=lambda period: period.start)


def field_near(text: str, start: int, end: int) -> tuple[int, int, str] | None:
    """The stretch with the word beside it that says what is dated, and what that is: 公开 in 昨天公开的."""
    near = FIELD_NEAR.match(text, end) or FIELD_BEFORE.search(text[:start])
    if near is None:
        return None
    field = next(name for name, words in FIELD_WORDS if re.match(words, near[1]))
    return (start, near.end(), field) if near.re is FIELD_NEAR else (near.start(), end, field)


def _with_field(period: Period, text: str) -> Period:
    named = field_near(text, period.start, period.end)
    return Period(named[0], named[1], period.first, period.last, named[2]) if named else period


def complement(period: Period) -> Period:
    """What is left where an open period is not wanted: 2015年以前的不要 begins with 2015. A closed one leaves two."""
    if period.first is None and period.last is not None:
        return replace(period, first=period.last + timedelta(days=1), last=None)
    if period.last is None and period.first is not None:
        return replace(period, first=None, last=period.first - timedelta(days=1))
    return period


RANGE_JOIN = re.compile(r"\s{0,4}(?:年|月|日)?\s{0,4}(?:到|至|-|–|—|~)\s{0,4}")


AND_JOIN = re.compile(r"\s{0,2}(?:年|月|日)?\s{0,2}[和与跟]\s{0,2}")
SAME_YEAR = re.compile(rf"\s{{0,2}}(?:到|至|-|–|—|~)\s{{0,2}}{MONTH}\s{{0,2}}月份?(?!\s*\d)(?:之间|期间|间)?")


def _ranges(text: str, at: date) -> list[Period]:
    found = []
    points = list(POINT.finditer(text))
    for one, other in pairwise(points):
        between = text[one.end() : other.start()]
        if not RANGE_JOIN.fullmatch(between) and not (
            AND_JOIN.fullmatch(between) and text.startswith(("之间", "期间"), other.end())
        ):
            continue
        begin, finish = bounds_of(one, at), bounds_of(other, at)
        if begin and finish and begin[0] <= finish[1]:
            lead = re.search(r"(?:介于|从|自|在)$", text[: one.start()])
            start = lead.start() if lead else one.start()
            tail = re.compile(r"\s*(?:之间|期间|间)").match(text, other.end())
            found.append(Period(start, tail.end() if tail else other.end(), begin[0], finish[1]))
    return found + _month_ranges(text, points, at)


def _month_ranges(text: str, points: list[re.Match[str]], at: date) -> list[Period]:
    """2024年1月到6月, 去年3月至9月: the second month is one of the same year."""
    found = []
    for point in points:
        begin, finish = bounds_of(point, at), SAME_YEAR.match(text, point.end())
        if begin is None or finish is None or not point["month"]:
            continue
        last = month_bounds(begin[0].year, int(read_number(finish["month"]) or 12))[1]
        if begin[0] <= last:
            start = point.start() - (text[: point.start()].endswith(("从", "自", "在")))
            found.append(Period(start, finish.end(), begin[0], last))
    return found


def _points(text: str, at: date) -> list[Period]:
    found = []
    for match in POINT.finditer(text):
        period = _point(match, text, at)
        if period is not None:
            found.append(period)
    return found


def _point(match: re.Match[str], text: str, at: date) -> Period | None:
    bounds = bounds_of(match, at)
    if bounds is None:
        return None
    first, last = bounds
    lead = re.search(r"(不早于|不晚于|早于|晚于|截至|截止到?|从|自从?|在|于)\s*$", text[: match.start()])
    word = lead[1] if lead else ""
    start = lead.start() if lead else match.start()
    after = re.compile(AFTER_WORDS).match(text, match.end())
    before = re.compile(BEFORE_WORDS).match(text, match.end())
    tail = after or before
    end = tail.end() if tail else match.end()
    two_digits = bool(match["year"]) and len(match["year"]) == 2
    if two_digits and not (tail or match["month"] or FIELD_NEAR.match(text, end)):
        return None
    if word == "晚于":
        return Period(start, end, last + timedelta(days=1), None)
    if word == "早于":
        return Period(start, end, None, first - timedelta(days=1))
    if word == "不早于" or after:
        return Period(start, end, first, None)
    if word == "不晚于" or word.startswith("截"):
        return Period(start, end, None, last)
    if before:
        inclusive = "及" in before[0] or "和" in before[0] or (match["part"] or "").endswith(("底", "末"))
        return Period(start, end, None, last if inclusive else first - timedelta(days=1))
    return Period(start, end, first, last)


def _spans(text: str, at: date) -> list[Period]:
    """近三年 counts back from the day of the message."""
    found = []
    for match in (*SPAN.finditer(text), *WITHIN.finditer(text)):
        count = _span_count(match)
        if match.re is WITHIN and match.end() == len(text) and not DATED.search(text):
            continue  # 贷款 三年以内 is a term
        if count is None:
            continue
        unit = match["unit"]
        if unit.startswith("年"):
            begin = _months_back(at, int(count * 12) + (6 if unit.endswith("半") else 0))
        elif "月" in unit:
            begin = _months_back(at, int(count))
        elif unit.endswith("季度"):
            begin = _months_back(at, int(count * 3))
        else:
            begin = at - timedelta(days=int(count * (1 if unit in "天日" else 7)))
        found.append(Period(match.start(), match.end(), begin, None))
    return found


def _span_count(match: re.Match[str]) -> float | None:
    if match["vague"]:
        return 3.0 if match["unit"].startswith("年") else None
    if match["count"] == "半":
        return 0.5
    if not match["count"]:
        # 近年 is vague, 这年 nothing; 这周 is a calendar week
        return None
    count = read_number(match["count"])
    if count is None or not 0 < count <= 100:
        return None
    # 这三年 is 近三年, but 这个月 has no count and 前三年 (of something) is no date
    return None if match["open"] == "前" else float(count)


def _months_back(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    if year < 1:
        return date(1, 1, 1)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _words(text: str, at: date) -> list[Period]:
    found = []
    for match in MONTH_WORD.finditer(text):
        first, last = _named(match["word"], at)
        found.append(Period(match.start(), match.end(), first, last))
    for match in BARE_MONTH.finditer(text):
        month = int(read_number(match["month"]) or 1)
        found.append(Period(match.start(), match.end(), *month_bounds(at.year - (month > at.month), month)))
    for match in PLAN_YEARS.finditer(text):
        begin = 2001 + 5 * (int(read_number(match["plan"]) or 13) - 10)
        found.append(Period(match.start(), match.end(), date(begin, 1, 1), date(begin + 4, 12, 31)))
    return found


def _named(word: str, at: date) -> tuple[date, date]:
    shift = -2 if word.startswith("上上") else -1 if word.startswith("上") else 1 if word.startswith("下") else 0
    if "月" in word:
        start = _months_back(at.replace(day=1), -shift)
        return month_bounds(start.year, start.month)
    if "季度" in word:
        start = _months_back(at.replace(day=1), (at.month - 1) % 3 - 3 * shift)
        return start, month_bounds(*next_month(start, 2))[1]
    monday = at - timedelta(days=at.weekday()) + timedelta(weeks=shift)
    return monday, monday + timedelta(days=6)


def next_month(day: date, months: int) -> tuple[int, int]:
    later = _months_back(day, -months)
    return later.year, later.month
