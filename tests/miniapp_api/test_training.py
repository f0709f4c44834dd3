"""Courses by the API: the calendar file of one's own booking, and checking in by the code at the door."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.wechat.local import LocalWeChat
from models import Booking, MarketPost, PostSide, PostState, SessionPost
from services.resources import Resources
from services.training.by_hand import book_by_hand
from services.training.door_codes import MOST_WRONG, is_right, shown_code
from services.training.shown_posts import attach_post
from tests.support.deals import make_person
from tests.support.market import make_post
from tests.support.staff import make_staff
from tests.support.training import make_booking, make_session
from tests.support.training_questions import keys_of, make_questions


@pytest.fixture
def held(resources: Resources, clock) -> str:
    """It begins in an hour."""
    starts = clock.now() + timedelta(hours=1)
    with resources.database.unit_of_work() as session:
        made = make_session(session, clock.now(), starts_at=starts, enrolment_closes_at=starts)
        return made.public_id


def test_a_booking_can_be_saved_to_the_calendar(phone, held) -> None:
    booked = phone.post(f"/course-sessions/{held}/bookings", {}).get_json()
    assert booked["is_held_back"] is False and booked["checked_in_at"] is None
    assert booked["live_url"] is None and booked["join_url"] is None  # nothing to watch
    answer = phone.get(f"/bookings/{booked['number']}/calendar")
    assert answer.status_code == 200 and answer.content_type == "text/calendar; charset=utf-8"
    assert f"UID:booking-{booked['number']}@" in answer.text and "METHOD:PUBLISH" in answer.text
    phone.delete(f"/bookings/{booked['number']}")
    assert "METHOD:CANCEL" in phone.get(f"/bookings/{booked['number']}/calendar").text


def test_a_code_checks_in_and_wrong_ones_are_counted(phone, held, resources: Resources, clock) -> None:
    secret = resources.settings.secret_key.get_secret_value()
    path = f"/course-sessions/{held}/check-in"
    assert phone.post(path, {"code": "123456"}).status_code == 409
    number = phone.post(f"/course-sessions/{held}/bookings", {}).get_json()["number"]
    wrong = next(each for each in ("000000", "000001", "000002") if not is_right(secret, held, each, clock.now()))

    for _ in range(MOST_WRONG):
        refused = phone.post(path, {"code": wrong})
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (422, "wrong_code")
    right = {"code": shown_code(secret, held, clock.now()).code}
    assert phone.post(path, right).status_code == 429
    with resources.database.unit_of_work() as session:
        session.scalars(select(Booking)).one().wrong_code_count = 0
    answer = phone.post(path, right).get_json()

    assert (answer["number"], answer["state"]) == (number, "attended") and answer["checked_in_at"]
    for odd in ("12345", "abcdef", "1234567", ""):
        assert phone.post(path, {"code": odd}).status_code == 422
    assert phone.post("/course-sessions/doesnotexist/check-in", right).status_code == 404


def test_what_was_booked_on_the_telephone_is_there_once_the_number_is_proved(
    phone, held, mini_wechat: LocalWeChat, resources: Resources, clock
) -> None:
    with resources.database.unit_of_work() as session:
        staff = make_staff(session, clock.now(), skills=["training"])
        booked = book_by_hand(
            session, staff=staff, public_id=held, name="王小明", phone="13800138000", seats=1, now=clock.now()
        )
        number = booked.number
    assert phone.get(f"/bookings/{number}").status_code == 404
    mini_wechat.phone_codes["button"] = ("oMini1", "13800138000")
    assert phone.post("/login/phone", {"code": "button"}).status_code == 200
    assert [each["number"] for each in phone.get("/bookings").get_json()["items"]] == [number]


def test_the_organisers_questions_are_shown_checked_and_answered_later(phone, resources: Resources, clock) -> None:
    with resources.database.unit_of_work() as session:
        held = make_session(session, clock.now(), questions=make_questions())
        path, key = f"/course-sessions/{held.public_id}", keys_of(held.questions)
    shown = phone.get(path).get_json()["questions"]
    assert [(each["label"], each["kind"], each["is_required"]) for each in shown] == [
        ("人数", "count", True), ("午餐", "choice", False), ("停车", "yes_no", True), ("关心的事", "line", False),
    ]  # fmt: skip
    assert [each["label"] for each in shown[1]["choices"]] == ["荤", "素"]

    refused = phone.post(f"{path}/bookings", {"answers": {key["人数"]: "很多", key["停车"]: True}})
    assert refused.status_code == 422 and list(refused.get_json()["error"]["fields"]) == [key["人数"]]
    assert phone.get("/bookings").get_json()["items"] == []
    booked = phone.post(f"{path}/bookings", {}).get_json()
    assert booked["state"] == "booked" and booked["unanswered"] == [key[each] for each in key]
    address = f"/bookings/{booked['number']}/answers"
    assert phone.put(address, {"answers": {key["人数"]: 3}}).status_code == 422
    right = {key["人数"]: 3, key["停车"]: False, key["午餐"]: "素"}
    answer = phone.put(address, {"answers": right}).get_json()
    assert answer["answers"] == right and answer["unanswered"] == []


def test_seats_that_somebody_waits_for_say_so(phone, resources: Resources, clock) -> None:
    with resources.database.unit_of_work() as session:
        held = make_session(session, clock.now())
        path = f"/course-sessions/{held.public_id}"
        make_booking(session, held, clock.now())
        make_booking(session, held, clock.now(), seats=2)
    shown = phone.get(path).get_json()
    assert (shown["free_seats"], shown["is_waited_for"], shown["standing"]) == (1, True, "open")
    assert [each["is_waited_for"] for each in phone.get("/course-sessions").get_json()["items"]] == [True]
    assert phone.post(f"{path}/bookings", {}).get_json()["state"] == "waiting"


def test_posts_beside_a_session_are_those_of_the_board(phone, held, resources: Resources, clock) -> None:
    now = clock.now()
    with resources.database.unit_of_work() as session:
        post = make_post(session, make_person(session, now).id, now, side=PostSide.OFFER, title="轴承温度监测")
        staff = make_staff(session, now, skills=["training"])
        attach_post(session, staff=staff, public_id=held, post_id=post.public_id, now=now)
        public_id = post.public_id
    path = f"/course-sessions/{held}/posts"
    assert [each["id"] for each in phone.get(path).get_json()["items"]] == [public_id]
    asked = {"post_id": public_id, "course_session_id": held, "name": "孙工", "phone": "13900139002"}
    assert phone.post("/deals", asked).status_code == 201
    with resources.database.unit_of_work() as session:
        assert session.scalars(select(SessionPost.asked)).one() == 1
        session.get_one(MarketPost, session.scalars(select(SessionPost.post_id)).one()).state = PostState.WITHDRAWN
    assert phone.get(path).get_json()["items"] == []
    assert phone.get("/course-sessions/nothing/posts").status_code == 404
