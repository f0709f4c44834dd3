"""Normal forms of single slots, and properties that hold for every amount, date, place and number."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.lexicon import read_lines
from nlp.normalisation import Normaliser
from nlp.segmenter import default_segmenter
from nlp.slots.contacts import find_case_number, find_ordinal, find_phone
from nlp.slots.dates import find_periods
from nlp.slots.days import find_days
from nlp.slots.money import find_amounts, find_terms
from nlp.slots.numerals import read_number
from nlp.slots.patents import find_ipc
from nlp.slots.regions import RegionFinder

AT = date(2026, 11, 22)
REGIONS = RegionFinder(default_segmenter())
NORMALISER = Normaliser()


def in_chinese(number: int) -> str:
    """1 to 9999 as it is written in words."""
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if zero and text else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        else:
            zero = True
    return text


@given(st.integers(1, 9999))
def test_a_number_in_words_reads_as_the_number(number: int) -> None:
    assert read_number(in_chinese(number)) == number


@given(st.integers(1, 9999), st.sampled_from([("万", 10_000), ("万元", 10_000), ("亿", 100_000_000), ("元", 1)]))
def test_an_amount_is_the_same_in_digits_and_in_words(number: int, unit: tuple[str, int]) -> None:
    name, scale = unit

    assert [found.value for found in find_amounts(f"{number}{name}")] == [number * scale]
    assert [found.value for found in find_amounts(f"{in_chinese(number)}{name}")] == [number * scale]


@given(st.decimals("0.1", "999.9", places=1))
def test_fractions_of_wan_are_exact(number: Decimal) -> None:
    assert [found.value for found in find_amounts(f"{number}万")] == [int(number * 10_000)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("一百五十万元", 1500000),
        ("0.5亿", 50000000),
        ("九万五", 95000),
        ("1万2", 12000),
        ("50w", 500000),
        ("预算5000", 5000),
        ("1,200元", 1200),
        ("三千五百块", 3500),
        ("一个亿", 100000000),
        ("¥800", 800),
    ],
)
def test_amounts_as_people_say_them(text: str, amount: int) -> None:
    assert [found.value for found in find_amounts(text)] == [amount]


@pytest.mark.parametrize("text", ["2000万", "年销售额2000万元", "注册资本1980万", "2020 亿"])
def test_an_amount_that_begins_like_a_year_is_no_period(text: str) -> None:
    assert find_periods(text, date(2026, 11, 23)) == []
    assert len(find_amounts(text)) == 1


@pytest.mark.parametrize("text", ["500万像素", "第42条", "一份", "万科", "3个", "2020年", "投一份保险"])
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert find_amounts(text) == []


@pytest.mark.parametrize(
    ("text", "months"), [("两年", 24), ("半年", 6), ("两年半", 30), ("18个月", 18), ("一年半", 18)]
)
def test_terms_in_months(text: str, months: int) -> None:
    assert [found.value for found in find_terms(text)] == [months]


@given(st.integers(1990, 2026))
def test_a_year_gives_its_first_and_last_day(year: int) -> None:
    (period,) = find_periods(f"{year}年", AT)

    assert (period.first, period.last) == (date(year, 1, 1), date(year, 12, 31))


@given(st.integers(1990, 2026), st.integers(0, 10))
def test_a_range_is_inclusive_at_both_ends(year: int, length: int) -> None:
    (period,) = (
        find_periods(f"{year}到{year + length}年", AT) if year + length <= 2030 else find_periods("1990到1990年", AT)
    )

    assert period.first is not None and period.last is not None
    assert (period.first.month, period.first.day, period.last.month, period.last.day) == (1, 1, 12, 31)
    assert period.first <= period.last


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(1, 40))
def test_the_last_years_count_back_from_the_day_of_the_message(at: date, years: int) -> None:
    (period,) = find_periods(f"近{years}年", at)

    assert period.last is None and period.first is not None
    assert period.first.year == at.year - years and period.first.month == at.month


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 6))
def test_a_bare_weekday_is_the_next_such_day(at: date, weekday: int) -> None:
    (day,) = find_days("周" + "一二三四五六日"[weekday], at)

    assert day.value.weekday() == weekday
    assert timedelta(0) < day.value - at <= timedelta(7)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.dates(date(2001, 1, 1), date(2001, 12, 31)))
def test_a_day_without_year_is_never_past(at: date, day: date) -> None:
    (found,) = find_days(f"{day.month}月{day.day}日", at)

    assert found.value >= at and (found.value.month, found.value.day) == (day.month, day.day)
    assert found.value - at <= timedelta(366)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020年以后", "2020-01-01", None),
        ("早于2010年", None, "2009-12-31"),
        ("不晚于2017年", None, "2017-12-31"),
        ("近三年", "2023-11-22", None),
        ("去年", "2025-01-01", "2025-12-31"),
        ("上个月", "2026-10-01", "2026-10-31"),
        ("二零二一年三月", "2021-03-01", "2021-03-31"),
        ("去年下半年", "2025-07-01", "2025-12-31"),
        ("截至2020年底", None, "2020-12-31"),
    ],
)
def test_periods_as_people_say_them(text: str, first: str | None, last: str | None) -> None:
    (period,) = find_periods(text, AT)

    assert (period.first and period.first.isoformat(), period.last and period.last.isoformat()) == (first, last)


def test_what_is_dated_is_told_from_the_word_beside() -> None:
    assert [period.field for period in find_periods("2021年授权的", AT)] == ["grant"]
    assert [period.field for period in find_periods("公开日在2022年1月", AT)] == ["publication"]


def _prefectures() -> list[tuple[str, str]]:
    found, province = [], ""
    for line in read_lines("regions.txt"):
        if not line.startswith(" "):
            province = line.split()[0]
        elif not line.startswith(" -"):
            found.append((province, line.strip().partition(":")[0].partition("!")[0].partition("=")[0]))
    return found


def test_all_34_provinces_and_333_prefectures_are_known_by_full_name() -> None:
    prefectures = _prefectures()

    assert sum(not line.startswith(" ") for line in read_lines("regions.txt")) == 34
    assert len(prefectures) == 333
    for province, name in prefectures:
        assert [found.value for found in REGIONS.find(province + name)] == [province + name]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("南沙", "广东省广州市南沙区"),
        ("佛山顺德", "广东省佛山市顺德区"),
        ("粤企", "广东省"),
        ("北京朝阳", "北京市朝阳区"),
        ("南京鼓楼", "江苏省南京市鼓楼区"),
        ("吉林", "吉林省"),
        ("上海浦东", "上海市浦东新区"),
        ("白银市", "甘肃省白银市"),
    ],
)
def test_places_get_their_full_names(text: str, region: str) -> None:
    assert [found.value for found in REGIONS.find(text)] == [region]


@pytest.mark.parametrize(
    "text", ["回收白银的方法", "普洱茶饼", "大理石切割", "无锡焊料", "阿里巴巴", "和平精英", "长安汽车"]
)
def test_ordinary_words_are_no_places(text: str) -> None:
    assert REGIONS.find(text) == []


@given(st.text(alphabet="广州深圳市区省南沙北京朝阳的 |a1", max_size=30))
def test_places_lie_within_the_text_and_apart(text: str) -> None:
    found = REGIONS.find(text)

    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_is_read_however_it_is_grouped(number: str) -> None:
    spoken = "".join("零幺二三四五六七八九"[int(digit)] for digit in number)
    for text in (
        number,
        f"{number[:3]} {number[3:7]} {number[7:]}",
        f"+86-{number}",
        f"电话{number[:3]}-{number[3:]}",
        spoken,
    ):
        found = find_phone(text)
        assert found is not None and found.value == number


def test_other_fixed_forms() -> None:
    landline, case_number, symbol = (
        find_phone("020 8765 4321"),
        find_case_number("rz261122 0042"),
        find_ipc("h01m10/054"),
    )

    assert landline is not None and landline.value == "020-87654321"
    assert case_number is not None and case_number.value == "RZ261122-0042"
    assert symbol is not None and symbol.value == "H01M 10/054"
    assert find_ordinal("第9类商标") is None and find_ordinal("第二年") is None


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = NORMALISER.plain(text)

    assert NORMALISER.plain(once) == once


@pytest.mark.parametrize(
    ("sent", "plain"),
    [
        ("砖利", "专利"),
        ("轉人公", "转人工"),
        ("初售外觀專利", "出售外观专利"),
        ("１.２万", "1.2万"),
        ("想搵真人傾兩句", "想找真人聊两句"),
        ("工人", "工人"),
        ("客户服务", "客户服务"),
        ("<b>你好</b>", "你好"),
    ],
)
def test_what_phones_send_is_made_plain(sent: str, plain: str) -> None:
    assert NORMALISER.plain(sent) == plain


@pytest.mark.parametrize(
    ("text", "amount"), [("一共十二万", 120_000), ("最多五十个w", 500_000), ("总共起价三万", 30_000)]
)
def test_a_numeral_that_counts_nothing_is_no_amount(text: str, amount: int) -> None:
    assert [found.value for found in find_amounts(text)] == [amount]


def test_a_bare_month_is_the_last_one_that_has_begun() -> None:
    [period] = find_periods("十二月份的", AT)
    [recent] = find_periods("9月公开的", AT)

    assert (period.first, period.last) == (date(2025, 12, 1), date(2025, 12, 31))
    assert (recent.first, recent.last, recent.field) == (date(2026, 9, 1), date(2026, 9, 30), "publication")


def test_the_words_around_a_phone_number_go_with_it() -> None:
    found = find_phone("报名第二场 联系电话是138 0013 8000")

    assert found is not None and (found.start, found.value) == (6, "13800138000")
