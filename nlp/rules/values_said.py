"""Sums, shares, ratios, counts and kinds as people say them in questions of figures."""

import re
from collections.abc import Sequence
from decimal import Decimal

from nlp.slots.money import AMOUNT, MULTIPLES
from nlp.slots.numerals import CHINESE, NUMERAL, read_number

Span = tuple[int, int]
KINDS = (
    ("utility_model", re.compile(r"实用新型|实新|实型|新型(?!冠|材|城|农|储|显|电)")),
    ("design", re.compile(r"外观")),
    ("invention", re.compile(r"发明(?!人|者|家|创造)")),
)
PERCENT = re.compile(
    rf"(?P<digits>\d+(?:\.\d+)?)\s*(?:%|个百分点|percent)|百分之(?P<han>{NUMERAL})|千分之(?P<mille>{NUMERAL})|(?P<tenth>[{CHINESE}]|\d(?:\.\d)?)成(?P<half>半|[一二三四五六七八九])?(?![立功本交])"
    rf"|(?P<even>一半|对半)|(?P<whole>全[额部]?(?=补|贴|报))|(?P<low>[{CHINESE}]+)分之(?P<high>[{CHINESE}]+)"
)
DISCOUNT = re.compile(rf"(?:打)?(?P<value>\d(?:\.\d+)?|[{CHINESE}]点?[{CHINESE}]?)折(?!旧|现|合|股|算|叠|光|线)")
RATIO = re.compile(
    rf"(?<![\d.:])(?P<digits>\d+(?:\.\d+)?(?:\s*[:比/]\s*\d+(?:\.\d+)?){{1,4}})(?![\d:])|(?P<han>[{CHINESE}]+(?:比[{CHINESE}]+){{1,4}})|(?<![{CHINESE}])(?P<run>[一二三四五六七八九]{{3}})(?![{CHINESE}万亿个年月日元块])|(?<!\d)(?P<triple>[1-9]{{3}})(?![\d万元块年月号%.])|(?P<pair>[一二三四五六七八九]{{2}})(?=开|分账|分成|分担)"
)
UNIT = r"(?P<unit>个?亿|个?[wW](?![a-zA-Z])|[kK](?![a-zA-Z])|百万|千万|个?万)"
BARE = re.compile(
    r"(?<![\d.第A-Za-z:'\-/])(?P<number>\d{2,}(?:\.\d+)?)(?![\d年月日号%个件天岁家人条通期届次折:/A-Za-z.\-倍成比])"
)
# 4千, 一千二, 八百五: a numeral with its own unit needs none of money.
BARE_UNIT = re.compile(
    rf"(?<![\d.第{CHINESE}])(?:(?P<number>\d+(?:\.\d+)?)\s*(?P<scale>[百千])(?P<rest>\d)?|(?P<han>[一二两三四五六七八九][百千][{CHINESE}]*))"
    r"(?![\d年月日号%个件天岁家人条通期届次万亿瓦克米])"
)
YEAR_OF_FEE = re.compile(rf"第\s*(?P<year>\d{{1,2}}|[{CHINESE}]+)\s*(?:个)?(?:年度?|专利年度)")
YEAR_RANGE = re.compile(
    rf"第?\s*(?P<first>\d{{1,2}}|[{CHINESE}]+)\s*年?\s*(?:到|至|-|~)\s*第?\s*(?P<last>\d{{1,2}}|[{CHINESE}]+)\s*年"
)
LATE = re.compile(
    rf"(?P<half_month>(?<![个多])半个月)|(?P<half_year>半年)|(?P<half_months>\d+|[{CHINESE}]+)\s*个半月"
    rf"|(?P<months>\d+|[{CHINESE}]+)\s*个?(?P<more>多)?月(?![日号份]|\d{{1,2}}[日号])(?P<half>半)?(?P<over>多)?"
    rf"(?:\s*[零又加]?\s*(?P<days>\d+|[{CHINESE}]+)\s*[天日])?"
    rf"|(?P<only_days>\d+|[{CHINESE}]+)\s*(?P<many>多)?天|(?P<weeks>\d+|[{CHINESE}]+)\s*(?:个?星期|周)"
)
NTH_MONTH = re.compile(rf"(?:滞纳|拖|晚|逾期|补缴).{{0,6}}第\s*(?P<month>\d|[{CHINESE}])\s*个月")
LATE_BEFORE = re.compile(
    r"(?:晚|迟|逾期|过期|超期?|拖|欠|滞后|拖延|耽误|过了?|忘|延误|超过|过去)(?:了|到|交|缴|规定|缴费|年费|费|着|没交|没缴|付|期|快|已经|有|大概|差不多|都|限|时|的|又|满|不到|不满|没到|未满|不足|正好|整整|刚好|刚|整|将近|快|差不多|足足|\s){0,6}$"
)
NO_LATENESS = re.compile(r"(?:第|每|近|前|共|满|提前|还有|剩|期|宽限|补缴期|滞纳金?)[^,。]{0,2}$")
LATE_AFTER = re.compile(r"^(?:了|才|后|没交|没缴|了才|未缴|没付|的滞纳|滞纳|忘|多?了)")
TERM = re.compile(
    rf"(?P<half>半年)|(?P<years>\d+(?:\.\d+)?|[{CHINESE}]+)\s*年(?P<year_half>半)?(?![费率化利末底初度])|(?P<months>\d+|[{CHINESE}]+)\s*个月|(?P<plain>\d+)\s*期"
)


