"""Matches of the market: what is near, which conditions hold, and what is said of it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from nlp.market.conditions import check_conditions
from nlp.market.index import PostIndex
from nlp.market.matching import Matcher
from nlp.market.posts import Mode, Post, RightState
from nlp.market.regions import RegionWish, RegionWishes
from nlp.market.subject_text import subject_of, without_figures
from nlp.segmenter import default_segmenter
from nlp.slots.regions import RegionFinder

TODAY = date(2026, 11, 22)
BEARING = Post(
    post_id=1,
    title="滚动轴承早期故障诊断方法",
    text="振动和温度一起看,提前两周报警,水泵和风机都装过。普通许可15万。",
    classes=("G01M 13/045",),
    modes=(Mode.LICENCE_PLAIN,),
    amount=150_000,
    regions=("山西省太原市",),
    right_kinds=("invention",),
    right_state=RightState.IN_FORCE,
    posted_on=date(2026, 10, 1),
)
ULTRASOUND = replace(BEARING, post_id=2, title="超声监听仪", text="贴在座外面听四十千赫的声音。")
JUICE = Post(
    post_id=3, title="果汁澄清工艺", text="酶解以后过膜,不沉淀。", classes=("A23L 2/82",), modes=(Mode.TRANSFER,)
)
NEED = Post(
    post_id=9,
    title="",
    text="水泵轴承老是烧,想提前知道故障。普通许可,20万以内",
    modes=(Mode.LICENCE_PLAIN,),
    amount=200_000,
    regions=("山西省",),
)


def matcher(*posts: Post, seeking: bool = True) -> Matcher:
    segmenter = default_segmenter()
    return Matcher(PostIndex(posts, segmenter), segmenter, seeking=seeking)


def test_terms_of_trade_are_no_part_of_the_subject() -> None:
    assert subject_of("水泵轴承老是烧,想提前知道故障。普通许可,20万以内") == "水泵轴承老是烧,想提前知道故障"
    assert subject_of("专利转让") == "专利转让"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("水泵轴承老是烧,想提前知道故障。普通许可,20万以内", "水泵轴承老是烧,想提前知道故障。普通许可"),
        ("三元锂电池隔膜,装在一块板上,出价5000元", "三元锂电池隔膜,装在一块板上"),
        ("求购净水器,¥12,000", "求购净水器"),
        ("求购净水器预算二十几万元", "求购净水器预算"),
        ("预算30w", "预算"),
        ("1.5亿元以内", "以内"),
    ],
)
def test_no_sum_of_money_is_left_in_what_the_other_side_is_shown(text: str, shown: str) -> None:
    assert without_figures(text) == shown


@pytest.mark.parametrize(("ask", "said"), [(250_000, "价格要谈"), (900_000, "价格差得远"), (10_000, "价格谈得拢")])
def test_a_match_says_whether_prices_meet_and_no_figure(ask: int, said: str) -> None:
    found = check_conditions(NEED, replace(BEARING, amount=ask), on=TODAY)

    assert [each.said for each in found if each.name == "price"] == [said]


def test_a_match_says_what_fits_and_where_it_stands() -> None:
    best = matcher(JUICE, BEARING).match(NEED, on=TODAY)[0]

    assert best.post_id == BEARING.post_id
    assert best.reasons[0].startswith("主题(") and "轴承" in best.reasons[0]
    assert best.reasons[1:] == ("可普通许可", "价格谈得拢", "地区")
    assert not best.to_talk and not best.missing


def test_what_was_not_said_is_named_with_the_side_that_can_say_it() -> None:
    offer = replace(BEARING, amount=None, regions=("广东省佛山市",))

    match = matcher(offer, JUICE).match(replace(NEED, modes=()), on=TODAY)[0]

    assert match.to_talk == ("供方在广东省佛山市",)
    assert match.missing == (("offer", "价格没写"), ("need", "想转让还是许可没写"))
    assert match.said().endswith("要谈:供方在广东省佛山市。还差:价格没写。")


def test_a_post_of_the_nearest_posts_class_rises_though_it_shares_no_word() -> None:
    others = [replace(JUICE, post_id=10 + number, title=f"果汁工艺{number}") for number in range(12)]

    found = [match.post_id for match in matcher(*others, ULTRASOUND, BEARING).match(NEED, on=TODAY)]

    assert found[:2] == [BEARING.post_id, ULTRASOUND.post_id]


def test_an_offer_finds_the_needs_that_seek_it() -> None:
    thirsty = Post(post_id=8, title="", text="果汁放两天就沉淀,想要不用胶的办法")

    best = matcher(thirsty, NEED, seeking=False).match(BEARING, on=TODAY)[0]

    assert (best.post_id, best.reasons[1:]) == (NEED.post_id, ("可普通许可", "价格谈得拢", "地区"))


def test_what_is_said_of_a_pair_is_true_for_both_who_read_it() -> None:
    elsewhere = replace(BEARING, regions=("广东省佛山市",), modes=(Mode.TRANSFER,))

    sought = matcher(elsewhere, JUICE).match(NEED, on=TODAY)[0]
    offered = matcher(NEED, seeking=False).match(elsewhere, on=TODAY)[0]

    assert sought.to_talk == offered.to_talk == ("供方只做转让", "供方在广东省佛山市")


def test_what_feedback_taught_moves_a_post() -> None:
    twin = replace(BEARING, post_id=4)
    asked = matcher(BEARING, twin)

    assert [each.post_id for each in asked.match(NEED, on=TODAY, learnt={4: 0.2})] == [4, 1]
    assert [each.post_id for each in asked.match(NEED, on=TODAY, learnt={4: -0.2})] == [1, 4]


def test_few_matches_are_the_first_of_many() -> None:
    modes = ((Mode.TRANSFER,), (Mode.LICENCE_PLAIN,), (Mode.LICENCE_EXCLUSIVE,), ())
    posts = [
        replace(
            BEARING, post_id=number, modes=modes[number % 4], amount=100_000 * (number % 7), text=f"轴承{number}号泵"
        )
        for number in range(60)
    ]
    vectors = np.random.default_rng(3).normal(size=(61, 8)).astype(np.float32)
    asked = Matcher(PostIndex(posts, default_segmenter(), vectors[:60]), default_segmenter(), seeking=True)

    few = asked.match(NEED, vectors[60], on=TODAY, limit=5, learnt={40: 0.1})

    assert few == asked.match(NEED, vectors[60], on=TODAY, limit=60, learnt={40: 0.1})[:5]


def test_whoever_dismissed_the_nearest_gets_those_behind_them() -> None:
    near = [replace(BEARING, post_id=number) for number in range(10)]
    behind = [replace(BEARING, post_id=number, title="轴承润滑", text="给水泵加油。") for number in range(10, 30)]

    found = matcher(*near, *behind).match(NEED, on=TODAY, limit=10, learnt={each.post_id: -9.0 for each in near})

    assert len(found) == 10 and {each.post_id for each in found} <= {each.post_id for each in behind}


def test_a_post_that_came_later_is_found_like_those_before() -> None:
    segmenter = default_segmenter()
    posts = [replace(JUICE, post_id=each, title=f"果汁{each}号", text=f"第{each}种过膜") for each in range(100, 130)]
    vectors = np.random.default_rng(5).normal(size=(33, 8)).astype(np.float32)
    vectors[30] = vectors[31] + vectors[30] / 2
    index = PostIndex(posts, segmenter, vectors[:30])

    for post, vector in ((ULTRASOUND, vectors[30]), (BEARING, vectors[31])):
        index.add(post, vector)

    found = Matcher(index, segmenter, seeking=True).match(NEED, vectors[31], on=TODAY)
    whole = Matcher(PostIndex([*posts, ULTRASOUND, BEARING], segmenter, vectors[:32]), segmenter, seeking=True)
    assert [each.post_id for each in found[:2]] == [BEARING.post_id, ULTRASOUND.post_id]
    assert [each.post_id for each in whole.match(NEED, vectors[31], on=TODAY)[:2]] == [1, 2]


def test_an_empty_market_has_no_match() -> None:
    assert matcher().match(NEED, on=TODAY) == []


@pytest.mark.parametrize(
    ("need", "offer", "expected"),
    [
        ({}, {}, {"mode": "met", "price": "met", "region": "met"}),
        ({}, {"modes": (Mode.OPEN_LICENCE,)}, {"mode": "met"}),
        ({}, {"modes": (Mode.LICENCE_EXCLUSIVE,)}, {"mode": "to_talk"}),
        ({"modes": (Mode.LICENCE_EXCLUSIVE,)}, {}, {"mode": "to_talk"}),
        ({}, {"modes": (Mode.TRANSFER,)}, {"mode": "unmet"}),
        ({"modes": ()}, {}, {"mode": "not_said"}),
        ({}, {"amount": 250_000}, {"price": "to_talk"}),
        ({}, {"amount": 900_000}, {"price": "unmet"}),
        ({"regions": ("广东省",)}, {}, {"region": "to_talk"}),
        ({"regions": ("广东省",), "region_is_must": True}, {}, {"region": "unmet"}),
        ({"regions": ("江苏省苏州市",)}, {"regions": ("江苏省",)}, {"region": "not_said"}),
        ({"regions": ("江苏省苏州市", "江苏省")}, {"regions": ("江苏省",)}, {"region": "met"}),
        ({"regions": ("江苏省苏州市",)}, {"regions": ("江苏省苏州市昆山市",)}, {"region": "met"}),
        ({"regions": ("江苏省苏州市",)}, {"regions": ("江苏省南京市",)}, {"region": "to_talk"}),
        ({"modes": (Mode.OPEN_LICENCE,)}, {"right_state": RightState.PENDING}, {"right": "unmet"}),
        ({"right_kinds": ("invention",)}, {}, {"right": "met"}),
        ({"right_kinds": ("invention",)}, {"right_state": RightState.PENDING}, {"right": "to_talk"}),
        ({"right_kinds": ("design",)}, {}, {"right": "unmet"}),
        ({"until": date(2026, 11, 21)}, {}, {"dates": "unmet"}),
        ({"until": TODAY}, {"until": TODAY}, {}),
    ],
)
def test_each_condition_is_held_against_the_pair(need: dict, offer: dict, expected: dict) -> None:
    checked = check_conditions(replace(NEED, **need), replace(BEARING, **offer), on=TODAY)

    verdicts = {each.name: str(each.verdict) for each in checked}
    assert {**verdicts, **expected} == verdicts
    assert ("dates" in verdicts) is ("dates" in expected)


@pytest.mark.parametrize(
    ("wish", "read"),
    [
        ("", RegionWish(())),
        ("福建省(必须)", RegionWish(("福建省",), is_must=True)),
        ("江浙沪优先", RegionWish(("江苏省", "浙江省", "上海市"))),
        ("河北或周边", RegionWish(("河北省",))),
    ],
)
def test_wishes_for_a_place_are_read(wish: str, read: RegionWish) -> None:
    assert RegionWishes(RegionFinder(default_segmenter())).read(wish) == read
