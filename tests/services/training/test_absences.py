"""Who twice did not come waits for scarce seats, and what ends that: a day, staff, or that nobody else wants them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import Conflict
from models import Booking, Conversation, CourseSession, Message, OutboxRow
from services.training.absences import find_held_back_until, offer_to_held_back
from services.training.attendance import excuse, mark_absent
from services.training.by_hand import book_by_hand
from services.training.notices import tell_booking
from services.training.seats import book, cancel, lapse_offers, place_in_line
from tests.support.people import make_conversation, make_identity
from tests.support.training import make_booking, make_session


@pytest.fixture
def person(database, clock) -> Conversation:
    with database.unit_of_work() as session:
        return make_conversation(session, make_identity(session, clock.now()), clock.now())


@pytest.fixture
def miss(database, clock, staff, person):
    """They book a session, do not come, and staff write it down; answers the booking."""

    def take(says_so: bool = False) -> Booking:
        with database.unit_of_work() as session:
            held = make_session(session, clock.now(), capacity=10)
            booking = seat(session, held, person, clock)
            if says_so:
                clock.set(held.cancel_until + timedelta(hours=1))
                cancel(session, booking, clock.now())
        clock.set(held.ends_at)
        with database.unit_of_work() as session:
            mark_absent(session, staff=staff, public_id=held.public_id, now=clock.now())
        return booking

    return take


def seat(session, held, conversation, clock, seats: int = 1) -> Booking:
    mine = session.get_one(Conversation, conversation.id)
    return book(session, session_id=held.id, conversation=mine, seats=seats, channel="chat", now=clock.now())


def new_session(database, clock, **columns) -> CourseSession:
    with database.unit_of_work() as session:
        return make_session(session, clock.now(), **columns)


def test_after_two_absences_scarce_seats_go_to_others_first_until_a_day(database, clock, person, miss) -> None:
    first = miss()
    assert tried(database, clock, person).state == "booked"
    miss()
    with database.reading() as session:
        until = session.get_one(Booking, first.id).session.ends_at + timedelta(days=180)
        assert find_held_back_until(session, person.user_id, clock.now()) == until
    assert tried(database, clock, person).state == "waiting"
    clock.set(until)
    assert tried(database, clock, person).state == "booked"


def tried(database, clock, person) -> Booking:
    """A booking of a session with one seat left."""
    held = new_session(database, clock, capacity=6)
    with database.unit_of_work() as session:
        make_booking(session, held, clock.now(), seats=5)
        return seat(session, held, person, clock)


def test_where_seats_are_plenty_they_book_like_everybody(database, clock, person, miss) -> None:
    miss(), miss()
    held = new_session(database, clock, capacity=10)
    with database.unit_of_work() as session:
        assert seat(session, held, person, clock, seats=8).state == "booked"
    held = new_session(database, clock, capacity=10)
    with database.unit_of_work() as session:
        assert seat(session, held, person, clock, seats=9).state == "waiting"


def test_who_said_so_even_late_and_who_could_not_say_so_are_not_counted(database, clock, staff, person, miss) -> None:
    miss(says_so=True), miss(says_so=True)
    with database.reading() as session:
        assert find_held_back_until(session, person.user_id, clock.now()) is None
    for _ in range(2):
        held = new_session(database, clock)
        with database.unit_of_work() as session:
            walker = book_by_hand(
                session, staff=staff, public_id=held.public_id, name="王小明", phone="13800138000", seats=1,
                now=clock.now(),
            )  # fmt: skip
        clock.set(held.ends_at)
        with database.unit_of_work() as session:
            mark_absent(session, staff=staff, public_id=held.public_id, now=clock.now())
    with database.reading() as session:
        assert session.get_one(Booking, walker.id).state == "absent"
        assert find_held_back_until(session, walker.user_id, clock.now()) is None


def test_others_pass_who_is_held_back_and_on_the_last_day_what_is_left_is_theirs(database, clock, person, miss) -> None:
    miss(), miss()
    held = new_session(database, clock, capacity=6)
    with database.unit_of_work() as session:
        make_booking(session, held, clock.now(), seats=4)
        mine = seat(session, held, person, clock)
        assert (mine.state, place_in_line(session, mine)) == ("waiting", 1)
        first, second, waits = [make_booking(session, held, clock.now()) for _ in range(3)]
        assert [each.state for each in (first, second, waits)] == ["booked", "booked", "waiting"]
        assert (place_in_line(session, waits), place_in_line(session, mine)) == (1, 2)
        cancel(session, first, clock.now())
        assert (waits.state, mine.state) == ("offered", "waiting")
        cancel(session, waits, clock.now())
        assert mine.state == "waiting"
    with database.unit_of_work() as session:
        assert offer_to_held_back(session, clock.now()) == 0
    clock.set(held.starts_at - timedelta(days=1))
    with database.unit_of_work() as session:
        assert offer_to_held_back(session, clock.now()) == 1
        asked = session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc()).limit(1)).one()
        assert asked.job_name == "jobs.training.lapse_offers" and asked.arguments == {"session_id": held.id}
        lapse_offers(session, held.id, clock.now())
        assert session.get_one(Booking, mine.id).state == "offered"
        assert offer_to_held_back(session, clock.now()) == 0


def test_staff_excuse_one_absence_or_all_of_who_waits_and_the_seat_is_offered(
    database, clock, staff, person, miss
) -> None:
    first, second = miss(), miss()

    def forgive(booking: Booking) -> Booking:
        with database.unit_of_work() as session:
            given = {"public_id": session.get_one(Booking, booking.id).session.public_id, "booking_id": booking.id}
            return excuse(session, staff=staff, now=clock.now(), **given)

    waits = tried(database, clock, person)
    assert waits.is_held_back
    forgive(waits)
    with database.unit_of_work() as session:
        assert all(session.get_one(Booking, each.id).excused_at for each in (first, second))
        assert not session.get_one(Booking, waits.id).is_held_back
        lapse_offers(session, waits.session_id, clock.now())
        assert session.get_one(Booking, waits.id).state == "offered"
    third = miss()
    miss()
    assert tried(database, clock, person).state == "waiting"
    forgive(third), forgive(third)
    assert tried(database, clock, person).state == "booked"
    with pytest.raises(Conflict, match="不用免计"):
        forgive(tried(database, clock, person))


def test_each_absence_is_said_with_what_follows_from_it(database, clock, person, miss) -> None:
    def said(booking: Booking) -> str:
        with database.unit_of_work() as session:
            assert tell_booking(session, booking.id, "absent", clock.now())
            return session.scalars(select(Message.text).order_by(Message.id.desc()).limit(1)).one()

    first = said(miss())
    assert "报了名没有来" in first and "180天里有2次" in first and "转人工" in first
    second = said(miss())
    assert "您180天里有2次报了名没来," in second and "日前名额不多的场次先排候补" in second
    excused = miss()
    with database.unit_of_work() as session:
        session.get_one(Booking, excused.id).excused_at = clock.now()
        assert not tell_booking(session, excused.id, "absent", clock.now())
