"""Figures, dates and article numbers of a text in one normal form: 十五年 and 15年, 百分之五 and 5%, 第42条."""

import re
import unicodedata
from collections.abc import Iterator

from nlp.slots.numerals import CHINESE, read_number

NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{CHINESE}]+)"
UNITS = (
    "个工作日|工作日|个月|小时|分钟|年度|年|月|日|天|周|元|块钱|块|%|％|倍|折"
    "|件|项|款|条|号|次|人|个|种|页|类|级|分|家|份"
)
# 15天 and 15日 are the same time, 2,000块 and 2,000元 the same money.
SAME_UNIT = {"天": "日", "块": "元", "块钱": "元", "％": "%", "个工作日": "工作日"}
SCALE = {"亿": 100_000_000, "万": 10_000}
DATE = re.compile(rf"({NUMBER})年({NUMBER})月({NUMBER})[日号]|(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?!\d)")
ARTICLE = re.compile(rf"第\s*({NUMBER})\s*条(?:之({NUMBER}))?")
PERCENT = re.compile(rf"(百分之|千分之)({NUMBER})")
RANGE = re.compile(rf"({NUMBER})(?:年|个月|日|天|元|%)?\s*(?:至|到|~|-|—|、|或者?)\s*{NUMBER}\s*([万亿]?)({UNITS})")
FIGURE = re.compile(rf"({NUMBER})\s*多?\s*([万亿]?)({UNITS})?")
# 一种方法, 一个人, 一次: an article of the language, not a count.
ONE_OF = {"个", "种", "件", "项", "次", "人", "条", "家", "份", "款", "类", "级", "分", "页", "号"}
LITERAL = re.compile(r"半年|半数|一半|过半|半个月|双倍|翻倍|全额|零元")


def plain(text: str) -> str:
    """Half-width, no spaces but between Latin words, no commas in numbers."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"(?<=[^A-Za-z])\s+|\s+(?=[^A-Za-z])", "", text)


def figures(text: str, *, is_source: bool = False) -> frozenset[str]:
    """Every figure of a text. A bare single Chinese numeral counts only in a source, where it may begin a range."""
    text = plain(text)
    found = set(LITERAL.findall(text))
    for pattern, read in ((DATE, _date), (ARTICLE, _article), (PERCENT, _percent)):
        found.update(value for match in pattern.finditer(text) if (value := read(match)))
        text = pattern.sub("|", text)
    if is_source:
        for match in RANGE.finditer(text):
            found.update(_figure(match[1], match[2], match[3]))
    for match in FIGURE.finditer(text):
        numeral, scale, unit = match[1], match[2], match[3] or ""
        if is_source or not _is_word(numeral, scale + unit):
            found.update(_figure(numeral, scale, unit))
            if is_source:
                found.update(_figure(numeral, scale, ""))
    return frozenset(found)


def units_of(found: frozenset[str]) -> frozenset[str]:
    """What is counted in these figures."""
    return frozenset(value.partition(" ")[2] for value in found if " " in value)


def _is_word(numeral: str, unit: str) -> bool:
    """Chinese numerals that are part of a word (一般, 统一, 三方) or an article (一种)."""
    if numeral[0].isdigit():
        return False
    return (not unit and len(numeral) == 1) or (numeral == "一" and unit in ONE_OF)


def _figure(numeral: str, scale: str, unit: str) -> Iterator[str]:
    value = read_number(numeral.strip(","))
    if value is not None:
        scaled = (value * SCALE.get(scale, 1)).normalize()
        yield f"{scaled:f} {SAME_UNIT.get(unit, unit)}".strip()


def _date(match: re.Match[str]) -> str:
    parts = [read_number(part) for part in (match.groups()[:3] if match[1] else match.groups()[3:])]
    return "-".join(f"{part:f}" for part in parts if part is not None)


def _article(match: re.Match[str]) -> str:
    number, further = read_number(match[1]), read_number(match[2]) if match[2] else None
    return f"第{number}条" + (f"之{further}" if further else "")


def _percent(match: re.Match[str]) -> str:
    value = read_number(match[2])
    return "" if value is None else f"{value.normalize():f} {'%' if match[1] == '百分之' else '‰'}"
