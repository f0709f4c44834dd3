"""The demonstration's timetable never runs out, and comes back to nobody who has done with it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from models import CourseSession
from services.training.demonstration import load_demonstration, renew_demonstration
from services.training.timetable import list_upcoming
from tests.conftest import ROOT

COURSES = ROOT / "data" / "training" / "courses.yaml"
ALL, COURSE_COUNT = 9, 7


def renew(database: Database, clock: FixedClock) -> int:
    with database.unit_of_work() as session:
        return renew_demonstration(session, COURSES, clock.now())


@pytest.fixture
def loaded(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        assert load_demonstration(session, COURSES, clock.now()) == ALL
        assert load_demonstration(session, COURSES, clock.now()) == 0


def test_on_every_day_of_three_months_there_is_something_to_book_and_nothing_twice(database, clock, loaded) -> None:
    for _ in range(90):
        clock.advance(timedelta(days=1))
        renew(database, clock)
        with database.reading() as session:
            upcoming = list_upcoming(session, clock.now())
        assert len({each.course_id for each in upcoming if each.starts_at > clock.now()}) == COURSE_COUNT
        assert len({(each.course_id, each.starts_at) for each in upcoming}) == len(upcoming)


def test_a_course_whose_last_session_is_called_off_stays_away(database, clock, loaded) -> None:
    with database.unit_of_work() as session:
        for row in session.scalars(select(CourseSession)):
            row.cancelled_at = clock.now()
    clock.advance(timedelta(days=60))
    assert renew(database, clock) == 0


def test_without_the_demonstration_nothing_is_made(database, clock) -> None:
    assert renew(database, clock) == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CourseSession)) == 0