def first_kind(text: str) -> str | None:
    """The kind of patent that is said first."""
    found = [(match.start(), kind) for kind, pattern in KINDS if (match := pattern.search(text))]
    return min(found)[1] if found else None


def nearest_kind(text: str, start: int, end: int) -> str | None:
    """The kind of patent that is said closest to a stretch; a break between clauses counts as some letters."""
    found = []
    for kind, pattern in KINDS:
        for match in pattern.finditer(text):
            between = text[match.end() : start] if match.end() <= start else text[end : match.start()]
            found.append((len(between) + 8 * len(re.findall(r"[,。;、\s]\S", between)), match.start(), kind))
    return min(found)[2] if found else None


def amounts_said(text: str, taken: Sequence[Span] = ()) -> list[tuple[int, int, Decimal]]:
    """Sums with their places: 900块, 160万, ¥1,200, and bare numbers of two digits or more; `taken` holds days."""
    found: list[tuple[int, int, Decimal]] = []
    for match in AMOUNT.finditer(text):
        value = _amount(match, text)
        if value is not None and _is_free(match.span(), taken):
            found.append((match.start(), match.end(), value))
    for match in BARE.finditer(text):
        spans = [*taken, *((start, end) for start, end, _ in found)]
        if _is_free(match.span(), spans):
            found.append((match.start(), match.end(), Decimal(match["number"])))
    for match in BARE_UNIT.finditer(text):
        value = _with_unit(match)
        if value and _is_free(match.span(), [*taken, *((start, end) for start, end, _ in found)]):
            found.append((match.start(), match.end(), value))
    return sorted(found)


