"""What who came says of a session: asked once at a decent hour, the last word counts, only by who came."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import CHINA, FixedClock
from core.db import Database
from core.errors import Conflict, InvalidInput
from models import Booking, BookingState, Message, OutboxRow
from services.training.feedback import find_asked, rate_session, remark, request_feedback
from services.training.notices import tell_booking
from services.training.seats import set_state
from tests.support.training import make_booking, make_course, make_session

ENDS = datetime(2026, 12, 4, 16, 30, tzinfo=CHINA)


@pytest.fixture
def came(database: Database, clock: FixedClock) -> list[int]:
    """One who came, one who did not, one who waits."""
    return make_three(database, clock, ENDS)


def make_three(database: Database, clock: FixedClock, ends: datetime) -> list[int]:
    with database.unit_of_work() as session:
        held = make_session(session, clock.now(), starts_at=ends - timedelta(hours=2))
        rows = [make_booking(session, held, clock.now()) for _ in range(3)]
        set_state(rows[0], BookingState.ATTENDED, clock.now())
        return [row.id for row in rows]


def asked(database: Database, clock: FixedClock, at: datetime) -> list[int]:
    """The bookings for which the question has been asked for by then."""
    clock.set(at)
    with database.unit_of_work() as session:
        request_feedback(session, clock.now())
        rows = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.training.tell_booking")).all()
        return [row.arguments["booking_id"] for row in rows if row.arguments["what"] == "feedback"]


def said(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Message.text).order_by(Message.id)))


def test_who_came_is_asked_once_an_hour_after_the_end(database, clock, came) -> None:
    assert asked(database, clock, ENDS + timedelta(minutes=59)) == []
    assert asked(database, clock, ENDS + timedelta(hours=1)) == [came[0]]
    assert asked(database, clock, ENDS + timedelta(hours=2)) == [came[0]]


@pytest.mark.parametrize(
    ("ends", "asked_at"),
    [
        # In the evening, past midnight at the end of a month and of a year: the morning after.
        (datetime(2026, 12, 4, 20, 30, tzinfo=CHINA), datetime(2026, 12, 5, 9, 0, tzinfo=CHINA)),
        (datetime(2026, 11, 30, 23, 30, tzinfo=CHINA), datetime(2026, 12, 1, 9, 0, tzinfo=CHINA)),
        (datetime(2027, 1, 1, 0, 30, tzinfo=CHINA), datetime(2027, 1, 1, 9, 0, tzinfo=CHINA)),
        (datetime(2026, 12, 4, 19, 59, tzinfo=CHINA), datetime(2026, 12, 4, 20, 59, tzinfo=CHINA)),
    ],
)
def test_nobody_is_asked_at_night(database, clock, ends, asked_at) -> None:
    here = make_three(database, clock, ends)[0]
    at = ends + timedelta(hours=1)
    while at < asked_at:
        assert asked(database, clock, at) == [], at
        at += timedelta(minutes=30)
    assert asked(database, clock, asked_at) == [here]


def test_what_is_long_over_is_not_asked_about(database, clock, came) -> None:
    assert asked(database, clock, ENDS + timedelta(days=7)) == []


def test_who_was_checked_in_a_day_late_is_asked_too(database, clock, came) -> None:
    asked(database, clock, ENDS + timedelta(hours=1))
    with database.unit_of_work() as session:
        set_state(session.get_one(Booking, came[1]), BookingState.ATTENDED, clock.now())
    assert asked(database, clock, ENDS + timedelta(days=1)) == came[:2]


def test_the_question_names_what_there_is_to_have_and_is_not_asked_of_who_has_judged(database, clock) -> None:
    with database.unit_of_work() as session:
        course = make_course(session, clock.now(), gives_certificate=True)
        held = make_session(session, clock.now(), course=course, starts_at=ENDS - timedelta(hours=2))
        held.replay_url = "https://replay.example/1"
        first, second = make_booking(session, held, clock.now()), make_booking(session, held, clock.now())
        for each in (first, second):
            set_state(each, BookingState.ATTENDED, clock.now())
        rate_session(session, booking_id=second.id, score=3, now=ENDS)
        assert tell_booking(session, first.id, "feedback", ENDS + timedelta(hours=1))
        assert not tell_booking(session, second.id, "feedback", ENDS + timedelta(hours=1))
    assert said(database) == [
        "您参加的“专利质押融资实务”怎么样?回复“满意”“一般”或“不满意”。\n"
        "资料和回放请说“我的培训资料”。\n结业证书请说“领证书”。"
    ]


def test_the_last_word_counts_and_only_of_who_came_once_it_is_over(database, clock, came) -> None:
    here, away, waits = came
    with database.unit_of_work() as session:
        with pytest.raises(Conflict, match="还没结束"):
            rate_session(session, booking_id=here, score=3, now=ENDS - timedelta(minutes=1))
        for other in (away, waits):
            with pytest.raises(Conflict, match="签到参加过"):
                rate_session(session, booking_id=other, score=3, now=ENDS)
            with pytest.raises(Conflict, match="签到参加过"):
                remark(session, booking_id=other, text="好", now=ENDS)
        for odd in (0, 4, -1):
            with pytest.raises(InvalidInput):
                rate_session(session, booking_id=here, score=odd, now=ENDS)
        for odd in ("  ", "长" * 201):
            with pytest.raises(InvalidInput):
                remark(session, booking_id=here, text=odd, now=ENDS)
        rate_session(session, booking_id=here, score=3, now=ENDS)
        rate_session(session, booking_id=here, score=1, now=ENDS)
        remark(session, booking_id=here, text=" 讲得\n太快 ", now=ENDS)
    with database.reading() as session:
        row = session.get_one(Booking, here)
        assert (row.satisfaction, row.remark) == (1, "讲得 太快")


def test_a_verdict_is_about_the_session_asked_about_last(database, clock, came) -> None:
    with database.unit_of_work() as session:
        user_id = session.get_one(Booking, came[0]).user_id
        assert find_asked(session, user_id=user_id, now=ENDS) is None
    asked(database, clock, ENDS + timedelta(hours=1))
    with database.reading() as session:
        found = find_asked(session, user_id=user_id, now=clock.now())
        assert found is not None and found.id == came[0]
        assert find_asked(session, user_id=user_id, now=clock.now() + timedelta(days=15)) is None
