"""An answer that missed its request is sent once, through the API, and no later answer overtakes it."""

import time
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from adapters.wechat.local import LocalWeChat
from bot import turn, webhook
from core.clock import FixedClock
from models import Delivery, DeliveryChannel, DeliveryReason, DeliveryState, Platform
from services.ports import WeChatError
from services.resources import Resources
from tests.support.jobs import run_outbox
from tests.support.pushes import Pusher, text_fields
from tests.support.waiting import wait_for_late_answer

OPENID = "oUser0000000000000000000001"


def test_an_answer_committed_after_success_was_said_goes_out_once_and_a_repeated_push_gets_none(
    client: FlaskClient, pusher: Pusher, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 0.5)
    monkeypatch.setattr(webhook, "GRACE_SECONDS", 0.2)
    complete = turn.complete_turn

    def slow(*args: Any, **kwargs: Any) -> None:
        time.sleep(1.2)
        complete(*args, **kwargs)

    monkeypatch.setattr(turn, "complete_turn", slow)
    url, body = pusher.request(text_fields(OPENID, "帮助"))

    first = client.post(url, data=body).get_data(as_text=True)
    wait_for_late_answer(resources.database)
    run_outbox(resources)
    again = client.post(url, data=body).get_data(as_text=True)

    assert (first, again) == ("success", "success")
    assert len(account(resources).texts_to(OPENID)) == 1
    with resources.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        assert (delivery.channel, delivery.state) == (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.SENT)


def ask(client: FlaskClient, pusher: Pusher, words: str) -> str:
    """What the push of these words is answered with at once; empty where nothing is said yet."""
    url, body = pusher.request(text_fields(OPENID, words))
    answer = client.post(url, data=body).get_data(as_text=True)
    return "" if answer == "success" else pusher.opened(answer)["Content"]


def ask_late(client: FlaskClient, pusher: Pusher, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to these words is not ready in time, so that it waits to be sent."""
    with monkeypatch.context() as patch:
        patch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 0)
        assert ask(client, pusher, words) == ""


def account(resources: Resources) -> LocalWeChat:
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    assert isinstance(wechat, LocalWeChat)
    return wechat


def test_an_answer_does_not_overtake_the_one_before_it_that_is_still_to_be_sent(
    client: FlaskClient, pusher: Pusher, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_late(client, pusher, "外观专利保护多少年", monkeypatch)
    wait_for_late_answer(resources.database)

    assert ask(client, pusher, "帮助") == ""
    run_outbox(resources)

    first, second = account(resources).texts_to(OPENID)
    assert "15年" in first and "15年" not in second
    assert ask(client, pusher, "帮助") == second


def test_an_answer_that_nobody_sends_holds_up_the_next_ones_for_ten_seconds_only(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_late(client, pusher, "外观专利保护多少年", monkeypatch)
    wait_for_late_answer(resources.database)

    clock.advance(timedelta(seconds=11))

    assert ask(client, pusher, "帮助")


def test_a_picture_that_is_still_to_be_sent_holds_up_no_answer(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    assert ask(client, pusher, "帮助")
    with resources.database.unit_of_work() as session:
        row = session.scalars(select(Delivery)).one()
        row.channel, row.state, row.reason = (
            DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.QUEUED, DeliveryReason.EXTRA,
        )  # fmt: skip

    assert ask(client, pusher, "帮助")


def test_an_answer_that_wechat_was_too_busy_for_holds_up_no_later_one(
    client: FlaskClient, pusher: Pusher, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_late(client, pusher, "外观专利保护多少年", monkeypatch)
    wait_for_late_answer(resources.database)
    account(resources).failures.append(WeChatError(-1, "system busy", outcome="busy"))
    run_outbox(resources)

    assert account(resources).texts_to(OPENID) == []
    assert ask(client, pusher, "帮助")
