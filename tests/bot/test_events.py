"""Matching events in chat: one tap brings one's posts, 我的会谈 says when and where, never whom."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.clock import FixedClock
from models import Deal, EventMeeting, MatchingEvent, MeetingOutcome, PostSide, Staff, User, WeChatIdentity
from services.events.joining import join
from services.events.meetings import arrange_meetings, record_outcome
from services.resources import Resources
from tests.support.events import make_fair, make_match
from tests.support.market import make_post
from tests.support.pushes import Pusher

OWNER = "oOwner000000000000000000001"


@pytest.fixture
def fair(client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock) -> str:
    """An event to which a buyer came, whose need fits what the one who writes could bring."""
    pusher.say(client, OWNER, "你好")
    with resources.database.unit_of_work() as session:
        here = make_fair(session, clock.now(), joins=False)
        join(session, here.buyer.id, here.event.public_id, clock.now())
        return here.event.public_id


def bring_offer(resources: Resources, clock: FixedClock) -> None:
    with resources.database.unit_of_work() as session:
        event = session.scalars(select(MatchingEvent)).one()
        user_id = session.scalars(select(WeChatIdentity.user_id).where(WeChatIdentity.openid == OWNER)).one()
        offer = make_post(session, user_id, clock.now(), side=PostSide.OFFER, title="滚动轴承早期故障诊断方法")
        need = make_post(session, make_fair(session, clock.now(), joins=False).buyer.id, clock.now())
        join(session, need.user_id, event.public_id, clock.now())
        make_match(session, need, offer, clock.now())


def test_one_tap_joins_and_the_timetable_comes_after(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, fair: str
) -> None:
    assert "南沙供需对接会" in pusher.say(client, OWNER, "最近有什么对接活动")
    assert "还没有报名" in pusher.say(client, OWNER, "我的会谈")
    assert "先发一条供给或需求" in pusher.say(client, OWNER, "参加第1场对接活动")

    bring_offer(resources, clock)
    assert "1条供需都参加" in pusher.say(client, OWNER, "参加第1场对接活动")
    assert "您有1条参加" in pusher.say(client, OWNER, "对接活动")
    assert "还没排到" in pusher.say(client, OWNER, "我的会谈")

    with resources.database.unit_of_work() as session:
        event = session.scalars(select(MatchingEvent).where(MatchingEvent.public_id == fair)).one()
        staff = session.get_one(Staff, event.created_by_id)
        assert arrange_meetings(session, staff, fair, clock.now(), version=event.version) == 1
    shown = pusher.say(client, OWNER, "我的会谈")
    assert "1号桌" in shown and "需求“水泵轴承老是烧" in shown and "王工" not in shown and "20万" not in shown

    assert "不参加了" in pusher.say(client, OWNER, "不参加第1场对接活动")
    assert "还没有报名" in pusher.say(client, OWNER, "我的会谈")


def test_where_nothing_comes_it_says_so(client: FlaskClient, pusher: Pusher) -> None:
    assert "近期没有" in pusher.say(client, OWNER, "对接活动")


def test_whoever_agrees_first_after_a_meeting_has_asked_the_other(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock, fair: str
) -> None:
    bring_offer(resources, clock)
    pusher.say(client, OWNER, "参加第1场对接活动")
    with resources.database.unit_of_work() as session:
        event = session.scalars(select(MatchingEvent).where(MatchingEvent.public_id == fair)).one()
        staff = session.get_one(Staff, event.created_by_id)
        arrange_meetings(session, staff, fair, clock.now(), version=event.version)
        meeting = session.scalars(select(EventMeeting)).one()
        at = event.starts_at + timedelta(minutes=1)
        record_outcome(session, staff, fair, meeting.id, MeetingOutcome.TALKS, at)
        number = session.scalars(select(Deal.number)).one()
        user = session.scalars(select(User).join(WeChatIdentity).where(WeChatIdentity.openid == OWNER)).one()
        user.display_name, user.phone = "钱经理", "13800138001"
    agreed = pusher.say(client, OWNER, f"同意洽谈 {number}")
    assert "已问对方" in agreed and "谈起来了" not in agreed
    with resources.database.reading() as session:
        deal = session.scalars(select(Deal)).one()
        assert (deal.state, deal.asked_by) == ("enquired", "offer")
