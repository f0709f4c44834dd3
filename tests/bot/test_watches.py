"""Watching in chat: which words are meant, and what is said to a summary that was just told."""

import pytest
from sqlalchemy import select

from bot.skills.watch_words import (
    CHANGES,
    DISMISSES,
    FOLLOWS,
    LESS,
    MINE,
    NEWS,
    NO_MORE,
    PACES_IT,
    PAUSES,
    STOPS,
    STOPS_ALL,
    STOPS_SOME,
    UNRELATED,
    WHY,
    place_of,
    read_pace,
)
from models import Notice, Topic, WeChatIdentity
from nlp.normalisation import Normaliser
from nlp.types import PatentQuery
from services.notices.preferences import Pace
from services.notices.telling import tell
from services.notices.writing import write_due
from services.watching import list_watches, watch_search
from tests.support.custody import join

OPENID = "oUser0000000000000000000041"
PLAIN = Normaliser().plain


@pytest.mark.parametrize(
    ("text", "what", "pace"),
    [
        ("关注石墨烯散热膜,每周告诉我", "关注石墨烯散热膜", Pace.WEEKLY),
        ("帮我盯着固态电池 每月提醒我一次", "帮我盯着固态电池", Pace.MONTHLY),
        ("关注H01M 10,每天", "关注H01M 10", Pace.DAILY),
        ("关注华为,先不提醒", "关注华为", Pace.OFF),
        ("关注每月结算系统", "关注每月结算系统", None),
    ],
)
def test_how_often_is_read_apart_from_what(text: str, what: str, pace: Pace | None) -> None:
    found, often = read_pace(PLAIN(text))
    assert (found, often) == (what, pace)


@pytest.mark.parametrize(
    ("pattern", "text", "place"),
    [
        (STOPS, "取消关注第2个", 2),
        (STOPS, "第二个不关注了", 2),
        (STOPS, "把最后一个取消关注", -1),
        (CHANGES, "第2个改成每月", 2),
        (CHANGES, "把第3个设成不提醒", 3),
        (DISMISSES, "第2件不相关", 2),
        (STOPS, "取消关注公众号", None),
        (CHANGES, "第2个多少钱", None),
    ],
)
def test_a_place_is_read(pattern, text: str, place: int | None) -> None:
    assert place_of(pattern, PLAIN(text)) == place


@pytest.mark.parametrize(
    ("pattern", "text", "is_meant"),
    [
        (MINE, "我的关注", True),
        (MINE, "看看我关注的专利", True),
        (MINE, "我监控了哪些", True),
        (MINE, "我关注的是质量", False),
        (STOPS_SOME, "取消这个关注", True),
        (STOPS_SOME, "不再关注", True),
        (FOLLOWS, "关注石墨烯", True),
        (FOLLOWS, "石墨烯值得关注吗", False),
        (MINE, "我都盯了啥", True),
        (WHY, "为啥给我发这个", True),
        (WHY, "为什么专利被驳回", False),
        (NO_MORE, "别再给我推这些了", True),
        (NO_MORE, "别发给客户", False),
        (PAUSES, "先停一停", True),
        (PACES_IT, "每周告诉我一次就行", True),
        (PACES_IT, "马上", False),
        (PACES_IT, "每月缴多少", False),
        (LESS, "推得太频繁了", True),
        (LESS, "年费太多了", False),
        (NEWS, "最近有什么动静", True),
        (NEWS, "有新的专利法吗", False),
        (NEWS, "有没有", False),
        (UNRELATED, "这几个都跟我们没啥关系", True),
        (STOPS_ALL, "取消所有关注", True),
        (STOPS_ALL, "取消关注第2个", False),
        (DISMISSES, "别推第2个", True),
    ],
)
def test_the_words_for_it(pattern, text: str, is_meant: bool) -> None:
    assert (pattern.fullmatch(PLAIN(text)) is not None) == is_meant


