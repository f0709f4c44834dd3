"""Seats: never more than there are, first come, first served, in whatever order things happen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.errors import Conflict, InvalidInput
from models import Booking, BookingState, CourseSession, Message, OutboxRow
from models.training import HOLDS_SEATS
from services.training.bookings import get_own_booking
from services.training.line import is_waited_for
from services.training.notices import tell_booking
from services.training.seats import (
    OFFER_LASTS,
    AlreadyBooked,
    OfferGone,
    accept_offer,
    book,
    cancel,
    lapse_offers,
    offer_free_seats,
    place_in_line,
    rescue_forgotten_offers,
)
from services.training.standing import NotBookable, Standing, standing_of
from services.training.timetable import said_seats
from tests.support.people import make_conversation, make_identity
from tests.support.training import make_booking, make_session


@pytest.fixture
def held(database, clock) -> CourseSession:
    with database.unit_of_work() as session:
        return make_session(session, clock.now())


def test_who_comes_when_no_seat_is_left_waits_in_line(database, clock, held) -> None:
    with database.unit_of_work() as session:
        bookings = [make_booking(session, held, clock.now()) for _ in range(4)]

        assert [each.state for each in bookings] == ["booked", "booked", "waiting", "waiting"]
        assert [place_in_line(session, each) for each in bookings[2:]] == [1, 2]
        assert all(each.number.startswith("PX") for each in bookings)
        assert standing_of(session.get_one(CourseSession, held.id), clock.now()) is Standing.FULL


def test_a_freed_seat_is_held_for_the_first_in_line_until_they_say_yes(database, clock, held) -> None:
    with database.unit_of_work() as session:
        first, _, third, fourth = [make_booking(session, held, clock.now()) for _ in range(4)]
        cancel(session, first, clock.now())

        assert (third.state, fourth.state) == ("offered", "waiting")
        assert third.offer_until == clock.now() + OFFER_LASTS
        accept_offer(session, third, clock.now())
        accept_offer(session, third, clock.now())
        assert third.state == "booked"
        assert session.get_one(CourseSession, held.id).taken == 2


def test_a_booking_found_through_its_owners_door_can_be_taken_and_given_up(database, clock, held) -> None:
    with database.unit_of_work() as session:
        first, _, third = [make_booking(session, held, clock.now()) for _ in range(3)]
        cancel(session, first, clock.now())
    for step, state in ((accept_offer, "booked"), (cancel, "cancelled")):
        with database.unit_of_work() as session:
            mine = get_own_booking(session, user_id=third.user_id, number=third.number)
            step(session, mine, clock.now())
            assert mine.state == state


def test_an_offer_nobody_takes_moves_on_by_itself(database, clock, held) -> None:
    with database.unit_of_work() as session:
        first, _, third, fourth = [make_booking(session, held, clock.now()) for _ in range(4)]
        cancel(session, first, clock.now())
    clock.advance(OFFER_LASTS)
    with database.unit_of_work() as session:
        assert lapse_offers(session, held.id, clock.now()) == 1
        assert lapse_offers(session, held.id, clock.now()) == 0

        assert session.get_one(Booking, third.id).state == "lapsed"
        assert session.get_one(Booking, fourth.id).state == "offered"
        with pytest.raises(OfferGone, match="重新排队"):
            accept_offer(session, session.get_one(Booking, third.id), clock.now())


@pytest.mark.parametrize(
    ("offered_at", "starts", "until", "said"),
    [
        ("2026-12-31T11:59", "2027-01-20T09:00", "2026-12-31T23:59", "今天23:59"),
        ("2026-12-31T12:00", "2027-01-20T09:00", "2027-01-01T00:00", "明天0:00"),
        ("2028-02-28T20:30", "2028-03-20T09:00", "2028-02-29T08:30", "明天8:30"),
        # The session itself begins after midnight: the offer ends an hour before it, still today.
        ("2026-12-31T22:00", "2027-01-01T00:30", "2026-12-31T23:30", "今天23:30"),
        ("2026-12-31T22:00", "2027-01-01T02:00", "2027-01-01T01:00", "明天1:00"),
    ],
)
def test_an_offer_across_midnight_in_china_ends_when_it_said_and_not_a_second_sooner(
    database, clock, offered_at, starts, until, said
) -> None:
    at, begins, ends = (datetime.fromisoformat(f"{each}+08:00") for each in (offered_at, starts, until))
    clock.set(at - timedelta(days=2))
    with database.unit_of_work() as session:
        held = make_session(session, clock.now(), starts_at=begins, capacity=1)
        seated, first, second = [make_booking(session, held, clock.now()) for _ in range(3)]
        cancel(session, seated, at)

        assert (first.state, first.offer_until) == ("offered", ends)
        lapse = select(OutboxRow.run_after).where(OutboxRow.job_name == "jobs.training.lapse_offers")
        assert session.scalars(lapse).all() == [ends]
        assert tell_booking(session, first.id, "offered", at)
        assert f"给您留到{said}。" in session.scalars(select(Message.text)).one()
        assert lapse_offers(session, held.id, ends - timedelta(seconds=1)) == 0
        with pytest.raises(OfferGone):
            accept_offer(session, first, ends)
        assert lapse_offers(session, held.id, ends) == 1
        is_too_late = ends >= begins - timedelta(hours=1)
        assert (first.state, second.state) == ("lapsed", "waiting" if is_too_late else "offered")


def test_an_offer_whose_job_was_given_up_is_found_again(database, clock, held) -> None:
    with database.unit_of_work() as session:
        first, *_ = [make_booking(session, held, clock.now()) for _ in range(3)]
        cancel(session, first, clock.now())
        assert rescue_forgotten_offers(session, clock.now()) == 0
        clock.advance(OFFER_LASTS + timedelta(minutes=2))
        assert rescue_forgotten_offers(session, clock.now()) == 1
        session.flush()
        asked = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.training.lapse_offers")).all()
        assert asked[-1].arguments == {"session_id": held.id} and asked[-1].run_after == clock.now()
        lapse_offers(session, held.id, clock.now())
        assert rescue_forgotten_offers(session, clock.now()) == 0


def test_a_late_yes_is_refused_even_before_the_job_has_come_by(database, clock, held) -> None:
    with database.unit_of_work() as session:
        first, _, third = [make_booking(session, held, clock.now()) for _ in range(3)]
        cancel(session, first, clock.now())
    clock.advance(OFFER_LASTS)
    with database.unit_of_work() as session, pytest.raises(OfferGone):
        accept_offer(session, session.get_one(Booking, third.id), clock.now())


def test_a_group_first_in_line_is_not_passed_by_who_wants_less(database, clock, held) -> None:
    with database.unit_of_work() as session:
        first, second = [make_booking(session, held, clock.now()) for _ in range(2)]
        group = make_booking(session, held, clock.now(), seats=2)
        single = make_booking(session, held, clock.now())
        cancel(session, first, clock.now())

        assert (group.state, single.state) == ("waiting", "waiting")
        # And who looks at the timetable reads why.
        row = session.get_one(CourseSession, held.id)
        assert said_seats(row, clock.now(), is_waited_for=is_waited_for(session, row, clock.now())) == (
            "余1个名额,先给候补的人"
        )
        newcomer = make_booking(session, held, clock.now())
        assert newcomer.state == "waiting"
        cancel(session, second, clock.now())
        assert (group.state, single.state) == ("offered", "waiting")


def test_more_seats_are_offered_to_the_line_in_order(database, clock, held) -> None:
    with database.unit_of_work() as session:
        waiting = [make_booking(session, held, clock.now()) for _ in range(5)][2:]
        row = session.get_one(CourseSession, held.id)
        row.capacity += 2
        offer_free_seats(session, row, clock.now())

        assert [each.state for each in waiting] == ["offered", "offered", "waiting"]


def test_nobody_is_offered_a_seat_in_the_last_hour(database, clock, held) -> None:
    clock.set(held.starts_at - timedelta(minutes=61))
    with database.unit_of_work() as session:
        first, _, third = [make_booking(session, held, clock.now()) for _ in range(3)]
        clock.advance(timedelta(minutes=1))
        cancel(session, first, clock.now())

        assert third.state == "waiting"


def test_one_person_has_one_booking_and_may_come_back_after_leaving(database, clock, held) -> None:
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())

        def again() -> Booking:
            return book(session, session_id=held.id, conversation=conversation, channel="chat", now=clock.now())

        mine = again()
        with pytest.raises(AlreadyBooked, match=mine.number):
            again()
        cancel(session, mine, clock.now())
        assert again().number != mine.number
        with pytest.raises(Conflict, match="已经结束"):
            cancel(session, mine, clock.now())


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (timedelta(days=-2), "还没开放报名"), (timedelta(days=6, hours=23), "报名已经截止"),
        (timedelta(days=7), "已经开始"), (timedelta(days=7, hours=2), "已经结束"),
    ],
)  # fmt: skip
def test_a_session_out_of_its_time_says_why_and_what_next(database, clock, held, after, why) -> None:
    clock.advance(after)
    with database.unit_of_work() as session, pytest.raises(NotBookable, match=f"{why}.*看看别的场次"):
        make_booking(session, held, clock.now())


@pytest.mark.parametrize(("seats", "why"), [(0, "1到10"), (11, "1到10"), (3, "一共2个名额")])
def test_a_number_of_seats_that_cannot_be_is_refused_with_the_number_that_can(
    database, clock, held, seats, why
) -> None:
    with database.unit_of_work() as session, pytest.raises(InvalidInput, match=why):
        make_booking(session, held, clock.now(), seats=seats)


def test_200_at_once_for_50_seats_are_50_with_seats_and_the_rest_in_order_of_arrival(database, clock) -> None:
    with database.unit_of_work() as session:
        held = make_session(session, clock.now(), capacity=50)
        people = [make_conversation(session, make_identity(session, clock.now()), clock.now()) for _ in range(200)]

    def come(conversation) -> None:
        with database.unit_of_work() as session:
            book(session, session_id=held.id, conversation=conversation, channel="chat", now=clock.now())

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(come, people))

    with database.reading() as session:
        states = session.scalars(select(Booking.state).where(Booking.session_id == held.id).order_by(Booking.id)).all()
        assert states == ["booked"] * 50 + ["waiting"] * 150
        assert session.get_one(CourseSession, held.id).taken == 50


STEPS = st.lists(
    st.tuples(st.sampled_from(["book", "cancel", "accept", "wait", "enlarge"]), st.integers(0, 7), st.integers(1, 3)),
    max_size=40,
)


@given(STEPS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_in_any_order_seats_stay_within_capacity_and_the_line_in_order(database, clock, steps) -> None:
    with database.unit_of_work() as session:
        held = make_session(session, clock.now(), capacity=3)
        bookings: list[Booking] = []
        now = clock.now()
        for step, which, seats in steps:
            try:
                if step == "book":
                    bookings.append(make_booking(session, held, now, seats=seats))
                elif step == "wait":
                    now += OFFER_LASTS / 2 * which
                    lapse_offers(session, held.id, now)
                elif step == "enlarge":
                    held.capacity += 1
                    offer_free_seats(session, held, now)
                elif bookings and step == "cancel":
                    cancel(session, bookings[which % len(bookings)], now)
                elif bookings:
                    accept_offer(session, bookings[which % len(bookings)], now)
            except Conflict:
                pass
            check(session, held, bookings, now)


def check(session, held: CourseSession, bookings: list[Booking], now) -> None:
    with_seats = [each for each in bookings if each.state in HOLDS_SEATS]
    line = [each for each in bookings if each.state == BookingState.WAITING]
    assert 0 <= held.taken == sum(each.seats for each in with_seats) <= held.capacity
    # First come, first served: nobody has seats who came, or came back, after somebody who still waits.
    assert all(max((each.id for each in with_seats), default=0) < waiting.id for waiting in line)
    # Nothing is left lying: whoever is next could not be served with what is free.
    if line and held.starts_at - now > timedelta(hours=1):
        assert held.taken + line[0].seats > held.capacity
    jobs = session.scalar(
        select(func.count()).select_from(OutboxRow).where(OutboxRow.job_name == "jobs.training.lapse_offers")
    )
    assert jobs >= len([each for each in bookings if each.state == BookingState.OFFERED])
