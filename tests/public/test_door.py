"""The screen at a door: opened by a signed link, a new code each half-minute, and what its QR code leads to."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from models import CourseSession
from services.resources import Resources
from services.training.door_codes import is_right
from services.training.signed_links import make_calendar_link, make_screen_token
from tests.support.training import make_booking, make_session


@pytest.fixture
def resources(app: Flask) -> Resources:
    return app.extensions["resources"]


@pytest.fixture
def held(resources: Resources, clock) -> CourseSession:
    with resources.database.unit_of_work() as session:
        made = make_session(session, clock.now())
        make_booking(session, made, clock.now())
        assert made.course.title
        return made


@pytest.fixture
def secret(resources: Resources) -> str:
    return resources.settings.secret_key.get_secret_value()


def test_the_screen_shows_a_code_that_works_from_two_hours_before(app, clock, held, secret) -> None:
    client, token = app.test_client(), make_screen_token(secret, held)
    news = f"/courses/{held.public_id}/door.json?t={token}"
    assert client.get(news).get_json() == {"arrived": 0, "expected": 1, "code": None, "seconds_left": 30}
    clock.set(held.starts_at - timedelta(hours=2))
    first = client.get(news).get_json()
    assert is_right(secret, held.public_id, first["code"], clock.now())
    assert first["picture"].startswith("data:image/svg+xml") and "viewBox" in first["picture"]
    clock.advance(timedelta(seconds=first["seconds_left"]))
    assert client.get(news).get_json()["code"] != first["code"]
    page = client.get(f"/courses/{held.public_id}/door?t={token}")
    assert "专利质押融资实务" in page.text and "connect-src 'self'" in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers and page.headers["Cache-Control"] == "private, no-store"
    clock.set(held.ends_at)
    assert client.get(news).status_code == 404


def test_without_its_own_link_there_is_no_screen(app, resources, clock, held, secret) -> None:
    client = app.test_client()
    clock.set(held.starts_at)
    with resources.database.unit_of_work() as session:
        other = make_session(session, clock.now())
    for token in ("", "x", make_screen_token(secret, other), make_screen_token("another-secret", held)):
        for kind in ("door", "door.json"):
            assert client.get(f"/courses/{held.public_id}/{kind}?t={token}").status_code == 404, (kind, token)


def test_the_page_behind_the_code_says_what_to_send_and_repeats_nothing_else(app, clock, held) -> None:
    client, path = app.test_client(), f"/courses/{held.public_id}/check-in"
    assert "发送“签到 123456”" in client.get(f"{path}?c=123456").text
    for odd in ("<b>1</b>", "1234567", "１２３４５６", ""):
        page = client.get(path, query_string={"c": odd}).text
        assert "看签到屏幕上的6位数字" in page and (not odd or odd not in page), odd
    assert client.get("/courses/doesnotexist/check-in?c=123456").status_code == 404
    clock.set(held.ends_at)
    assert "已经结束或取消" in client.get(f"{path}?c=123456").text


def test_a_calendar_file_is_saved_from_the_page_and_from_the_link_of_a_booking(
    app, resources, clock, held, secret
) -> None:
    client = app.test_client()
    page = client.get(f"/courses/{held.public_id}").text
    assert "180天里有2次报了名没来" in page
    link = re.search(r'href="([^"]+calendar\.ics)"', page)
    assert link
    with resources.database.unit_of_work() as session:
        booking = make_booking(session, held, clock.now())
    own = make_calendar_link(secret, "", booking)
    for address, uid in ((link[1], f"session-{held.public_id}"), (own, f"booking-{booking.number}")):
        answer = client.get(address)
        assert answer.status_code == 200 and answer.content_type.startswith("text/calendar")
        assert answer.headers["Content-Disposition"].startswith("attachment") and uid in answer.text
    assert client.get(f"{own}x").status_code == 404
