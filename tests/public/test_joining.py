"""The way into a live stream: one's own link, whose button checks in."""

import re
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask

from core.clock import CHINA
from models import Booking, BookingState, CourseSession, User
from services.resources import Resources
from services.training.signed_links import make_calendar_link, make_join_link
from tests.support.training import make_booking, make_session

LIVE = "https://live.example/1"
CANCELLED = datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)


@pytest.fixture
def resources(app: Flask) -> Resources:
    return app.extensions["resources"]


@pytest.fixture
def settings(resources: Resources):
    """Ours, but with an address that phones can open."""
    return resources.settings.model_copy(update={"public_base_url": "https://zhiqiao.example"})


@pytest.fixture
def held(resources: Resources, clock) -> CourseSession:
    with resources.database.unit_of_work() as session:
        return make_session(session, clock.now(), capacity=1, is_online=True, live_url=LIVE)


@pytest.fixture
def booking(resources: Resources, clock, held) -> Booking:
    with resources.database.unit_of_work() as session:
        return make_booking(session, held, clock.now())


def path_of(settings, booking: Booking) -> str:
    link = make_join_link(settings, booking)
    assert link is not None and link.startswith("https://zhiqiao.example/bookings/join?t=")
    return link.removeprefix("https://zhiqiao.example")


def tap(client, path: str):
    """The button of the page: the form as the page has it."""
    token = re.search(r'name="t" value="([^"]+)"', client.get(path).text)
    assert token
    return client.post("/bookings/join", data={"t": token[1]}, follow_redirects=True)


def state_of(resources: Resources, booking: Booking) -> tuple[str, object]:
    with resources.database.reading() as session:
        found = session.get_one(Booking, booking.id)
        return found.state, found.checked_in_at


def test_the_button_checks_in_once_and_only_looking_does_not(app, resources, clock, held, booking, settings) -> None:
    client, path = app.test_client(), path_of(settings, booking)
    clock.set(held.starts_at + timedelta(minutes=5))

    page = client.get(path)
    assert "签到,进直播" in page.text and LIVE not in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"] and "Set-Cookie" not in page.headers
    assert state_of(resources, booking) == (BookingState.BOOKED, None)

    first_at = clock.now()
    inside = tap(client, path)
    assert "已签到" in inside.text and f'href="{LIVE}"' in inside.text
    clock.advance(timedelta(minutes=10))
    again = client.post("/bookings/join", data={"t": path.partition("?t=")[2]}, follow_redirects=True)
    assert LIVE in again.text
    assert state_of(resources, booking) == (BookingState.ATTENDED, first_at)


def test_before_and_after_and_without_a_seat_the_page_says_what_to_do_and_nobody_is_checked_in(
    app, resources, clock, held, booking, settings
) -> None:
    client = app.test_client()
    with resources.database.unit_of_work() as session:
        waiting = make_booking(session, held, clock.now())
    post = {each.id: {"t": path_of(settings, each).partition("?t=")[2]} for each in (booking, waiting)}

    early = client.post("/bookings/join", data=post[booking.id], follow_redirects=True)
    assert "开始前2小时起" in early.text
    clock.set(held.starts_at)
    assert "您还在候补" in client.post("/bookings/join", data=post[waiting.id], follow_redirects=True).text
    clock.set(held.ends_at)
    assert "已经结束" in client.post("/bookings/join", data=post[booking.id], follow_redirects=True).text
    assert state_of(resources, booking)[0] == BookingState.BOOKED
    assert state_of(resources, waiting)[0] == BookingState.WAITING
    assert LIVE not in early.text


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"live_url": None}, "观看地址还没有定"),
        ({"live_url": None, "is_online": False}, "请到现场参加"),
        ({"cancelled_at": CANCELLED}, "这一场已经取消"),
    ],
)
def test_where_there_is_no_stream_the_page_says_so(
    app, resources, clock, held, booking, settings, columns, words
) -> None:
    client = app.test_client()
    clock.set(held.starts_at)
    with resources.database.unit_of_work() as session:
        row = session.get_one(CourseSession, held.id)
        for name, value in columns.items():
            setattr(row, name, value)
    assert words in client.get(path_of(settings, booking)).text


def test_a_link_that_is_forged_another_kind_or_of_somebody_gone_opens_nothing(
    app, resources, clock, held, booking, settings
) -> None:
    client, secret = app.test_client(), settings.secret_key.get_secret_value()
    clock.set(held.starts_at)
    other_secret = SimpleNamespace(get_secret_value=lambda: "another")
    forged = make_join_link(settings.model_copy(update={"secret_key": other_secret}), booking)
    calendar = make_calendar_link(secret, "", booking)
    for token in ("", "x", forged.partition("?t=")[2], calendar.partition("?t=")[2]):
        assert client.get("/bookings/join", query_string={"t": token}).status_code == 404, token
        assert client.post("/bookings/join", data={"t": token}).status_code == 404, token
    with resources.database.unit_of_work() as session:
        session.get_one(User, booking.user_id).erased_at = clock.now()
    assert client.get(path_of(settings, booking)).status_code == 404


def test_no_link_is_given_that_a_phone_could_not_open(resources, booking) -> None:
    assert make_join_link(resources.settings, booking) is None
