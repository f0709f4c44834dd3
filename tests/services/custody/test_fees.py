"""The fee calendar of one patent: worked examples of the law, and what must hold for every patent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import FeeReduction, PatentKind
from nlp.rules.patent_terms import term_years
from nlp.rules.periods import add_months
from services.custody.fees import FeeFacts, fee_outlook, first_open_year, next_fee

TODAY = date(2026, 11, 23)
FILED = date(2021, 3, 15)


def facts(**changes: object) -> FeeFacts:
    given: dict[str, object] = {
        "kind": PatentKind.INVENTION, "filed_on": FILED, "granted_on": date(2023, 6, 1), "paid_year": 6,
    }  # fmt: skip
    return FeeFacts(**{**given, **changes})  # type: ignore[arg-type]


def test_five_years_of_an_invention_with_the_articles_they_rest_on() -> None:
    outlook = fee_outlook(facts(), on=TODAY)

    assert [(each.year, each.payable) for each in outlook.years] == [
        (7, Decimal(2000)), (8, Decimal(2000)), (9, Decimal(2000)), (10, Decimal(4000)), (11, Decimal(4000)),
    ]  # fmt: skip
    # 2027-03-15 is a Monday, 2031-03-15 a Saturday: that one moves.
    assert (outlook.years[0].due_on, outlook.years[4].due_on) == (date(2027, 3, 15), date(2031, 3, 17))
    assert outlook.total == Decimal(14000)
    assert ("专利法实施细则", "第一百一十五条") in outlook.articles
    assert ("专利法", "第四十四条") in outlook.articles


def test_the_late_ladder_counts_on_the_whole_fee_even_where_the_fee_is_reduced() -> None:
    fee = next_fee(facts(paid_year=3, reduction=FeeReduction.SINGLE), on=date(2024, 1, 10))

    assert fee is not None
    assert (fee.year, fee.due_on, fee.full, fee.payable) == (4, date(2024, 3, 15), Decimal(1200), Decimal(180))
    assert [step.surcharge for step in fee.late] == [Decimal(60) * step for step in range(6)]
    assert fee.late[5].total == Decimal(480)
    assert fee.step_on(date(2024, 3, 15)).total == Decimal(180)  # type: ignore[union-attr]
    assert fee.step_on(fee.grace_until + timedelta(days=1)) is None


def test_a_reduction_ends_some_years_after_the_grant() -> None:
    outlook = fee_outlook(facts(paid_year=9, reduction=FeeReduction.JOINT), on=date(2030, 1, 10))

    # Granted in the third patent year: the tenth from then on is the twelfth.
    assert [(each.year, each.is_reduced) for each in outlook.years[:4]] == [
        (10, True), (11, True), (12, True), (13, False),
    ]  # fmt: skip
    assert outlook.years[0].payable == Decimal(1200)
    assert outlook.years[3].payable == outlook.years[3].full == Decimal(6000)


def test_without_the_day_of_grant_no_year_is_reduced_that_may_not_be() -> None:
    outlook = fee_outlook(facts(granted_on=None, paid_year=8, reduction=FeeReduction.JOINT), on=date(2030, 1, 10))

    assert [(each.year, each.is_reduced) for each in outlook.years[:3]] == [(9, True), (10, True), (11, False)]


def test_a_fee_whose_day_has_passed_stands_first() -> None:
    outlook = fee_outlook(facts(paid_year=5), on=TODAY)

    assert outlook.next is not None
    assert (outlook.next.year, outlook.next.due_on) == (6, date(2026, 3, 16))
    assert outlook.next.step_on(TODAY) is None, "its grace has passed too"


def test_the_last_year_of_the_term_has_the_last_fee() -> None:
    model = facts(kind=PatentKind.UTILITY_MODEL, filed_on=date(2018, 5, 7), paid_year=9)

    assert [each.year for each in fee_outlook(model, on=TODAY).years] == [10]
    assert (
        fee_outlook(facts(kind=PatentKind.UTILITY_MODEL, filed_on=date(2018, 5, 7), paid_year=10), on=TODAY).years == ()
    )


def test_the_year_of_the_grant_is_paid_with_it() -> None:
    assert first_open_year(PatentKind.INVENTION, FILED, date(2026, 11, 1), on=TODAY) == 7
    assert first_open_year(PatentKind.INVENTION, FILED, None, on=TODAY) == 7
    assert first_open_year(PatentKind.INVENTION, FILED, date(2021, 12, 1), on=date(2022, 1, 3)) == 2


kinds = st.sampled_from(list(PatentKind))
filing_days = st.dates(date(2008, 1, 1), date(2026, 11, 23))
# Before that day our tables have no rate of a reduction.
EARLIEST = date(2016, 9, 1)
reductions = st.sampled_from(list(FeeReduction))


@settings(max_examples=60, deadline=None)
@given(kind=kinds, filed_on=filing_days, reduction=reductions, paid=st.integers(0, 20), days=st.integers(0, 2000))
def test_no_year_is_left_out_and_the_ladder_grows(
    kind: PatentKind, filed_on: date, reduction: FeeReduction, paid: int, days: int
) -> None:
    on = max(filed_on + timedelta(days=days), EARLIEST)
    last = term_years(kind, filed_on)

    outlook = fee_outlook(FeeFacts(kind, filed_on, None, paid, reduction), on=on)

    years = [each.year for each in outlook.years]
    first = max(paid + 1, 2)
    assert years == list(range(first, first + len(years)))
    assert not years or years[-1] <= last
    if years and years[-1] < last:
        # The year after the last one shown is due beyond the five years.
        assert add_months(filed_on, 12 * years[-1]) > add_months(on, 60) - timedelta(days=14)
    assert (years == []) == (first > last)
    for each, following in zip(outlook.years, outlook.years[1:], strict=False):
        assert each.due_on < following.due_on
        assert each.full <= following.full
        assert each.grace_until < following.due_on
    for each in outlook.years:
        assert 0 < each.payable <= each.full
        assert each.due_on >= add_months(filed_on, 12 * (each.year - 1))
        totals = [each.payable, *(step.total for step in each.late)]
        assert totals == sorted(totals)
        assert [step.until for step in each.late] == sorted({step.until for step in each.late})
        assert each.late[-1].until == each.grace_until
        assert each.late[0].surcharge == 0
        assert each.late[-1].surcharge == each.full / 4
        assert all(step.total == each.payable + step.surcharge for step in each.late)
    assert outlook.total == sum((each.payable for each in outlook.years), Decimal(0))
    assert (outlook.articles == ()) == (years == [])


@settings(max_examples=40, deadline=None)
@given(kind=kinds, filed_on=filing_days, days=st.integers(0, 7000))
def test_with_all_paid_so_far_the_first_fee_is_not_late(kind: PatentKind, filed_on: date, days: int) -> None:
    on = max(filed_on + timedelta(days=days), EARLIEST)
    first = first_open_year(kind, filed_on, None, on=on)

    fee = next_fee(FeeFacts(kind, filed_on, None, first - 1), on=on)

    if first > term_years(kind, filed_on):
        assert fee is None
    else:
        assert fee is not None
        assert fee.due_on >= on
        before = next_fee(FeeFacts(kind, filed_on, None, first - 2), on=on) if first > 2 else None
        assert before is None or before.due_on < on


@pytest.mark.parametrize("paid", [0, 1])
def test_the_first_year_is_paid_with_the_application(paid: int) -> None:
    assert fee_outlook(facts(paid_year=paid), on=TODAY).years[0].year == 2
