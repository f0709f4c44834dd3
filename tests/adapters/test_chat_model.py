"""Every chat model keeps the port's promises; the real one against a server that misbehaves in every known way."""

import time
from collections.abc import Iterator

import pytest

from adapters.chat_model import FailingChatModel, LocalChatModel, OpenAIChatModel
from core.chat import ModelTurn, ToolCall
from core.errors import UpstreamUnavailable
from nlp.ports import ChatModel
from tests.support.scripted_openai import ScriptedOpenAI

MESSAGES = [
    {"role": "system", "content": "只用资料回答。"},
    {"role": "user", "content": "资料:外观设计保护15年。专利保护期从申请日起算。\n问题:专利保护期从哪天起算"},
]

TOOLS = [{"type": "function", "function": {"name": "search_patents", "description": "…", "parameters": {}}}]


@pytest.fixture
def server() -> Iterator[ScriptedOpenAI]:
    with ScriptedOpenAI().running() as running:
        yield running


@pytest.fixture
def real(server: ScriptedOpenAI) -> OpenAIChatModel:
    return OpenAIChatModel(server.base_url, "a key", "some-model")


@pytest.mark.parametrize("name", ["real", "local"])
def test_a_model_answers_with_the_whole_text(name: str, real: OpenAIChatModel) -> None:
    model: ChatModel = real if name == "real" else LocalChatModel()

    first = model.complete(MESSAGES, timeout_seconds=10)
    second = model.complete(MESSAGES, timeout_seconds=10)

    assert "专利保护期从申请日起算。" in first
    assert first == second


@pytest.mark.parametrize("name", ["real", "local"])
def test_the_text_comes_in_pieces_that_make_the_whole(name: str, real: OpenAIChatModel) -> None:
    model: ChatModel = real if name == "real" else LocalChatModel()
    pieces: list[str] = []

    turn = model.converse(MESSAGES, tools=TOOLS, timeout_seconds=10, on_text=pieces.append)

    assert turn.text and "".join(pieces) == turn.text
    assert turn.tool_calls == ()


@pytest.mark.parametrize("name", ["real", "local", "failing"])
def test_what_cannot_be_answered_is_one_known_error(name: str, real: OpenAIChatModel, server: ScriptedOpenAI) -> None:
    server.script = ["500"]
    models: dict[str, ChatModel] = {"real": real, "local": LocalChatModel(), "failing": FailingChatModel()}

    with pytest.raises(UpstreamUnavailable):
        models[name].complete([{"role": "user", "content": "你好"}], timeout_seconds=10)
    with pytest.raises(UpstreamUnavailable):
        models[name].converse([{"role": "user", "content": "你好"}], tools=TOOLS, timeout_seconds=10)


@pytest.mark.parametrize("step", ["cut", "length", "empty", "malformed", "not a stream", "429", "500"])
def test_a_bad_answer_is_no_answer(step: str, real: OpenAIChatModel, server: ScriptedOpenAI) -> None:
    server.script = [step]

    with pytest.raises(UpstreamUnavailable):
        real.complete(MESSAGES, timeout_seconds=10)


@pytest.mark.parametrize("step", ["drip", "silent"])
def test_the_deadline_holds_whatever_the_server_does(step: str, real: OpenAIChatModel, server: ScriptedOpenAI) -> None:
    real.complete(MESSAGES, timeout_seconds=10)  # the library is imported
    server.script = [step]
    started = time.monotonic()

    with pytest.raises(UpstreamUnavailable):
        real.complete(MESSAGES, timeout_seconds=0.6)

    assert time.monotonic() - started < 1.5


def test_calls_of_tools_are_put_together_as_they_were_written(real: OpenAIChatModel, server: ScriptedOpenAI) -> None:
    calls = (ToolCall("a", "search_patents", '{"text": "散热膜"}'), ToolCall("b", "no_such_tool", "{not json"))
    server.answers = lambda _body: ModelTurn("", calls)

    turn = real.converse(MESSAGES, tools=TOOLS, timeout_seconds=10)

    assert turn == ModelTurn("", calls)
    assert server.requests[0]["tools"] == TOOLS


def test_an_answer_without_end_is_cut_off(real: OpenAIChatModel, server: ScriptedOpenAI) -> None:
    server.answers = lambda _body: ModelTurn("专" * 30_000)

    with pytest.raises(UpstreamUnavailable):
        real.complete(MESSAGES, timeout_seconds=10)


def test_one_hiccup_is_retried(real: OpenAIChatModel, server: ScriptedOpenAI) -> None:
    server.script = ["500", "good"]

    assert real.complete(MESSAGES, timeout_seconds=10) == "专利保护期从申请日起算。"
    assert len(server.requests) == 2


def test_the_service_gets_model_messages_and_key(real: OpenAIChatModel, server: ScriptedOpenAI) -> None:
    real.complete(MESSAGES, timeout_seconds=10)

    request = server.requests[0]
    assert request["path"] == "/v1/chat/completions"
    assert request["model"] == "some-model"
    assert request["messages"] == MESSAGES
    assert request["auth"] == "Bearer a key"


def test_the_local_model_gives_the_marks_of_its_material() -> None:
    asked = "资料:\n[1] 外观设计保护15年。\n[2] 年费每年缴。\n问题:年费"

    answer = LocalChatModel().complete([{"role": "user", "content": asked}], timeout_seconds=1)

    assert answer == "外观设计保护15年。[1]年费每年缴。[2]"


def test_the_local_model_only_quotes_its_material() -> None:
    answer = LocalChatModel().complete(MESSAGES, timeout_seconds=1)

    assert answer == "外观设计保护15年。专利保护期从申请日起算。"
