"""Saved searches in chat: which words reach them, what is said when things changed meanwhile, what is left alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.skills.saved_search_words import (
    LISTS,
    REMOVES,
    REMOVES_SOME,
    RUNS,
    SAVES,
    SAVES_IN_A_WORD,
    place_of,
)
from core.clock import FixedClock
from core.errors import UpstreamUnavailable
from models import SavedSearch, Turn
from nlp.normalisation import Normaliser
from nlp.types import PatentQuery
from services.resources import Resources
from services.saved_searches import delete_saved_search, note_look, save_search
from tests.support.pushes import Pusher

OPENID = "oUser0000000000000000000021"
PLAIN = Normaliser().plain


class Person:
    """Somebody who chats."""

    def __init__(self, client: FlaskClient, pusher: Pusher, resources: Resources) -> None:
        self._client, self._pusher, self._resources = client, pusher, resources

    def say(self, *texts: str) -> str:
        """The answer to the last of them."""
        return [self._pusher.say(self._client, OPENID, text) for text in texts][-1]

    def kept(self) -> list[SavedSearch]:
        with self._resources.database.reading() as session:
            return list(session.scalars(select(SavedSearch).order_by(SavedSearch.id)))

    def last_skill(self) -> str | None:
        with self._resources.database.reading() as session:
            return session.scalar(select(Turn.skill).order_by(Turn.id.desc()).limit(1))


@pytest.fixture
def person(client: FlaskClient, pusher: Pusher, resources: Resources) -> Iterator[Person]:
    yield Person(client, pusher, resources)


@pytest.mark.parametrize(
    "text",
    [
        "保存这个检索",
        "收藏这次搜索",
        "帮我保存一下刚才的检索条件",
        "把这个搜索存一下",
        "请把这次的检索保存下来吧",
        "能不能把这个查询收藏起来",
        "刚才的搜索帮我存一下",
        "保存這個檢索",
    ],
)
def test_the_wish_to_save_is_heard(text: str) -> None:
    assert SAVES.fullmatch(PLAIN(text))


@pytest.mark.parametrize(
    "text",
    [
        "我保存的检索",
        "看看我收藏的搜索",
        "我存了哪些检索",
        "我的检索",
        "保存过的检索有哪些",
        "打开我之前保存的检索",
        "我收藏的检索在哪里",
        "我保存的檢索",
    ],
)
def test_the_wish_to_see_them_is_heard(text: str) -> None:
    assert LISTS.fullmatch(PLAIN(text))
    assert not SAVES.fullmatch(PLAIN(text))


@pytest.mark.parametrize(
    ("text", "place"),
    [("第2个", 2), ("再查一下第二个", 2), ("第3个有新的吗", 3), ("打开最后一个", -1), ("2", 2), ("第1个再搜一遍", 1)],
)
def test_the_wish_to_run_one_is_heard(text: str, place: int) -> None:
    assert place_of(RUNS, PLAIN(text)) == place
    assert place_of(REMOVES, PLAIN(text)) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [("删除第2个", 2), ("把第二个删了", 2), ("删掉最后一个", -1), ("第1个不要了", 1), ("取消收藏第3个", 3), ("删2", 2)],
)
def test_the_wish_to_delete_one_is_heard(text: str, place: int) -> None:
    assert place_of(REMOVES, PLAIN(text)) == place
    assert place_of(RUNS, PLAIN(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "收藏这件专利",
        "怎么保存证据",
        "保存证据",
        "删除我的数据",
        "专利检索怎么收费",
        "检索报告多少钱",
        "我的专利有哪些",
        "删除权利要求可以吗",
        "第2年的年费",
        "第9类商标",
        "存证",
    ],
)
def test_other_matters_are_not_taken_for_saved_searches(text: str) -> None:
    patterns = (SAVES, SAVES_IN_A_WORD, LISTS, REMOVES, REMOVES_SOME, RUNS)
    assert [pattern.pattern for pattern in patterns if pattern.fullmatch(PLAIN(text))] == []


@pytest.mark.parametrize(("difference", "said"), [(3, "比上次多3件"), (-2, "比上次少2件"), (0, "件数和上次一样")])
def test_running_it_again_says_what_changed_since_the_last_look(
    person: Person, resources: Resources, clock: FixedClock, difference: int, said: str
) -> None:
    person.say("找石墨烯专利", "保存这个检索")
    (search,) = person.kept()
    with resources.database.unit_of_work() as session:
        earlier = search.last_total - difference
        note_look(session, user_id=search.user_id, public_id=search.public_id, total=earlier, now=clock.now())
    clock.advance(timedelta(days=3))

    first = person.say("我保存的检索", "第1个")
    again = person.say("我保存的检索", "第1个")

    assert f"{said}(上次是2026年11月23日看的)" in first
    assert "件数和上次一样(上次是2026年11月26日看的)" in again
    assert person.kept()[0].last_total == search.last_total


def test_while_the_index_is_away_nothing_is_saved_and_no_look_is_noted(
    person: Person, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.say("找石墨烯专利", "保存这个检索", "找电池专利")
    before = [(each.last_total, each.last_looked_at) for each in person.kept()]

    def away(*_: object, **__: object) -> None:
        raise UpstreamUnavailable

    monkeypatch.setattr(resources.patent_search, "search", away)

    assert "专利库这会儿打不开" in person.say("保存这个检索")
    assert "专利库这会儿打不开" in person.say("我保存的检索", "第1个")
    assert [(each.last_total, each.last_looked_at) for each in person.kept()] == before


def test_what_was_deleted_in_the_mini_program_meanwhile_is_not_found_here(person: Person, resources: Resources) -> None:
    person.say("找石墨烯专利", "保存这个检索", "找电池专利", "保存这个检索", "我保存的检索", "删除第2个")
    with resources.database.unit_of_work() as session:
        first = session.scalars(select(SavedSearch).order_by(SavedSearch.id)).first()
        assert first is not None
        delete_saved_search(session, user_id=first.user_id, public_id=first.public_id)

    answer = person.say("删除")

    assert answer.startswith("这个检索已经删掉了。") and "1. 电池" in answer
    assert len(person.kept()) == 1


def test_the_twenty_first_is_refused_with_the_way_to_make_room(
    person: Person, resources: Resources, clock: FixedClock
) -> None:
    person.say("找石墨烯专利", "保存这个检索")
    user_id = person.kept()[0].user_id
    with resources.database.unit_of_work() as session:
        for place in range(19):
            query = PatentQuery(topic=f"电池{place}")
            save_search(session, user_id=user_id, query=query, total=1, now=clock.now())

    answer = person.say("找机器人专利", "保存这个检索")

    assert answer.startswith("最多保存20个检索,先删掉一个再存。")
    assert len(person.kept()) == 20


def test_a_yes_given_to_something_else_later_deletes_nothing(person: Person) -> None:
    person.say("找石墨烯专利", "保存这个检索", "我保存的检索", "删除第1个", "帮助")

    person.say("确认删除")
    person.say("删除")
    person.say("好")

    assert len(person.kept()) == 1


def test_a_number_in_a_list_of_patents_means_a_patent(person: Person) -> None:
    person.say("找石墨烯专利", "保存这个检索", "我保存的检索", "第1个")

    person.say("第2个")

    assert person.last_skill() == "patent_detail"
