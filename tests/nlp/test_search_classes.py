"""Classes of wordings in a search: each condition in the many ways in which people say it."""

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


@pytest.mark.parametrize(
    ("wording", "filters"),
    [
        ("给我整几个{}的专利看看", {}),
        ("劳烦检索{}专利", {}),
        ("请帮我搜集{}专利", {}),
        ("能不能帮我看看{}有没有专利", {}),
        ("有没有人做{}", {}),
        ("拉一份{}的专利清单", {}),
        ("凡是{}的专利都要", {}),
        ("瞄一眼{}的专利", {}),
        ("{}的专利有没有失效的", {"legal_status": "lapsed"}),
        ("G01L下面的{}专利", {"ipc": "G01L"}),
        ("皖企{}的专利", {"region": "安徽省", "applicant_type": "enterprise"}),
        ("樟树做{}的专利", {"region": "江西省宜春市樟树市"}),
        ("过了保护期的{}专利", {"legal_status": "lapsed"}),
        ("未缴年费失效的{}专利", {"legal_status": "lapsed"}),
        ("不再有效的{}专利", {"legal_status": "lapsed"}),
        ("还在保护期内的{}专利", {"legal_status": "active"}),
        ("专利权还在的{}专利", {"legal_status": "active"}),
        ("审查阶段的{}专利", {"legal_status": "pending"}),
        ("审查没过的{}专利", {"legal_status": "rejected"}),
        ("{}专利 外观我就不看了", {"exclude": {"patent_kind": ["design"]}}),
        ("{}专利 把外观的剔出去", {"exclude": {"patent_kind": ["design"]}}),
        ("{}专利 外观设计不在考虑范围", {"exclude": {"patent_kind": ["design"]}}),
        ("{}专利 除了大学的都看看", {"exclude": {"applicant_type": ["university"]}}),
        ("浙江以外的{}专利", {"exclude": {"region": ["浙江省"]}}),
        ("不在浙江的{}专利", {"exclude": {"region": ["浙江省"]}}),
        ("浙江企业{}专利", {"region": "浙江省", "applicant_type": "enterprise"}),
        ("{}专利 申请人是高校", {"applicant_type": "university"}),
        ("以个人名义申请的{}专利", {"applicant_type": "individual"}),
        ("申请人在泉州的{}专利", {"region": "福建省泉州市"}),
        ("永康那边做{}的有哪些专利", {"region": "浙江省金华市永康市"}),
        ("杭洲的{}专利", {"region": "浙江省杭州市"}),
        ("葫芦岛兴城{}的专利", {"region": "辽宁省葫芦岛市兴城市"}),
        ("吴海燕作为发明人的{}专利", {"inventor": "吴海燕"}),
        ("周晓东这个发明人的{}专利", {"inventor": "周晓东"}),
        (
            "2024年1月到6月公开的{}专利",
            {"date_from": "2024-01-01", "date_to": "2024-06-30", "date_field": "publication"},
        ),
        (
            "介于2018年和2021年之间的{}专利",
            {"date_from": "2018-01-01", "date_to": "2021-12-31", "date_field": "application"},
        ),
        ("三年内的{}专利", {"date_from": "2023-11-22", "date_field": "application"}),
        ("2020年往后的{}专利", {"date_from": "2020-01-01", "date_field": "application"}),
    ],
)
@pytest.mark.parametrize("subject", ["磨粉机", "输液泵"])
def test_a_condition_is_read_and_the_subject_stays(
    understander: Understander, wording: str, subject: str, filters: dict[str, Any]
) -> None:
    query = query_after(understander, [wording.format(subject)], on=DAY)

    assert query is not None
    assert (query.topic.replace(" ", ""), filters_of(query)) == (subject, filters)


@pytest.mark.parametrize(
    ("change", "subject", "filters"),
    [
        ("只留发明", "输液泵", {"patent_kind": "invention", "exclude": {"applicant_type": ["individual"]}}),
        ("个人的也可以", "输液泵", {}),
        ("条件都去掉 查竹地板", "竹地板", {}),
        ("不要了 重新来 查竹地板", "竹地板", {}),
    ],
)
def test_a_list_is_changed_in_other_words(
    understander: Understander, change: str, subject: str, filters: dict[str, Any]
) -> None:
    query = query_after(understander, ["找输液泵的专利", "不要个人的", change], on=DAY)

    assert query is not None
    assert (query.topic.replace(" ", ""), filters_of(query)) == (subject, filters)


def test_what_is_welcome_too_stands_beside_what_was_asked_for(understander: Understander) -> None:
    query = query_after(understander, ["找输液泵的发明专利", "实用新型也要"], on=DAY)

    assert query is not None
    assert filters_of(query) == {"patent_kind": ["invention", "utility_model"]}
