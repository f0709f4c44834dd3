"""An answer that took the passive slot and then missed the request: sent once, through the API."""

import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from adapters.wechat.local import LocalWeChat
from bot import turn, webhook
from models import Delivery, DeliveryChannel, DeliveryState, Platform
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
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    assert isinstance(wechat, LocalWeChat)
    assert len(wechat.texts_to(OPENID)) == 1
    with resources.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        assert (delivery.channel, delivery.state) == (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.SENT)
