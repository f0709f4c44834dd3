"""An owner may have everything deleted by saying so, twice."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.skills.own_data import asks
from core.clock import FixedClock
from models import Message, User, WeChatIdentity
from services.resources import Resources
from tests.support.jobs import run_outbox
from tests.support.pushes import Pusher

OPENID = "oUser0000000000000000000009"


@pytest.mark.parametrize(
    "text", ["删除我的数据", "帮我删掉我的资料", "注销账号", "把我的聊天记录都删了", "我要注销账户"]
)
def test_the_wish_is_heard(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["商标注销要多久", "删除权利要求可以吗", "公司注销了专利怎么办"])
def test_a_question_is_not_taken_for_the_wish(text: str) -> None:
    assert not asks(text)


def test_nothing_is_deleted_before_it_is_confirmed(client: FlaskClient, pusher: Pusher, resources: Resources) -> None:
    asked = pusher.say(client, OPENID, "删除我的数据")
    pusher.say(client, OPENID, "算了")
    again = pusher.say(client, OPENID, "确认删除")

    assert "确认删除" in asked
    assert "确认删除" in again
    with resources.database.reading() as session:
        assert session.scalars(select(User)).one().erased_at is None


def test_a_confirmed_wish_erases_the_person_and_their_words(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    pusher.say(client, OPENID, "我是广州云测科技的王五")
    pusher.say(client, OPENID, "删除我的数据")
    answer = pusher.say(client, OPENID, "确认删除")
    clock.advance(timedelta(minutes=2))

    run_outbox(resources)

    assert "已安排" in answer
    with resources.database.reading() as session:
        assert session.scalars(select(User)).one().erased_at is not None
        assert session.scalars(select(WeChatIdentity)).one().openid != OPENID
        assert {message.text for message in session.scalars(select(Message))} == {""}
