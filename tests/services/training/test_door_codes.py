"""The code at the door: it changes, it works for whoever has just seen it, and it cannot be guessed."""

from datetime import timedelta

import pytest

from models import Booking, CourseSession
from services.training.door_codes import MOST_WRONG, check_in_by_code, is_right, shown_code
from services.training.seats import cancel
from tests.support.training import make_booking, make_session

SECRET = "test-secret-key-of-32-characters!"


@pytest.fixture
def mine(database, clock, held) -> Booking:
    with database.unit_of_work() as session:
        booking = make_booking(session, held, clock.now())
    clock.set(held.starts_at - timedelta(hours=1))
    return booking


@pytest.fixture
def enter(database, clock, mine):
    """Types a code; answers the booking's state or why not."""

    def take(typed: str, user_id: int | None = None, **given) -> str:
        who = user_id or mine.user_id
        with database.unit_of_work() as session:
            tried = check_in_by_code(session, SECRET, user_id=who, typed=typed, now=clock.now(), **given)
            return tried.booking.state if tried.booking else tried.refusal.message

    return take


def code(clock, held: CourseSession, secret: str = SECRET) -> str:
    return shown_code(secret, held.public_id, clock.now()).code


def wrong(clock, held: CourseSession) -> str:
    guesses = ("000000", "000001", "000002")
    return next(each for each in guesses if not is_right(SECRET, held.public_id, each, clock.now()))


def test_a_code_holds_for_its_half_minute_and_the_one_after(clock, held) -> None:
    shown = shown_code(SECRET, held.public_id, clock.now())
    assert len(shown.code) == 6 and shown.code.isdigit() and 1 <= shown.seconds_left <= 30
    clock.advance(timedelta(seconds=shown.seconds_left - 1))
    assert code(clock, held) == shown.code
    clock.advance(timedelta(seconds=1))
    assert code(clock, held) != shown.code and is_right(SECRET, held.public_id, shown.code, clock.now())
    clock.advance(timedelta(seconds=29))
    assert is_right(SECRET, held.public_id, shown.code, clock.now())
    clock.advance(timedelta(seconds=1))
    assert not is_right(SECRET, held.public_id, shown.code, clock.now())


def test_codes_of_another_session_another_secret_and_the_future_do_not_work(database, clock, held) -> None:
    with database.unit_of_work() as session:
        other = make_session(session, clock.now())
    coming = shown_code(SECRET, held.public_id, clock.now() + timedelta(seconds=30)).code
    foreign = code(clock, other), code(clock, held, "another-secret"), coming
    for odd in (*foreign, "", "12345", "１２３４５６", "x" * 500):
        assert not is_right(SECRET, held.public_id, odd, clock.now()), odd


def test_who_types_the_code_is_checked_in_once(database, clock, held, mine, enter) -> None:
    assert enter(code(clock, held)) == enter(code(clock, held)) == "attended"
    with database.reading() as session:
        assert session.get_one(Booking, mine.id).checked_in_at == clock.now()
        assert session.get_one(CourseSession, held.id).taken == 1


def test_wrong_codes_are_counted_and_too_many_close_the_door_for_a_while(clock, held, enter) -> None:
    for _ in range(MOST_WRONG):
        assert "签到码不对" in enter(wrong(clock, held))
    assert "试的次数太多" in enter(code(clock, held))
    clock.advance(timedelta(minutes=10))
    assert enter(code(clock, held)) == "attended"


def test_of_two_sessions_at_once_the_one_whose_code_it_is_is_meant_and_guesses_count_together(
    database, clock, held, mine, enter
) -> None:
    with database.unit_of_work() as session:
        other = make_session(session, clock.now(), starts_at=held.starts_at, enrolment_closes_at=held.starts_at)
        theirs = make_booking(session, other, clock.now())
        theirs.user_id = mine.user_id
    assert enter(code(clock, held), public_id=other.public_id).startswith("签到码不对")
    assert enter(code(clock, other)) == "attended"
    with database.reading() as session:
        assert session.get_one(Booking, theirs.id).state == "attended"
        assert session.get_one(Booking, mine.id).state == "booked"
    for _ in range(MOST_WRONG):
        enter(wrong(clock, held))
    assert "试的次数太多" in enter(code(clock, held))


def test_who_has_no_seat_and_who_comes_too_early_or_late_is_told_so(database, clock, held, mine, enter) -> None:
    with database.unit_of_work() as session:
        clock.set(held.starts_at - timedelta(days=2))
        second, third = [make_booking(session, held, clock.now()) for _ in range(2)]
    assert "没有在签到的" in enter(code(clock, held))
    clock.set(held.starts_at - timedelta(hours=1, minutes=30))
    assert "还在候补" in enter(code(clock, held), third.user_id)
    with database.unit_of_work() as session:
        cancel(session, session.get_one(Booking, second.id), clock.now())
    assert "接受名额" in enter(code(clock, held), third.user_id)
    assert "没有在签到的" in enter(code(clock, held), second.user_id)
    clock.set(held.ends_at)
    assert "没有在签到的" in enter(code(clock, held))
