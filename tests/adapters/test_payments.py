"""Every port of payments keeps the one contract: each side's word once, only the seller's settles it; or a failure that
says so."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.payments import FailingPayments, StatedPayments
from core.payments import PaymentReportsError, PaymentState, PaymentWords
from services.ports import PaymentReports

NOW = datetime(2026, 11, 28, 4, tzinfo=UTC)
PART = PaymentWords("GX261128-0001", 1)


@pytest.fixture(params=[StatedPayments], scope="module")
def reports(request: pytest.FixtureRequest) -> PaymentReports:
    return request.param()


def test_a_payment_is_awaited_said_and_received_in_that_order(reports: PaymentReports) -> None:
    assert reports.state_of(PART) is PaymentState.AWAITED
    paid = reports.say(PART, is_payee=False, now=NOW)
    assert reports.state_of(paid) is PaymentState.PAID_SAID
    assert reports.state_of(reports.say(paid, is_payee=True, now=NOW)) is PaymentState.RECEIVED


@given(said=st.lists(st.tuples(st.booleans(), st.integers(0, 1000)), max_size=8))
def test_what_was_said_first_stands_and_nobody_speaks_for_the_other(
    reports: PaymentReports, said: list[tuple[bool, int]]
) -> None:
    words = PART
    for is_payee, minutes in said:
        words = reports.say(words, is_payee=is_payee, now=NOW + timedelta(minutes=minutes))
    first = {payee: next((minutes for who, minutes in said if who is payee), None) for payee in (True, False)}
    at = {payee: None if minutes is None else NOW + timedelta(minutes=minutes) for payee, minutes in first.items()}

    assert words == PaymentWords(PART.deal, PART.part, at[False], at[True])
    assert (reports.state_of(words) is PaymentState.RECEIVED) is (at[True] is not None)


def test_one_that_is_away_says_so() -> None:
    with pytest.raises(PaymentReportsError):
        FailingPayments().state_of(PART)
    with pytest.raises(PaymentReportsError):
        FailingPayments().say(PART, is_payee=True, now=NOW)
