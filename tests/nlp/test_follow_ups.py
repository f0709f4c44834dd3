"""A short question is made whole by the one before it."""

import pytest

from nlp.follow_ups import corrected, in_context, leans_back


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


def test_a_question_that_names_no_subject_is_read_with_the_turn_that_does() -> None:
    said = ["你好", "同事把客户名单卖给了对手", "我们已经报警了"]

    assert in_context("法院最多能判多少", said)[0] == "同事把客户名单卖给了对手 我们已经报警了 法院最多能判多少"


def test_what_was_said_before_the_subject_is_left_out() -> None:
    said = ["商标多少钱", "我们有个外观专利", "只想保护把手"]

    assert in_context("那图怎么画", said)[0] == "我们有个外观专利 只想保护把手 那图怎么画"


def test_a_question_of_its_own_is_tried_alone_first() -> None:
    assert in_context("软件著作权登记要交什么", ["商标快到期了"])[0] == "软件著作权登记要交什么"


def test_a_long_question_stands_for_itself_and_so_does_the_first() -> None:
    long = "我们公司去年底和一家外地代工厂签了专利许可合同现在想提前解除"

    assert in_context(long, ["商标快到期了"]) == (long,)
    assert in_context("要多久", []) == ("要多久",)


@pytest.mark.parametrize(
    ("text", "before", "whole"),
    [
        ("我是2020年5月申请的", "外观专利保护多少年", "2020年5月申请的外观专利保护到什么时候"),
        ("那要是2022年申请的呢", "2020年5月申请的外观专利保护到什么时候", "2022年申请的外观专利保护到什么时候"),
    ],
)
def test_a_day_of_filing_is_put_into_a_question_of_the_term(text: str, before: str, whole: str) -> None:
    assert in_context(text, [before])[0] == whole


def test_a_day_of_filing_is_no_answer_where_no_term_was_asked_for() -> None:
    assert "保护到什么时候" not in in_context("我是2020年5月申请的", ["发明专利转让要登记吗"])[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("不是广州,是佛山", "佛山"),
        ("说错了,是2021年申请的", "2021年申请的"),
        ("不对,应该是300万", "300万"),
        ("这不是侵权,是什么", None),
        ("是不是外观", None),
        ("不是", None),
        ("说错了", None),
    ],
)
def test_a_correction_gives_what_holds_instead(text: str, value: str | None) -> None:
    assert corrected(text) == value


def test_what_was_told_before_the_subject_is_tried_too() -> None:
    said = ["听人讲可以挂开放许可", "我们手上是件实用新型"]

    assert "听人讲可以挂开放许可 我们手上是件实用新型 声明里要写什么" in in_context("声明里要写什么", said)


def test_where_no_turn_names_a_subject_all_of_them_are_read() -> None:
    said = ["起诉前让法院先叫停了对面", "裁定已经准了"]

    assert in_context("之后几天内要去起诉", said)[0] == "起诉前让法院先叫停了对面 裁定已经准了 之后几天内要去起诉"


def test_a_question_about_another_right_is_no_part_of_the_story() -> None:
    said = ["商标续展多少钱", "我们的专利被抄了", "对方是个小厂"]

    assert all("商标" not in each for each in in_context("那能要多少赔偿", said))


def test_what_was_only_told_is_kept_with_what_is_asked_of_it() -> None:
    said = ["我们和老王共有一件专利", "没签协议"]

    assert in_context("那转让呢", said)[0] == "我们和老王共有一件专利 没签协议 那转让呢"


def test_a_question_that_names_another_right_than_the_story_stands_alone() -> None:
    assert in_context("公司的软件著作权能保护多少年", ["外观专利能保护几年"]) == ("公司的软件著作权能保护多少年",)
    assert len(in_context("版权归谁", ["员工上班写的软件"])) > 1


@pytest.mark.parametrize(
    ("text", "leans"),
    [("最多能收几成", True), ("它多久得删", True), ("商标续展要多少钱", False), ("软著怎么办", False)],
)
def test_what_points_back_or_names_no_subject_leans(text: str, leans: bool) -> None:
    assert leans_back(text) is leans
