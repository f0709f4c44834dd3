"""Somebody may have all their data deleted, by one explicit call; nobody else's goes with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.clock import FixedClock
from core.outbox import OutboxRow
from models import Case, CaseStatus, Message, User
from services.job_names import JobName
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.jobs import run_outbox
from tests.support.people import make_identity


@pytest.fixture
def a_minute_later(app: APIFlask, resources: Resources, clock: FixedClock) -> Callable[[], None]:
    """Time passes and the workers do what is due."""

    def wait() -> None:
        clock.advance(timedelta(minutes=1))
        with app.app_context():
            run_outbox(resources)

    return wait


def delete(phone: Phone, **query: str) -> TestResponse:
    return phone.client.delete("/api/v1/me", query_string=query, headers=phone.headers())


def confirmed(phone: Phone) -> TestResponse:
    return delete(phone, confirm="delete-my-data")


@pytest.mark.parametrize("query", [{}, {"confirm": ""}, {"confirm": "true"}, {"confirm": "delete-my-data", "x": "1"}])
def test_without_the_word_of_confirmation_nothing_is_deleted(
    phone: Phone, resources: Resources, query: dict[str, str]
) -> None:
    refused = delete(phone, **query)

    assert (refused.status_code, refused.get_json()["error"]["code"]) == (422, "invalid_input")
    assert phone.get("/conversations").status_code == 200
    with resources.database.reading() as session:
        assert session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.ERASE_USER)).all() == []


def test_a_confirmed_call_erases_the_person_and_their_words_and_nobody_elses(
    log_in: Callable[..., Phone], resources: Resources, a_minute_later: Callable[[], None]
) -> None:
    mine, other = log_in("oMini1"), log_in("oMini2")
    mine.post("/handoffs", {"reason": "想用专利贷款300万"})
    other.post("/handoffs", {"reason": "商标被抢注了"})

    answer = confirmed(mine)
    a_minute_later()

    assert (answer.status_code, answer.get_json()) == (202, {"erased_by": "2026-11-23T02:01:00Z"})
    with resources.database.reading() as session:
        assert [user.erased_at is None for user in session.scalars(select(User).order_by(User.id))] == [False, True]
        texts = set(session.scalars(select(Message.text).where(Message.text != "")))
        open_cases = session.scalars(select(Case).where(Case.status != CaseStatus.CLOSED)).all()
    assert "商标被抢注了" in texts
    assert not any("贷款" in text for text in texts)
    assert len(open_cases) == 1
    assert other.get("/conversations").get_json()["items"] != []


def test_the_official_accounts_side_of_the_same_person_goes_too(
    log_in: Callable[..., Phone], resources: Resources, clock: FixedClock, a_minute_later: Callable[[], None]
) -> None:
    with resources.database.unit_of_work() as session:
        follower = make_identity(session, clock.now(), openid="oFollower")
        follower.user.unionid = "oUnion1"
        follower_id = follower.id

    confirmed(log_in(unionid="oUnion1"))
    a_minute_later()

    with resources.database.reading() as session:
        assert session.get_one(type(follower), follower_id).openid != "oFollower"


def test_every_login_of_the_person_ends_at_once(log_in: Callable[..., Phone]) -> None:
    phone, tablet, other = log_in("oMini1"), log_in("oMini1"), log_in("oMini2")

    confirmed(phone)

    assert [each.get("/conversations").status_code for each in (phone, tablet, other)] == [401, 401, 200]
    for each in (phone, tablet):
        assert each.post("/login/refresh", {"refresh_token": each.tokens["refresh_token"]}).status_code == 401


def test_a_repeated_call_is_one_erasure_before_and_after_it_is_done(
    phone: Phone, resources: Resources, a_minute_later: Callable[[], None]
) -> None:
    first = confirmed(phone)
    again = confirmed(phone)
    a_minute_later()
    later = confirmed(phone)

    assert [answer.status_code for answer in (first, again, later)] == [202] * 3
    assert first.get_json() == again.get_json() == later.get_json()
    with resources.database.reading() as session:
        assert session.scalars(select(User)).one().erased_at is not None


def test_a_token_that_was_merely_logged_out_deletes_nothing(phone: Phone, resources: Resources) -> None:
    phone.post("/logout")

    assert confirmed(phone).status_code == 401
    with resources.database.reading() as session:
        assert session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.ERASE_USER)).all() == []


def test_who_comes_back_is_a_new_person(log_in: Callable[..., Phone], a_minute_later: Callable[[], None]) -> None:
    phone = log_in()
    phone.post("/ask", {"text": "帮助"})
    confirmed(phone)
    a_minute_later()

    assert log_in().get("/conversations").get_json() == {"items": [], "next_cursor": None}
