"""Who came: staff check in and take it back, and whoever did not come keeps the seat."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import Conflict, NotFound
from models import Booking, CourseSession
from services.training.attendance import check_in, mark_absent, undo_check_in
from services.training.bookings import can_give_up, list_current_bookings, list_own_bookings
from tests.support.training import make_booking, make_session


def make_three(database, clock, held) -> list[Booking]:
    """Two with a seat, one who waits."""
    with database.unit_of_work() as session:
        return [make_booking(session, held, clock.now()) for _ in range(3)]


def states(database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Booking.state).order_by(Booking.id)))


def test_a_check_in_can_be_taken_back_and_who_did_not_come_keeps_the_seat(database, clock, staff, held) -> None:
    here, away, waits = make_three(database, clock, held)
    steps = {"staff": staff, "public_id": held.public_id}

    def door(step, booking: Booking) -> str:
        with database.unit_of_work() as session:
            return step(session, booking_id=booking.id, now=clock.now(), **steps).state

    with pytest.raises(Conflict, match="开始前2小时"):
        door(check_in, here)
    clock.set(held.starts_at - timedelta(minutes=30))
    assert door(check_in, here) == door(check_in, here) == "attended"
    assert door(undo_check_in, here) == "booked"
    assert door(check_in, here) == "attended"
    with pytest.raises(Conflict, match="还在候补"):
        door(check_in, waits)
    with database.unit_of_work() as session, pytest.raises(Conflict, match="结束后"):
        mark_absent(session, now=clock.now(), **steps)
    clock.set(held.ends_at)
    with database.unit_of_work() as session:
        assert mark_absent(session, now=clock.now(), **steps) == 1
        assert mark_absent(session, now=clock.now(), **steps) == 0
    assert states(database) == ["attended", "absent", "waiting"]
    with database.reading() as session:
        assert session.get_one(CourseSession, held.id).taken == 2
    assert door(check_in, away) == "attended"


def test_a_booking_of_another_session_is_not_there(database, clock, staff, held) -> None:
    with database.unit_of_work() as session:
        elsewhere = make_booking(session, make_session(session, clock.now()), clock.now())
        with pytest.raises(NotFound):
            check_in(session, staff=staff, public_id=held.public_id, booking_id=elsewhere.id, now=clock.now())


def test_a_booking_is_one_s_own_until_the_session_ends_and_given_up_before_it_starts(
    database, clock, staff, held
) -> None:
    here, late, _ = make_three(database, clock, held)

    def said(booking: Booking) -> tuple[int, int]:
        with database.reading() as session:
            who = {"user_id": booking.user_id, "now": clock.now()}
            shown = list_current_bookings(session, **who)
            ways_out = [each for each in shown if can_give_up(each, clock.now())]
            assert [each.id for each in ways_out] == [each.id for each in list_own_bookings(session, **who)]
            return len(shown), len(ways_out)

    clock.set(held.starts_at - timedelta(minutes=5))
    with database.unit_of_work() as session:
        check_in(session, staff=staff, public_id=held.public_id, booking_id=here.id, now=clock.now())
    assert (said(here), said(late)) == ((1, 0), (1, 1))
    clock.set(held.starts_at)
    assert said(here) == said(late) == (1, 0)
    clock.set(held.ends_at)
    assert said(here) == said(late) == (0, 0)
