"""One notice takes the best channel that is open, and its row says what became of each."""

from datetime import datetime, timedelta

import pytest

from adapters.wechat.errors import WeChatError
from core.clock import CHINA, FixedClock
from core.db import Database
from models import (
    ChannelPause,
    Conversation,
    Delivery,
    DeliveryChannel,
    DeliveryState,
    MessageTemplate,
    Topic,
    WeChatIdentity,
)
from services.app_inbox import list_inbox
from services.custody.telling import tell as tell_keeper
from services.notices.grants import list_left
from services.notices.preferences import Pace, prefer
from services.notices.reading import list_notices
from services.notices.sending import note_result, send_push
from services.notices.sweeps import rescue_pushes
from tests.support.notices import DEADLINE, FACTS, MINI_DEADLINE, OLD_DEADLINE, Reader, make_templates

MESSAGE, SUBSCRIPTION, TEMPLATE, INBOX = (
    DeliveryChannel.CUSTOMER_SERVICE, DeliveryChannel.SUBSCRIPTION, DeliveryChannel.TEMPLATE, DeliveryChannel.INBOX,
)  # fmt: skip


@pytest.fixture
def reader(database: Database, clock: FixedClock) -> Reader:
    clock.set(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))
    with database.unit_of_work() as session:
        make_templates(session, clock.now())
    return Reader(database, clock)


def outcomes(row: Delivery) -> list[tuple[str, str]]:
    return [(each["channel"], each["outcome"]) for each in row.tried or ()]


def refused(code: int) -> WeChatError:
    return WeChatError(code, "refused", outcome="refused")


def test_inside_the_window_it_is_a_message_outside_it_a_granted_one_and_each_grant_is_one_send(reader: Reader) -> None:
    reader.writes()
    assert (reader.told(key="1").channel, len(reader.texts())) == (MESSAGE, 1)

    reader.clock.advance(timedelta(days=3))
    reader.grants(MINI_DEADLINE)
    row = reader.told(key="2")
    assert (row.channel, row.state, row.via_identity_id) == (SUBSCRIPTION, DeliveryState.SENT, reader.mini_id)
    assert outcomes(row) == [(MESSAGE, "no_allowance"), (SUBSCRIPTION, "sent")]
    (notice,) = reader.mini.notices
    assert notice.data == {"thing1": "CN112345678B年费到期", "date2": FACTS["day"]}

    # Nothing is granted any more: a follower gets the old kind, which needs no grant.
    row = reader.told(key="3")
    assert (row.channel, reader.official.notices[0].template_id) == (TEMPLATE, OLD_DEADLINE)
    assert [len(reader.texts()), len(reader.mini.notices), len(reader.official.notices)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("details", "channel"),
    [
        # No template is for it.
        ({"topic": Topic.OPPORTUNITY, "subject": "match:x"}, INBOX),
        # A fact that a keyword needs is not there: WeChat would refuse the whole message.
        ({"facts": {}}, INBOX),
    ],
)
def test_what_no_template_may_or_can_say_waits_in_the_app(reader: Reader, details: dict, channel: str) -> None:
    row = reader.told(**details)
    assert (row.channel, row.state) == (channel, DeliveryState.QUEUED)
    with reader.database.reading() as session:
        assert len(list_inbox(session, identity_id=reader.identity_id)) == 1
    assert not reader.official.notices


def test_43101_empties_the_grant_and_the_next_channel_takes_over_at_once(reader: Reader) -> None:
    reader.grants(DEADLINE, really=False)
    reader.grants(DEADLINE, really=False)
    row = reader.told()
    assert (row.channel, row.state) == (TEMPLATE, DeliveryState.SENT)
    assert outcomes(row) == [(MESSAGE, "no_allowance"), (SUBSCRIPTION, "43101"), (TEMPLATE, "sent")]
    with reader.database.reading() as session:
        assert list_left(session, [reader.identity_id]) == {}


def test_45009_rests_the_channel_till_midnight_in_china_keeps_the_grant_and_sends_then(reader: Reader) -> None:
    with reader.database.unit_of_work() as session:
        for template in session.query(MessageTemplate).filter_by(template_id=OLD_DEADLINE):
            session.delete(template)
    reader.grants(DEADLINE)
    reader.official.failures = [refused(45009)]
    row = reader.told()
    assert (row.channel, row.state, row.claimed_until) == (SUBSCRIPTION, DeliveryState.QUEUED, None)
    midnight = datetime(2026, 11, 24, tzinfo=CHINA)
    with reader.database.reading() as session:
        assert session.query(ChannelPause).one().until_at == midnight
        assert list_left(session, [reader.identity_id]) == {(reader.identity_id, DEADLINE): 1}
    reader.sending()
    assert not reader.official.notices

    reader.clock.set(midnight + timedelta(minutes=10))
    reader.sending()
    assert reader.rows()[-1].state == DeliveryState.SENT
    assert len(reader.official.notices) == 1


