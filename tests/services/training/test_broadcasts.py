"""A message to everybody concerned: each of them once, whatever happens between its writing and its sending."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from models import Booking, BookingState, BroadcastRecipient, CourseSession, Message, OutboxRow, SessionBroadcast
from services.privacy import erase_user_by_id
from services.training import broadcasts
from services.training.broadcasts import STUCK_AFTER, rescue_broadcasts, send_portion, write_broadcast
from services.training.seats import cancel
from tests.support.training import make_booking, make_session


@pytest.fixture
def held(database: Database, clock: FixedClock) -> CourseSession:
    with database.unit_of_work() as session:
        return make_session(session, clock.now(), capacity=10)


@pytest.fixture
def bookings(database: Database, clock: FixedClock, held: CourseSession, monkeypatch) -> list[Booking]:
    """Seven with a seat, three to a portion."""
    monkeypatch.setattr(broadcasts, "PORTION", 3)
    with database.unit_of_work() as session:
        return [make_booking(session, held, clock.now()) for _ in range(7)]


def write(database: Database, clock: FixedClock, held: CourseSession) -> SessionBroadcast:
    with database.unit_of_work() as session:
        return write_broadcast(
            session, session_id=held.id, text="教室改到5楼。", states=[BookingState.BOOKED], now=clock.now()
        )


def send_all(database: Database, clock: FixedClock, row: SessionBroadcast) -> list[int]:
    """How many each of four portions told."""
    counts = []
    for _ in range(4):
        with database.unit_of_work() as session:
            counts.append(send_portion(session, row.id, clock.now()))
    return counts


def told(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(Message.conversation_id).order_by(Message.conversation_id)))


def test_each_gets_it_once_portion_by_portion_and_who_comes_later_does_not(database, clock, held, bookings) -> None:
    with database.unit_of_work() as session:
        cancel(session, make_booking(session, held, clock.now()), clock.now())
    row = write(database, clock, held)
    with database.unit_of_work() as session:
        make_booking(session, held, clock.now())

    assert send_all(database, clock, row) == [3, 3, 1, 0]

    assert told(database) == sorted(each.conversation_id for each in bookings)
    with database.reading() as session:
        done = session.get_one(SessionBroadcast, row.id)
        assert (done.sent_count, done.done_at) == (7, clock.now())
        assert session.scalar(select(func.count()).select_from(BroadcastRecipient)) == 0


def test_who_leaves_or_comes_back_before_it_is_sent_gets_it_once_as_it_was_written(
    database, clock, held, bookings
) -> None:
    row = write(database, clock, held)
    with database.unit_of_work() as session:
        for each in bookings[:6]:
            cancel(session, session.get_one(Booking, each.id), clock.now())

    assert send_all(database, clock, row) == [3, 3, 1, 0]
    assert told(database) == sorted(each.conversation_id for each in bookings)


def test_a_portion_that_is_cut_off_has_told_nobody_and_is_sent_again(
    database, clock, held, bookings, monkeypatch
) -> None:
    row = write(database, clock, held)
    say, said = broadcasts.say, []

    def say_twice(*args, **kwargs) -> None:
        if len(said) == 2:
            raise ConnectionError
        said.append(say(*args, **kwargs))

    with monkeypatch.context() as patch:
        patch.setattr(broadcasts, "say", say_twice)
        with pytest.raises(ConnectionError), database.unit_of_work() as session:
            send_portion(session, row.id, clock.now())
    assert told(database) == []
    assert send_all(database, clock, row) == [3, 3, 1, 0]
    assert len(set(told(database))) == len(told(database)) == 7


def test_whoever_is_erased_meanwhile_hears_nothing_and_holds_nothing_up(database, clock, held, bookings) -> None:
    row = write(database, clock, held)
    with database.unit_of_work() as session:
        for each in bookings[:3]:
            erase_user_by_id(session, each.user_id, clock.now())

    assert send_all(database, clock, row) == [0, 3, 1, 0]
    assert told(database) == sorted(each.conversation_id for each in bookings[3:])


def test_a_broadcast_whose_job_was_given_up_is_asked_for_again_until_it_is_done(
    database, clock, held, bookings
) -> None:
    row = write(database, clock, held)

    def rescued() -> list[str]:
        """The states of its jobs."""
        with database.unit_of_work() as session:
            rescue_broadcasts(session, clock.now())
        with database.reading() as session:
            jobs = select(OutboxRow.state).where(OutboxRow.job_name == "jobs.training.broadcast")
            return list(session.scalars(jobs.order_by(OutboxRow.id)))

    with database.unit_of_work() as session:
        session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.training.broadcast")).one().state = "failed"
    assert rescued() == ["failed"]
    clock.advance(STUCK_AFTER + timedelta(seconds=1))
    assert rescued() == rescued() == ["failed", "queued"]
    send_all(database, clock, row)
    with database.unit_of_work() as session:
        assert rescue_broadcasts(session, clock.now()) == 0
