"""Questions answered with a chat model behind HTTP, through the bot's own doors; whatever it does, an answer comes."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from adapters.chat_model import LocalChatModel, OpenAIChatModel
from adapters.wechat.local import LocalWeChat
from bot.asking import Asker
from bot.callbacks import build_callbacks
from bot.dialogue import Dialogue
from bot.skills.assisted import Assistant, AssistedDialogue
from bot.turn import TurnRunner
from bot.webhook import create_webhook
from core.chat import ModelTurn
from core.clock import FixedClock
from core.web import init_web
from models import Case, Platform, WeChatIdentity
from services.asking import Answered
from services.identities import find_or_create_conversation, find_or_create_identity
from services.resources import Resources
from services.turn_sweeps import rescue_stuck_turns
from tests.support.jobs import run_outbox
from tests.support.pushes import Pusher, text_fields
from tests.support.scripted_model import ScriptedModel, calling
from tests.support.scripted_openai import ScriptedOpenAI

OPENID = "oUser0000000000000000000001"
QUESTION = "外观专利保护多少年"
LABEL = "由AI整理,以原文为准"


def quote(body: dict[str, Any]) -> ModelTurn:
    """A well-behaved model: quotes its material with the marks; says a question that leans on another in full."""
    if "接着说" in body["messages"][-1]["content"]:
        return ModelTurn("实用新型专利保护多少年")
    return ModelTurn(LocalChatModel().complete(body["messages"], timeout_seconds=1))


@pytest.fixture
def server() -> Iterator[ScriptedOpenAI]:
    with ScriptedOpenAI(quote).running() as running:
        yield running


Ask = Callable[..., Answered]


def make_ask(resources: Resources, runner: TurnRunner, openid: str = OPENID) -> Ask:
    """One user, asking through the API's door."""
    with resources.database.unit_of_work() as session:
        identity = find_or_create_identity(
            session, app_id="wxsim0000000000b2", openid=openid, platform=Platform.MINI_PROGRAM,
            now=resources.clock.now(),
        )  # fmt: skip
        find_or_create_conversation(session, identity, resources.clock.now())
        identity_id = session.scalars(select(WeChatIdentity.id).where(WeChatIdentity.openid == openid)).one()
    keys = iter(range(1000))

    def ask(text: str, **more: Any) -> Answered:
        return Asker(resources, runner)(identity_id=identity_id, text=text, key=f"key-{next(keys)}", **more)

    return ask


def with_model(resources: Resources, model: Any, **settings: Any) -> tuple[Resources, TurnRunner]:
    changed = resources.settings.model_copy(update={"chat_deadline_seconds": 6.0, **settings})
    assisted = replace(resources, settings=changed, chat_model=model)
    return assisted, TurnRunner(assisted, AssistedDialogue(Assistant(assisted, model)))


@pytest.fixture
def assisted(resources: Resources, server: ScriptedOpenAI) -> tuple[Resources, TurnRunner]:
    return with_model(resources, OpenAIChatModel(server.base_url, "a key", "some-model"))


def test_an_answer_of_the_model_is_quoted_sourced_and_marked(assisted: tuple[Resources, TurnRunner]) -> None:
    answered = make_ask(*assisted)(QUESTION)

    lines = answered.text.splitlines()
    assert "15年" in lines[0] and lines[-1] == LABEL
    assert lines[1].startswith("依据:")
    assert answered.citations and answered.citations[0]["passage"]


def test_the_mark_may_be_left_out(resources: Resources, server: ScriptedOpenAI) -> None:
    model = OpenAIChatModel(server.base_url, "a key", "some-model")

    assert LABEL not in make_ask(*with_model(resources, model, ai_label="off"))(QUESTION).text


def test_sentences_are_given_while_the_answer_is_written(assisted: tuple[Resources, TurnRunner]) -> None:
    released: list[str] = []

    answered = make_ask(*assisted)(QUESTION, on_sentence=released.append)

    assert released and "".join(released) in answered.text.replace("[1]", "").replace("[2]", "").replace("[3]", "")


@pytest.mark.parametrize(
    "step", ["drip", "silent", "cut", "length", "empty", "malformed", "not a stream", "429", "500"]
)
def test_whatever_the_model_does_the_answer_without_it_comes(
    step: str, resources: Resources, server: ScriptedOpenAI
) -> None:
    plain = make_ask(resources, TurnRunner(resources, Dialogue()), "oSomebodyElse")(QUESTION)
    model = OpenAIChatModel(server.base_url, "a key", "some-model")
    server.script = [step]
    started = time.monotonic()

    answered = make_ask(*with_model(resources, model, chat_deadline_seconds=2.0))(QUESTION)

    assert server.requests
    assert (answered.text, answered.citations) == (plain.text, plain.citations)
    assert time.monotonic() - started < 6


@pytest.mark.parametrize(
    "said", ["{", "[]", '{"answer": "外观设计专利保护50年"}', "外观设计专利保护50年[1]。", "好的。"]
)
def test_an_answer_that_does_not_hold_is_replaced(said: str, resources: Resources, server: ScriptedOpenAI) -> None:
    plain = make_ask(resources, TurnRunner(resources, Dialogue()), "oSomebodyElse")(QUESTION)
    server.answers = lambda _body: ModelTurn(said)
    model = OpenAIChatModel(server.base_url, "a key", "some-model")

    assert make_ask(*with_model(resources, model))(QUESTION).text == plain.text


