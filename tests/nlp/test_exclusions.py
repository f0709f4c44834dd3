"""What must not be in a list, corrections within a sentence, and places that are no divisions of their own."""

from datetime import date
from typing import Any

import pytest

from bot.searching import query_after
from nlp.searching import filters_of
from nlp.understanding import Understander

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander()


def frame(understander: Understander, *sentences: str) -> tuple[str, dict[str, Any]]:
    query = query_after(understander, sentences, on=DAY)
    assert query is not None
    return query.topic.replace(" ", ""), filters_of(query)


@pytest.mark.parametrize(
    ("text", "topic", "exclude"),
    [
        ("遮阳帘的专利 不要高校的", "遮阳帘", {"applicant_type": ["university"]}),
        ("遮阳帘专利 个人申请的不要", "遮阳帘", {"applicant_type": ["individual"]}),
        ("除了上海的 找遮阳帘的专利", "遮阳帘", {"region": ["上海市"]}),
        ("遮阳帘专利 驳回的别列出来", "遮阳帘", {"legal_status": ["rejected"]}),
        ("遮阳帘的专利 失效的就算了", "遮阳帘", {"legal_status": ["lapsed"]}),
        ("遮阳帘的专利,除了华为的", "遮阳帘", {"applicant": ["华为"]}),
        ("冷风机的专利 不要美的和格力的", "冷风机", {"applicant": ["美的", "格力"]}),
        ("遮阳帘专利 济南和青岛的不要", "遮阳帘", {"region": ["山东省济南市", "山东省青岛市"]}),
        ("遮阳帘专利 撤回和驳回的都不要", "遮阳帘", {"legal_status": ["withdrawn", "rejected"]}),
        ("遮阳帘的专利 实用新型除外", "遮阳帘", {"patent_kind": ["utility_model"]}),
    ],
)
def test_what_is_not_wanted_is_excluded_and_no_condition(
    understander: Understander, text: str, topic: str, exclude: dict[str, Any]
) -> None:
    assert frame(understander, text) == (topic, {"exclude": exclude})


def test_a_part_of_a_place_can_be_left_out_of_it_but_not_what_lies_elsewhere(understander: Understander) -> None:
    within = {"region": "广东省", "exclude": {"region": ["广东省深圳市"]}}

    assert frame(understander, "广东的遮阳帘专利 深圳除外") == ("遮阳帘", within)
    assert frame(understander, "不是广州的,是深圳的遮阳帘专利") == ("遮阳帘", {"region": "广东省深圳市"})


def test_exclusions_add_up_over_a_list_and_a_wish_for_the_same_ends_them(understander: Understander) -> None:
    said = ("找遮阳帘的专利", "不要高校的", "个人的也不要")
    both = {"exclude": {"applicant_type": ["university", "individual"]}}

    assert frame(understander, *said) == ("遮阳帘", both)
    assert frame(understander, *said, "只看企业的") == ("遮阳帘", {"applicant_type": "enterprise"})
    assert frame(understander, *said, "申请人类型不限") == ("遮阳帘", {})


@pytest.mark.parametrize(
    ("text", "topic", "filters"),
    [
        ("济南 哦不对 青岛的遮阳帘专利", "遮阳帘", {"region": "山东省青岛市"}),
        ("找外观 说错了 实用新型的遮阳帘", "遮阳帘", {"patent_kind": "utility_model"}),
        ("找遮阳帘的专利 打错了 遮阳棚 山东的", "遮阳棚", {"region": "山东省"}),
        ("找遮阳帘的专利 说错了 山东的", "遮阳帘", {"region": "山东省"}),
        ("胶东不是 是烟台的遮阳帘专利", "遮阳帘", {"region": "山东省烟台市"}),
    ],
)
def test_what_is_corrected_within_a_sentence_replaces_what_was_said(
    understander: Understander, text: str, topic: str, filters: dict[str, Any]
) -> None:
    assert frame(understander, text) == (topic, filters)


@pytest.mark.parametrize(
    ("then", "topic", "filters"),
    [
        ("说错了 是遮阳棚", "遮阳棚", {"region": "山东省青岛市", "patent_kind": "invention"}),
        ("地区不限了", "遮阳帘", {"patent_kind": "invention"}),
        ("专利类型无所谓", "遮阳帘", {"region": "山东省青岛市"}),
        ("换山东济南", "遮阳帘", {"region": "山东省济南市", "patent_kind": "invention"}),
        ("电动的", "电动遮阳帘", {"region": "山东省青岛市", "patent_kind": "invention"}),
        ("前面的都不要了 找雨伞的外观", "雨伞", {"patent_kind": "design"}),
        ("企业的 近三年", "遮阳帘", {"region": "山东省青岛市", "patent_kind": "invention",
         "applicant_type": "enterprise", "date_from": "2023-11-22", "date_field": "application"}),
        ("地区改成济南 类型不要了", "遮阳帘", {"region": "山东省济南市"}),
        ("地区不限 要有效的", "遮阳帘", {"patent_kind": "invention", "legal_status": "active"}),
        ("发明那个条件不要了", "遮阳帘", {"region": "山东省青岛市"}),
        ("不一定要青岛", "遮阳帘", {"patent_kind": "invention"}),
        ("改看遮阳棚", "遮阳棚", {"region": "山东省青岛市", "patent_kind": "invention"}),
        ("济南也看看", "遮阳帘", {"region": "山东省济南市", "patent_kind": "invention"}),
        ("华为的专利", "", {"applicant": "华为"}),
    ],
)  # fmt: skip
def test_short_sentences_after_a_list_change_it_or_begin_another(
    understander: Understander, then: str, topic: str, filters: dict[str, Any]
) -> None:
    assert frame(understander, "青岛的遮阳帘发明专利", then) == (topic, filters)


