"""The picture that follows an applicant's summary: sent once and soon, or left out without a word."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update

from adapters.wechat.errors import WINDOW_CLOSED
from adapters.wechat.failing import FailingWeChat
from adapters.wechat.local import LocalWeChat, SentMessage
from core.clock import FixedClock
from models import (
    Allowance,
    Conversation,
    ConversationStatus,
    Delivery,
    DeliveryReason,
    DeliveryState,
    Message,
    Platform,
)
from services import portfolio_pictures
from services.ports import WeChatError
from services.resources import Resources
from tests.support.jobs import run_outbox
from tests.support.pushes import Pusher, text_fields

OPENID = "oUser0000000000000000000001"
QUESTION = "岭海理工大学的专利布局"


@pytest.fixture
def wechat(resources: Resources) -> LocalWeChat:
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    assert isinstance(wechat, LocalWeChat)
    return wechat


def say(client: FlaskClient, pusher: Pusher, text: str) -> str:
    with pusher.push(client, text_fields(OPENID, text)) as response:
        return str(pusher.opened(response.get_data(as_text=True))["Content"])


def work(resources: Resources, clock: FixedClock, after: timedelta = timedelta(seconds=2)) -> None:
    clock.advance(after)
    run_outbox(resources)


def pictures(wechat: LocalWeChat) -> list[SentMessage]:
    return [message for message in wechat.sent if message.payload["kind"] == "image"]


def extras(resources: Resources) -> list[Delivery]:
    with resources.database.reading() as session:
        return list(session.scalars(select(Delivery).where(Delivery.reason == DeliveryReason.EXTRA)))


def test_the_years_follow_the_answer_as_a_picture(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, wechat: LocalWeChat
) -> None:
    answer = say(client, pusher, QUESTION)
    assert wechat.sent == []
    work(resources, clock)

    assert answer.startswith("库里收录名称含“岭海理工大学”")
    [picture] = pictures(wechat)
    assert picture.openid == OPENID
    with Image.open(BytesIO(wechat.media[picture.payload["media_id"]])) as image:
        assert (image.format, image.size) == ("PNG", (900, 680))
    [delivery] = extras(resources)
    assert delivery.state == DeliveryState.SENT
    with resources.database.reading() as session:
        last = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        assert last.text == "[图片]各年专利申请量"


def test_a_search_for_a_subject_brings_no_picture(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, wechat: LocalWeChat
) -> None:
    say(client, pusher, "找石墨烯专利")
    work(resources, clock)

    assert (wechat.sent, wechat.media) == ([], {})


@pytest.mark.parametrize("outcome", ["busy", "unknown", "refused"])
def test_a_failing_upload_leaves_the_answer_as_it_is(
    outcome: str, client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    resources.wechat[Platform.OFFICIAL_ACCOUNT] = FailingWeChat(outcome)  # type: ignore[arg-type]

    answer = say(client, pusher, QUESTION)
    work(resources, clock)

    assert "找到12件" in answer
    assert extras(resources) == []
    assert "没送到" not in say(client, pusher, "帮助")


def test_without_an_allowance_beside_the_one_for_people_nothing_is_uploaded(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, wechat: LocalWeChat
) -> None:
    say(client, pusher, QUESTION)
    with resources.database.unit_of_work() as session:
        session.execute(update(Allowance).values(left_count=1))
    work(resources, clock)

    assert (wechat.media, extras(resources)) == ({}, [])
    assert "没送到" not in say(client, pusher, "帮助")


@pytest.mark.parametrize(
    "error",
    [
        WeChatError(WINDOW_CLOSED, "response out of time limit", outcome="refused"),
        WeChatError(None, "no answer", outcome="unknown"),
        WeChatError(45009, "reach max api daily quota limit", outcome="refused"),
    ],
)
def test_a_picture_that_wechat_does_not_take_is_not_offered_later(
    error: WeChatError,
    client: FlaskClient,
    pusher: Pusher,
    resources: Resources,
    clock: FixedClock,
    wechat: LocalWeChat,
) -> None:
    wechat.failures.append(error)
    say(client, pusher, QUESTION)
    work(resources, clock)

    [delivery] = extras(resources)
    assert delivery.state in {DeliveryState.EXPIRED, DeliveryState.FAILED}
    assert "没送到" not in say(client, pusher, "帮助")


def test_a_picture_that_comes_too_late_is_left_out(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, wechat: LocalWeChat
) -> None:
    say(client, pusher, QUESTION)
    work(resources, clock, timedelta(minutes=3))

    assert (wechat.media, wechat.sent) == ({}, [])


def test_while_a_person_holds_the_conversation_the_bot_sends_no_picture(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, wechat: LocalWeChat
) -> None:
    say(client, pusher, QUESTION)
    with resources.database.unit_of_work() as session:
        session.execute(update(Conversation).values(status=ConversationStatus.OPEN))
    work(resources, clock)

    assert (wechat.media, wechat.sent) == ({}, [])


def test_a_job_that_runs_twice_sends_one_picture(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, wechat: LocalWeChat
) -> None:
    say(client, pusher, QUESTION)
    with resources.database.reading() as session:
        conversation_id = session.scalars(select(Conversation.id)).one()

    queued = [
        portfolio_pictures.send_chart(
            resources.database,
            wechat,
            resources.patent_search,
            clock,
            conversation_id=conversation_id,
            chart_key="chart-1",
            asked_at=clock.now(),
        )
        for _ in range(2)
    ]

    assert queued == [True, False]
    assert len(extras(resources)) == 1
