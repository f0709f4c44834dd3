"""Replay and materials: for who came, told once when they appear."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from models import Booking, BookingState, CourseSession, SessionBroadcast
from services.training.desk import change_session
from services.training.materials import list_own_materials
from services.training.seats import set_state
from services.training.session_form import PLAIN, TIMES, SessionContent
from tests.support.training import make_booking, make_session

REPLAY = "https://replay.example/1"


@pytest.fixture
def over(database: Database, clock: FixedClock) -> CourseSession:
    """One came, one did not; the session is over."""
    with database.unit_of_work() as session:
        held = make_session(session, clock.now())
        came, missed = make_booking(session, held, clock.now()), make_booking(session, held, clock.now())
        set_state(came, BookingState.ATTENDED, clock.now())
        set_state(missed, BookingState.ABSENT, clock.now())
        clock.set(held.ends_at + timedelta(days=1))
        return held


def write(database: Database, clock: FixedClock, staff, held: CourseSession, **columns) -> None:
    with database.unit_of_work() as session:
        row = session.get_one(CourseSession, held.id)
        kept = {name: getattr(row, name) for name in (*TIMES, *PLAIN, "speaker", "materials")}
        lines = {name: getattr(row, name) or "" for name in ("place", "region", "live_url", "replay_url")}
        content = replace(SessionContent(**kept, **lines), **columns)
        change_session(
            session, staff=staff, public_id=row.public_id, content=content, version=row.version, now=clock.now()
        )


def told(database: Database) -> list[tuple[str, list[str]]]:
    with database.reading() as session:
        rows = session.scalars(select(SessionBroadcast).order_by(SessionBroadcast.id)).all()
        return [(row.text, row.states) for row in rows]


def test_who_came_hears_once_that_there_is_something(database, clock, staff, over) -> None:
    write(database, clock, staff, over, replay_url=REPLAY)
    write(database, clock, staff, over, materials=[{"title": "讲义", "url": "https://files.example/1.pdf"}])
    write(database, clock, staff, over, replay_url="")
    write(database, clock, staff, over, replay_url=REPLAY)
    assert told(database) == [("您参加的“专利质押融资实务”有回放了,说“我的培训资料”就能看。", ["attended"])]


def test_before_the_end_nobody_is_told(database, clock, staff, over) -> None:
    clock.set(over.ends_at - timedelta(minutes=1))
    write(database, clock, staff, over, materials=[{"title": "讲义", "url": "https://files.example/1.pdf"}])
    assert told(database) == []


def test_only_who_came_finds_them(database, clock, staff, over) -> None:
    def found() -> list[list[str]]:
        with database.reading() as session:
            users = session.scalars(select(Booking.user_id).order_by(Booking.id)).all()
            return [[each.public_id for each in list_own_materials(session, user_id=user)] for user in users]

    assert found() == [[], []]
    write(database, clock, staff, over, replay_url=REPLAY)
    assert found() == [[over.public_id], []]
