"""An answer read while it is written: checked sentences, then the whole answer, or an error; never nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from adapters.chat_model import OpenAIChatModel
from adapters.wechat.local import LocalWeChat
from adapters.wechat.session import CodeSession
from app import create_app
from core.chat import ModelTurn
from core.config import Settings
from miniapp_api import streaming
from models import Delivery, DeliveryState, Turn
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.scripted_openai import ScriptedOpenAI

QUESTION = {"text": "外观设计专利保护多少年"}
SAID = "外观设计专利权的期限为15年[1]。外观设计专利权的期限为50年[1]。发明专利权的期限为20年[1]。"


@pytest.fixture
def server() -> Iterator[ScriptedOpenAI]:
    with ScriptedOpenAI(lambda _body: ModelTurn(SAID)).running() as running:
        yield running


@pytest.fixture
def assisted_phone(
    settings: Settings, resources: Resources, mini_wechat: LocalWeChat, server: ScriptedOpenAI, law: None
) -> Phone:
    """A phone at a service whose model is the scripted server."""
    changed = settings.model_copy(update={"log_level": "ERROR", "chat_deadline_seconds": 3.0})
    model = OpenAIChatModel(server.base_url, "a key", "some-model")
    client = create_app(changed, replace(resources, settings=changed, chat_model=model)).test_client()
    mini_wechat.codes["code"] = CodeSession(openid="oMini1", unionid=None, session_key="c2Vzc2lvbi1rZXk=")
    return Phone(client, client.post("/api/v1/login", json={"code": "code"}).get_json())


def events(response: TestResponse) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in response.get_data(as_text=True).split("\n\n"):
        if block and not block.startswith(":"):
            kind, data = block.split("\n", 1)
            found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_only_sentences_that_hold_are_read_and_then_the_whole_answer(assisted_phone: Phone) -> None:
    response = assisted_phone.post("/ask/stream", QUESTION)

    assert response.status_code == 200 and response.mimetype == "text/event-stream"
    *sentences, (kind, answer) = events(response)
    assert sentences == [
        ("sentence", {"text": "外观设计专利权的期限为15年。"}),
        ("sentence", {"text": "发明专利权的期限为20年。"}),
    ]
    assert kind == "answer" and set(answer) == {"answer", "citations", "choices", "conversation_id"}
    assert answer["answer"].startswith("外观设计专利权的期限为15年。发明专利权的期限为20年。")
    assert answer["answer"].endswith("由AI整理,以原文为准")
    assert answer["citations"][0]["label"] == "第四十二条"


@pytest.mark.parametrize("step", ["cut", "drip", "500", "malformed", "length"])
def test_a_stream_of_the_model_that_breaks_ends_in_the_answer_without_it(
    step: str, assisted_phone: Phone, server: ScriptedOpenAI
) -> None:
    server.script = [step]

    *sentences, (kind, answer) = events(assisted_phone.post("/ask/stream", QUESTION))

    assert server.requests and kind == "answer"
    assert "十五年" in answer["answer"] and "由AI整理" not in answer["answer"]
    assert all("50年" not in data["text"] for _, data in sentences)


def test_without_a_model_the_stream_is_the_answer(phone: Phone, law: None) -> None:
    whole = phone.post("/ask", QUESTION).get_json()

    assert events(phone.post("/ask/stream", QUESTION)) == [("answer", whole)]


def test_a_cut_stream_is_asked_again_with_its_key_and_answered_the_same(
    assisted_phone: Phone, resources: Resources
) -> None:
    first = events(assisted_phone.post("/ask/stream", QUESTION, key="stream-0001"))
    again = events(assisted_phone.post("/ask/stream", QUESTION, key="stream-0001"))

    assert again == first[-1:]
    with resources.database.reading() as session:
        assert len(session.scalars(select(Turn)).all()) == 1


def test_the_ledger_says_sent_once_the_stream_was_read_to_its_end(assisted_phone: Phone, resources: Resources) -> None:
    response = assisted_phone.client.post(
        "/api/v1/ask/stream", json=QUESTION, headers=assisted_phone.headers(), buffered=False
    )
    read = iter(response.response)
    assert "sentence" in str(next(read))
    assert state_of_delivery(resources) in (None, DeliveryState.QUEUED)

    for _ in read:
        pass

    assert state_of_delivery(resources) == DeliveryState.SENT


def state_of_delivery(resources: Resources) -> str | None:
    with resources.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one_or_none()
        return delivery.state if delivery else None


def test_an_error_is_the_last_event(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("somebody's secret")

    monkeypatch.setattr(streaming, "answer_question", broken)

    assert events(phone.post("/ask/stream", QUESTION)) == [
        ("error", {"code": "internal_error", "message": "这一步没成功,请稍后再试。", "fields": {}})
    ]


def test_a_reused_key_is_an_error_in_the_one_form(phone: Phone, law: None) -> None:
    events(phone.post("/ask/stream", QUESTION, key="stream-0002"))

    ((kind, error),) = events(phone.post("/ask/stream", {"text": "帮助"}, key="stream-0002"))

    assert (kind, error["code"]) == ("error", "idempotency_key_reused")


def test_what_is_refused_before_the_turn_is_an_ordinary_answer(app: Any, phone: Phone) -> None:
    assert app.test_client().post("/api/v1/ask/stream", json=QUESTION).status_code == 401
    assert phone.post("/ask/stream", {"text": ""}).status_code == 422
    assert phone.post("/ask/stream", QUESTION, key="short").status_code == 422


def test_a_slow_answer_keeps_the_connection_alive(
    assisted_phone: Phone, server: ScriptedOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script = ["silent"]
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.2)

    assert ": alive\n\n" in assisted_phone.post("/ask/stream", QUESTION).get_data(as_text=True)
