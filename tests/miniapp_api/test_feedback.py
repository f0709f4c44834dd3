"""The caller rates an answer with sources, their own, as often as they like; the last word counts."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from models import AnswerFeedback, Verdict
from services.resources import Resources
from tests.miniapp_api.conftest import Phone

QUESTION = "外观设计专利保护多少年"


@pytest.fixture
def answer(phone: Phone, law: None) -> str:
    """The path of an answer with sources."""
    conversation_id = phone.post("/ask", {"text": QUESTION}).get_json()["conversation_id"]
    newest = phone.get(f"/conversations/{conversation_id}/messages").get_json()["items"][0]
    return f"/conversations/{conversation_id}/messages/{newest['id']}"


def verdicts(resources: Resources) -> list[tuple[str, str]]:
    with resources.database.reading() as session:
        return [(row.verdict, row.document) for row in session.scalars(select(AnswerFeedback))]


def test_the_last_word_on_an_answer_counts(phone: Phone, answer: str, resources: Resources) -> None:
    assert phone.post(f"{answer}/feedback", {"verdict": "useful"}).status_code == 200
    body = phone.post(f"{answer}/feedback", {"verdict": "useless"}).get_json()

    assert (body["verdict"], str(body["message_id"])) == ("useless", answer.rpartition("/")[2])
    assert verdicts(resources) == [(Verdict.USELESS, "专利法")]


@pytest.mark.parametrize("body", [{}, {"verdict": "bad"}, {"verdict": None}, {"verdict": "useful", "more": 1}])
def test_another_word_is_refused(phone: Phone, answer: str, resources: Resources, body: dict) -> None:
    assert phone.post(f"{answer}/feedback", body).status_code == 422
    assert verdicts(resources) == []


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999", "-1", "x", "1.5"])
def test_what_is_no_answer_is_not_found(phone: Phone, answer: str, number: str) -> None:
    path = answer.rpartition("/")[0]

    assert phone.post(f"{path}/{number}/feedback", {"verdict": "useful"}).status_code == 404


def test_small_talk_and_ones_own_words_are_not_rated(phone: Phone, answer: str, resources: Resources) -> None:
    conversation = answer.partition("/messages")[0]
    phone.post("/ask", {"text": "帮助"})
    items = phone.get(f"{conversation}/messages").get_json()["items"]

    for item in items[:2]:
        assert phone.post(f"{conversation}/messages/{item['id']}/feedback", {"verdict": "useful"}).status_code == 404
    assert verdicts(resources) == []


def test_a_strangers_answer_looks_like_a_missing_one(
    phone: Phone, log_in: Callable[..., Phone], answer: str, resources: Resources
) -> None:
    assert log_in("oMini0000000000000000000099").post(f"{answer}/feedback", {"verdict": "useful"}).status_code == 404
    assert verdicts(resources) == []