def test_one_patent_of_a_summary_is_dismissed_by_its_place_and_the_watch_ends_by_a_word(
    client, pusher, resources
) -> None:
    def say(text: str) -> str:
        return pusher.say(client, OPENID, text)

    say("帮助")
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == OPENID)).one().user_id
        row = watch_search(session, user_id, PatentQuery(topic="石墨烯散热膜"), now, pace=Pace.DAILY)
        tell(
            session, user_id=user_id, topic=Topic.WATCH, key="watch-1-to-9", subject=f"watches:{row.public_id}",
            title="“石墨烯散热膜”有2件新公开", text="1. 一种 · CN110000001A\n2. 另一种 · CN110000002A", is_urgent=True,
            patents=("CN110000001A", "CN110000002A"), watch=row.public_id, choices=("不再关注",), now=now,
        )  # fmt: skip
        assert write_due(session, user_id, now) == 1

    assert "刚才说的只有2件" in say("第3件不相关")
    assert "CN110000002A不再提醒" in say("第2件不相关")
    with resources.database.reading() as session:
        dismissed = session.scalars(select(Notice.subject).where(Notice.dismissed_at.is_not(None))).all()
    assert dismissed == ["watch:CN110000002A"]
    assert say("不再关注").startswith("不再关注:石墨烯散热膜")
    with resources.database.reading() as session:
        assert list_watches(session, user_id) == []


@pytest.mark.parametrize("is_dismissed_first", [False, True])
def test_the_tap_below_a_summary_ends_its_watch_and_not_the_one_begun_before(
    client, pusher, resources, is_dismissed_first: bool
) -> None:
    def say(text: str) -> str:
        return pusher.say(client, OPENID, text)

    say("帮助")
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == OPENID)).one().user_id
        row = watch_search(session, user_id, PatentQuery(topic="石墨烯散热膜"), now, pace=Pace.DAILY)
        watch_id = row.public_id
    say("关注华为技术有限公司")
    with resources.database.unit_of_work() as session:
        tell(
            session, user_id=user_id, topic=Topic.WATCH, key="watch-1-to-9", subject=f"watches:{watch_id}",
            title="“石墨烯散热膜”有2件新公开", text="1. 一种 · CN110000001A\n2. 另一种 · CN110000002A", is_urgent=True,
            patents=("CN110000001A", "CN110000002A"), watch=watch_id, choices=("不再关注",), now=now,
        )  # fmt: skip
        assert write_due(session, user_id, now) == 1

    if is_dismissed_first:
        assert "CN110000002A不再提醒" in say("第2件不相关")
    assert say("取消这个关注" if is_dismissed_first else "不再关注").startswith("不再关注:石墨烯散热膜")


def test_what_was_begun_after_a_summary_is_what_is_meant(client, pusher, resources) -> None:
    def say(text: str) -> str:
        return pusher.say(client, OPENID, text)

    say("帮助")
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == OPENID)).one().user_id
        row = watch_search(session, user_id, PatentQuery(topic="石墨烯散热膜"), now, pace=Pace.DAILY)
        tell(
            session, user_id=user_id, topic=Topic.WATCH, key="watch-1-to-9", subject=f"watches:{row.public_id}",
            title="“石墨烯散热膜”有1件新公开", text="1. 一种 · CN110000001A", is_urgent=True,
            patents=("CN110000001A",), watch=row.public_id, choices=("不再关注",), now=now,
        )  # fmt: skip
        assert write_due(session, user_id, now) == 1
    say("关注华为技术有限公司")

    assert say("取消这个关注").startswith("不再关注:华为技术有限公司")


@pytest.mark.parametrize(
    "text",
    [
        "关注同行公司",
        "关注竞争对手",
        "帮我盯着竞争对手的新专利",
        "关注我们公司",
        "关注我们的竞争对手公司",
        "关注其他公司",
        "关注我司",
    ],
)
def test_whose_name_is_not_said_is_asked_for(client, pusher, resources, text: str) -> None:
    assert pusher.say(client, OPENID, text).startswith("关注哪一家?")


def test_ones_own_company_is_watched_by_its_name(client, pusher, resources) -> None:
    pusher.say(client, OPENID, "帮助")
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == OPENID)).one().user_id
        join(session, user_id, resources.clock.now(), name="广州云测科技有限公司")

    assert "申请人“广州云测科技有限公司”" in pusher.say(client, OPENID, "关注我们公司的新专利")
