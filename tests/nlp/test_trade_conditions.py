"""A way of trade said in a search is carried by its frame, and never taken for the subject or for a wish of trade."""

from datetime import date
from typing import Any

import pytest

from bot.searching import query_after
from nlp.searching import filters_of
from nlp.slots.trade_conditions import find_trade_conditions
from nlp.understanding import Understander

DAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander()


def frame(understander: Understander, *sentences: str) -> tuple[str, dict[str, Any]]:
    query = query_after(understander, sentences, on=DAY)
    assert query is not None
    return query.topic.replace(" ", ""), filters_of(query)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("开放许可的遮阳帘专利", {"trade_mode": "open_licence"}),
        ("查专利 遮阳帘 要能转让的", {"trade_mode": "transfer"}),
        ("可转让的遮阳帘专利", {"trade_mode": "transfer"}),
        ("找可以买的遮阳帘专利", {"trade_mode": "transfer"}),
        ("找遮阳帘的专利 权利人肯卖的", {"trade_mode": "transfer"}),
        ("有转让意向的遮阳帘专利", {"trade_mode": "transfer"}),
        ("查一下愿意许可的遮阳帘专利", {"trade_mode": "licence"}),
        ("可以许可使用的遮阳帘专利", {"trade_mode": "licence"}),
        ("遮阳帘专利,能授权给我们用的", {"trade_mode": "licence"}),
        ("遮阳帘专利 可以转让或者许可的", {"trade_mode": ["licence", "transfer"]}),
        ("找遮阳帘的专利 最好能作价入股的", {"trade_mode": "equity"}),
        ("找质押过的遮阳帘专利", {"trade_mode": "pledge"}),
        ("没质押过的遮阳帘专利", {"exclude": {"trade_mode": ["pledge"]}}),
        ("找遮阳帘专利 不要质押的", {"exclude": {"trade_mode": ["pledge"]}}),
        ("找遮阳帘的专利 已经许可出去的除外", {"exclude": {"trade_mode": ["licence"]}}),
        ("遮阳帘专利 不能转让的不要", {"trade_mode": "transfer"}),
    ],
)
def test_a_way_of_trade_is_a_condition_beside_the_subject(
    understander: Understander, text: str, filters: dict[str, Any]
) -> None:
    assert frame(understander, text) == ("遮阳帘", filters)


@pytest.mark.parametrize(
    "text",
    [
        "查许可证防伪的专利",
        "找转让记录查询的专利",
        "查自动售卖机的专利",
        "智能交易终端的专利",
        "储能交易的专利",
        "股权质押的风险评估专利",
        "可转让信用证的专利",
        "不限转让的遮阳帘专利",
        "查二手车买卖平台专利",
    ],
)
def test_what_only_names_a_thing_is_no_condition(text: str) -> None:
    assert find_trade_conditions(text) == ()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我想买石墨烯专利", "demand_post"),
        ("求购能转让的石墨烯专利", "demand_post"),
        ("寻个愿意独占许可的骨科螺钉专利", "demand_post"),
        ("我有个石墨烯专利想转让", "supply_post"),
        ("我手里的石墨烯专利可以转让", "supply_post"),
        ("浏览一下开放许可的专利", "market_browse"),
    ],
)
def test_a_wish_of_trade_stays_one(understander: Understander, text: str, intent: str) -> None:
    assert understander.understand(text, at=DAY).intent == intent


def test_a_list_on_the_table_keeps_takes_and_loses_the_condition(understander: Understander) -> None:
    said = ("找遮阳帘的专利", "只看开放许可的")
    held = {"trade_mode": "open_licence"}

    assert frame(understander, *said) == ("遮阳帘", held)
    assert frame(understander, *said, "只看有效的") == ("遮阳帘", held | {"legal_status": "active"})
    assert frame(understander, *said, "换成能转让的") == ("遮阳帘", {"trade_mode": "transfer"})
    assert frame(understander, *said, "去掉开放许可") == ("遮阳帘", {})
    assert frame(understander, *said, "找冷风机专利") == ("冷风机", {})
    assert understander.understand(said[1], at=DAY, history=said[:1]).slots == {"topic": "遮阳 帘", **held}


def test_words_without_end_are_read_quickly() -> None:
    assert find_trade_conditions("能对外直接" * 2_000) == ()
