"""Worked examples of every rule, through `compute`."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.calendar import WorkingCalendar
from nlp.rules import Missing, RuleResult, compute, rule_names

AT = date(2026, 11, 22)


def worked(name: str, calendar: WorkingCalendar, on: date = AT, **inputs: Any) -> RuleResult:
    result = compute(name, inputs, on=on, calendar=calendar)
    assert isinstance(result, RuleResult)
    return result


def figure(result: RuleResult, name: str) -> Any:
    return next(each.value for each in result.figures if each.name == name)


@pytest.mark.parametrize(
    ("kind", "filed_on", "end"),
    [
        ("invention", date(2012, 9, 3), date(2032, 9, 3)),
        ("utility_model", date(2017, 6, 14), date(2027, 6, 14)),
        ("design", date(2021, 5, 31), date(2031, 5, 31)),
        ("design", date(2021, 6, 1), date(2036, 6, 1)),
        ("utility_model", date(2016, 2, 29), date(2026, 2, 28)),
        # 3 October 2027 is a Sunday in the national holiday: the end of a term does not move.
        ("utility_model", date(2017, 10, 3), date(2027, 10, 3)),
    ],
)
def test_a_patent_ends_its_term_after_filing(kind: str, filed_on: date, end: date, calendar: WorkingCalendar) -> None:
    result = worked("patent_term", calendar, kind=kind, filed_on=filed_on)

    assert result.value == end
    assert result.articles == (("专利法", "第四十二条"),)


def test_a_patent_beyond_its_term_has_nothing_left(calendar: WorkingCalendar) -> None:
    result = worked("patent_term", calendar, kind="utility_model", filed_on=date(2010, 1, 4))

    assert figure(result, "剩余天数") == 0
    assert "已经届满" in result.headline


# Filed on 15 March 2021, year 4 costs 1,200 and is due on 15 March 2024 (guide and fee rules, all Fridays and Mondays).
@pytest.mark.parametrize(
    ("paid_on", "total"),
    [
        (date(2024, 3, 15), 1200),
        (date(2024, 4, 15), 1200),
        (date(2024, 4, 16), 1260),
        (date(2024, 5, 15), 1260),
        (date(2024, 6, 17), 1320),
        (date(2024, 7, 15), 1380),
        (date(2024, 8, 15), 1440),
        (date(2024, 9, 16), 1500),
    ],
)
def test_each_month_begun_after_the_first_costs_five_per_cent(
    paid_on: date, total: int, calendar: WorkingCalendar
) -> None:
    inputs = {"filed_on": date(2021, 3, 15), "kind": "invention", "year": 4, "paid_on": paid_on}

    assert worked("late_annual_fee", calendar, paid_on, **inputs).value == total


def test_after_six_months_the_right_has_ended_on_the_due_day(calendar: WorkingCalendar) -> None:
    result = worked(
        "late_annual_fee", calendar, date(2024, 10, 8),
        filed_on=date(2021, 3, 15), kind="invention", year=4, paid_on=date(2024, 10, 8),
    )  # fmt: skip

    assert result.value == date(2024, 3, 15)
    assert "终止" in result.headline


def test_the_surcharge_is_not_reduced(calendar: WorkingCalendar) -> None:
    result = worked(
        "late_annual_fee", calendar, fee=Decimal(1200), months_late=Decimal(2), days_late=Decimal(3),
        reduction=Decimal("0.85"),
    )  # fmt: skip

    assert figure(result, "滞纳金") == 120
    assert result.value == 300


def test_the_article_on_fees_follows_the_version_of_the_rules(calendar: WorkingCalendar) -> None:
    inputs = {"fee": Decimal(900), "months_late": Decimal(2)}

    assert worked("late_annual_fee", calendar, date(2024, 1, 19), **inputs).articles[0][1] == "第九十八条"
    assert worked("late_annual_fee", calendar, date(2024, 1, 20), **inputs).articles[0][1] == "第一百一十五条"


@pytest.mark.parametrize(
    ("year", "due"),
    [(2, date(2024, 10, 8)), (3, date(2025, 10, 9)), (4, date(2026, 10, 8)), (5, date(2027, 10, 4))],
)
def test_the_due_day_is_the_anniversary_moved_past_days_off(year: int, due: date, calendar: WorkingCalendar) -> None:
    assert worked("annual_fee_due", calendar, filed_on=date(2023, 10, 3), year=year).value == due


def test_a_day_off_in_a_year_without_data_is_said(calendar: WorkingCalendar) -> None:
    known = worked("annual_fee_due", calendar, filed_on=date(2020, 12, 8), year=7)
    unknown = worked("annual_fee_due", calendar, filed_on=date(2020, 12, 8), year=11)

    assert not known.warnings
    assert "2030年的放假安排还没录入" in unknown.warnings[0]


@pytest.mark.parametrize(
    ("kind", "year", "fee"),
    [("invention", 3, 900), ("invention", 4, 1200), ("invention", 20, 8000), ("utility_model", 10, 2000),
     ("design", 11, 3000), ("utility_model", 11, 0)],
)  # fmt: skip
def test_the_fee_of_a_year_is_that_of_the_table(kind: str, year: int, fee: int, calendar: WorkingCalendar) -> None:
    assert worked("annual_fee", calendar, kind=kind, year=year).value == fee


def test_an_invention_of_twenty_years_costs_what_the_guide_says(calendar: WorkingCalendar) -> None:
    assert worked("annual_fee", calendar, kind="invention", year=1, last_year=20).value == 82300


@pytest.mark.parametrize(("applicants", "paid"), [("single", 375), ("joint", 750)])
def test_one_applicant_pays_fifteen_and_joint_ones_thirty_per_cent(
    applicants: str, paid: int, calendar: WorkingCalendar
) -> None:
    assert worked("fee_reduction", calendar, fee=Decimal(2500), applicants=applicants).value == paid


@pytest.mark.parametrize(
    ("name", "inputs", "end"),
    [
        ("office_action_first", {"start_on": date(2026, 3, 2)}, date(2026, 7, 2)),
        ("office_action_first", {"start_on": date(2026, 3, 2), "kind": "design"}, date(2026, 5, 6)),
        # Examination Guidelines V.7 2.3: posted on 6 June, presumed received on 21 June, two months.
        ("office_action_further", {"issued_on": date(2008, 6, 6), "delivery": "post"}, date(2008, 8, 21)),
        ("office_action_further", {"issued_on": date(2026, 6, 5), "delivery": "electronic"}, date(2026, 8, 5)),
        ("reexamination", {"start_on": date(2026, 11, 30)}, date(2027, 3, 1)),
        ("grant_registration", {"start_on": date(2026, 12, 31)}, date(2027, 3, 1)),
        ("licence_recordal", {"start_on": date(2026, 8, 19)}, date(2026, 11, 19)),
        # Examination Guidelines V.7 2.3: filed on 1 June 1998, examination requested by 1 June 2001.
        ("examination_request", {"start_on": date(1998, 6, 1)}, date(2001, 6, 1)),
        ("pct_national", {"start_on": date(2024, 7, 15)}, date(2027, 1, 15)),
        ("publication", {"start_on": date(2025, 8, 31)}, date(2027, 2, 28)),
        ("novelty_grace", {"start_on": date(2026, 5, 22)}, date(2026, 11, 22)),
        ("trademark_refusal_review", {"start_on": date(2026, 11, 6)}, date(2026, 11, 23)),
        ("trademark_refusal_review", {"issued_on": date(2026, 11, 3)}, date(2026, 12, 3)),
        ("trademark_non_use", {"start_on": date(2024, 1, 14)}, date(2027, 1, 14)),
        ("sme_payment_large", {"start_on": date(2026, 9, 30)}, date(2026, 11, 29)),
        ("civil_appeal", {"start_on": date(2026, 11, 12)}, date(2026, 11, 27)),
        ("layout_review", {"start_on": date(2026, 9, 8)}, date(2026, 12, 8)),
        # The end of a duty, not of a period for an act: a Saturday stays a Saturday.
        ("non_compete_end", {"start_on": date(2025, 7, 31)}, date(2027, 7, 31)),
    ],
)  # fmt: skip
def test_a_deadline_ends_on_its_last_working_day(
    name: str, inputs: dict[str, Any], end: date, calendar: WorkingCalendar
) -> None:
    assert worked(name, calendar, **inputs).value == end


@pytest.mark.parametrize(
    ("announced_on", "end", "article"),
    [(date(2026, 12, 31), date(2027, 3, 31), "第三十三条"), (date(2027, 1, 1), date(2027, 3, 1), "第三十六条")],
)
def test_opposition_follows_the_law_of_the_day_of_announcement(
    announced_on: date, end: date, article: str, calendar: WorkingCalendar
) -> None:
    result = worked("trademark_opposition", calendar, date(2027, 1, 10), start_on=announced_on)

    assert result.value == end
    assert ("商标法", article) in result.articles


def test_a_posted_notice_is_told_beside_an_electronic_one_where_the_way_is_not_said(calendar: WorkingCalendar) -> None:
    result = worked("reexamination", calendar, issued_on=date(2026, 8, 3))

    assert result.value == date(2026, 11, 3)
    assert any("2026年11月18日" in line for line in result.lines)


@pytest.mark.parametrize(
    ("kind", "end"),
    [("invention", date(2027, 2, 1)), ("utility_model", date(2027, 2, 1)), ("design", date(2026, 7, 31))],
)
def test_priority_is_twelve_months_and_six_for_designs(kind: str, end: date, calendar: WorkingCalendar) -> None:
    assert worked("priority", calendar, kind=kind, start_on=date(2026, 1, 31)).value == end


def test_restoration_after_an_obstacle_ends_with_the_earlier_of_two_periods(calendar: WorkingCalendar) -> None:
    soon = worked("restoration", calendar, obstacle_ended_on=date(2026, 7, 1), expired_on=date(2026, 5, 11))
    late = worked("restoration", calendar, obstacle_ended_on=date(2026, 7, 1), expired_on=date(2024, 7, 15))

    assert soon.value == date(2026, 9, 1)
    assert late.value == date(2026, 7, 15)


def test_limitation_counts_three_years_and_never_more_than_twenty(calendar: WorkingCalendar) -> None:
    assert worked("limitation", calendar, start_on=date(2023, 11, 30)).value == date(2026, 11, 30)
    capped = worked("limitation", calendar, start_on=date(2026, 1, 5), harm_on=date(2007, 3, 1))
    assert capped.value == date(2027, 3, 1)


def test_a_trademark_ends_on_the_day_before_its_anniversary(calendar: WorkingCalendar) -> None:
    result = worked("trademark_term", calendar, registered_on=date(2017, 3, 14))

    assert result.value == date(2027, 3, 13)
    assert figure(result, "续展起始日") == date(2026, 3, 14)
    assert figure(result, "宽展期届满日") == date(2027, 9, 13)
    assert result.articles == (("商标法", "第三十九条"), ("商标法", "第四十条"))
    later = worked("trademark_term", calendar, date(2027, 1, 1), registered_on=date(2017, 3, 14))
    assert later.articles == (("商标法", "第四十三条"), ("商标法", "第四十四条"))


def test_copyright_ends_with_a_year(calendar: WorkingCalendar) -> None:
    software = worked("copyright_term", calendar, work="software", published_in=2021)
    book = worked("copyright_term", calendar, work="work", died_in=2010)

    assert software.value == date(2071, 12, 31)
    assert software.articles == (("计算机软件保护条例", "第十四条"),)
    assert book.value == date(2060, 12, 31)


def test_a_layout_design_counts_from_the_earlier_day(calendar: WorkingCalendar) -> None:
    result = worked("layout_design_term", calendar, filed_on=date(2020, 4, 1), used_on=date(2019, 10, 8))

    assert result.value == date(2029, 10, 8)


def test_a_loss_is_split_six_two_two_by_default(calendar: WorkingCalendar) -> None:
    result = worked("risk_split", calendar, loss=Decimal(5_000_000), asked="guarantor")

    assert [each.value for each in result.figures] == [3_000_000, 1_000_000, 1_000_000]
    assert result.value == 1_000_000


def test_a_pledge_loan_costs_its_fees_less_four_subsidies(calendar: WorkingCalendar) -> None:
    result = worked(
        "pledge_cost", calendar, loan=Decimal(2_000_000), interest_rate=Decimal("0.05"), term_months=Decimal(12),
        interest_share=Decimal("0.5"), premium_rate=Decimal("0.02"), premium_share=Decimal("0.8"),
        premium_cap=Decimal(20_000), valuation_fee=Decimal(30_000), valuation_share=Decimal("0.5"),
        service_fee=Decimal(10_000), service_share=Decimal("0.5"),
    )  # fmt: skip

    # 100,000 + 40,000 + 30,000 + 10,000 less 50,000, 20,000 (capped), 15,000 and 5,000
    assert figure(result, "总成本") == 180_000
    assert figure(result, "补贴") == 90_000
    assert result.value == 90_000


def test_a_technology_sme_is_scored_by_its_three_items(calendar: WorkingCalendar) -> None:
    result = worked("technology_sme", calendar, staff=100, tech_staff=12, sales=20_000_000, rd=900_000, class_two=3)

    assert [each.value for each in result.figures] == [52, 4, 30, 18]
    assert "差8分" in result.lines[-1]
    assert "1件发明专利" in result.lines[-1]
    assert "研发投入占比到5%(再加10万元)" in result.lines[-1]
    assert "科技人员占比到20%(再加8人)" in result.lines[-1]


def test_a_technology_sme_without_technical_staff_does_not_pass(calendar: WorkingCalendar) -> None:
    result = worked("technology_sme", calendar, staff_share=Decimal(0), rd_share=Decimal("0.06"), class_one=1)

    assert result.value == 80
    assert "没达到" in result.headline


def test_a_firm_that_is_too_large_cannot_be_a_technology_sme(calendar: WorkingCalendar) -> None:
    result = worked("technology_sme", calendar, staff=501, tech_staff=200, sales=10_000_000, rd=1_000_000, class_one=1)

    assert "不能评" in result.headline


@pytest.mark.parametrize(
    ("granted_on", "total", "article"),
    [(date(2024, 1, 19), 9000 + 2000, "第七十七条"), (date(2024, 1, 20), 12000 + 3000, "第九十三条")],
)
def test_the_bonus_follows_the_rules_of_the_day_of_grant(
    granted_on: date, total: int, article: str, calendar: WorkingCalendar
) -> None:
    result = worked("inventor_bonus", calendar, invention=3, design=2, granted_on=granted_on)

    assert result.value == total
    assert result.articles[0] == ("专利法实施细则", article)


@pytest.mark.parametrize(
    ("way", "least"), [("transfer", 800_000), ("licence", 800_000), ("equity", 800_000), ("profit", 80_000)]
)
def test_those_who_made_an_achievement_get_half_or_five_per_cent(
    way: str, least: int, calendar: WorkingCalendar
) -> None:
    assert worked("achievement_share", calendar, way=way, income=Decimal(1_600_000)).value == least


@pytest.mark.parametrize(
    ("way", "kind", "least"),
    [("profit", "invention", 20_000), ("profit", "design", 2_000), ("licence", "invention", 100_000)],
)
def test_the_former_remuneration_was_two_or_a_fifth_or_ten_per_cent(
    way: str, kind: str, least: int, calendar: WorkingCalendar
) -> None:
    result = worked("former_remuneration", calendar, way=way, kind=kind, income=Decimal(1_000_000))

    assert result.value == least
    assert result.articles == (("专利法实施细则", "第七十八条"),)


def test_punitive_damages_are_one_to_five_times(calendar: WorkingCalendar) -> None:
    assert worked("punitive_damages", calendar, right="patent", base=800_000, multiple=3).value == 2_400_000
    capped = worked("punitive_damages", calendar, right="trademark", base=100_000, multiple=8)
    assert capped.value == 500_000
    later = worked("punitive_damages", calendar, date(2027, 1, 1), right="trademark", base=100_000)
    assert later.articles == (("商标法", "第七十七条"),)


@pytest.mark.parametrize(
    ("wrong", "base", "most"),
    [
        ("passing_off", 50_000, 250_000),
        ("passing_off", 50_001, 250_005),
        ("trademark_infringement", 50_000, 250_000),
        ("trademark_infringement", 49_999, 250_000),
        ("trademark_infringement", 200_000, 1_000_000),
        ("false_registered_mark", 200_000, 40_000),
        ("false_registered_mark", 30_000, 10_000),
        ("piracy", 50_000, 250_000),
        ("piracy", 49_999, 250_000),
        ("confusion", 300_000, 1_500_000),
        ("plant_variety", 50_000, 500_000),
        ("plant_variety", 49_999, 250_000),
        ("unlicensed_agency", 60_000, 300_000),
    ],
)
def test_a_fine_is_a_multiple_or_the_flat_cap(wrong: str, base: int, most: int, calendar: WorkingCalendar) -> None:
    assert worked("fine", calendar, wrong=wrong, base=Decimal(base)).value == most


@pytest.mark.parametrize(
    ("wrong", "base", "least"),
    [("plant_variety", 80_000, 400_000), ("plant_variety", 30_000, 10_000), ("piracy", 80_000, 80_000)],
)
def test_a_fine_with_a_floor_says_it(wrong: str, base: int, least: int, calendar: WorkingCalendar) -> None:
    assert figure(worked("fine", calendar, wrong=wrong, base=Decimal(base)), "罚款下限") == least


def test_a_fine_rests_on_the_version_of_the_day(calendar: WorkingCalendar) -> None:
    inputs = {"wrong": "confusion", "base": Decimal(60_000)}

    assert worked("fine", calendar, date(2025, 10, 14), **inputs).articles == (("反不正当竞争法", "第十八条"),)
    assert worked("fine", calendar, date(2025, 10, 15), **inputs).articles == (("反不正当竞争法", "第二十三条"),)


@pytest.mark.parametrize(
    ("issued_on", "delivery", "office", "received_on"),
    [
        (date(2026, 10, 12), "post", None, date(2026, 10, 27)),
        (date(2026, 10, 12), "electronic", None, date(2026, 10, 12)),
        (date(2026, 10, 12), None, None, date(2026, 10, 27)),
        (date(2024, 1, 19), "electronic", None, date(2024, 2, 3)),
        (date(2026, 8, 31), "published", None, date(2026, 9, 30)),
        (date(2026, 11, 3), "electronic", "trademark", date(2026, 11, 18)),
        (date(2026, 11, 3), "published", "trademark", date(2026, 12, 3)),
    ],
)
def test_a_notice_counts_as_received(
    issued_on: date, delivery: str | None, office: str | None, received_on: date, calendar: WorkingCalendar
) -> None:
    inputs = {"issued_on": issued_on, "delivery": delivery, "office": office}

    assert worked("deemed_receipt", calendar, **inputs).value == received_on


@pytest.mark.parametrize(
    ("due_on", "last"),
    [
        (date(2026, 3, 10), date(2026, 9, 10)),
        (date(2026, 4, 3), date(2026, 10, 8)),
        (date(2025, 9, 1), date(2026, 3, 2)),
    ],
)
def test_a_fee_can_be_paid_late_for_six_months(due_on: date, last: date, calendar: WorkingCalendar) -> None:
    assert worked("annual_fee_due", calendar, due_on=due_on, want="grace").value == last


@pytest.mark.parametrize(
    ("inputs", "total"),
    [
        ({"contract": 500_000, "paid": 150_000}, 100_000),
        ({"contract": 500_000, "paid": 80_000}, 80_000),
        ({"contract": 500_000}, 100_000),
        ({"paid": 40_000, "contract": 400_000, "failed": "taker"}, 80_000),
        ({"paid": 60_000, "contract": 200_000, "failed": "taker"}, 100_000),
        ({"paid": 60_000, "failed": "taker"}, 120_000),
    ],
)
def test_a_deposit_counts_to_a_fifth_and_comes_back_twice(
    inputs: dict[str, Any], total: int, calendar: WorkingCalendar
) -> None:
    assert worked("deposit", calendar, **inputs).value == total


@pytest.mark.parametrize(
    ("on", "way", "kind", "share"),
    [
        (date(2024, 1, 19), "profit", "invention", "2"),
        (date(2024, 1, 19), "profit", "design", "0.2"),
        (date(2024, 1, 19), "licence", None, "10"),
        (date(2024, 1, 20), "profit", "design", "5"),
        (date(2024, 1, 20), "transfer", None, "50"),
        (date(2024, 1, 20), "equity", None, "50"),
    ],
)
def test_the_least_share_follows_the_rules_of_the_day(
    on: date, way: str, kind: str | None, share: str, calendar: WorkingCalendar
) -> None:
    assert worked("least_share", calendar, on, way=way, kind=kind).value == Decimal(share)


def test_the_former_rules_give_no_share_of_a_sale(calendar: WorkingCalendar) -> None:
    with pytest.raises(LookupError):
        compute("least_share", {"way": "transfer"}, on=date(2020, 1, 1), calendar=calendar)


def test_overdue_interest_is_half_a_thousandth_a_day(calendar: WorkingCalendar) -> None:
    assert worked("overdue_interest", calendar, amount=500_000, days=90).value == 22_500


def test_an_estimate_is_called_one(calendar: WorkingCalendar) -> None:
    result = worked(
        "royalty_estimate", calendar, sales=10_000_000, royalty_rate=Decimal("0.03"), years=5, discount=Decimal("0.1")
    )

    # 300,000 × 3.790787 (annuity of five years at 10 %)
    assert result.value == Decimal(1_137_236)
    assert result.headline.startswith("估算")
    assert "不是评估结论" in result.lines[-1]


@pytest.mark.parametrize(("body", "digit"), [("201710601862", "3"), ("202220071549", "X"), ("97101765", "4")])
def test_the_check_digit_follows_from_the_others(body: str, digit: str, calendar: WorkingCalendar) -> None:
    assert worked("check_digit", calendar, body=body).value == digit


def test_every_rule_without_inputs_asks_one_short_question_or_knows_its_figure(calendar: WorkingCalendar) -> None:
    for name in rule_names():
        result = compute(name, {}, on=AT, calendar=calendar)
        assert isinstance(result, Missing), name
        assert result.question.endswith(("?", ")")), name
        assert len(result.question) <= 40, name


def test_inputs_of_another_type_or_name_are_refused(calendar: WorkingCalendar) -> None:
    with pytest.raises(TypeError):
        compute("patent_term", {"kind": "invention", "filed_on": "2020-01-01"}, on=AT, calendar=calendar)
    with pytest.raises(ValueError, match="colour"):
        compute("patent_term", {"colour": "red"}, on=AT, calendar=calendar)
    with pytest.raises(LookupError):
        compute("no_such_rule", {}, on=AT, calendar=calendar)


def test_holidays_of_years_that_are_over_count_unless_the_calendar_knows_them(calendar: WorkingCalendar) -> None:
    own = WorkingCalendar.of([date(2025, 10, 1)], [])

    assert worked("annual_fee_due", calendar, filed_on=date(2023, 10, 1), year=3).value == date(2025, 10, 9)
    assert worked("annual_fee_due", own, filed_on=date(2023, 10, 1), year=3).value == date(2025, 10, 2)


def test_without_a_calendar_weekends_are_days_off() -> None:
    result = compute("annual_fee_due", {"filed_on": date(2022, 11, 22), "year": 5}, on=AT)

    assert isinstance(result, RuleResult)
    assert result.value == AT + timedelta(days=1)


def test_statutory_damages_stay_within_their_range_and_costs_come_on_top(calendar: WorkingCalendar) -> None:
    claimed = worked("statutory_damages", calendar, right="patent", claim=8_000_000, costs=100_000)

    assert claimed.value == 5_100_000
    assert figure(claimed, "最低") == 30_000
    assert worked("statutory_damages", calendar, right="trademark", claim=200_000).value == 200_000


def test_a_period_that_the_office_sets_is_extended_by_two_months_at_most(calendar: WorkingCalendar) -> None:
    one = worked("office_action_first", calendar, start_on=date(2026, 3, 2), extended_months=1)
    many = worked("office_action_first", calendar, start_on=date(2026, 3, 2), extended_months=6)

    assert one.value == date(2026, 8, 3)
    assert many.value == date(2026, 9, 2)
    assert worked("reexamination", calendar, start_on=date(2026, 3, 2), extended_months=2).value == date(2026, 6, 2)


def test_a_payment_in_the_first_month_is_told_without_a_surcharge(calendar: WorkingCalendar) -> None:
    result = worked("late_annual_fee", calendar, fee=Decimal(900), months_late=Decimal(0), days_late=Decimal(20))

    assert result.headline == "要缴900元,滞纳金0元。"


def test_a_year_beyond_the_term_has_no_due_day(calendar: WorkingCalendar) -> None:
    result = worked("annual_fee_due", calendar, kind="utility_model", filed_on=date(2017, 5, 5), year=11)

    assert "没有第11年的年费" in result.headline


def test_a_last_day_on_a_weekend_that_is_worked_names_the_monday_of_the_guidelines_too(
    calendar: WorkingCalendar,
) -> None:
    # 19 September 2026 is a Saturday, the Sunday after it is worked for the national holiday.
    result = worked("licence_recordal", calendar, start_on=date(2026, 6, 19))

    assert result.value == date(2026, 9, 20)
    assert "2026年9月21日" in result.warnings[0]
