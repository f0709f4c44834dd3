"""Reminders: at the right time, each once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from models import CourseSession, Message, OutboxRow
from services.training.notices import tell_booking
from services.training.reminders import request_reminders
from services.training.seats import cancel
from tests.support.training import make_booking, make_session


@pytest.fixture
def held(database: Database, clock: FixedClock) -> CourseSession:
    with database.unit_of_work() as session:
        return make_session(session, clock.now(), capacity=10)


def look(database: Database, clock: FixedClock) -> list[tuple[int, str]]:
    """Which reminders are asked for, and what is said of each at that moment."""
    with database.unit_of_work() as session:
        request_reminders(session, clock.now())
        asked = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.training.tell_booking")).all()
        return [(row.arguments["booking_id"], row.arguments["what"]) for row in asked]


def said(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Message.text).order_by(Message.id)))


def test_a_day_and_an_hour_before_each_reminder_is_asked_for_once(database, clock, held) -> None:
    with database.unit_of_work() as session:
        mine = make_booking(session, held, clock.now()).id
    assert look(database, clock) == []
    clock.set(held.starts_at - timedelta(days=1))
    assert look(database, clock) == look(database, clock) == [(mine, "day")]
    clock.set(held.starts_at - timedelta(hours=1))
    assert look(database, clock) == look(database, clock) == [(mine, "day"), (mine, "hour")]


def test_who_booked_a_moment_ago_is_not_reminded_of_tomorrow_but_of_the_hour(database, clock, held) -> None:
    clock.set(held.starts_at - timedelta(hours=23))
    with database.unit_of_work() as session:
        mine = make_booking(session, held, clock.now()).id
    clock.advance(timedelta(minutes=1))
    assert look(database, clock) == []
    clock.set(held.starts_at - timedelta(minutes=59))
    assert look(database, clock) == [(mine, "hour")]


def test_who_has_left_or_waits_is_not_reminded(database, clock, held) -> None:
    with database.unit_of_work() as session:
        gone = make_booking(session, held, clock.now(), seats=10)
        make_booking(session, held, clock.now())
        clock.set(held.starts_at - timedelta(minutes=50))
        cancel(session, gone, clock.now())
    assert look(database, clock) == []


def test_a_reminder_that_comes_too_late_or_to_who_has_left_says_nothing(database, clock, held) -> None:
    with database.unit_of_work() as session:
        stays, leaves = make_booking(session, held, clock.now()), make_booking(session, held, clock.now())
        cancel(session, leaves, clock.now())
        assert tell_booking(session, stays.id, "day", held.starts_at - timedelta(hours=24))
        assert not tell_booking(session, leaves.id, "day", held.starts_at - timedelta(hours=24))
        assert not tell_booking(session, stays.id, "hour", held.starts_at)
    assert said(database) == [
        "明天10:00有您报的“专利质押融资实务”。\n演示大厦3楼\n来不了请说“取消报名”,名额给后面的人。"
    ]


@pytest.mark.parametrize(
    ("starts", "said_hour"),
    [("2027-01-01T00:30", "明天0:30"), ("2027-03-01T00:00", "明天0:00"), ("2028-02-29T23:59", "今天23:59")],
    ids=["new year", "month", "leap day"],
)
def test_around_midnight_in_china_the_day_and_the_hour_are_counted_back_and_tomorrow_is_the_sessions_day(
    database, clock, starts, said_hour
) -> None:
    begins = datetime.fromisoformat(f"{starts}+08:00")
    clock.set(begins - timedelta(days=9))
    with database.unit_of_work() as session:
        held = make_session(session, clock.now(), starts_at=begins)
        mine = make_booking(session, held, clock.now()).id
    clock.set(begins - timedelta(days=1, seconds=1))
    assert look(database, clock) == []
    clock.set(begins - timedelta(days=1))
    assert look(database, clock) == [(mine, "day")]
    with database.unit_of_work() as session:
        tell_booking(session, mine, "day", clock.now())
    assert said(database)[-1].startswith(f"明天{begins.hour}:{begins:%M}有")
    clock.set(begins - timedelta(hours=1, seconds=1))
    assert look(database, clock) == [(mine, "day")]
    clock.set(begins - timedelta(hours=1))
    assert look(database, clock) == [(mine, "day"), (mine, "hour")]
    with database.unit_of_work() as session:
        tell_booking(session, mine, "hour", clock.now())
    assert said(database)[-1].startswith(f"您报的“专利质押融资实务”{said_hour}开始。")


def test_the_reminder_of_a_session_online_leads_in_by_ones_own_link(database, clock) -> None:
    with database.unit_of_work() as session:
        held = make_session(session, clock.now(), is_online=True, live_url="https://live.example/1")
        booking = make_booking(session, held, clock.now())
        tell_booking(
            session, booking.id, "day", held.starts_at - timedelta(hours=24),
            join_link=lambda each: f"https://zhiqiao.example/{each.number}",
        )  # fmt: skip
    assert f"进直播并签到:https://zhiqiao.example/{booking.number}\n" in said(database)[-1]
    assert "live.example" not in said(database)[-1]
