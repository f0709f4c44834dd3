"""Calendar files, read back with the library as a calendar would: when, where, what changed and what is off."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from core.clock import CHINA
from core.errors import NotFound
from models import Booking, CourseSession
from services.training.calendar_files import calendar_of_booking, calendar_of_session
from services.training.seats import cancel, set_state
from services.training.signed_links import make_calendar_link, open_calendar_link
from tests.support.training import make_booking, make_session

BASE = "https://ip.example.cn"
SECRET = "test-secret-key-of-32-characters!"


@pytest.fixture
def held(database, clock) -> CourseSession:
    """Over midnight at the end of the year; two seats."""
    starts = datetime(2026, 12, 31, 23, 30, tzinfo=CHINA)
    with database.unit_of_work() as session:
        return make_session(
            session, clock.now(), starts_at=starts, ends_at=starts + timedelta(hours=2),
            live_url="https://live.example/1", latitude=23.1, longitude=113.3,
        )  # fmt: skip


def read(content: bytes) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def read_booking(database, clock, booking: Booking) -> tuple[Calendar, Event]:
    with database.reading() as session:
        return read(calendar_of_booking(session.get_one(Booking, booking.id), BASE, clock.now()))


def test_a_booking_says_when_and_where_in_the_time_of_china(database, clock, held) -> None:
    with database.unit_of_work() as session:
        booking = make_booking(session, held, clock.now(), seats=2)
        content = calendar_of_booking(booking, BASE, clock.now())
    calendar, event = read(content)
    assert event.decoded("dtstart") == datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert event.decoded("dtend") == datetime(2027, 1, 1, 1, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert b"DTSTART;TZID=Asia/Shanghai:20261231T233000" in content
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["tzid"] == "Asia/Shanghai" and b"TZOFFSETTO:+0800" in content
    assert (calendar["method"], event["status"], event["sequence"]) == ("PUBLISH", "CONFIRMED", 0)
    assert event["uid"] == f"booking-{booking.number}@training.zhiqiao"
    assert event["summary"] == "专利质押融资实务" and event["location"] == "演示大厦3楼"
    assert booking.number in event["description"] and "2个名额" in event["description"]
    assert "live.example" in event["description"] and "演示数据" in event["description"]
    assert str(event["url"]) == f"{BASE}/courses/{held.public_id}" and event["geo"].to_ical() == "23.1;113.3"
    assert len(event.walk("VALARM")) == 1
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_every_change_keeps_the_uid_and_raises_the_sequence(database, clock, held) -> None:
    with database.unit_of_work() as session:
        bookings = [make_booking(session, held, clock.now()) for _ in range(3)]
    waits = bookings[2]
    seen = []

    def look() -> tuple[str, str]:
        calendar, event = read_booking(database, clock, waits)
        seen.append((str(event["uid"]), int(event["sequence"])))
        return str(calendar["method"]), str(event["status"])

    assert look() == ("PUBLISH", "TENTATIVE")
    with database.unit_of_work() as session:
        cancel(session, session.get_one(Booking, bookings[0].id), clock.now())
    assert look() == ("PUBLISH", "TENTATIVE")
    with database.unit_of_work() as session:
        set_state(session.get_one(Booking, waits.id), "booked", clock.now())
    assert look() == ("PUBLISH", "CONFIRMED")
    with database.unit_of_work() as session:
        changed = session.get_one(CourseSession, held.id)
        changed.starts_at, changed.version = changed.starts_at - timedelta(hours=1), changed.version + 1
    assert look() == ("PUBLISH", "CONFIRMED")
    with database.unit_of_work() as session:
        cancel(session, session.get_one(Booking, waits.id), clock.now())
    assert look() == ("CANCEL", "CANCELLED")
    assert len({uid for uid, _ in seen}) == 1
    assert [number for _, number in seen] == sorted({number for _, number in seen})


def test_a_session_called_off_leaves_every_calendar(database, clock, held) -> None:
    with database.unit_of_work() as session:
        booking = make_booking(session, held, clock.now())
        before, first = read(calendar_of_session(session.get_one(CourseSession, held.id), BASE, clock.now()))
        changed = session.get_one(CourseSession, held.id)
        changed.cancelled_at, changed.version = clock.now(), changed.version + 1
        after, second = read(calendar_of_session(changed, BASE, clock.now()))
        mine, third = read(calendar_of_booking(booking, BASE, clock.now()))
    assert (before["method"], first["status"]) == ("PUBLISH", "CONFIRMED")
    assert (after["method"], second["status"]) == (mine["method"], third["status"]) == ("CANCEL", "CANCELLED")
    assert first["uid"] == second["uid"] != third["uid"] and second["sequence"] > first["sequence"]
    assert "live.example" not in first["description"] and "live.example" not in third["description"]


def test_a_title_with_every_sign_that_the_format_uses_is_read_as_it_was_written(database, clock, held) -> None:
    odd = "专利,商标;版权\\“三合一”: 第1期" + "很长的标题" * 8
    with database.unit_of_work() as session:
        changed = session.get_one(CourseSession, held.id)
        changed.course.title = odd
        content = calendar_of_session(changed, BASE, clock.now())
    assert read(content)[1]["summary"] == odd
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_link_opens_one_booking_until_the_session_is_over(database, clock, held) -> None:
    with database.unit_of_work() as session:
        booking = make_booking(session, held, clock.now())
    token = make_calendar_link(SECRET, BASE, booking).partition("?t=")[2]
    with database.reading() as session:
        assert open_calendar_link(session, SECRET, token, clock.now()).id == booking.id
        for secret, given in ((SECRET, token + "x"), (SECRET, ""), ("another-secret", token), (SECRET, "a.b")):
            with pytest.raises(NotFound):
                open_calendar_link(session, secret, given, clock.now())
        with pytest.raises(NotFound):
            open_calendar_link(session, SECRET, token, held.ends_at + timedelta(days=1))
    with database.unit_of_work() as session:
        session.get_one(Booking, booking.id).user.erased_at = clock.now()
    with database.reading() as session, pytest.raises(NotFound):
        open_calendar_link(session, SECRET, token, clock.now())