@pytest.mark.parametrize("code", [47003, 41030, 40037])
def test_checklist_53_a_template_that_wechat_refuses_is_noted_used_no_more_and_costs_no_grant(
    reader: Reader, code: int
) -> None:
    reader.grants(DEADLINE)
    reader.official.failures = [refused(code)]
    row = reader.told()
    assert (row.channel, row.state) == (TEMPLATE, DeliveryState.SENT)
    with reader.database.reading() as session:
        template = session.query(MessageTemplate).filter_by(template_id=DEADLINE).one()
        assert str(template.problem).startswith(str(code))
        assert list_left(session, [reader.identity_id]) == {(reader.identity_id, DEADLINE): 1}


def test_checklist_52_who_blocked_us_is_left_alone_until_they_act_again(reader: Reader) -> None:
    row = reader.told(key="1")
    assert row.channel == TEMPLATE
    with reader.database.unit_of_work() as session:
        identity = session.get_one(WeChatIdentity, reader.identity_id)
        for _ in range(2):  # WeChat's retry
            note_result(session, identity, str(row.wechat_msg_id), "failed:user block", reader.clock.now())
    row = reader.rows()[-1]
    assert (row.channel, row.state) == (INBOX, DeliveryState.QUEUED)
    assert outcomes(row)[-1] == (TEMPLATE, "failed:user block")

    assert reader.told(key="2").channel == INBOX
    assert len(reader.official.notices) == 1

    reader.clock.advance(timedelta(hours=1))
    reader.writes()
    reader.clock.advance(timedelta(days=3))
    assert reader.told(key="3").channel == TEMPLATE


def test_who_unfollowed_hears_nothing_from_the_account_but_from_the_app_where_they_asked_for_it(
    reader: Reader,
) -> None:
    reader.grants(DEADLINE)
    with reader.database.unit_of_work() as session:
        session.get_one(WeChatIdentity, reader.identity_id).is_subscribed = False
    assert reader.told(key="1").channel == INBOX
    reader.grants(MINI_DEADLINE)
    assert reader.told(key="2").channel == SUBSCRIPTION
    assert (len(reader.official.notices), len(reader.mini.notices)) == (0, 1)


def test_checklist_50_a_template_message_whose_outcome_is_unknown_is_not_sent_again(reader: Reader) -> None:
    """WeChat drops a second one with the same client_msg_id for ten minutes only: after that it would be a second."""
    reader.official.failures = [WeChatError(None, "no answer", outcome="unknown")]
    row = reader.told()
    assert (row.state, row.error_code) == (DeliveryState.FAILED, "unknown")
    reader.sending()
    assert not reader.official.notices
    with reader.database.reading() as session:
        assert len(list_inbox(session, identity_id=reader.identity_id)) == 1
    data = {"thing1": "年费"}
    for minutes in (0, 9, 11):
        reader.clock.advance(timedelta(minutes=minutes))
        reader.official.send_template(reader.openid, OLD_DEADLINE, data, "same")
    assert len(reader.official.notices) == 2


def test_a_sender_that_died_leaves_it_unknown_and_one_that_never_began_is_asked_for_again(reader: Reader) -> None:
    reader.grants(DEADLINE)
    reader.is_told()
    reader.writing()
    with reader.database.unit_of_work() as session:
        row = session.query(Delivery).one()
        row.channel = SUBSCRIPTION
    reader.clock.advance(timedelta(minutes=2))
    with reader.database.unit_of_work() as session:
        assert rescue_pushes(session, reader.clock.now()) == 1
        session.query(Delivery).one().claimed_until = reader.clock.now()
    send_push(reader.database, reader.apps, reader.clock, delivery_id=row.id)
    assert reader.rows()[0].state == DeliveryState.FAILED
    assert not reader.official.notices


def test_who_wants_no_reminders_of_a_topic_finds_what_others_write_of_it_in_the_app_alone(reader: Reader) -> None:
    reader.writes()
    reader.grants(DEADLINE)
    now = reader.clock.now()
    with reader.database.unit_of_work() as session:
        prefer(session, reader.user_id, {Topic.DEADLINE: Pace.OFF}, now)
        (conversation,) = reader.conversations()
        conversation = session.get_one(Conversation, conversation.id)
        assert tell_keeper(session, conversation, "CN112345678B的年费还有3天到期。", now, title="年费到期", facts=FACTS)
    reader.sending()
    (row,) = reader.rows()
    assert (row.channel, row.state) == (INBOX, DeliveryState.QUEUED)
    assert reader.texts() == [] and reader.official.notices == []
    with reader.database.reading() as session:
        assert [each.title for each in list_notices(session, reader.user_id, now)] == ["年费到期"]
        assert list_left(session, [reader.identity_id]) == {(reader.identity_id, DEADLINE): 1}
        assert len(list_inbox(session, identity_id=reader.identity_id)) == 1
