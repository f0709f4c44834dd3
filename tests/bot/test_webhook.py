"""WeChat's pushes through the real webhook: what is answered, what is not, and what happens once."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from adapters.wechat.local import LocalWeChat
from bot import webhook
from bot.turn import TurnRunner
from core.clock import FixedClock
from jobs.relay import relay_once
from models import (
    Allowance,
    Conversation,
    ConversationStatus,
    Delivery,
    DeliveryChannel,
    DeliveryState,
    Message,
    Platform,
    Turn,
    User,
    WeChatIdentity,
)
from services.resources import Resources
from tests.support.jobs import run_outbox
from tests.support.pushes import Pusher, event_fields, signature, text_fields
from tests.support.resources import miniprogram_pusher
from tests.support.staff import make_staff
from tests.support.waiting import wait_for_late_answer, wait_until

OPENID = "oUser0000000000000000000001"


def _count(resources: Resources, model: type[Any]) -> int:
    with resources.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def _sent(resources: Resources, openid: str = OPENID) -> list[str]:
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    assert isinstance(wechat, LocalWeChat)
    return wechat.texts_to(openid)


@pytest.mark.parametrize("echo", ["5813246", "a+b/c=", "中文 &<>"])
def test_checklist_01_the_handshake_echoes_exactly(client: FlaskClient, pusher: Pusher, echo: str) -> None:
    timestamp = str(int(pusher.clock.now().timestamp()))
    query = {
        "signature": signature(pusher.token, timestamp, "n1"),
        "timestamp": timestamp,
        "nonce": "n1",
        "echostr": echo,
    }

    response = client.get("/wechat/official", query_string=query)

    assert (response.status_code, response.get_data(as_text=True)) == (200, echo)


def test_checklist_01_a_wrong_signature_or_missing_arguments_fail_the_handshake(client: FlaskClient) -> None:
    wrong = {"signature": "0" * 40, "timestamp": "1763900000", "nonce": "n1", "echostr": "x"}

    assert client.get("/wechat/official", query_string=wrong).status_code == 403
    assert client.get("/wechat/official").status_code == 400


def test_checklist_02_a_push_with_a_bad_signature_changes_nothing(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    url, body = pusher.request(text_fields(OPENID, "你好"))

    response = client.post(url.replace("signature=", "signature=0", 1), data=body)

    assert response.status_code == 403
    assert _count(resources, Turn) == _count(resources, User) == 0


def test_checklist_03_a_push_of_ten_minutes_ago_is_refused(
    client: FlaskClient, pusher: Pusher, clock: FixedClock
) -> None:
    url, body = pusher.request(text_fields(OPENID, "你好"))

    clock.advance(timedelta(minutes=11))

    assert client.post(url, data=body).status_code == 403


def test_a_follower_is_welcomed_once_even_if_the_event_comes_twice(
    client: FlaskClient, pusher: Pusher, clock: FixedClock
) -> None:
    first = pusher.push(client, event_fields(OPENID, "subscribe"))
    clock.advance(timedelta(seconds=2))
    second = pusher.push(client, event_fields(OPENID, "subscribe", CreateTime=1_763_900_002))

    assert pusher.opened(first.get_data(as_text=True))["Content"].startswith("我是知桥")
    assert second.get_data(as_text=True) == "success"


def test_an_answer_is_in_the_ledger_and_sent_only_after_the_response_was_written(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    response = pusher.push(client, text_fields(OPENID, "帮助"))

    with resources.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        assert delivery.state == DeliveryState.QUEUED
    response.close()
    with resources.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        assert (delivery.channel, delivery.state) == (DeliveryChannel.PASSIVE, DeliveryState.SENT)
        assert delivery.sent_at is not None


def test_checklist_30_passive_answers_use_no_allowance(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    for _ in range(3):
        pusher.say(client, OPENID, "帮助")

    with resources.database.reading() as session:
        assert [row.left_count for row in session.scalars(select(Allowance))] == [5]


@pytest.mark.parametrize(
    "event",
    ["VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "kf_create_session", "subscribe_msg_popup_event", "debug_demo",
     "something_new", "unsubscribe", "PUBLISHJOBFINISH", "user_authorization_revoke"],
)  # fmt: skip
def test_checklist_08_events_that_need_no_answer_get_success(
    client: FlaskClient, pusher: Pusher, resources: Resources, event: str
) -> None:
    response = pusher.push(client, event_fields(OPENID, event))

    assert (response.status_code, response.get_data(as_text=True)) == (200, "success")
    assert _count(resources, Turn) == 0


@pytest.mark.parametrize(
    ("kind", "extra"),
    [("image", {"PicUrl": "http://p", "MediaId": "m"}), ("video", {"MediaId": "m", "ThumbMediaId": "t"}),
     ("voice", {"MediaId": "m", "Format": "amr", "Recognition": ""}), ("link", {"Title": "t", "Url": "http://l"})],
)  # fmt: skip
def test_a_message_we_cannot_read_still_gets_a_way_on(
    client: FlaskClient, pusher: Pusher, kind: str, extra: dict[str, str]
) -> None:
    fields = text_fields(OPENID, "", **extra) | {"MsgType": kind}
    del fields["Content"]

    reply = pusher.opened(pusher.push(client, fields).get_data(as_text=True))

    assert "转人工" in reply["Content"]


def test_a_voice_with_recognition_is_understood_like_text(client: FlaskClient, pusher: Pusher) -> None:
    fields = text_fields(OPENID, "", MediaId="m", Format="amr", Recognition="找锂电池回收的专利")
    fields["MsgType"] = "voice"

    reply = pusher.opened(pusher.push(client, fields).get_data(as_text=True))

    assert "找到" in reply["Content"]
    assert "演示数据" in reply["Content"]


def test_a_shared_location_is_remembered_as_the_region(client: FlaskClient, pusher: Pusher) -> None:
    fields = text_fields(
        OPENID, "", Location_X="22.8", Location_Y="113.5", Scale="16", Label="广东省广州市南沙区港前大道"
    )
    fields["MsgType"] = "location"

    reply = pusher.opened(pusher.push(client, fields).get_data(as_text=True))

    assert "广东省广州市南沙区" in reply["Content"]


def test_checklist_10_a_turn_ready_in_time_is_answered_passively(client: FlaskClient, pusher: Pusher) -> None:
    assert "专利" in pusher.say(client, OPENID, "帮助")


def test_checklist_10_a_late_turn_is_answered_once_through_the_api(
    client: FlaskClient, pusher: Pusher, resources: Resources, runner: TurnRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 0.2)
    compose = runner._compose

    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.6)
        return compose(*args, **kwargs)

    monkeypatch.setattr(runner, "_compose", slow)
    url, body = pusher.request(text_fields(OPENID, "帮助"))

    first = client.post(url, data=body, content_type="text/xml")
    retry = client.post(url, data=body, content_type="text/xml")
    wait_for_late_answer(resources.database)
    run_outbox(resources)
    again = client.post(url, data=body, content_type="text/xml")

    assert [r.get_data(as_text=True) for r in (first, retry, again)] == ["success"] * 3
    assert len(_sent(resources)) == 1
    assert "查专利" in _sent(resources)[0]
    with resources.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        assert (delivery.channel, delivery.state) == (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.SENT)
        assert delivery.allowance_kind == "message"


def test_a_repeated_push_of_an_answered_turn_is_answered_with_the_same_words(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    url, body = pusher.request(text_fields(OPENID, "帮助"))

    answers = [pusher.opened(client.post(url, data=body).get_data(as_text=True))["Content"] for _ in range(3)]

    assert len(set(answers)) == 1
    assert _count(resources, Turn) == 1
    assert _count(resources, Delivery) == 1


def test_checklist_11_the_third_try_takes_over_from_a_process_that_died(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, runner: TurnRunner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    url, body = pusher.request(text_fields(OPENID, "帮助"))
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 0.1)
    with monkeypatch.context() as dying:
        dying.setattr(runner, "run", lambda *args, **kwargs: time.sleep(0.3))
        client.post(url, data=body)
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 4.0)

    second = client.post(url, data=body).get_data(as_text=True)
    clock.advance(timedelta(seconds=9))
    third = pusher.opened(client.post(url, data=body).get_data(as_text=True))

    assert second == "success"
    assert third["Content"].startswith("我能做这些")
    assert _count(resources, Turn) == 1


def test_checklist_11_a_turn_cut_off_with_no_further_try_is_found_by_the_sweep(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, runner: TurnRunner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 0.1)
    with monkeypatch.context() as dying:
        dying.setattr(runner, "run", lambda *args, **kwargs: time.sleep(0.3))
        pusher.push(client, text_fields(OPENID, "帮助"))
    clock.advance(timedelta(seconds=10))

    run_outbox(resources, sweep=True)

    assert len(_sent(resources)) == 1


def test_checklist_12_the_same_message_id_from_two_users_is_two_messages(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    for openid in (OPENID, "oUser0000000000000000000002"):
        pusher.push(client, text_fields(openid, "帮助", MsgId=42))

    assert _count(resources, Turn) == 2


def test_checklist_13_two_clicks_within_one_second_are_both_answered(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    for key in ("menu.help", "menu.fees"):
        response = pusher.push(client, event_fields(OPENID, "CLICK", key))
        assert "Content" in pusher.opened(response.get_data(as_text=True))

    assert _count(resources, Turn) == 2


def test_checklist_14_parallel_duplicates_have_one_effect(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    url, body = pusher.request(text_fields(OPENID, "找锂电池的专利"))
    start = threading.Barrier(16)
    statuses: list[int] = []

    def push() -> None:
        start.wait()
        statuses.append(client.application.test_client().post(url, data=body).status_code)

    threads = [threading.Thread(target=push) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 16
    assert (_count(resources, Turn), _count(resources, User)) == (1, 1)
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Message).where(Message.author == "bot")) == 1


def test_two_messages_at_once_are_answered_in_order(client: FlaskClient, pusher: Pusher, resources: Resources) -> None:
    threads = []
    for words in ("找广东的有效发明专利", "下一页"):
        fields = text_fields(OPENID, words)
        threads.append(threading.Thread(target=pusher.push, args=(client.application.test_client(), fields)))
        threads[-1].start()
        wait_until(lambda: _count(resources, Turn) == len(threads))
    for thread in threads:
        thread.join()

    with resources.database.reading() as session:
        skills = session.scalars(select(Turn.skill).order_by(Turn.id)).all()
        texts = session.scalars(select(Message.text).where(Message.author == "bot").order_by(Message.id)).all()
    assert skills == ["patent_search", "patent_search"]
    assert texts[0].startswith("找到")
    assert texts[1].startswith("第6到")


def test_checklist_18_hostile_text_comes_back_as_text(client: FlaskClient, pusher: Pusher) -> None:
    hostile = "]]></Content><MsgType><![CDATA[image]]></MsgType><Content><![CDATA[x"

    reply = pusher.opened(pusher.push(client, text_fields(OPENID, hostile)).get_data(as_text=True))

    assert reply["MsgType"] == "text"
    assert isinstance(reply["Content"], str)


@pytest.mark.parametrize("body", [b"<!DOCTYPE x><xml/>", b"x" * 11_000_000, b"<a>" * 20_000, b"", b"{}", b"\xff\xfe"])
def test_checklist_19_malformed_and_oversized_bodies_are_refused_fast(
    client: FlaskClient, pusher: Pusher, resources: Resources, body: bytes
) -> None:
    url, _ = pusher.request(text_fields(OPENID, "x"))
    started = time.perf_counter()

    response = client.post(url, data=body)

    assert response.status_code in {400, 403, 413}
    assert time.perf_counter() - started < 1
    assert _count(resources, Turn) == 0


def test_checklist_20_nothing_is_sent_after_an_unsubscribe(
    client: FlaskClient, pusher: Pusher, resources: Resources, runner: TurnRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 0.1)
    compose = runner._compose

    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.5)
        return compose(*args, **kwargs)

    monkeypatch.setattr(runner, "_compose", slow)
    pusher.push(client, text_fields(OPENID, "帮助"))
    pusher.push(client, event_fields(OPENID, "unsubscribe"))
    wait_for_late_answer(resources.database)
    run_outbox(resources)

    assert _sent(resources) == []
    with resources.database.reading() as session:
        delivery = session.scalars(select(Delivery)).one()
        assert (delivery.channel, delivery.state) == (DeliveryChannel.INBOX, DeliveryState.QUEUED)


def test_checklist_21_a_tapped_menu_item_is_a_message_that_opens_the_short_allowance(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    pusher.push(client, text_fields(OPENID, "帮助", bizmsgmenuid="choice-1"))

    with resources.database.reading() as session:
        assert [(row.kind, row.left_count) for row in session.scalars(select(Allowance))] == [("action", 3)]


def test_checklist_22_a_cancelled_account_is_erased_by_its_open_id(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    pusher.say(client, OPENID, "我是广州云测科技的王五,电话13800138000")

    pusher.push(client, event_fields("platform", "user_authorization_cancellation", OpenID=OPENID, AppID="wx"))

    with resources.database.reading() as session:
        identity = session.scalars(select(WeChatIdentity)).one()
        assert identity.openid != OPENID
        assert identity.user.erased_at is not None
        assert {message.text for message in session.scalars(select(Message))} == {""}


def test_checklist_22_a_revoked_phone_is_deleted_and_the_rest_stays(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    pusher.say(client, OPENID, "帮助")
    with resources.database.unit_of_work() as session:
        user = session.scalars(select(User)).one()
        user.phone, user.display_name, user.phone_verified_at = "13800138000", "王五", user.created_at

    pusher.push(client, event_fields("platform", "user_authorization_revoke", OpenID=OPENID, RevokeInfo="8"))

    with resources.database.reading() as session:
        user = session.scalars(select(User)).one()
    assert (user.phone, user.phone_verified_at, user.display_name) == (None, None, "王五")


def test_checklist_23_a_flood_of_locations_gets_no_answers_and_no_rows(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    for second in range(20):
        fields = event_fields(OPENID, "LOCATION", Latitude="22.5", Longitude="113.5", CreateTime=1_763_900_000 + second)
        assert pusher.push(client, fields).get_data(as_text=True) == "success"

    assert _count(resources, Message) == 0


def test_the_bot_is_silent_while_a_person_holds_the_conversation(
    client: FlaskClient, pusher: Pusher, resources: Resources
) -> None:
    pusher.say(client, OPENID, "帮助")
    with resources.database.unit_of_work() as session:
        session.scalars(select(Conversation)).one().status = ConversationStatus.OPEN

    response = pusher.push(client, text_fields(OPENID, "外观专利保护多少年"))

    assert response.get_data(as_text=True) == "success"
    with resources.database.reading() as session:
        assert session.scalars(select(Conversation)).one().unread_count == 1


def test_an_answer_composed_before_a_person_took_over_is_never_spoken(
    client: FlaskClient, pusher: Pusher, resources: Resources, runner: TurnRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = runner._compose

    def taken_over_meanwhile(*args: Any, **kwargs: Any) -> Any:
        result = compose(*args, **kwargs)
        with resources.database.unit_of_work() as session:
            conversation = session.scalars(select(Conversation)).one()
            conversation.status = ConversationStatus.OPEN
            conversation.owner_token += 1
        return result

    monkeypatch.setattr(runner, "_compose", taken_over_meanwhile)

    response = pusher.push(client, text_fields(OPENID, "外观专利保护多少年"))

    assert response.get_data(as_text=True) == "success"
    with resources.database.reading() as session:
        assert session.scalars(select(Turn)).one().state == "suppressed"
        assert session.scalar(select(func.count()).select_from(Message).where(Message.author == "bot")) == 0


def test_the_webhook_answers_with_valkey_away_and_nothing_is_lost(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    import redis

    gone = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    with resources.database.unit_of_work() as session:
        make_staff(session, clock.now())

    assert pusher.say(client, OPENID, "帮助").startswith("我能做这些")
    assert "单号" in pusher.say(client, OPENID, "转人工")
    clock.advance(timedelta(minutes=11))  # the time of the offer to staff is over
    with pytest.raises(redis.RedisError):
        relay_once(resources.database, gone, resources.clock.now())
    assert relay_once(resources.database, resources.redis, resources.clock.now()) >= 1


def test_the_mini_program_gets_success_at_once_and_the_answer_through_the_api(
    client: FlaskClient, resources: Resources, clock: FixedClock
) -> None:
    mini = miniprogram_pusher()
    mini.clock = clock

    response = mini.push(client, text_fields("oMini00000000000000000001", "帮助"))
    wait_for_late_answer(resources.database)
    run_outbox(resources)

    assert response.get_data(as_text=True) == "success"
    wechat = resources.wechat[Platform.MINI_PROGRAM]
    assert isinstance(wechat, LocalWeChat)
    assert len(wechat.texts_to("oMini00000000000000000001")) == 1
