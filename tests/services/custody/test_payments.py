"""A payment on its owner's word: which year it is of, whether it was enough, what follows in the calendar."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.db import Database
from core.errors import InvalidInput, NotFound
from models import CustodyRight, FeeReduction
from nlp.fee_payments import FeePayment
from services.custody.payments import Doubt, reckon_payment, record_payment, said_payment
from services.custody.portfolio import show_right
from tests.support.custody import bring, make_owner
from tests.support.rights import make_right

TODAY = date(2026, 11, 23)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as opened:
        yield opened


@pytest.fixture
def right(session: Session, clock: FixedClock) -> CustodyRight:
    """Filed on 2021-03-15: the sixth fee was due in March 2026, the seventh is in March 2027."""
    make_right(session, clock.now())
    return bring(session, make_owner(session, clock.now()).user_id, clock.now())


def test_a_payment_is_kept_as_said_and_the_calendar_goes_on_from_it(
    session: Session, right: CustodyRight, clock: FixedClock
) -> None:
    said = FeePayment(7, date(2026, 10, 8), Decimal(2000))

    record_payment(session, user_id=right.user_id, public_id=right.public_id, said=said, now=clock.now())

    assert (right.paid_year, right.paid_said_on, right.next_due_on) == (7, TODAY, date(2028, 3, 15))
    assert right.events[-1].details == {"year": 7, "paid_on": "2026-10-08", "amount": "2000"}
    assert said_payment(right) == "第7年年费您说2026年10月8日缴了2,000元,以国家局登记簿为准。"
    assert said_payment(right) in show_right(session, right, TODAY).note


def test_the_same_payment_said_again_is_one_entry(session: Session, right: CustodyRight, clock: FixedClock) -> None:
    for said in (
        FeePayment(6, date(2026, 3, 1), Decimal(1200)),
        FeePayment(6, date(2026, 3, 1), Decimal(1200)),
        FeePayment(6),
    ):
        record_payment(session, user_id=right.user_id, public_id=right.public_id, said=said, now=clock.now())

    assert [event.kind for event in right.events] == ["added", "paid"]


def test_an_earlier_year_moves_no_day_unless_the_later_one_was_a_slip(
    session: Session, right: CustodyRight, clock: FixedClock
) -> None:
    def record(year: int, *, takes_back: bool = False) -> None:
        said = FeePayment(year)
        record_payment(
            session, user_id=right.user_id, public_id=right.public_id, said=said, now=clock.now(), takes_back=takes_back
        )

    record(4)
    assert (right.paid_year, right.paid_said_on) == (6, None)
    record(7)
    record(6)
    assert (right.paid_year, right.next_due_on) == (7, date(2028, 3, 15))
    record(6, takes_back=True)
    assert (right.paid_year, right.next_due_on) == (6, date(2027, 3, 15))


@pytest.mark.parametrize(
    ("said", "years", "doubt"),
    [
        (FeePayment(6, date(2026, 3, 1), Decimal(1200)), (6,), None),
        (FeePayment(6, date(2026, 3, 1), Decimal(900)), (6,), Doubt.SHORT),
        (FeePayment(6, date(2026, 10, 8), Decimal(1200)), (6,), Doubt.LATE),
        (FeePayment(paid_on=date(2026, 10, 8)), (7,), None),
        (FeePayment(paid_on=date(2026, 4, 1)), (6, 7), None),
        (FeePayment(paid_on=date(2026, 4, 1), amount=Decimal(1200)), (6,), None),
        (FeePayment(amount=Decimal(2000)), (7,), None),
    ],
)
def test_figures_are_held_against_the_rules(
    session: Session, right: CustodyRight, said: FeePayment, years: tuple[int, ...], doubt: Doubt | None
) -> None:
    reckoned = reckon_payment(session, right, said, TODAY)

    assert (reckoned.years, reckoned.doubt) == (years, doubt)


def test_a_sum_that_is_right_under_a_reduction_is_told_so(session: Session, right: CustodyRight) -> None:
    reckoned = reckon_payment(session, right, FeePayment(6, date(2026, 3, 1), Decimal(180)), TODAY)

    assert (reckoned.doubt, reckoned.wanted, reckoned.reduction) == (Doubt.SHORT, 1200, FeeReduction.SINGLE)


@pytest.mark.parametrize(
    "said", [FeePayment(7, date(2027, 1, 1)), FeePayment(7, date(2020, 1, 1)), FeePayment(21), FeePayment(15)]
)
def test_what_cannot_be_is_refused(session: Session, right: CustodyRight, clock: FixedClock, said: FeePayment) -> None:
    with pytest.raises(InvalidInput):
        record_payment(session, user_id=right.user_id, public_id=right.public_id, said=said, now=clock.now())
    assert right.paid_said_on is None


def test_nobody_records_a_payment_of_a_strangers_right(
    session: Session, right: CustodyRight, clock: FixedClock
) -> None:
    stranger = make_owner(session, clock.now())

    with pytest.raises(NotFound):
        record_payment(
            session, user_id=stranger.user_id, public_id=right.public_id, said=FeePayment(7), now=clock.now()
        )
