"""What a notice says in the few typed words of a template: the names of its facts, and the filling of keywords."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from adapters.wechat.keywords import LISTED, fitted, type_of
from core.clock import CHINA
from core.i18n import chinese_date


class Fact(StrEnum):
    """A notice has a title always, the others where they are known."""

    TITLE = "title"
    DETAIL = "detail"
    # Five characters at most: 即将到期, 已受理.
    STATE = "state"
    NUMBER = "number"
    DAY = "day"
    TIME = "time"
    AMOUNT = "amount"


FACT_NAMES = {
    Fact.TITLE: "标题", Fact.DETAIL: "说明", Fact.STATE: "状态", Fact.NUMBER: "编号", Fact.DAY: "日期",
    Fact.TIME: "时间", Fact.AMOUNT: "金额",
}  # fmt: skip
WORDS = {"thing", "short_thing", "name", *LISTED}
# The types of keyword that each fact may stand in.
FITS: Mapping[Fact, set[str]] = {
    Fact.TITLE: WORDS,
    Fact.DETAIL: WORDS,
    Fact.STATE: WORDS | {"phrase"},
    Fact.NUMBER: {"character_string", "number", "letter", "thing"},
    Fact.DAY: {"date", "thing"},
    Fact.TIME: {"time", "date", "thing"},
    Fact.AMOUNT: {"amount", "thing"},
}
# One of each, to try a template with before anybody is sent it.
SAMPLE: Mapping[str, str] = {
    Fact.TITLE: "专利年费到期", Fact.DETAIL: "一种石墨烯散热膜及其制备方法,请尽快处理", Fact.STATE: "即将到期",
    Fact.NUMBER: "CN112345678B", Fact.DAY: "2026年12月7日", Fact.TIME: "2026年12月7日 14:00", Fact.AMOUNT: "2000元",
}  # fmt: skip


def said_day(day: date) -> str:
    """As a date keyword takes it."""
    return chinese_date(day)


def said_moment(at: datetime) -> str:
    """As a time keyword takes it, in China whatever the machine's zone."""
    local = at.astimezone(CHINA)
    return f"{chinese_date(local.date())} {local:%H:%M}"


def filled(
    keywords: Iterable[Mapping[str, Any]], fills: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, str] | None:
    """What to send; None where a fact is missing or does not fit: WeChat would refuse the whole message."""
    data = {}
    for keyword in keywords:
        code = keyword["code"]
        value = facts.get(fills.get(code, ""))
        fit = fitted(code, str(value), keyword.get("options") or ()) if value else None
        if fit is None:
            return None
        data[code] = fit
    return data or None


def may_fill(code: str, fact: str) -> bool:
    """Whether this fact may stand in this keyword at all."""
    return fact in set(Fact) and type_of(code) in FITS[Fact(fact)]
