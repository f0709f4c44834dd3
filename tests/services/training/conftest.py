"""A session a week from now, and an agent who runs training."""

import pytest

from core.clock import FixedClock
from core.db import Database
from models import CourseSession, Staff
from tests.support.staff import make_staff
from tests.support.training import make_session


@pytest.fixture
def staff(database: Database, clock: FixedClock) -> Staff:
    with database.unit_of_work() as session:
        return make_staff(session, clock.now(), skills=["training"])


@pytest.fixture
def held(database: Database, clock: FixedClock) -> CourseSession:
    """A week from now, two seats."""
    with database.unit_of_work() as session:
        made = make_session(session, clock.now())
        assert made.course.title  # read while the session is there
        return made
