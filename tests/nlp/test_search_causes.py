"""General causes of misread searches: slips in subject words, names after 限定, 以内, wishes heard as others."""

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
    ("typed", "meant"),
    [
        ("电动牙涮震动马达", "电动牙刷震动马达"),
        ("汽车座倚通风", "汽车座椅通风"),
        ("保温悲的杯盖", "保温杯的杯盖"),
        ("无人鸡植保喷洒", "无人机植保喷洒"),
        ("路登的太阳能板", "路灯的太阳能板"),
        ("部门所有的设备", "部门所有的设备"),
        ("专门所用的夹具", "专门所用的夹具"),
        ("中要取得商标专用权", "中要取得商标专用权"),
    ],
)
def test_a_sound_alike_in_a_subject_word_is_put_right_where_no_other_word_stands(
    understander: Understander, typed: str, meant: str
) -> None:
    assert understander.plain(typed) == meant


@pytest.mark.parametrize(
    ("change", "filters"),
    [
        ("申请人限定为南京大学", {"applicant": "南京大学"}),
        ("权利人就要大族激光", {"applicant": "大族激光"}),
        ("限定华中科技大学", {"applicant": "华中科技大学"}),
        ("里面东南大学的有哪些", {"applicant": "东南大学"}),
        ("其中天津大学的", {"applicant": "天津大学"}),
        ("大族激光的排除掉", {"exclude": {"applicant": ["大族激光"]}}),
        ("排除南京大学", {"exclude": {"applicant": ["南京大学"]}}),
        ("四年以内的", {"date_field": "application", "date_from": "2022-11-22"}),
        ("江苏以外的", {"exclude": {"region": ["江苏省"]}}),
    ],
)
def test_a_change_of_the_list_names_the_owner_and_not_the_words_before_it(
    understander: Understander, change: str, filters: dict[str, Any]
) -> None:
    assert frame(understander, "找激光清洗头的专利", change) == ("激光清洗头", filters)


@pytest.mark.parametrize("change", ["种类不限了 都要", "类型不限 全都可以", "类型不限了"])
def test_saying_that_any_will_do_takes_the_condition_away_and_keeps_the_subject(
    understander: Understander, change: str
) -> None:
    assert frame(understander, "折叠水杯的外观专利", change) == ("折叠水杯", {})


@pytest.mark.parametrize(
    ("text", "topic", "filters"),
    [
        ("芝麻脱壳机有专利吗", "芝麻脱壳机", {}),
        (
            "东南大学的隧道结构监测 发明 有效的",
            "隧道结构监测",
            {"applicant": "东南大学", "patent_kind": "invention", "legal_status": "active"},
        ),
        ("滑板车专利 五年以内", "滑板车", {"date_field": "application", "date_from": "2021-11-22"}),
        ("2018年以来授权的智能快递柜", "智能快递柜", {"date_field": "grant", "date_from": "2018-01-01"}),
    ],
)
def test_a_list_is_heard_where_only_a_list_has_such_conditions(
    understander: Understander, text: str, topic: str, filters: dict[str, Any]
) -> None:
    assert frame(understander, text) == (topic, filters)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("帮我监测隧道结构监测的专利 一授权就通知我", "patent_watch"),
        ("CN114567890A一授权就知会我", "patent_watch"),
        ("软件有专利吗", "policy_question"),
        ("2019年以来授权的智能快递加盟", "out_of_scope"),
    ],
)
def test_other_wishes_with_the_same_words_stay_what_they_are(
    understander: Understander, text: str, intent: str
) -> None:
    assert understander.understand(text, at=DAY).intent == intent


def test_a_bare_length_of_time_dates_nothing_where_no_patent_is_spoken_of(understander: Understander) -> None:
    assert "date_from" not in understander.understand("贷款 三年以内", at=DAY).slots
