"""Patent numbers: every form people type, the check digit, and what a slip could have meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.patent_numbers import (
    check_digit,
    find_numbers,
    is_valid_application_number,
    parse_number,
    suggest_repairs,
)

VALID = [
    "201710601862.3",
    "200820132792.8",
    "201110047567.0",
    "201029092038.0",
    "200820009767.0",
    "201010146372.7",
    "201080063196.9",
    "97101765.4",
    "95115608.X",
]
bodies = st.one_of(
    st.tuples(st.integers(1985, 2099), st.sampled_from("12389"), st.integers(0, 9_999_999)).map(
        lambda parts: f"{parts[0]}{parts[1]}{parts[2]:07d}"
    ),
    st.tuples(st.sampled_from(["85", "90", "99", "00", "03"]), st.sampled_from("123"), st.integers(0, 99_999)).map(
        lambda parts: f"{parts[0]}{parts[1]}{parts[2]:05d}"
    ),
)


@pytest.mark.parametrize("number", VALID)
def test_known_numbers_pass_the_check(number: str) -> None:
    assert check_digit(number.partition(".")[0]) == number[-1]
    assert is_valid_application_number(number)


def test_a_wrong_check_digit_is_told_but_not_rejected() -> None:
    number = parse_number("89103229.2")

    assert number is not None
    assert (number.normal, number.kind, number.is_valid) == ("CN89103229.2", "application", False)


@pytest.mark.parametrize("body", ["", "1234567", "20211012345x", "２０２１１０１２３４５６7"])
def test_a_check_digit_needs_a_whole_body(body: str) -> None:
    with pytest.raises(ValueError):
        check_digit(body)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("ZL 2008 2 0009767.0", "CN200820009767.0"),
        ("ZL200820009767.0", "CN200820009767.0"),
        ("zl2008200097670", "CN200820009767.0"),
        ("2008200097670", "CN200820009767.0"),
        ("2008 2 0009767.0", "CN200820009767.0"),
        ("CN200820009767", "CN200820009767.0"),
        ("200820009767", "CN200820009767.0"),
        ("２００８２０００９７６７．０", "CN200820009767.0"),
        ("ＺＬ２００８２０００９７６７。０", "CN200820009767.0"),
        ("ZL:2008-2-0009767.0", "CN200820009767.0"),
        ("(ZL200820009767.0)", "CN200820009767.0"),
        (" 95115608.x ", "CN95115608.X"),
        ("ZL95115608x", "CN95115608.X"),
        ("CN971017654", "CN97101765.4"),
        ("ZL97101765", "CN97101765.4"),
        ("CN112345678B", "CN112345678B"),
        ("cn 112345678 b", "CN112345678B"),
        ("ＣＮ１１２３４５６７８Ｂ", "CN112345678B"),
        ("112345678B", "CN112345678B"),
        ("CN1030001A", "CN1030001A"),
        ("CN85100312A", "CN85100312A"),
        ("CN85100312", "CN85100312"),
        ("CN112345678", "CN112345678"),
        ("CN305123456S", "CN305123456S"),
        ("US 8,926,509 B2", "US8926509B2"),
        ("us8926509b2", "US8926509B2"),
        ("US 2005/0004437 A1", "US20050004437A1"),
        ("USD435854S1", "USD435854S1"),
        ("US D435,854 S", "USD435854S"),
        ("EP1234567A1", "EP1234567A1"),
        ("WO2020/123456A1", "WO2020123456A1"),
    ],
)
def test_every_typed_form_has_one_normal_form(typed: str, normal: str) -> None:
    number = parse_number(typed)

    assert number is not None
    assert number.normal == normal
    assert number.is_valid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ZL",
        "13800138000",
        "020-12345678",
        "2020 2021 2022年",
        "300万",
        "200840009767.0",
        "2021年10月12日",
        "91440101MA5CXXXX0X",
        "RZ261122-0042",
        "110101199003078515",
        "1234567890123456",
        "CN123",
        "第2个",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert find_numbers(text) == []


def test_numbers_are_found_within_a_sentence_with_their_place() -> None:
    text = "我的专利ZL 2017 1 0601862.3和cn112345678b,还有US8926509B2都看看"

    found = find_numbers(text)

    assert [(number.normal, number.kind) for number in found] == [
        ("CN201710601862.3", "application"),
        ("CN112345678B", "publication"),
        ("US8926509B2", "publication"),
    ]
    assert text[found[0].start : found[0].end] == "ZL 2017 1 0601862.3"
    assert text[found[1].start : found[1].end] == "cn112345678b"


def test_more_than_a_number_is_not_a_number() -> None:
    assert parse_number("CN112345678B 的权利要求") is None


def test_repairs_are_offered_only_for_a_wrong_number() -> None:
    assert suggest_repairs("201710601862.3") == []
    assert suggest_repairs("CN112345678B") == []
    assert suggest_repairs("你好") == []


@given(bodies)
def test_a_normal_form_reads_back_as_itself(body: str) -> None:
    normal = f"CN{body}.{check_digit(body)}"

    for form in (normal, normal.lower(), "ZL" + normal[2:], normal.replace(".", ""), f"ZL {body}.{normal[-1]}"):
        number = parse_number(form)
        assert number is not None
        assert (number.normal, number.kind, number.is_valid) == (normal, "application", True)


@given(bodies, st.data())
def test_one_wrong_digit_is_always_noticed_and_its_repair_offered(body: str, data: st.DataObject) -> None:
    typed = body + check_digit(body)
    # Behind the year and the type, where a slip still leaves a number of the right shape.
    place = data.draw(st.integers(len(body) - 5, len(body) - 1))
    wrong_digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != typed[place]]))
    wrong = typed[:place] + wrong_digit + typed[place + 1 :]

    number = parse_number(f"CN{wrong[:-1]}.{wrong[-1]}")

    assert number is not None
    assert not number.is_valid
    assert f"CN{body}.{typed[-1]}" in suggest_repairs(number.normal)


@given(bodies, st.data())
def test_swapped_neighbours_are_always_noticed_and_mended_first(body: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(len(body) - 5, len(body) - 2))
    wrong = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    check = check_digit(body)

    repairs = suggest_repairs(f"CN{wrong}.{check}")

    if wrong == body:
        assert repairs == []
    else:
        assert f"CN{body}.{check}" in repairs[: len(body)]
        assert all(is_valid_application_number(repair) for repair in repairs)


@given(st.text(max_size=200))
def test_no_text_breaks_the_finder(text: str) -> None:
    for number in find_numbers(text):
        assert 0 <= number.start < number.end <= len(text)
