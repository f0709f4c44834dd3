"""The upkeep's jobs on a real queue: misses are sorted, uses counted, an approved answer reaches the chat."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from core.clock import FixedClock
from core.db import Database
from core.outbox import OutboxRow, OutboxState
from dev.servers import Valkey
from jobs import knowledge_upkeep
from jobs.knowledge_upkeep import request_upkeep
from models import AnswerState, CuratedAnswer, DocumentUse, EvaluationRun, Miss, Role
from nlp.policy_answers import NO_BASIS
from nlp.segmenter import default_segmenter
from services.job_names import JobName
from services.knowledge import index_passages
from services.knowledge_import.drafts import DocumentDraft, PassageDraft
from services.knowledge_import.store import next_change_serial, store_document
from services.knowledge_upkeep import evaluation
from services.knowledge_upkeep.answers import AnswerContent
from services.knowledge_upkeep.publication import approve_answer, retire_answer
from services.resources import Resources
from tests.support.jobs import run_outbox
from tests.support.people import make_identity
from tests.support.pushes import Pusher
from tests.support.resources import make_resources, official_pusher
from tests.support.staff import make_staff
from tests.support.upkeep import WordEmbedder, ask, write_answer

OPENID = "oUpkeep00000000000000000001"
QUESTION = "越南专利局的年费优惠怎么申请"
CONTENT = AnswerContent(
    question=QUESTION,
    text="越南专利局的年费没有给外国企业的优惠,由当地代理人按年缴。",
    source="越南知识产权局2026年收费公告",
    other_questions=("越南专利年费能减吗",),
)


@pytest.fixture(autouse=True)
def few_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole evaluation takes minutes; what it decides is tested with few."""
    monkeypatch.setattr(evaluation, "MOST_QUESTIONS", 20)


@pytest.fixture
def resources(
    sampled_database: Database,
    database_url: str,
    sample_folder: Path,
    redis_client: redis.Redis,
    valkey: Valkey,
    clock: FixedClock,
    tmp_path: Path,
) -> Resources:
    """With the guides loaded and indexed (a copy: an answer is published into it), and an embedder without a model."""
    shutil.copytree(sample_folder / "index", tmp_path / "index")
    made = make_resources(tmp_path, sampled_database, database_url, redis_client, valkey.url, clock)
    return replace(made, embedder=WordEmbedder())


