"""A payment as owners say it and as a receipt prints it; what asks or speaks of something else is none."""

from datetime import date
from decimal import Decimal

import pytest

from nlp.fee_payments import FeePayment, read_receipt, read_said

TODAY = date(2026, 11, 23)
OCTOBER = date(2026, 10, 8)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("第5年年费10月8日交了900", FeePayment(5, OCTOBER, Decimal(900))),
        ("第五年的年费10月8号已经缴了900块", FeePayment(5, OCTOBER, Decimal(900))),
        ("5年年费2026年10月8日缴费900元", FeePayment(5, OCTOBER, Decimal(900))),
        ("我们10月8日交的年费,一共九百块", FeePayment(None, OCTOBER, Decimal(900))),
        ("年费昨天交了1,200元", FeePayment(None, date(2026, 11, 22), Decimal(1200))),
        ("第9年年费已缴", FeePayment(9)),
        ("这件专利第七年度年费交过了", FeePayment(7)),
    ],
)
def test_a_payment_is_read_as_it_is_said(said: str, found: FeePayment) -> None:
    assert read_said(said, TODAY) == found


@pytest.mark.parametrize(
    "said",
    [
        "第5年年费交了吗", "第5年年费要交多少", "第5年年费没交", "第5年年费900元贵不贵", "年费已缴", "第1个年费已缴",
        "第5年年费该10月8日交吗", "第5年和第6年年费都交了", "会议费交了900", "第5年年费打算10月8日交",
    ],
)  # fmt: skip
def test_what_asks_or_says_something_else_is_no_payment(said: str) -> None:
    assert read_said(said, TODAY) is None


def test_figures_alone_are_enough_where_they_were_asked_for() -> None:
    assert read_said("第5年 10月8日 900", TODAY, is_asked=True) == FeePayment(5, OCTOBER, Decimal(900))
    assert read_said("10月8日,900元", TODAY, is_asked=True) == FeePayment(None, OCTOBER, Decimal(900))
    assert read_said("第5年 10月8日 900", TODAY) is None
    assert read_said("你们抽成吗", TODAY, is_asked=True) is None


def test_a_receipt_says_year_day_and_sum() -> None:
    printed = (
        "国家知识产权局专利收费收据\n专利号:202110123456.7\n费用种类:发明专利第7年年费 2000.00元\n"
        "滞纳金 100.00元\n金额合计:2100.00\n缴费日期:2026年10月8日\n打印日期:2026年10月20日"
    )
    assert read_receipt(printed, TODAY) == FeePayment(7, OCTOBER, Decimal("2100.00"))


def test_a_receipt_of_several_years_leaves_open_what_it_does_not_tell() -> None:
    printed = "第6年年费 1200元\n第7年年费 2000元\n缴费时间 2026-10-08"
    assert read_receipt(printed, TODAY) == FeePayment(None, OCTOBER, None)
    assert read_receipt("营业执照", TODAY).is_empty
