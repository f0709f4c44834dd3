"""The check sign of a company's code finds every mistyped sign and every two that were swapped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit_codes import SIGNS, check_sign, read_credit_code

# As the companies publish them themselves: Huawei, Tencent, Alibaba (China).
REAL = ["914403001922038216", "9144030071526726XG", "91330100799655058B"]
BODIES = st.text(alphabet=SIGNS, min_size=17, max_size=17)


@pytest.mark.parametrize("code", REAL)
def test_real_codes_are_right_however_they_are_typed(code: str) -> None:
    assert read_credit_code(code) == code
    assert read_credit_code(f" {code.lower()} ") == code


@pytest.mark.parametrize("text", ["", "9144030019220382", "91440300192203821O", "914403001922038216\x00", "九" * 18])
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert read_credit_code(text) is None


@given(body=BODIES, place=st.integers(0, 17), sign=st.sampled_from(SIGNS))
def test_one_wrong_sign_is_found(body: str, place: int, sign: str) -> None:
    code = body + check_sign(body)
    changed = code[:place] + sign + code[place + 1 :]

    assert read_credit_code(code) == code
    assert (read_credit_code(changed) is None) == (changed != code)


@given(body=BODIES, place=st.integers(0, 15))
def test_two_neighbours_swapped_are_found(body: str, place: int) -> None:
    code = body + check_sign(body)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert (read_credit_code(swapped) is None) == (swapped != code)