@pytest.fixture
def app(resources: Resources) -> Iterator[Flask]:
    app = create_app(resources.settings.model_copy(update={"log_level": "ERROR"}), resources)
    with app.app_context():
        yield app
    app.extensions["live_feed"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def pusher(clock: FixedClock) -> Pusher:
    pusher = official_pusher()
    pusher.clock = clock
    return pusher


def approve(resources: Resources, content: AnswerContent) -> int:
    """Written by one, approved by another; the jobs have run."""
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        answer = write_answer(session, make_staff(session, now), now, content=content)
        supervisor = make_staff(session, now, role=Role.SUPERVISOR)
        approve_answer(session, staff=supervisor, answer_id=answer.id, version=answer.version, now=now)
    run_outbox(resources)
    return answer.id


def state_of(resources: Resources, answer_id: int) -> tuple[str, str, list]:
    with resources.database.reading() as session:
        run = session.scalars(select(EvaluationRun).where(EvaluationRun.answer_id == answer_id)).one()
        return session.get_one(CuratedAnswer, answer_id).state, run.state, list(run.worse)


def test_from_a_miss_to_an_answer_in_the_chat_and_back(
    resources: Resources, client: FlaskClient, pusher: Pusher, clock: FixedClock
) -> None:
    assert NO_BASIS in pusher.say(client, OPENID, QUESTION)

    answer_id = approve(resources, replace(CONTENT, valid_from=clock.now().date()))

    assert state_of(resources, answer_id) == (AnswerState.PUBLISHED, "passed", [])
    said = pusher.say(client, OPENID, QUESTION)
    assert CONTENT.text in said
    assert "以官方最新公布为准" in said, "staff's own words say that they are second-hand"
    assert CONTENT.text in pusher.say(client, OPENID, "越南专利年费能减吗")

    with resources.database.unit_of_work() as session:
        overseer = make_staff(session, clock.now(), role=Role.ADMINISTRATOR)
        retire_answer(session, staff=overseer, answer_id=answer_id, now=clock.now())
    run_outbox(resources)
    assert CONTENT.text not in pusher.say(client, OPENID, QUESTION)


def test_an_answer_that_takes_a_guides_question_away_stays_in_review(app: Flask, resources: Resources, clock) -> None:
    greedy = AnswerContent(
        question="外观专利保护多少年",
        text="外观专利保护多少年,来电话问。外观专利保护多少年要看情况。",
        source="编的",
        other_questions=("外观保护几年", "外观设计专利保护期多长"),
        valid_from=clock.now().date(),
    )

    state, run, worse = state_of(resources, approve(resources, greedy))

    assert (state, run) == (AnswerState.IN_REVIEW, "blocked")
    assert {each["set"] for each in worse} & {"guides", "curated"}


def test_an_answer_that_takes_an_articles_question_stays_in_review(app: Flask, resources: Resources, clock) -> None:
    overbearing = AnswerContent(
        question="实用新型保不保配方,还是只管形状",
        text="实用新型保不保配方,还是只管形状,来电话问。",
        source="编的",
        other_questions=("实用新型保不保配方 还是只管形状",),
        valid_from=clock.now().date(),
    )
    law = DocumentDraft(
        key="专利法",
        kind="statute",
        title="中华人民共和国专利法",
        version="2020-10-17",
        source="全国人大常委会",
        checked_at=clock.now().date(),
        passages=(PassageDraft("第二条", "实用新型,是指对产品的形状、构造或者其结合所提出的适于实用的新的技术方案。"),),
        valid_from=date(2021, 6, 1),
    )
    with resources.database.unit_of_work() as session:
        store_document(session, law, now=clock.now(), serial=next_change_serial(session))
    index_passages(resources.database, resources.passage_index, default_segmenter())

    answer_id = approve(resources, overbearing)

    state, run, worse = state_of(resources, answer_id)
    assert (state, run) == (AnswerState.IN_REVIEW, "blocked")
    assert "《专利法》第二条" in {each["expected"] for each in worse if each["set"] == "articles"}


def test_without_the_files_of_the_questions_nothing_is_published(
    app: Flask, resources: Resources, clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(knowledge_upkeep, "ARTICLES", tmp_path / "gone.jsonl")

    state, run, worse = state_of(resources, approve(resources, replace(CONTENT, valid_from=clock.now().date())))

    assert (state, run, worse) == (AnswerState.IN_REVIEW, "failed", [])


def test_the_scheduler_asks_once_a_day_and_only_where_there_is_something(
    app: Flask, resources: Resources, clock: FixedClock
) -> None:
    request_upkeep(resources)
    with resources.database.unit_of_work() as session:
        assert session.scalars(select(OutboxRow)).all() == []
        ask(session, make_identity(session, clock.now()), "南沙补贴多少钱", clock.now())
    for _ in range(3):
        request_upkeep(resources)
        clock.advance(timedelta(minutes=10))
    run_outbox(resources)

    with resources.database.reading() as session:
        rows = session.scalars(select(OutboxRow)).all()
        assert [(row.job_name, row.state) for row in rows] == [(JobName.SORT_MISSES, OutboxState.DONE)]
        assert session.scalars(select(Miss.cluster)).all() == session.scalars(select(Miss.id)).all()
    clock.advance(timedelta(days=1))
    request_upkeep(resources)
    with resources.database.reading() as session:
        assert len(session.scalars(select(OutboxRow)).all()) == 2


def test_answers_are_counted_by_the_documents_they_rest_on(
    resources: Resources, client: FlaskClient, pusher: Pusher, clock: FixedClock
) -> None:
    pusher.say(client, OPENID, "专利年费晚交怎么办")
    clock.advance(timedelta(minutes=10))
    request_upkeep(resources)
    run_outbox(resources)

    with resources.database.reading() as session:
        counted = session.scalars(select(DocumentUse)).all()
        assert counted and all(row.answer_count == 1 for row in counted)
