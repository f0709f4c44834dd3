"""What a wish is about when it is no search: what is refused, told aside or said of the deal is no subject."""

from datetime import date

import pytest

from nlp.normalisation import Normaliser
from nlp.segmenter import default_segmenter
from nlp.slots import SlotFinder

AT = date(2026, 11, 22)
SLOTS = SlotFinder(default_segmenter())
NORMALISER = Normaliser()


def subject(text: str, intent: str) -> str:
    return SLOTS.topics.find(SLOTS.read(NORMALISER.plain(text), AT).left, intent).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "intent", "topic"),
    [
        ("不是求购 要转让 隔音毡的发明", "supply_post", "隔音毡"),
        ("转让一批除尘专利 打包价", "supply_post", "除尘"),
        ("有没有厂家肯把隔音毡的专利授权给我们", "demand_post", "隔音毡"),
        ("想找人一起开发隔音毡", "demand_post", "隔音毡"),
        ("车间通风的专利有人转让吗", "market_browse", "车间通风"),
        ("逛逛有什么在卖", "market_browse", ""),
        ("要份查新报告 主题是隔音毡", "analysis_request", "隔音毡"),
        ("我们几个搞隔音毡的 想进孵化器", "incubation", "隔音毡"),
        ("盯住这件 转让了或者没交年费就通知我", "patent_watch", ""),
        ("花了二十万研发 现在值多少", "patent_valuation", ""),
    ],
)
def test_the_subject_of_a_wish(text: str, intent: str, topic: str) -> None:
    assert subject(text, intent) == topic


@pytest.mark.parametrize(
    ("text", "intent", "topic"),
    [
        ("秘书报错了 把商标检索讲座退掉", "training_cancel", "商标检索"),
        ("撤销下周三的报名", "training_cancel", ""),
        ("那天孩子开家长会 讲座就不来了", "training_cancel", ""),
        ("权利要求书撰写有老师讲吗", "training_browse", "权利要求书撰写"),
    ],
)
def test_a_course_is_about_what_stands_with_it(text: str, intent: str, topic: str) -> None:
    assert subject(text, intent) == topic


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("冇錯", "没错"),
        ("咁實用新型呢", "那实用新型呢"),
        ("明儿那堂课", "明天那堂课"),
        ("申请号二零二零一零六五四三二一点八", "申请号202010654321.8"),
        ("幺三八零零一三八零零零", "13800138000"),
    ],
)
def test_dialect_and_dictated_numbers_are_written_out(text: str, plain: str) -> None:
    assert NORMALISER.plain(text) == plain


def test_a_new_and_high_firm_is_not_in_xinjiang() -> None:
    assert "region" not in SLOTS.read(NORMALISER.plain("我哋係高新企業"), AT).values


@pytest.mark.parametrize("text", ["几千块的专利", "第一时间告诉我"])
def test_vague_sums_and_set_phrases_are_no_values(text: str) -> None:
    assert not {"amount", "ordinal"} & SLOTS.read(text, AT).values.keys()
