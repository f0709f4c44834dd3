"""What WeChat pushes about subscriptions, from the webhook to the ledger of grants (checklist 46 to 48, 52)."""

from sqlalchemy import select

from models import (
    Author,
    Conversation,
    Delivery,
    DeliveryChannel,
    DeliveryReason,
    DeliveryState,
    Message,
    SubscriptionEvent,
    WeChatIdentity,
)
from services.notices.grants import list_left
from tests.support.pushes import NOW, event_fields

OPENID = "oUser0000000000000000000041"
POPUP, CHANGE, SENT = "subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"


def answer(template_id: str, status: str = "accept") -> dict[str, str]:
    return {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0"}


def left(resources) -> dict[str, int]:
    with resources.database.reading() as session:
        identity = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == OPENID)).one()
        return {template: count for (_, template), count in list_left(session, [identity.id]).items()}


def test_checklist_47_a_list_or_a_single_object_is_counted_once_however_often_it_is_pushed(
    client, pusher, resources
) -> None:
    pusher.say(client, OPENID, "帮助")
    single = event_fields(OPENID, POPUP, SubscribeMsgPopupEvent={"List": answer("T1")})
    several = event_fields(
        OPENID, POPUP, CreateTime=NOW + 1,
        SubscribeMsgPopupEvent={"List": [answer("T1"), answer("T2"), answer("T3", "reject")]},
    )  # fmt: skip
    for fields in (single, single, several, several, several):
        assert pusher.push(client, fields).status_code == 200
    assert left(resources) == {"T1": 2, "T2": 1}
    with resources.database.reading() as session:
        # What is kept of the pushes names nobody.
        assert [OPENID in key for key in session.scalars(select(SubscriptionEvent.key))] == [False, False]

    off = event_fields(OPENID, CHANGE, SubscribeMsgChangeEvent={"List": answer("T1", "reject")})
    pusher.push(client, off)
    assert left(resources) == {"T2": 1}
    pusher.push(client, event_fields(OPENID, "unsubscribe"))
    assert left(resources) == {}


def test_a_message_that_wechat_took_and_did_not_deliver_is_offered_in_the_app(client, pusher, resources) -> None:
    pusher.say(client, OPENID, "帮助")
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        identity = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == OPENID)).one()
        conversation = session.scalars(select(Conversation).where(Conversation.identity_id == identity.id)).one()
        message = Message(conversation_id=conversation.id, author=Author.SYSTEM, text="年费到期。", created_at=now)
        session.add(message)
        session.flush()
        row = Delivery(
            key="told", identity_id=identity.id, via_identity_id=identity.id, message_id=message.id,
            channel=DeliveryChannel.SUBSCRIPTION, reason=DeliveryReason.NOTICE,
            payload={"kind": "text", "text": "年费"},
            state=DeliveryState.SENT, sent_at=now, wechat_msg_id="300000001", template_id="T1", created_at=now,
        )  # fmt: skip
        session.add(row)
    result = {"TemplateId": "T1", "MsgID": "300000001", "ErrorCode": "0", "ErrorStatus": "success"}

    def state() -> tuple[str, str]:
        with resources.database.reading() as session:
            found = session.scalars(select(Delivery).where(Delivery.key == "told")).one()
            return found.channel, found.state

    pusher.push(client, event_fields(OPENID, SENT, SubscribeMsgSentEvent={"List": result}))
    assert state() == (DeliveryChannel.SUBSCRIPTION, DeliveryState.SENT)
    failed = {**result, "ErrorCode": "10001", "ErrorStatus": "failed"}
    pusher.push(client, event_fields(OPENID, SENT, CreateTime=NOW + 5, SubscribeMsgSentEvent={"List": failed}))
    assert state() == (DeliveryChannel.INBOX, DeliveryState.QUEUED)
