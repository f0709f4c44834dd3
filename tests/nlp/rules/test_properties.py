"""What holds for every period, every split, every ladder."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.calendar import WorkingCalendar
from nlp.rules import RuleResult, answer_rule_question, compute
from nlp.rules.days_said import find_days_said
from nlp.rules.periods import add_months, end_of_period, whole_months_between
from nlp.rules.values_said import lateness_said

CALENDAR = WorkingCalendar.of([date(2026, 10, each) for each in range(1, 8)], [date(2026, 10, 10)])
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
AT = date(2026, 11, 22)
DIGITS = "零一二三四五六七八九十"


def in_chinese(number: int) -> str:
    """1 to 99 in words."""
    tens, units = divmod(number, 10)
    lead = "" if not tens else "十" if tens == 1 else DIGITS[tens] + "十"
    return lead + (DIGITS[units] if units else "")


@given(DAYS, st.integers(0, 600))
def test_a_period_of_months_ends_on_the_same_number_or_on_the_last_day(day: date, months: int) -> None:
    end = add_months(day, months)

    assert (end.year - day.year) * 12 + end.month - day.month == months
    assert end.day == day.day or (end + timedelta(days=1)).day == 1 < day.day


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_a_last_day_is_worked_and_no_worked_day_is_skipped(day: date, months: int, days: int) -> None:
    end = end_of_period(day, CALENDAR, months=months, days=days)

    assert CALENDAR.is_working_day(end.day)
    assert end.day >= end.nominal
    skipped = [end.nominal + timedelta(days=each) for each in range((end.day - end.nominal).days)]
    assert not any(CALENDAR.is_working_day(each) for each in skipped)
    assert bool(end.note) == bool(skipped)


@given(DAYS, DAYS)
def test_months_and_days_between_two_days_lead_from_one_to_the_other(first: date, last: date) -> None:
    months, days = whole_months_between(first, last)

    assert months >= 0
    assert days >= 0
    if last > first:
        assert add_months(first, months) + timedelta(days=days) == last
        assert days <= 31


@given(DAYS, st.sampled_from(["invention", "utility_model", "design"]))
def test_a_term_ends_on_the_anniversary_whatever_the_day(filed_on: date, kind: str) -> None:
    result = compute("patent_term", {"kind": kind, "filed_on": filed_on}, on=AT, calendar=CALENDAR)

    assert isinstance(result, RuleResult)
    assert isinstance(result.value, date)
    assert result.value.month == filed_on.month
    assert result.value.year - filed_on.year in (10, 15, 20)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 240), st.integers(100, 8000))
def test_waiting_never_makes_a_late_fee_cheaper(due_on: date, days: int, fee: int) -> None:
    def total(later: int) -> Decimal | None:
        paid_on = due_on + timedelta(days=later)
        inputs = {"due_on": due_on, "paid_on": paid_on, "fee": Decimal(fee)}
        result = compute("late_annual_fee", inputs, on=paid_on, calendar=CALENDAR)
        assert isinstance(result, RuleResult)
        return result.value if isinstance(result.value, Decimal) else None

    now, then = total(days), total(days + 1)
    if then is not None:
        assert now is not None
        assert fee <= now <= then <= fee * Decimal("1.25")


@given(st.integers(1, 10**9), st.lists(st.integers(0, 20), min_size=2, max_size=5).filter(any))
def test_the_shares_of_a_loss_add_up_to_it(loss: int, ratio: list[int]) -> None:
    inputs = {"loss": Decimal(loss), "ratio": tuple(Decimal(part) for part in ratio)}
    result = compute("risk_split", inputs, on=AT, calendar=CALENDAR)

    assert isinstance(result, RuleResult)
    shares = [each.value for each in result.figures]
    assert sum(share for share in shares if isinstance(share, Decimal)) == loss
    for share, part in zip(shares, ratio, strict=True):
        assert isinstance(share, Decimal)
        assert abs(share - Decimal(loss) * part / sum(ratio)) <= Decimal("0.03")


@given(DAYS)
def test_a_written_day_is_read_in_every_form(day: date) -> None:
    forms = [
        f"{day.year}年{day.month}月{day.day}日", f"{day.year}年{day.month}月{day.day}号", day.isoformat(),
        f"{day.year}.{day.month}.{day.day}", f"{day.year}/{day.month:02}/{day.day:02}", f"{day:%Y%m%d}",
        f"{''.join(DIGITS[int(digit)] for digit in str(day.year))}年{in_chinese(day.month)}月{in_chinese(day.day)}日",
    ]  # fmt: skip
    for form in forms:
        assert [found.value for found in find_days_said(f"是{form}收到的", AT)] == [day], form


@given(st.dates(date(2026, 1, 1), AT))
def test_a_day_of_this_year_is_read_without_its_year(day: date) -> None:
    for form in (f"{day.month}月{day.day}号", f"今年{day.month}月{day.day}日"):
        assert [found.value for found in find_days_said(f"{form}收到", AT)] == [day], form


@given(st.integers(1, 12), st.integers(1, 29))
def test_lateness_is_read_in_digits_and_in_words(months: int, days: int) -> None:
    written = (Decimal(months), Decimal(days))

    assert lateness_said(f"年费晚了{months}个月零{days}天") == written
    assert lateness_said(f"年费晚了{in_chinese(months)}个月零{in_chinese(days)}天") == written


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    answer = answer_rule_question(f"{text}专利年费{text}多少", AT, (text,), CALENDAR)

    assert answer is None or answer.text


@given(DAYS, st.sampled_from(["post", "electronic", None]), st.sampled_from(["trademark", None]))
def test_a_notice_counts_as_received_between_its_issue_and_fifteen_days_later(
    issued_on: date, delivery: str | None, office: str | None
) -> None:
    inputs = {"issued_on": issued_on, "delivery": delivery, "office": office}
    result = compute("deemed_receipt", inputs, on=AT, calendar=CALENDAR)

    assert isinstance(result, RuleResult)
    assert isinstance(result.value, date)
    assert issued_on <= result.value <= issued_on + timedelta(days=15)


@given(
    st.sampled_from(["passing_off", "trademark_infringement", "piracy", "confusion", "plant_variety"]),
    st.integers(0, 10_000_000),
)
def test_a_fine_never_has_a_floor_above_its_cap_and_grows_beyond_the_threshold(wrong: str, base: int) -> None:
    def bounds(sum_of: int) -> tuple[Decimal, Decimal]:
        result = compute("fine", {"wrong": wrong, "base": Decimal(sum_of)}, on=AT, calendar=CALENDAR)
        assert isinstance(result, RuleResult)
        by_name = {each.name: each.value for each in result.figures}
        return Decimal(str(by_name.get("罚款下限", 0))), Decimal(str(by_name["罚款上限"]))

    low, high = bounds(base)
    assert low <= high
    if base > 50_000:
        more = bounds(base + 1)
        assert low <= more[0]
        assert high < more[1]


@given(st.integers(1, 10_000_000), st.integers(1, 10_000_000))
def test_no_more_than_a_fifth_of_a_contract_counts_as_deposit(contract: int, paid: int) -> None:
    result = compute("deposit", {"contract": Decimal(contract), "paid": Decimal(paid)}, on=AT, calendar=CALENDAR)

    assert isinstance(result, RuleResult)
    assert isinstance(result.value, Decimal)
    assert result.value <= paid
    assert result.value * 5 <= contract