def _with_unit(match: re.Match[str]) -> Decimal | None:
    if match["han"]:
        return read_number(match["han"])
    scale = 1000 if match["scale"] == "千" else 100
    return Decimal(match["number"]) * scale + (int(match["rest"]) * scale // 10 if match["rest"] else 0)


def _amount(match: re.Match[str], text: str) -> Decimal | None:
    unit = (match["unit"] or "").removeprefix("个")
    following = text[match.end() : match.end() + 1]
    if match["vague"] == "几" or (not unit and not match["money"] and not match["sign"]):
        return None
    if match["unit"] and not match["money"] and following and following in "人件家台个份像次":
        return None
    base = read_number(match["number"])
    if base is None:
        return None
    scale = MULTIPLES[unit]
    tail = read_number(match["tail"]) if match["tail"] else None
    more = Decimal(0)
    if tail is not None and scale > 1:
        more = tail * scale / 10 if len(match["tail"]) == 1 and match["tail"] not in "十百千" else tail
    return base * scale + more


def _is_free(span: Span, taken: Sequence[Span]) -> bool:
    return all(span[1] <= start or span[0] >= end for start, end in taken)


def percents_said(text: str) -> list[tuple[int, int, Decimal]]:
    """Shares of one with their places: 85%, 百分之八十五, 六成, 千分之二."""
    found = []
    for match in PERCENT.finditer(text):
        if match["even"] or match["whole"]:
            found.append((match.start(), match.end(), Decimal("0.5") if match["even"] else Decimal(1)))
            continue
        if match["low"]:
            low, high = read_number(match["low"]), read_number(match["high"])
            if low and high is not None:
                found.append((match.start(), match.end(), high / low))
            continue
        value = read_number(match["digits"] or match["han"] or match["mille"] or match["tenth"])
        if value is None:
            continue
        scale = 100 if match["digits"] or match["han"] else 1000 if match["mille"] else 10
        more = Decimal(5) if match["half"] == "半" else read_number(match["half"]) if match["half"] else None
        half = (more or Decimal(0)) / 100
        found.append((match.start(), match.end(), value / scale + half))
    return found


def ratio_said(text: str) -> tuple[int, int, tuple[Decimal, ...]] | None:
    """6:2:2, 六比二比二, 七比三, 六二二分."""
    for match in RATIO.finditer(text):
        parts = list(match["run"] or match["triple"] or match["pair"] or "") or re.split(
            r"[:比/]", match["digits"] or match["han"]
        )
        values = [read_number(part.strip()) for part in parts]
        whole = sum(value or 0 for value in values)
        if (match["run"] or match["triple"]) and whole != 10:
            continue
        if all(value is not None for value in values) and whole > 0:
            return match.start(), match.end(), tuple(value for value in values if value is not None)
    return None


def number_before(text: str, words: str, *, gap: str = "") -> Decimal | None:
    """The number right before one of the words: 3件发明."""
    match = re.search(
        rf"(?P<number>\d+(?:\.\d+)?|[{CHINESE}]+)\s*(?:[件个项名人位条份]|来个)?{gap}\s*(?:{words})", text
    )
    return read_number(match["number"]) if match else None


def number_after(text: str, words: str) -> Decimal | None:
    """The number right behind one of the words: 职工120人."""
    match = re.search(
        rf"(?:{words})(?:一共|总共|总数|共|有|是|为|大概|就|才|只有|约|[\s:]){{0,3}}(?P<number>\d+(?:\.\d+)?|[{CHINESE}]+)",
        text,
    )
    return read_number(match["number"]) if match else None


def term_months_said(text: str) -> Decimal | None:
    """A length of time in months: 两年 24, 18个月 18, 半年 6."""
    for match in TERM.finditer(text):
        if match.start() and text[match.start() - 1] in "第每0123456789":
            continue
        if match["half"]:
            return Decimal(6)
        value = read_number(match["years"] or match["months"] or match["plain"])
        if value is None or (match["years"] and value > 60):
            continue
        return value * (12 if match["years"] else 1) + (6 if match["year_half"] else 0)
    return None


def lateness_said(text: str, *, anywhere: bool = False) -> tuple[Decimal, Decimal] | None:
    """Months and days of being late: 晚了两个月零三天 is (2, 3); 3个多月 is (3, 0.5), a month begun."""
    nth = NTH_MONTH.search(text)
    if nth is not None and (month := read_number(nth["month"])):
        return month - 1, Decimal("0.5")
    for match in LATE.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        said = LATE_BEFORE.search(before) or LATE_AFTER.match(after)
        if not said and (not anywhere or NO_LATENESS.search(before) or re.match(r"[内前]|以[内前]|之[内前]", after)):
            continue
        if match["half_month"] or match["half_year"]:
            return (Decimal(6), Decimal(0)) if match["half_year"] else (Decimal(0), Decimal(15))
        if match["weeks"]:
            weeks = read_number(match["weeks"])
            return (Decimal(0), weeks * 7) if weeks is not None else None
        if match["only_days"]:
            return _months_of_days(read_number(match["only_days"]))
        months = read_number(match["half_months"] or match["months"])
        if months is None:
            continue
        if re.search(r"(?:不到|不满|没到|未满|不足)$", before):
            return months - 1, Decimal("0.5")
        days = read_number(match["days"]) if match["days"] else None
        some = Decimal("0.5") if match["more"] or match["over"] or match["half"] or match["half_months"] else Decimal(0)
        return months, days if days is not None else some
    return None


def _months_of_days(days: Decimal | None) -> tuple[Decimal, Decimal] | None:
    """Days as months of thirty and the rest: 45天 lies in the second month."""
    if days is None:
        return None
    return days // 30, days % 30


def fee_year_said(text: str) -> tuple[Decimal, Decimal | None] | None:
    """第5年 is (5, None), 第4到第6年 is (4, 6)."""
    match = YEAR_RANGE.search(text)
    if match and (first := read_number(match["first"])) and (last := read_number(match["last"])) and first < last <= 20:
        return first, last
    match = YEAR_OF_FEE.search(text)
    year = read_number(match["year"]) if match else None
    return (year, None) if year else None
