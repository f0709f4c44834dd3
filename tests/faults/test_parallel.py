"""Two web servers on the same rows: 50 copies of one push have one effect; many users at once are answered in order."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import xmltodict
from sqlalchemy import func, select

from adapters.wechat.passive import render_passive
from core.clock import SystemClock
from core.db import Database
from models import (
    Author,
    CaseEvent,
    Conversation,
    Delivery,
    DeliveryChannel,
    DeliveryState,
    FormDraft,
    Message,
    Turn,
    User,
    WeChatIdentity,
)
from services.casework.drafts import start_draft
from services.catalogue import service_of
from tests.faults.conftest import postgres_stack, running, sqlite_stack, virtual_now
from tests.faults.scene import SETTLED, Scene, one_case
from tests.support.casework import PLEDGE
from tests.support.pushes import Pusher, event_fields, text_fields
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.product, pytest.mark.timeout(300)]
COPIES = 50
USERS = 20
SENTENCES = ("外观专利保护多少年", "找石墨烯散热膜的有效发明专利", "专利年费怎么缴", "帮助")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stack(request: pytest.FixtureRequest, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("twins")
    if request.param == "sqlite":
        twins = sqlite_stack(prepared, folder, web_workers=1, has_second_web=True)
    else:
        twins = postgres_stack(request, folder, "twins", web_workers=1, has_second_web=True)
    yield from running(twins, now=None)


@pytest.fixture
def database(stack: Stack) -> Iterator[Database]:
    database = Database(stack.database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def pusher(stack: Stack) -> Pusher:
    names = ("APP_ID", "TOKEN", "AES_KEY")
    pusher = Pusher(*(stack.environment[f"WECHAT_OFFICIAL_{name}"] for name in names))
    pusher.clock = SystemClock()
    return pusher


def push_copies(stack: Stack, url: str, body: bytes) -> list[requests.Response]:
    """All at the same moment, half of them to each server."""
    start = threading.Barrier(COPIES)
    servers = (stack.web_url, f"http://127.0.0.1:{stack.second_web_port}")

    def push(number: int) -> requests.Response:
        start.wait()
        return requests.post(servers[number % 2] + url, data=body, headers={"Content-Type": "text/xml"}, timeout=30)

    with ThreadPoolExecutor(COPIES) as pool:
        return list(pool.map(push, range(COPIES)))


def count(database: Database, openid: str) -> dict[str, int]:
    with database.reading() as session:
        identity = select(WeChatIdentity.id).where(WeChatIdentity.openid == openid).scalar_subquery()
        conversation = select(Conversation.id).where(Conversation.identity_id == identity).scalar_subquery()
        queries = {
            "users": select(func.count(User.id)).join(WeChatIdentity).where(WeChatIdentity.openid == openid),
            "turns": select(func.count(Turn.id)).where(Turn.conversation_id == conversation),
            "asked": select(func.count(Message.id)).where(
                Message.conversation_id == conversation, Message.author == Author.USER
            ),
            "answered": select(func.count(Message.id)).where(
                Message.conversation_id == conversation, Message.author == Author.BOT
            ),
            "deliveries": select(func.count(Delivery.id)).where(Delivery.identity_id == identity),
        }
        return {name: session.scalar(query) or 0 for name, query in queries.items()}


def check_answered_once(
    stack: Stack, database: Database, pusher: Pusher, openid: str, responses: list[requests.Response]
) -> str:
    """The answer to what was pushed last: all copies that were answered got it. On a machine too busy for four seconds
    none is, and it goes out through the API instead; either way the ledger knows of the one. Answers its text."""

    def ended() -> Delivery | None:
        of_user = WeChatIdentity.openid == openid
        turns = select(Turn).join(Conversation).join(WeChatIdentity).where(of_user).order_by(Turn.id.desc())
        with database.reading() as session:
            turn = session.scalars(turns.limit(1)).one()
            delivery = session.get(Delivery, turn.passive_delivery_id) if turn.passive_delivery_id else None
            if delivery is None:
                deliveries = select(Delivery).join(Delivery.identity).where(of_user).order_by(Delivery.id.desc())
                delivery = session.scalars(deliveries.limit(1)).first()
        is_under_way = delivery is None or (
            delivery.state == DeliveryState.QUEUED and delivery.channel != DeliveryChannel.INBOX
        )
        return None if turn.state not in SETTLED or is_under_way else delivery

    delivery = stack.wait_until(ended, 60)
    rendered = render_passive(delivery.payload, to_openid=openid, from_id="gh_zhiqiao", created_at=0)
    text = str(xmltodict.parse(rendered)["xml"]["Content"])
    said = {words for response in responses if (words := pusher.opened(response.text).get("Content", ""))}
    assert said == {text} if delivery.channel == DeliveryChannel.PASSIVE else said <= {text}
    return text


@pytest.mark.parametrize("kind", ["text", "event"])
def test_checklist_14_fifty_parallel_copies_over_two_servers_have_one_effect(
    stack: Stack, database: Database, pusher: Pusher, kind: str
) -> None:
    """A user whom nobody knows yet: the identity, the conversation and the turn are all raced for."""
    openid = f"oTwin{kind:0>23}"
    fields = text_fields(openid, SENTENCES[0]) if kind == "text" else event_fields(openid, "CLICK", "menu.fees")

    responses = push_copies(stack, *pusher.request(fields))

    assert {response.status_code for response in responses} == {200}
    check_answered_once(stack, database, pusher, openid, responses)
    assert count(database, openid) == {"users": 1, "turns": 1, "asked": 1, "answered": 1, "deliveries": 1}


def test_fifty_copies_of_the_word_that_sends_a_form_over_two_servers_file_one_case(
    stack: Stack, database: Database, pusher: Pusher
) -> None:
    scene, loan = Scene(stack, database), service_of("pledge_financing")
    with database.unit_of_work() as session:
        user = session.scalars(select(User).join(WeChatIdentity).where(WeChatIdentity.openid == scene.openid)).one()
        start_draft(session, user=user, service=loan, said=PLEDGE, now=virtual_now(stack))
    scene.say("继续填")
    scene.until(lambda: "没问题回复“提交”" in scene.said()[-1])

    responses = push_copies(stack, *pusher.request(text_fields(scene.openid, "提交")))

    assert {response.status_code for response in responses} == {200}
    answer = check_answered_once(stack, database, pusher, scene.openid, responses)
    case = one_case(scene)
    assert (case.kind, case.stage) == (loan.key, "submitted")
    assert case.number in answer
    with database.reading() as session:
        opened = select(func.count(CaseEvent.id)).where(CaseEvent.case_id == case.id, CaseEvent.kind == "opened")
        assert session.scalar(opened) == 1
        assert session.scalars(select(FormDraft).where(FormDraft.user_id == case.user_id)).all() == []


def test_twenty_users_with_four_messages_each_at_once_are_answered_once_and_in_order(
    stack: Stack, database: Database
) -> None:
    scenes = [Scene(stack, database) for _ in range(USERS)]

    def talk(scene: Scene) -> None:
        for sentence in SENTENCES:
            scene.say(sentence)

    with ThreadPoolExecutor(USERS) as pool:
        list(pool.map(talk, scenes))

    for scene in scenes:
        scene.settle(len(SENTENCES))
        scene.check_once(len(SENTENCES))
        assert [turn.inbound["text"] for turn in scene.turns()] == list(SENTENCES)
        assert scene.faults_shown() == 0


def test_messages_that_a_user_fires_without_waiting_are_answered_one_after_the_other(
    stack: Stack, database: Database
) -> None:
    scenes = [Scene(stack, database) for _ in range(USERS // 2)]

    for sentence in SENTENCES:
        for scene in scenes:
            scene.say(sentence, wait=False)

    for scene in scenes:
        scene.settle(len(SENTENCES))
        turns = scene.turns()
        answers = scene.rows(Message, Message.author == Author.BOT)[1:]
        assert [turn.state for turn in turns] == ["done"] * len(SENTENCES)
        assert len(answers) == len(SENTENCES)
        # The bot's messages were written in the order of the turns, so each answer knew what was said before it.
        assert [turn.done_at for turn in turns] == sorted(turn.done_at for turn in turns)
        said = scene.said()
        assert sorted(said) == sorted(row.payload["text"] for row in scene.deliveries())
        assert scene.faults_shown() == 0