def test_wechat_is_answered_in_time_and_the_user_afterwards(
    resources: Resources, server: ScriptedOpenAI, pusher: Pusher
) -> None:
    assisted, runner = with_model(resources, OpenAIChatModel(server.base_url, "a key", "some-model"))
    app = make_app(assisted, runner)
    url, body = pusher.request(text_fields(OPENID, QUESTION))
    started = time.monotonic()

    answer = app.test_client().post(url, data=body).get_data(as_text=True)

    assert answer == "success" and server.requests == []
    assert time.monotonic() - started < 4
    with app.app_context():
        run_outbox(assisted)
    (text,) = texts_to_user(assisted)
    assert "15年" in text and LABEL in text


def test_a_model_that_hangs_holds_up_neither_wechat_nor_the_answer(
    resources: Resources, server: ScriptedOpenAI, pusher: Pusher
) -> None:
    server.script = ["silent"]
    model = OpenAIChatModel(server.base_url, "a key", "some-model")
    assisted, runner = with_model(resources, model, chat_deadline_seconds=2.0)
    app = make_app(assisted, runner)
    url, body = pusher.request(text_fields(OPENID, QUESTION))

    assert app.test_client().post(url, data=body).get_data(as_text=True) == "success"
    with app.app_context():
        run_outbox(assisted)

    (text,) = texts_to_user(assisted)
    assert "15年" in text and LABEL not in text


def test_what_needs_no_model_is_answered_at_once(
    assisted: tuple[Resources, TurnRunner], server: ScriptedOpenAI, pusher: Pusher
) -> None:
    client = make_app(*assisted).test_client()

    for text in ("你好", "帮助", "找散热膜的专利", "你能保证我的专利授权吗"):
        url, body = pusher.request(text_fields(OPENID, text))
        assert client.post(url, data=body).get_data(as_text=True) != "success"
    assert server.requests == []


def test_a_question_that_leans_on_the_last_one_is_made_whole_and_looked_up(
    assisted: tuple[Resources, TurnRunner], server: ScriptedOpenAI
) -> None:
    ask = make_ask(*assisted)
    ask(QUESTION)

    answered = ask("那实用新型呢")

    asked = [request["messages"][-1]["content"] for request in server.requests]
    assert asked[-2] == f"前一个问题:{QUESTION}\n接着说:那实用新型呢"
    assert asked[-1].endswith("问题:实用新型专利保护多少年")
    assert "10年" in answered.text


def test_nothing_private_leaves_the_house(assisted: tuple[Resources, TurnRunner], server: ScriptedOpenAI) -> None:
    make_ask(*assisted)("我叫张伟,电话13800138000,我们公司是广州明德新材料科技有限公司,外观专利保护多少年")

    sent = json.dumps(server.requests, ensure_ascii=False)
    assert server.requests
    assert not any(private in sent for private in ("张伟", "13800138000", "明德"))


def test_a_user_over_the_budget_is_answered_without_the_model_and_at_once(
    resources: Resources, server: ScriptedOpenAI, pusher: Pusher
) -> None:
    model = OpenAIChatModel(server.base_url, "a key", "some-model")
    client = make_app(*with_model(resources, model, chat_calls_per_user_per_day=0)).test_client()
    url, body = pusher.request(text_fields(OPENID, QUESTION))

    assert client.post(url, data=body).get_data(as_text=True) != "success"
    assert server.requests == []


@pytest.mark.parametrize(
    "call", [calling("hand_off", kind="policy"), calling("start_case", kind="financing_apply")], ids=["person", "case"]
)
def test_a_case_is_opened_only_when_the_user_says_yes(call: ModelTurn, resources: Resources) -> None:
    def quoted(messages: Any) -> str:
        return LocalChatModel().complete(messages[:2], timeout_seconds=1)

    ask = make_ask(*with_model(resources, ScriptedModel(call, quoted)))

    offered = ask(QUESTION)
    cases_before = count_cases(resources)
    accepted = ask("好")

    assert "回复“好”就转" in offered.text and cases_before == 0
    assert count_cases(resources) == 1 and "单号" in accepted.text


@pytest.mark.parametrize(("told", "is_right"), [("2030年3月1日", True), ("2035年3月1日", False)])
def test_a_figure_of_a_rule_is_told_as_the_rule_gives_it(told: str, is_right: bool, resources: Resources) -> None:
    def say(messages: Any) -> str:
        number = messages[-1]["content"][1:].partition("]")[0]
        return f"外观设计专利{told}届满[{number}]。"

    model = ScriptedModel(calling("compute_rule", text="外观设计专利2020年3月1日申请的,哪天到期"), say)

    text = make_ask(*with_model(resources, model))(QUESTION).text

    assert (f"外观设计专利{told}届满。\n依据:按《专利法》第四十二条计算。" in text) is is_right
    assert (told in text) is is_right


def test_an_answer_that_takes_its_time_is_not_taken_for_cut_off(resources: Resources, clock: FixedClock) -> None:
    rescued: list[int] = []

    def slow(messages: Any) -> str:
        clock.advance(timedelta(seconds=15))
        with resources.database.unit_of_work() as session:
            rescued.append(rescue_stuck_turns(session, now=clock.now()))
        return LocalChatModel().complete(messages, timeout_seconds=1)

    answered = make_ask(*with_model(resources, ScriptedModel(slow)))(QUESTION)

    assert rescued == [0]
    assert LABEL in answered.text


def make_app(resources: Resources, runner: TurnRunner) -> Flask:
    app = Flask("assisted-tests")
    app.extensions.update(resources=resources, turn_runner=runner)
    init_web(app)
    app.register_blueprint(create_webhook(resources, runner, build_callbacks(resources.settings)))
    return app


def texts_to_user(resources: Resources) -> list[str]:
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    assert isinstance(wechat, LocalWeChat)
    return wechat.texts_to(OPENID)


def count_cases(resources: Resources) -> int:
    with resources.database.reading() as session:
        return len(session.scalars(select(Case)).all())
