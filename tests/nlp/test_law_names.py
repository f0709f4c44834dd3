"""Names of laws and numbers of articles, in the forms people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.law_names import LawReference, article_label, find_references, short_name, to_number, to_numeral


@given(st.integers(min_value=1, max_value=9_999))
def test_every_article_number_survives_writing_and_reading(number: int) -> None:
    assert to_number(to_numeral(number)) == number


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (101, "一百零一"),
        (115, "一百一十五"),
        (1005, "一千零五"),
        (1260, "一千二百六十"),
    ],
)
def test_numbers_are_written_as_statutes_write_them(number: int, written: str) -> None:
    assert to_numeral(number) == written


@pytest.mark.parametrize("typed", ["第42条", "42条", "第 42 条", "第四十二条", "第42条", "四十二条"])
def test_an_article_has_one_label(typed: str) -> None:
    assert article_label(typed) == "第四十二条"


def test_what_is_no_article_gives_none() -> None:
    assert article_label("发条玩具") is None
    assert article_label("0条") is None
    assert to_number("条") is None


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("中华人民共和国专利法", "专利法"),
        ("《中华人民共和国商标法》(2019年修正)", "商标法"),
        ("第三编 合同", "民法典"),
        ("中华人民共和国民法典", "民法典"),
        ("计算机软件保护条例", "计算机软件保护条例"),
    ],
)
def test_a_law_has_one_short_name(name: str, short: str) -> None:
    assert short_name(name) == short


def test_references_are_found_in_order() -> None:
    found = find_references("依据:《商标法》(2019年修正)第三十九条、第四十条,还有细则第115条")

    assert found[:2] == [LawReference("商标法", "第三十九条"), LawReference("商标法", "第四十条")]
    assert found[2].article == "第一百一十五条"
    assert "专利法实施细则" in found[2].names()


def test_a_bare_mention_may_carry_words_before_the_name() -> None:
    (found,) = find_references("请问根据反不正当竞争法第8条怎么处理")

    assert found.article == "第八条"
    assert "反不正当竞争法" in found.names()


@pytest.mark.parametrize("text", ["有没有办法", "说法不一", "这个方法专利", ""])
def test_ordinary_words_name_no_law(text: str) -> None:
    assert find_references(text) == []
