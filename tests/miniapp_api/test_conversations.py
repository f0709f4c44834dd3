"""One's own conversations and messages; the in-app inbox; nobody else's, no internal notes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from models import (
    Author,
    Conversation,
    Delivery,
    DeliveryChannel,
    DeliveryReason,
    DeliveryState,
    Platform,
    Staff,
    WeChatIdentity,
)
from services.app_inbox import list_inbox
from services.deliveries import UNKNOWN_OUTCOME, queue_deliveries, send_waiting
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.people import make_conversation, make_identity, make_message


@pytest.fixture
def conversation_id(phone: Phone) -> str:
    return str(phone.post("/ask", {"text": "帮助"}).get_json()["conversation_id"])


def add_message(resources: Resources, text: str, **values: object) -> int:
    with resources.database.unit_of_work() as session:
        conversation = session.scalars(select(Conversation)).one()
        message = make_message(session, conversation, resources.clock.now(), text=text, author=Author.STAFF)
        for name, value in values.items():
            setattr(message, name, value)
        session.flush()
        return message.id


def test_the_newest_words_come_first_with_their_sources(phone: Phone, conversation_id: str, law: None) -> None:
    phone.post("/ask", {"text": "外观设计专利保护多少年"})

    items = phone.get(f"/conversations/{conversation_id}/messages").get_json()["items"]

    assert [item["author"] for item in items] == ["bot", "user", "bot", "user"]
    assert items[1]["text"] == "外观设计专利保护多少年"
    assert items[0]["citations"][0]["document"] == "专利法"


def test_internal_notes_are_never_shown(phone: Phone, conversation_id: str, resources: Resources) -> None:
    add_message(resources, "客户很急,先报价", is_internal=True)

    answer = phone.get(f"/conversations/{conversation_id}/messages")

    assert "先报价" not in answer.text


def test_events_without_words_are_not_shown(phone: Phone, conversation_id: str, resources: Resources) -> None:
    add_message(resources, "", kind="event")

    items = phone.get(f"/conversations/{conversation_id}/messages").get_json()["items"]

    assert len(items) == 2


def test_a_member_of_staff_has_a_name(phone: Phone, conversation_id: str, resources: Resources) -> None:
    with resources.database.unit_of_work() as session:
        staff = Staff(username="chen", display_name="陈敏", password_hash="x", created_at=resources.clock.now())
        session.add(staff)
        session.flush()
        staff_id = staff.id
    add_message(resources, "材料收到了", staff_id=staff_id)

    newest = phone.get(f"/conversations/{conversation_id}/messages").get_json()["items"][0]

    assert (newest["author"], newest["staff"], newest["text"]) == ("staff", "陈敏", "材料收到了")


def test_pages_neither_repeat_nor_lose_a_message_while_new_ones_come(
    phone: Phone, conversation_id: str, resources: Resources
) -> None:
    sent = [add_message(resources, f"第{number}条") for number in range(7)]
    first = phone.get(f"/conversations/{conversation_id}/messages", limit=3).get_json()
    add_message(resources, "新来的")

    seen, cursor = [item["id"] for item in first["items"]], first["next_cursor"]
    while cursor:
        page = phone.get(f"/conversations/{conversation_id}/messages", limit=3, cursor=cursor).get_json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert len(seen) == len(set(seen)) == 9
    assert set(sent) <= set(seen)


def test_what_was_read_counts_as_delivered_and_what_wechat_refused_stays_refused(
    phone: Phone, conversation_id: str, resources: Resources, clock: FixedClock
) -> None:
    states = {
        "inbox": (DeliveryChannel.INBOX, DeliveryState.QUEUED, None),
        "api": (DeliveryChannel.API, DeliveryState.QUEUED, None),
        "unknown": (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.FAILED, UNKNOWN_OUTCOME),
        "on its way": (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.QUEUED, None),
        "refused": (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.FAILED, "43004"),
    }
    for text, (channel, state, error_code) in states.items():
        message_id = add_message(resources, text)
        with resources.database.unit_of_work() as session:
            [queued] = queue_deliveries(
                session,
                identity_id=session.scalars(select(WeChatIdentity.id)).one(),
                message_id=message_id,
                payloads=[{"kind": "text", "text": text}],
                reason=DeliveryReason.STAFF_REPLY,
                now=clock.now(),
            )
            row = session.get_one(Delivery, queued.delivery_id)
            row.channel, row.state, row.error_code = channel, state, error_code

    phone.get(f"/conversations/{conversation_id}/messages").close()

    with resources.database.reading() as session:
        rows = session.scalars(select(Delivery).where(Delivery.reason == DeliveryReason.STAFF_REPLY)).all()
        sent = {row.payload["text"] for row in rows if row.state == DeliveryState.SENT}
        assert sent == {"inbox", "api", "unknown", "on its way"}
        assert all(row.sent_at == clock.now() for row in rows if row.state == DeliveryState.SENT)


def test_a_reply_read_before_it_was_sent_is_neither_sent_nor_offered_again(
    phone: Phone, conversation_id: str, resources: Resources, clock: FixedClock
) -> None:
    message_id = add_message(resources, "材料收到了")
    with resources.database.unit_of_work() as session:
        identity_id = session.scalars(select(WeChatIdentity.id)).one()
        queue_deliveries(
            session,
            identity_id=identity_id,
            message_id=message_id,
            payloads=[{"kind": "text", "text": "材料收到了"}],
            reason=DeliveryReason.STAFF_REPLY,
            now=clock.now(),
        )
    phone.get(f"/conversations/{conversation_id}/messages").close()
    clock.advance(timedelta(hours=49))

    sent = send_waiting(resources.database, resources.wechat[Platform.MINI_PROGRAM], clock, identity_id=identity_id)

    with resources.database.reading() as session:
        assert (sent, list_inbox(session, identity_id=identity_id)) == (0, [])


def test_the_list_holds_the_conversations_of_all_of_ones_accounts(
    log_in: Callable[..., Phone], resources: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        follower = make_identity(session, clock.now())
        follower.user.unionid = "oUnion1"
        make_conversation(session, follower, clock.now())
        make_conversation(session, make_identity(session, clock.now()), clock.now())
    phone = log_in(unionid="oUnion1")
    phone.post("/ask", {"text": "帮助"})

    first = phone.get("/conversations", limit=1).get_json()
    second = phone.get("/conversations", limit=1, cursor=first["next_cursor"]).get_json()

    assert [item["platform"] for item in first["items"] + second["items"]] == ["mini_program", "official_account"]
    assert second["next_cursor"] is None


def test_a_strangers_conversation_looks_like_a_missing_one(log_in: Callable[..., Phone], conversation_id: str) -> None:
    other = log_in("oMini2")

    strange = other.get(f"/conversations/{conversation_id}/messages")
    missing = other.get("/conversations/no-such-conversation/messages")

    assert strange.status_code == missing.status_code == 404
    assert strange.get_json() == missing.get_json()
    assert other.get("/conversations").get_json() == {"items": [], "next_cursor": None}


def test_a_cursor_of_another_list_is_refused(
    log_in: Callable[..., Phone], phone: Phone, conversation_id: str, resources: Resources
) -> None:
    add_message(resources, "一")
    cursor = phone.get(f"/conversations/{conversation_id}/messages", limit=1).get_json()["next_cursor"]

    for refused in (
        phone.get("/conversations", cursor=cursor),
        log_in("oMini2").get("/conversations", cursor=cursor),
        phone.get(f"/conversations/{conversation_id}/messages", cursor=cursor[:-2] + "xx"),
        phone.get(f"/conversations/{conversation_id}/messages", cursor="made-up"),
    ):
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "bad_cursor")
