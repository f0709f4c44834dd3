"""Cuts the text of a statute into articles, and reads the dates that stand in it."""

import re
from collections.abc import Iterable
from datetime import date

from nlp.law_names import NUMERALS, to_number
from services.knowledge_import.drafts import PassageDraft

HEADING = re.compile(rf"^#*\s*(第[{NUMERALS}]+(?:分编|编|章|节))(?:[\s\u3000]+(.*))?$")
ARTICLE = re.compile(rf"^(?:#+\s*|\*\*)?第([{NUMERALS}]+)条(之[一二三四五六七八九十])?(?:\*\*)?([\s\u3000:：]*)(.*)$")
LEVELS = ("编", "分编", "章", "节")
CHINESE_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
ANY_DATE = re.compile(r"(\d{4})(?:\s*年\s*|[-/.])(\d{1,2})(?:\s*月\s*|[-/.])(\d{1,2})(?:\s*日)?")
IN_FORCE = re.compile(r"自\s*(\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)\s*起(?:施行|实施|生效)")
HEADER_IN_FORCE = re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日)\s*(?:起)?施行")
# A law takes effect at most some years after it is passed; an earlier day is that of its first version.
LONGEST_WAIT_DAYS = 3 * 366


def split_articles(text: str) -> list[PassageDraft]:
    """The articles of a statute in order, each with its part, chapter and section; none where there are none."""
    passages: list[PassageDraft] = []
    headings: dict[str, str] = {}
    label, chapter, lines, number = "", "", [""], 0
    for line in map(str.strip, _lines(text)):
        heading = HEADING.match(line)
        article = _article_start(line, number)
        if (heading or article) and label:
            passages.append(PassageDraft(label, _join(lines), chapter or None))
            label, lines = "", []
        if heading:
            _enter(headings, heading.group(1), heading.group(2) or "")
        elif article:
            number, label, first = article
            chapter, lines = " ".join(headings[level] for level in LEVELS if level in headings), [first]
        elif label:
            lines.append(line)
    if label:
        passages.append(PassageDraft(label, _join(lines), chapter or None))
    return [passage for passage in passages if passage.text]


def _lines(text: str) -> Iterable[str]:
    return text.replace("\u200b", "").replace("\ufeff", "").splitlines()


def _join(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line)


def _enter(headings: dict[str, str], name: str, title: str) -> None:
    level = "分编" if name.endswith("分编") else name[-1]
    for deeper in LEVELS[LEVELS.index(level) :]:
        headings.pop(deeper, None)
    spaceless = re.sub(r"[\s\u3000]+", "", title)  # headings are spaced out: 总　　则
    headings[level] = f"{name} {spaceless}".strip()


def _article_start(line: str, previous: int) -> tuple[int, str, str] | None:
    match = ARTICLE.match(line)
    if match is None:
        return None
    number = to_number(match.group(1))
    if number is None:
        return None
    # A paragraph may begin with 第十条规定的…: an article's own number is set off, or is the next in order.
    set_off = bool(match.group(3)) or not match.group(4)
    expected = number == previous + 1 and match.group(4)[:1] not in set("第款项规的、和及至，,")
    if not (set_off or expected):
        return None
    return number, f"第{match.group(1)}条{match.group(2) or ''}", match.group(4).strip()


def find_date(text: str) -> date | None:
    """The first day named in the text, in Chinese or ISO form; None also for a day that does not exist."""
    match = ANY_DATE.search(text)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def latest_date(text: str) -> date | None:
    """The latest day named in a law's header but for the day it took effect: that of the last amendment."""
    passing = HEADER_IN_FORCE.sub("", text)
    days = [day for match in CHINESE_DATE.finditer(passing) if (day := find_date(match.group(0)))]
    return max(days, default=None)


def effective_date(passages: Iterable[PassageDraft], header: str, passed: date | None) -> tuple[date | None, bool]:
    """When this text took effect, and whether the text itself says so.

    The last article gives the day of the first version; it counts only if it lies after the day of passing.
    For an amendment without a known day the day of passing stands in, marked as not certain.
    """
    tail = " ".join(passage.text for passage in list(passages)[-3:])
    days = [find_date(day) for day in IN_FORCE.findall(tail)]
    days += [find_date(day) for day in HEADER_IN_FORCE.findall(header)]
    known = sorted(day for day in days if day)
    if passed is None:
        return (known[-1], True) if known else (None, False)
    for day in known:
        if 0 <= (day - passed).days <= LONGEST_WAIT_DAYS:
            return day, True
    return passed, False
