"""What is said of letters of the office: a period is closed only by what is done, a last day is no day of receipt."""

from datetime import date

import pytest

from bot.skills.custody_letter_words import Change, change_in, days_in, kind_in, kinds_meant
from bot.skills.custody_words import said
from models import LetterKind, LetterState
from services.custody.letter_terms import LetterDays

TODAY = date(2026, 11, 29)
DONE, HELP = Change(LetterState.DONE), Change()


@pytest.mark.parametrize(
    "text",
    ["已答复", "答复了", "已经答复", "答复过了", "审查意见已答复", "审查意见我们都答复了", "答复了审查意见", "办完了",
     "登记手续办好了", "办了登记手续", "已请求复审", "请求复审了", "复审请求了", "已提交答复", "补正书交了",
     "意见陈述书提交了", "已经提交复审请求书", "刚答复", "第一次审查意见已答复", "回复完了"],
)  # fmt: skip
def test_what_is_done_closes_a_letter(text: str) -> None:
    assert change_in(text) == DONE


@pytest.mark.parametrize(
    "text",
    ["请求复审", "答复审查意见", "办登记手续", "答复", "帮我答复", "怎么答复", "要答复", "答复一下", "我要请求复审",
     "帮我办理登记手续", "提交答复意见", "答复吧", "帮我办好登记手续", "审查意见怎么答复"],
)  # fmt: skip
def test_what_is_to_be_done_yet_asks_for_help(text: str) -> None:
    assert change_in(text) in (HELP, None)
    assert "好" in text or change_in(text) == HELP


@pytest.mark.parametrize(
    "text", ["提交", "交了", "已交", "年费交了", "提交了", "年费已缴", "交", "答复了吗", "", "的", "审查意见"]
)
def test_a_fee_and_a_bare_word_say_nothing_of_a_letter(text: str) -> None:
    assert change_in(text) is None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("审查意见已答复", {LetterKind.FIRST_ACTION, LetterKind.FURTHER_ACTION}),
        ("答复审查意见", {LetterKind.FIRST_ACTION, LetterKind.FURTHER_ACTION}),
        ("一通已答复", {LetterKind.FIRST_ACTION}),
        ("第二次审查意见已答复", {LetterKind.FURTHER_ACTION}),
        ("请求复审了", {LetterKind.REFUSAL}),
        ("已答复", set()),
    ],
)
def test_which_letters_a_word_may_mean(text: str, kinds: set[LetterKind]) -> None:
    assert kinds_meant(text) == kinds


def test_the_second_opinion_of_a_patent_is_not_its_first() -> None:
    words = said("CN202110123456.7 11月20日收到第二次审查意见")

    assert (words.place, kind_in(words.rest)) == (None, LetterKind.FURTHER_ACTION)
    assert (said("第二个已答复").place, said("第12件不运营").place) == (2, 12)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("收到审查意见,12月20日前要答复", LetterDays(stated_on=date(2026, 12, 20))),
        ("收到审查意见,期限到3月22日", LetterDays(stated_on=date(2027, 3, 22))),
        ("收到审查意见,最晚20号", LetterDays(stated_on=date(2026, 12, 20))),
        ("收到补正通知,截止日期是2027年1月5日", LetterDays(stated_on=date(2027, 1, 5))),
        ("收到补正通知,11月20日到期", LetterDays(stated_on=date(2026, 11, 20))),
        ("11月20日收到审查意见,12月20日前要答复", LetterDays(date(2026, 11, 20), stated_on=date(2026, 12, 20))),
        ("11月20日收到审查意见", LetterDays(received_on=date(2026, 11, 20))),
        ("3天前收到审查意见", LetterDays(received_on=date(2026, 11, 26))),
        ("发文日11月20日的驳回决定,邮寄来的", LetterDays(issued_on=date(2026, 11, 20), delivery="post")),
        ("11月20日前收到审查意见", None),
        ("11月20日收到,不对,11月21日收到", None),
        ("收到审查意见", None),
    ],
)
def test_a_last_day_is_not_taken_for_the_day_of_receipt(text: str, days: LetterDays | None) -> None:
    assert days_in(text, TODAY) == days
