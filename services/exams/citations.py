"""The articles behind a question: read, dated by the versions of the law, said in a line."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from core.errors import InvalidInput
from services.knowledge_import.validity import known_validity

CITE = re.compile(
    r"(?P<law>[\u4e00-\u9fff]{2,30}?)\s+(?:(?P<passed>\d{4}-\d{2}-\d{2})\s+)?(?P<article>第[零一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十])?)"
)
ALWAYS = (date.min, date.max)


def read_cite(text: str) -> dict[str, Any]:
    """专利法 第四十二条, or 商标法 2019-04-23 第三十三条 where several versions are known. Raises InvalidInput."""
    match = CITE.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(f"依据写法不对:{text}。要像“专利法 第四十二条”。")
    law, passed = match["law"], match["passed"]
    versions = [day for name, day in known_validity() if name == law]
    if passed is not None and date.fromisoformat(passed) not in versions:
        raise InvalidInput(f"没有{law}这一天通过的版本:{passed}。")
    if passed is None and len(versions) > 1:
        raise InvalidInput(f"{law}有几个版本,要写明哪天通过的。")
    return {"law": law, "article": match["article"], "passed": passed}


def period_of(cites: Iterable[Mapping[str, Any]]) -> tuple[date | None, date | None]:
    """While all of the laws hold, each in one of the versions cited; None for an end that is not known."""
    first, last = ALWAYS
    by_law: dict[str, list[tuple[date, date]]] = {}
    for cite in cites:
        by_law.setdefault(cite["law"], []).append(_period(cite))
    for periods in by_law.values():
        first = max(first, min(start for start, _end in periods))
        last = min(last, max(end for _start, end in periods))
    return (first if first > date.min else None), (last if last < date.max else None)


def said_cites(cites: Iterable[Mapping[str, Any]], day: date) -> str:
    """《专利法》第六条、《专利法实施细则》第十三条: those of the versions in force that day."""
    held = [cite for cite in cites if _period(cite)[0] <= day <= _period(cite)[1]]
    parts = []
    for law, of_law in groupby(held, key=lambda cite: str(cite["law"])):
        parts.append(f"《{law}》" + "、".join(str(cite["article"]) for cite in of_law))
    return "、".join(parts)


def _period(cite: Mapping[str, Any]) -> tuple[date, date]:
    versions = {day: version for (law, day), version in known_validity().items() if law == cite["law"]}
    passed = cite["passed"]
    version = versions.get(date.fromisoformat(passed)) if passed else next(iter(versions.values()), None)
    return (version.valid_from, version.valid_to or date.max) if version is not None else ALWAYS
