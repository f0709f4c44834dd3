"""Rules of the skills that are easier to read apart from a conversation."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import redis
from flask import Flask

from bot.callbacks import build_callbacks
from bot.dialogue import Dialogue
from bot.menu import MENU, MENU_TEXTS
from bot.skills.desks import next_fee_day
from bot.skills.guidance import is_foreign
from bot.skills.patent_filters import chips, dropped, drops, from_memory, lay_over, looser, to_memory
from bot.skills.patent_text import aspect_of, shortened
from bot.turn import TurnRunner
from bot.webhook import create_webhook
from core.clock import FixedClock
from core.db import Database
from core.web import init_web
from nlp.types import PatentQuery
from tests.support.prepared import build_indexes
from tests.support.pushes import Pusher
from tests.support.resources import make_resources

QUERY = PatentQuery(
    topic="锂电池",
    region="广东省广州市",
    kinds=("invention",),
    legal_statuses=("active",),
    date_from=date(2020, 1, 1),
    limit=5,
)


def test_conditions_read_as_people_say_them() -> None:
    assert chips(QUERY) == "有效 · 发明 · 广东省广州市 · 2020年以后申请"
    assert (
        chips(PatentQuery(date_field="grant", date_from=date(2021, 1, 1), date_to=date(2021, 12, 31))) == "2021年授权"
    )
    assert chips(PatentQuery(date_to=date(2020, 3, 15))) == "2020年3月15日以前申请"
    assert chips(PatentQuery(excluded_kinds=("design",))) == "不要外观设计"


def test_a_remembered_query_comes_back_whole() -> None:
    assert from_memory(to_memory(QUERY)) == QUERY


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("去掉广州", "有效 · 发明 · 2020年以后申请"),
        ("不限地区", "有效 · 发明 · 2020年以后申请"),
        ("把广州去掉吧", "有效 · 发明 · 2020年以后申请"),
        ("放宽到全国", "有效 · 发明 · 2020年以后申请"),
        ("放宽到全省", "有效 · 发明 · 广东省 · 2020年以后申请"),
        ("不限时间", "有效 · 发明 · 广东省广州市"),
        ("去掉有效", "发明 · 广东省广州市 · 2020年以后申请"),
        ("不限类型", "有效 · 广东省广州市 · 2020年以后申请"),
        ("去掉所有条件", ""),
    ],
)
def test_a_named_condition_is_dropped_and_the_subject_stays(text: str, left: str) -> None:
    assert drops(text)
    slimmer = dropped(QUERY, text)

    assert slimmer is not None
    assert (chips(slimmer), slimmer.topic, slimmer.offset) == (left, "锂电池", 0)


@pytest.mark.parametrize("text", ["去掉深圳", "放宽到湖南", "不限发明人"])
def test_what_is_not_set_cannot_be_dropped(text: str) -> None:
    assert dropped(QUERY, text) is None


def test_every_way_offered_is_one_that_can_be_taken() -> None:
    ways = looser(QUERY)

    assert len(ways) == 6
    assert all(dropped(QUERY, text) == slimmer for _, text, slimmer in ways)


def test_all_patents_there_are_is_no_way_out() -> None:
    assert looser(PatentQuery(applicant="华为", limit=5)) == []


def test_a_new_period_replaces_the_old_one_and_an_exclusion_what_it_excludes() -> None:
    later = lay_over(QUERY, PatentQuery(date_to=date(2018, 12, 31), limit=5))
    other = lay_over(QUERY, PatentQuery(excluded_kinds=("invention",), limit=5))

    assert (later.date_from, later.date_to) == (None, date(2018, 12, 31))
    assert (other.kinds, other.excluded_kinds) == ((), ("invention",))


def test_what_must_not_be_is_shown_and_can_be_given_up() -> None:
    query = PatentQuery(
        topic="锂电池", region="广东省", excluded_regions=("广东省深圳市",), excluded_applicant_types=("university",)
    )

    assert chips(query) == "不要高校 · 广东省,不要广东省深圳市"
    assert dropped(query, "不限申请人类型") == replace(query, excluded_applicant_types=())
    assert all(dropped(query, text) == slimmer for _, text, slimmer in looser(query))


@pytest.mark.parametrize(
    ("filed", "today", "due"),
    [
        (date(2019, 3, 20), date(2026, 11, 23), date(2027, 3, 20)),
        (date(2019, 11, 23), date(2026, 11, 23), date(2026, 11, 23)),
        (date(2020, 2, 29), date(2026, 11, 23), date(2027, 2, 28)),
        (date(2020, 2, 29), date(2027, 12, 1), date(2028, 2, 29)),
        (None, date(2026, 11, 23), None),
    ],
)
def test_the_fee_is_due_on_the_day_of_filing(filed: date | None, today: date, due: date | None) -> None:
    assert next_fee_day(filed, today) == due


def test_only_other_languages_are_foreign() -> None:
    assert is_foreign("how long does a design patent last?")
    assert is_foreign("특허 검색")
    assert not any(is_foreign(text) for text in ("CN199000143B", "graphene", "PCT怎么申请", "H01M 10/54", "外觀專利"))


def test_facts_are_told_apart() -> None:
    asked = {"权利要求是什么": "claims", "谁的专利": "owner", "它什么时候到期": "status", "什么时候授权的": "dates"}

    assert {text: aspect_of(text) for text in asked} == asked
    assert aspect_of("怎么转让") is None


def test_a_long_text_ends_at_a_clause() -> None:
    assert shortened("一二三四五,六七八九十,一二三", 12) == "一二三四五,六七八九十……"
    assert shortened("短", 12) == "短"


def test_every_menu_entry_has_its_sentence_and_fits_wechats_limits() -> None:
    entries = [entry for button in MENU["button"] for entry in button["sub_button"]]

    assert {entry["key"] for entry in entries} <= MENU_TEXTS.keys()
    assert len(MENU["button"]) <= 3
    assert all(len(button["sub_button"]) <= 5 for button in MENU["button"])
    assert all(len(entry["name"].encode()) <= 60 for entry in entries)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_library_without_patents_says_so_and_offers_a_person(
    database: Database, database_url: str, tmp_path: Path, redis_client: redis.Redis, clock: FixedClock, pusher: Pusher
) -> None:
    build_indexes(database, tmp_path)
    resources = make_resources(tmp_path, database, database_url, redis_client, "redis://127.0.0.1:1/0", clock)
    app = Flask("empty")
    init_web(app)
    app.register_blueprint(
        create_webhook(resources, TurnRunner(resources, Dialogue()), build_callbacks(resources.settings))
    )
    client = app.test_client()

    first = pusher.say(client, "oEmpty00000000000000000001", "找石墨烯专利")

    assert first.startswith("库里还没有专利数据")
    assert "单号" in pusher.say(client, "oEmpty00000000000000000001", "好")
