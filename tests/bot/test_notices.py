"""Notices in chat: how people say what they want to hear of, and 不相关."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.skills.notices import DISMISSES, LISTS, SHOWS, read_wishes
from models import Notice, NoticeState, Topic, WeChatIdentity
from nlp.normalisation import Normaliser
from services.notices.preferences import HOURS, PERSONAL, Pace, prefer
from services.notices.telling import tell
from services.notices.writing import write_due

OPENID = "oUser0000000000000000000031"
PLAIN = Normaliser().plain


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("不要推送课程", {Topic.COURSE: Pace.OFF}),
        ("关掉供需提醒", {Topic.OPPORTUNITY: Pace.OFF}),
        ("关掉供需机会", {Topic.OPPORTUNITY: Pace.OFF}),
        ("课程通知别发了", {Topic.COURSE: Pace.OFF}),
        ("以后别给我发到期提醒了", {Topic.DEADLINE: Pace.OFF}),
        ("课程每周汇总", {Topic.COURSE: Pace.WEEKLY}),
        ("课程每月汇总", {Topic.COURSE: Pace.MONTHLY}),
        ("每天汇总供需机会", {Topic.OPPORTUNITY: Pace.DAILY}),
        ("打开供需提醒", {Topic.OPPORTUNITY: Pace.AT_ONCE}),
        ("同意个性化推荐", {PERSONAL: "yes"}),
        ("关闭个性化推荐", {PERSONAL: "no"}),
        ("免打扰22点到8点", {HOURS: "08:00-22:00"}),
        # What only sounds like it.
        ("不要课程", {}),
        ("取消培训", {}),
        ("打开培训", {}),
        ("年费多少", {}),
        ("课程有哪些", {}),
        ("关掉公司要注销专利吗", {}),
        ("供需机会有哪些", {}),
        ("免打扰30点到8点", {}),
    ],
)
def test_a_wish_about_being_told_is_read_and_other_sentences_are_left_alone(text: str, wishes: dict) -> None:
    assert read_wishes(PLAIN(text)) == wishes


@pytest.mark.parametrize(
    ("pattern", "text", "is_meant"),
    [
        (SHOWS, "通知设置", True),
        (SHOWS, "看看我的提醒设置", True),
        (SHOWS, "设置", False),
        (LISTS, "我的提醒", True),
        (LISTS, "提醒我缴年费", False),
        (DISMISSES, "不相关", True),
        (DISMISSES, "这个跟我没关系", True),
        (DISMISSES, "不相关的专利也算吗", False),
    ],
)
def test_the_words_for_it(pattern, text: str, is_meant: bool) -> None:
    assert (pattern.fullmatch(PLAIN(text)) is not None) == is_meant


def test_a_match_is_told_dismissed_and_not_told_again_and_the_topic_is_turned_off(client, pusher, resources) -> None:
    def say(text: str) -> str:
        return pusher.say(client, OPENID, text)

    say("帮助")
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == OPENID)).one().user_id
        prefer(session, user_id, {Topic.OPPORTUNITY: Pace.AT_ONCE}, resources.clock.now())

    def told(key: str) -> Notice | None:
        with resources.database.unit_of_work() as session:
            return tell(
                session, user_id=user_id, topic=Topic.OPPORTUNITY, key=key, subject="match:unknown", is_urgent=True,
                title="有一条需求对得上", text="某环保企业求购高盐废水处理技术。", now=resources.clock.now(),
            )  # fmt: skip

    assert "近两周没有提醒" in say("我的提醒")
    told("match-1")
    with resources.database.unit_of_work() as session:
        assert write_due(session, user_id, resources.clock.now()) == 1
    resources.clock.advance(timedelta(seconds=1))
    assert "高盐废水" in say("我的提醒")
    assert say("不相关").startswith("好,这件事不再提醒")
    again = told("match-2")
    assert again is not None and again.state == NoticeState.HELD
    assert "供需机会:不提醒" in say("关掉供需机会")
    assert "个性化推荐:关着" in say("通知设置")
    assert "个性化推荐:开着" in say("同意个性化推荐")
