"""After a session through the API: how it was, what there is to have, certificates, the next course."""

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from models import Booking, Certificate, CourseSession, SessionQuestion
from services.resources import Resources
from services.training.certificate_making import make_certificate
from tests.miniapp_api.conftest import Phone
from tests.support.training import make_attended, make_course, make_session


@pytest.fixture
def number(phone: Phone, resources: Resources, clock: FixedClock) -> str:
    """A booking of two seats for a course that gives certificates."""
    with resources.database.unit_of_work() as session:
        course = make_course(session, clock.now(), gives_certificate=True, code="first")
        public_id = make_session(session, clock.now(), course=course).public_id
    return str(phone.post(f"/course-sessions/{public_id}/bookings", {"seats": 2}).get_json()["number"])


@pytest.fixture
def attended(number: str, resources: Resources, clock: FixedClock) -> str:
    """The same, and they have been there."""
    with resources.database.unit_of_work() as session:
        booking = session.scalars(select(Booking).where(Booking.number == number)).one()
        make_attended(session, booking, clock.now())
        held = session.get_one(CourseSession, booking.session_id)
        held.replay_url, held.materials = "https://replay.example/1", [{"title": "讲义", "url": "https://f.example/1"}]
    return number


def test_who_has_not_been_there_finds_nothing_of_it(phone: Phone, number: str) -> None:
    booking = phone.get(f"/bookings/{number}").get_json()
    assert (booking["replay_url"], booking["materials"], booking["certificates_left"]) == (None, [], 0)
    assert phone.put(f"/bookings/{number}/feedback", {"score": 3}).status_code == 409
    assert phone.post(f"/bookings/{number}/certificates", {"holder": "王小明"}).status_code == 409
    assert phone.post(f"/bookings/{number}/questions", {"text": "能许可吗"}).status_code == 409


def test_a_verdict_and_a_word_of_it(phone: Phone, attended: str) -> None:
    path = f"/bookings/{attended}/feedback"
    first = phone.put(path, {"score": 3, "remark": " 讲得清楚 "})
    assert first.status_code == 200
    assert (first.get_json()["satisfaction"], first.get_json()["remark"]) == (3, "讲得清楚")
    again = phone.put(path, {"score": 1}).get_json()
    assert (again["satisfaction"], again["remark"]) == (1, "讲得清楚")
    for odd in ({}, {"score": 0}, {"score": 4}, {"score": "3"}, {"score": 3, "remark": " "}, {"score": 3, "x": 1}):
        assert phone.put(path, odd).status_code == 422, odd


def test_replay_and_materials_are_in_the_booking(phone: Phone, attended: str) -> None:
    booking = phone.get(f"/bookings/{attended}").get_json()
    assert booking["replay_url"] == "https://replay.example/1"
    assert booking["materials"] == [{"title": "讲义", "url": "https://f.example/1"}]


def test_a_certificate_is_claimed_made_and_downloaded(
    phone: Phone, attended: str, resources: Resources, clock: FixedClock
) -> None:
    path = f"/bookings/{attended}/certificates"
    assert phone.post(path, {"holder": "王1"}).status_code == 422
    made = phone.post(path, {"holder": "王小明"}, key="certificate-01")
    assert made.status_code == 201
    again = phone.post(path, {"holder": "王小明"}, key="certificate-01")
    assert again.get_json() == made.get_json()
    certificate = made.get_json()
    assert certificate["is_ready"] is False and certificate["is_demonstration"] is True
    link = f"/certificates/{certificate['number']}/link"
    assert phone.post(link).status_code == 409
    with resources.database.reading() as session:
        row_id = session.scalars(select(Certificate.id)).one()
    make_certificate(
        resources.database, resources.files, clock, base_url=resources.settings.public_base_url, certificate_id=row_id
    )
    assert phone.get(f"/certificates/{certificate['number']}").get_json()["is_ready"] is True
    url = phone.post(link).get_json()["url"]
    answer = phone.client.get(url.removeprefix(resources.settings.public_base_url.rstrip("/")))
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF")
    assert (
        "attachment" in answer.headers["Content-Disposition"] and "sandbox" in answer.headers["Content-Security-Policy"]
    )
    assert phone.get(f"/bookings/{attended}").get_json()["certificates_left"] == 1


def test_own_certificates_are_listed_page_by_page(phone: Phone, attended: str) -> None:
    for holder in ("王小明", "李娜"):
        assert phone.post(f"/bookings/{attended}/certificates", {"holder": holder}).status_code == 201
    first = phone.get("/certificates", limit=1).get_json()
    second = phone.get("/certificates", limit=1, cursor=first["next_cursor"]).get_json()
    assert [item["holder"] for item in (*first["items"], *second["items"])] == ["李娜", "王小明"]
    assert second["next_cursor"] is None


def test_the_next_course_has_its_reason(phone: Phone, attended: str, resources: Resources, clock: FixedClock) -> None:
    path = f"/bookings/{attended}/next-session"
    assert phone.get(path).get_json() == {"session": None, "reason": None}
    with resources.database.unit_of_work() as session:
        course = make_course(session, clock.now(), title="质押融资进阶", follows="first")
        make_session(session, clock.now(), course=course)
    found = phone.get(path).get_json()
    assert (found["session"]["title"], found["reason"]) == ("质押融资进阶", "它接着“专利质押融资实务”讲")


def test_a_question_to_the_speaker_is_kept_once(
    phone: Phone, number: str, resources: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        held = session.scalars(select(CourseSession)).one()
        held.starts_at = clock.now()
    path = f"/bookings/{number}/questions"
    for _ in range(2):
        answer = phone.post(path, {"text": "质押期间还能许可吗"})
        assert answer.status_code == 201 and answer.get_json()["text"] == "质押期间还能许可吗"
    with resources.database.reading() as session:
        assert len(session.scalars(select(SessionQuestion)).all()) == 1
