"""A short question is made whole by the one before it."""

import pytest

from nlp.follow_ups import in_context


@pytest.mark.parametrize(
    ("text", "before", "whole"),
    [
        ("那外观呢", "实用新型保护几年", "外观保护几年"),
        ("要多久", "商标注册多少钱", "商标注册要多久"),
        ("许可呢", "专利转让要登记吗", "专利许可要登记吗"),
    ],
)
def test_one_thing_is_put_in_the_place_of_another(text: str, before: str, whole: str) -> None:
    assert in_context(text, [before])[0] == whole


def test_words_that_point_back_are_read_with_what_was_said_before() -> None:
    assert in_context("过了期还能宽限多久", ["你好", "商标快到期了"])[0] == "商标快到期了 过了期还能宽限多久"


def test_a_question_of_its_own_is_tried_alone_first() -> None:
    assert in_context("软件著作权登记要交什么", ["商标快到期了"])[0] == "软件著作权登记要交什么"


def test_a_long_question_stands_for_itself_and_so_does_the_first() -> None:
    long = "我们公司去年底和一家外地代工厂签了专利许可合同现在想提前解除"

    assert in_context(long, ["商标快到期了"]) == (long,)
    assert in_context("要多久", []) == ("要多久",)
