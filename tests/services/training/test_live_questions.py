"""Questions to the speaker: from who has a seat, without names, kept for the desk and the knowledge upkeep."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.errors import Conflict, InvalidInput
from models import Booking, CourseSession, Miss, MissKind, SessionQuestion
from services.privacy import erase_user_by_id
from services.training.live_questions import MOST_OF_ONE, ask_in_session, check_running, find_running, list_questions
from services.training.seats import cancel
from tests.support.training import make_booking


@pytest.fixture
def booking(database: Database, clock: FixedClock, held: CourseSession) -> Booking:
    """A seat at a session that has just begun."""
    with database.unit_of_work() as session:
        made = make_booking(session, held, clock.now())
        clock.set(held.starts_at)
        return made


def ask(database: Database, clock: FixedClock, booking: Booking, text: str) -> str:
    with database.unit_of_work() as session:
        row = ask_in_session(
            session, session_id=booking.session_id, user_id=booking.user_id, text=text, now=clock.now()
        )  # fmt: skip
        return row.text


def misses(database: Database) -> list[tuple[str, str, str | None]]:
    with database.reading() as session:
        return [(row.kind, row.text, row.region) for row in session.scalars(select(Miss).order_by(Miss.id))]


def test_a_question_is_kept_once_without_names_for_the_desk_and_the_upkeep(database, clock, booking) -> None:
    said = "我是13912345678,质押期间\n还能许可吗"
    shown = ask(database, clock, booking, said)
    assert "13912345678" not in shown and "质押期间 还能许可吗" in shown
    assert ask(database, clock, booking, said) == shown
    with database.reading() as session:
        assert [row.text for row in list_questions(session, booking.session_id)] == [shown]
    assert misses(database) == [(MissKind.LIVE, shown, "广东省广州市")]


def test_only_while_it_goes_on_and_an_hour_after(database, clock, held, booking) -> None:
    def running(at) -> bool:
        with database.reading() as session:
            row = session.get_one(Booking, booking.id)
            found = find_running(session, user_id=booking.user_id, now=at)
            try:
                check_running(row, at)
            except Conflict:
                assert found is None
                return False
            assert found is not None and found.id == held.id
            return True

    assert running(held.starts_at) and running(held.ends_at + timedelta(minutes=59))
    assert not running(held.starts_at - timedelta(seconds=1)) and not running(held.ends_at + timedelta(hours=1))


def test_who_has_given_the_seat_up_asks_nothing(database, clock, held, booking) -> None:
    clock.set(held.starts_at - timedelta(hours=1))
    with database.unit_of_work() as session:
        row = session.get_one(Booking, booking.id)
        cancel(session, row, clock.now())
        assert find_running(session, user_id=booking.user_id, now=held.starts_at) is None
        with pytest.raises(Conflict, match="有名额"):
            check_running(row, held.starts_at)


def test_nobody_floods_the_speaker(database, clock, booking) -> None:
    for odd in (" ", "长" * 201):
        with pytest.raises(InvalidInput):
            ask(database, clock, booking, odd)
    for place in range(MOST_OF_ONE):
        ask(database, clock, booking, f"第{place}点怎么理解")
    with pytest.raises(Conflict, match="已经提了20个问题"):
        ask(database, clock, booking, "还有一点怎么理解")


def test_with_the_person_go_the_questions(database, clock, booking) -> None:
    ask(database, clock, booking, "质押期间还能许可吗")
    with database.unit_of_work() as session:
        erase_user_by_id(session, booking.user_id, clock.now())
    with database.reading() as session:
        assert session.scalars(select(SessionQuestion)).all() == []
    assert misses(database) == []
