"""Questions through the API: the real bot answers, once for each Idempotency-Key."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from miniapp_api import once
from models import (
    Author,
    Conversation,
    ConversationStatus,
    Delivery,
    DeliveryChannel,
    DeliveryState,
    IdempotencyRecord,
    Message,
    Turn,
)
from services.resources import Resources
from tests.miniapp_api.conftest import Phone

QUESTION = "外观设计专利保护多少年"


def count_turns(resources: Resources) -> int:
    with resources.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Turn)) or 0


def test_a_question_of_law_is_answered_with_its_source(phone: Phone, law: None) -> None:
    answer = phone.post("/ask", {"text": QUESTION})

    assert answer.status_code == 200
    body = answer.get_json()
    assert set(body) == {"answer", "citations", "choices", "conversation_id"}
    assert "十五年" in body["answer"] or "15年" in body["answer"]
    cited = body["citations"][0]
    assert (cited["document"], cited["label"], cited["valid_from"]) == ("专利法", "第四十二条", "2021-06-01")


def test_the_ledger_says_sent_once_the_answer_went_out(phone: Phone, resources: Resources) -> None:
    phone.post("/ask", {"text": "帮助"}).close()

    with resources.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        assert (delivery.channel, delivery.state) == (DeliveryChannel.API, DeliveryState.SENT)


def test_asking_without_a_key_asks_anew_each_time(phone: Phone, resources: Resources) -> None:
    phone.post("/ask", {"text": "帮助"})
    phone.post("/ask", {"text": "帮助"})

    assert count_turns(resources) == 2


def test_the_same_key_and_question_is_answered_from_the_record(phone: Phone, resources: Resources) -> None:
    first = phone.post("/ask", {"text": "帮助"}, key="key-00000001")
    again = phone.post("/ask", {"text": "帮助"}, key="key-00000001")

    assert first.get_json() == again.get_json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count_turns(resources) == 1


def test_the_same_key_with_another_question_is_refused(phone: Phone, resources: Resources) -> None:
    phone.post("/ask", {"text": "帮助"}, key="key-00000001")

    answer = phone.post("/ask", {"text": "转人工"}, key="key-00000001")

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert count_turns(resources) == 1


def test_a_key_is_forgotten_after_a_day(phone: Phone, resources: Resources, clock: FixedClock) -> None:
    phone.post("/ask", {"text": "帮助"}, key="key-00000001")
    clock.advance(timedelta(hours=24))
    tokens = phone.post("/login/refresh", {"refresh_token": phone.tokens["refresh_token"]})
    phone.tokens = tokens.get_json()

    answer = phone.post("/ask", {"text": "帮助"}, key="key-00000001")

    assert answer.status_code == 200
    assert count_turns(resources) == 2


def test_parallel_calls_with_one_key_have_one_effect(phone: Phone, resources: Resources) -> None:
    def ask(_: int) -> tuple[int, str]:
        answer = Phone(phone.client.application.test_client(), phone.tokens).post(
            "/ask", {"text": "帮助"}, key="key-00000001"
        )
        return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))

    assert count_turns(resources) == 1
    assert len(answers) == 1 and next(iter(answers))[0] == 200


def test_a_call_that_takes_long_lets_the_others_know(
    phone: Phone, resources: Resources, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "WAIT_SECONDS", 0.1)
    phone.post("/ask", {"text": "帮助"}, key="key-00000001")
    with resources.database.unit_of_work() as session:
        record = session.scalars(select(IdempotencyRecord)).one()
        record.status_code, record.response = None, {"effect_key": "of-the-other-call"}

    answer = phone.post("/ask", {"text": "帮助"}, key="key-00000001")

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "idempotency_in_progress")
    clock.advance(timedelta(minutes=1))
    assert phone.post("/ask", {"text": "帮助"}, key="key-00000001").status_code == 200


def test_first_questions_of_a_new_person_at_once_share_one_conversation(phone: Phone, resources: Resources) -> None:
    def ask(_: int) -> int:
        return Phone(phone.client.application.test_client(), phone.tokens).post("/ask", {"text": "帮助"}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(ask, range(6))) == {200}

    with resources.database.reading() as session:
        assert len(session.scalars(select(Conversation)).all()) == 1
    assert count_turns(resources) == 6


@pytest.mark.parametrize("key", ["short", "k" * 81, "key with space", "钥匙钥匙钥匙钥匙"])
def test_a_key_of_the_wrong_form_is_refused(phone: Phone, key: str) -> None:
    answer = phone.client.post(
        "/api/v1/ask",
        json={"text": "帮助"},
        headers=phone.headers() | {"Idempotency-Key": key.encode().decode("latin-1")},
    )

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == ["Idempotency-Key"]


@pytest.mark.parametrize("text", ["", "  \n ", "长" * 2001, None, 5, "a\x00b"])
def test_a_question_must_be_words(phone: Phone, text: object) -> None:
    answer = phone.post("/ask", {"text": text})

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == ["text"]


def test_the_longest_question_is_answered(phone: Phone) -> None:
    assert phone.post("/ask", {"text": "长" * 2000}).status_code == 200


def test_while_a_person_holds_the_conversation_the_words_reach_them(phone: Phone, resources: Resources) -> None:
    phone.post("/ask", {"text": "帮助"})
    with resources.database.unit_of_work() as session:
        conversation = session.scalars(select(Conversation)).one()
        conversation.status = ConversationStatus.OPEN

    answer = phone.post("/ask", {"text": "还有一件事"})

    assert answer.status_code == 200
    assert "专员" in answer.get_json()["answer"]
    with resources.database.reading() as session:
        said = session.scalars(select(Message).where(Message.author == Author.USER)).all()
        assert [message.text for message in said] == ["帮助", "还有一件事"]


def test_a_message_in_a_conversation_is_the_same_as_asking(phone: Phone, resources: Resources) -> None:
    conversation_id = phone.post("/ask", {"text": "帮助"}).get_json()["conversation_id"]

    answer = phone.post(f"/conversations/{conversation_id}/messages", {"text": "转人工"})

    assert answer.status_code == 200
    assert answer.get_json()["conversation_id"] == conversation_id
    assert "KF" in answer.get_json()["answer"]


def test_one_key_for_two_addresses_is_refused(phone: Phone) -> None:
    conversation_id = phone.post("/ask", {"text": "帮助"}, key="key-00000001").get_json()["conversation_id"]

    answer = phone.post(f"/conversations/{conversation_id}/messages", {"text": "帮助"}, key="key-00000001")

    assert answer.status_code == 422


def test_nobody_speaks_in_a_strangers_conversation(log_in: Callable[..., Phone], resources: Resources) -> None:
    mine, other = log_in("oMini1"), log_in("oMini2")
    conversation_id = mine.post("/ask", {"text": "帮助"}).get_json()["conversation_id"]
    before = count_turns(resources)

    strange = other.post(f"/conversations/{conversation_id}/messages", {"text": "您好"})
    missing = other.post("/conversations/no-such-conversation/messages", {"text": "您好"})

    assert strange.status_code == missing.status_code == 404
    assert strange.get_json() == missing.get_json()
    assert count_turns(resources) == before