def test_of_a_question_and_a_search_in_one_sentence_the_search_has_its_own_conditions(
    understander: Understander,
) -> None:
    assert frame(understander, "先查外观专利保护多少年,再帮我找遮阳帘专利") == ("遮阳帘", {})


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("松山湖的遮阳帘专利", "广东省东莞市"),
        ("小榄的遮阳帘专利", "广东省中山市"),
        ("张江的遮阳帘专利", "上海市浦东新区"),
        ("中关村的遮阳帘专利", "北京市海淀区"),
        ("蛇口的遮阳帘专利", "广东省深圳市南山区"),
        ("魔都静安的遮阳帘专利", "上海市静安区"),
        ("冰城的遮阳帘专利", "黑龙江省哈尔滨市"),
    ],
)
def test_a_park_a_town_and_another_name_of_a_city_are_places(
    understander: Understander, text: str, region: str
) -> None:
    assert frame(understander, text) == ("遮阳帘", {"region": region})


@pytest.mark.parametrize("text", ["复合肥的专利", "IPC里水处理那一类的专利", "外形优美的台灯专利"])
def test_a_name_within_another_word_is_neither_place_nor_applicant(understander: Understander, text: str) -> None:
    _, filters = frame(understander, text)

    assert not filters.keys() & {"region", "applicant"}


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("找去甲醛的滤网专利", "去甲醛滤网"),
        ("小米脱壳机的专利", "小米脱壳机"),
        ("有没有人造板的专利", "人造板"),
        ("我们产品是带灯的手杖 查查同类专利", "带灯手杖"),
        ("聚氨脂轮子的专利", "聚氨酯轮子"),
        ("近两年的机器狗专利", "机器狗"),
        ("空气能热水器的专利", "空气能热水器"),
        ("可以装在栏杆上的花盆架专利", "栏杆花盆架"),
        ("我们厂生产竹席 看看类似的专利", "竹席"),
        ("栏杆 花盆架 防倾倒", "栏杆花盆架防倾倒"),
    ],
)
def test_the_name_of_a_thing_is_kept_whole(understander: Understander, text: str, topic: str) -> None:
    assert frame(understander, text)[0] == topic


def test_an_unwanted_period_leaves_the_other_one_and_a_day_says_what_is_dated(understander: Understander) -> None:
    assert frame(understander, "遮阳帘专利 2015年以前的不要")[1] == {
        "date_from": "2015-01-01",
        "date_field": "application",
    }
    day = {"date_from": "2026-11-21", "date_to": "2026-11-21", "date_field": "publication"}
    assert frame(understander, "昨天公开的遮阳帘专利")[1] == day


@pytest.mark.parametrize(
    "text",
    [
        "储能电池的专利 锂电的不要",
        "找储能电池专利 不要锂电的",
        "除了锂电的储能电池专利",
        "储能电池专利,排除锂电",
        "储能电池的专利 锂电除外",
        "储能电池的专利 锂电那些都别列出来",
        "找储能电池专利 不包括锂电的",
    ],
)
def test_a_subject_is_left_out_and_never_searched_for(understander: Understander, text: str) -> None:
    assert frame(understander, text) == ("储能电池", {"exclude": {"topic": ["锂电"]}})


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("去除重金属的污水处理专利", "去除重金属污水处理"),
        ("无铅焊料专利", "无铅焊料"),
        ("不锈钢水槽专利", "不锈钢水槽"),
        ("不要太贵的 遮阳帘专利", "遮阳帘"),
    ],
)
def test_what_a_thing_is_without_leaves_nothing_out(understander: Understander, text: str, topic: str) -> None:
    assert "exclude" not in frame(understander, text)[1]
    assert topic in frame(understander, text)[0]


def test_subjects_left_out_add_up_and_end_with_a_wish_for_them_or_another_subject(understander: Understander) -> None:
    said = ("找储能电池的专利", "锂电的不要", "铅酸的也不要")

    assert frame(understander, *said) == ("储能电池", {"exclude": {"topic": ["锂电", "铅酸"]}})
    assert frame(understander, *said, "只看锂电的")[1] == {"exclude": {"topic": ["铅酸"]}}
    assert frame(understander, *said, "找雨伞的专利") == ("雨伞", {})
