"""What counts as an answer: true is no amount, a number is no day, and the sentence says what is wanted."""

import pytest

from core.errors import InvalidInput
from services.catalogue import service_of
from services.catalogue.fields import check_form, check_value, fields_of
from services.catalogue.pledge_forms import Disbursement, Terms
from tests.support.casework import PLEDGE

FORM = service_of("pledge_financing").form
DISBURSED = {"disbursed_on": "2026-12-01", "due_on": "2027-12-01"}
TERMS = {"amount": 1_000_000, "rate": 3.5, "term_months": 12}


@pytest.mark.parametrize(
    ("form", "values", "name", "wrong", "words"),
    [
        (FORM, PLEDGE, "amount", True, "金额没看明白"),
        (FORM, PLEDGE, "term_months", True, "期限没看明白"),
        (FORM, PLEDGE, "has_co_owners", 1, "请回复“有”或“没有”"),
        (FORM, PLEDGE, "has_co_owners", "yes", "请回复“有”或“没有”"),
        (FORM, PLEDGE, "patents", True, "专利"),
        (Terms, TERMS, "rate", True, "年利率%没看明白"),
        (Terms, TERMS, "rate", float("nan"), "年利率%没看明白"),
        (
            Disbursement,
            {"disbursed_on": "2026-12-01", "due_on": "2027-12-01"},
            "due_on",
            1_767_225_600,
            "到期日没看明白",
        ),
    ],
)
def test_what_only_looks_like_an_answer_is_refused_by_name(form, values, name, wrong, words):
    with pytest.raises(InvalidInput) as refused:
        check_form(form, {**values, name: wrong})

    assert list(refused.value.fields) == [name]
    assert words in refused.value.fields[name]


def test_a_whole_number_is_an_amount_however_json_writes_it():
    field = next(each for each in fields_of(FORM) if each.name == "amount")

    assert [check_value(FORM, field, value) for value in (3_000_000, 3_000_000.0)] == [3_000_000] * 2
