"""Questions without an answer: kept without names, grouped by meaning, the biggest first, gone with the person."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from adapters.embedder import FailingEmbedder
from core.clock import FixedClock
from core.db import Database
from core.errors import NotFound, UpstreamUnavailable
from models import AnswerState, AuditEntry, CuratedAnswer, Miss, User
from services.knowledge_upkeep.answers import draft_from_group
from services.knowledge_upkeep.clustering import group_by_meaning
from services.knowledge_upkeep.misses import list_groups, list_misses, set_aside
from services.knowledge_upkeep.sorting import has_open_misses, sort_misses
from services.privacy import erase_user
from services.retention import forget_old_rows
from tests.support.people import make_identity
from tests.support.staff import make_staff
from tests.support.upkeep import WordEmbedder, ask, write_answer

FEE = ["南沙补贴多少钱", "南沙补贴多少费", "南沙补贴多少价"]
OTHER = "菜谱怎么写好"


@pytest.fixture
def asked(database: Database, clock: FixedClock) -> Database:
    """Three people ask the same in their own words, one something else."""
    with database.unit_of_work() as session:
        for minute, text in enumerate([OTHER, *FEE]):
            ask(session, make_identity(session, clock.now()), text, clock.now() + timedelta(minutes=minute))
    return database


def sort(database: Database, clock: FixedClock) -> WordEmbedder:
    embedder = WordEmbedder()
    sort_misses(database, embedder, now=clock.now())
    return embedder


def test_the_biggest_group_comes_first_with_examples_and_times(asked: Database, clock: FixedClock) -> None:
    sort(asked, clock)

    with asked.reading() as session:
        overview = list_groups(session)
    first, second = overview.groups
    assert (first.count, first.people_count, second.count) == (3, 3, 1)
    assert {miss.text for miss in first.examples} == set(FEE)
    assert (first.first_at, first.last_at) == (clock.now() + timedelta(minutes=1), clock.now() + timedelta(minutes=3))
    assert (overview.waiting_count, overview.sorted_at) == (0, clock.now())


def test_before_the_first_sorting_questions_wait(asked: Database) -> None:
    with asked.reading() as session:
        overview = list_groups(session)

    assert (overview.groups, overview.waiting_count, overview.sorted_at) == ([], 4, None)


def test_a_text_is_embedded_once_and_a_group_keeps_its_number(asked: Database, clock: FixedClock) -> None:
    sort(asked, clock)
    with asked.reading() as session:
        number = list_groups(session).groups[0].number
    with asked.unit_of_work() as session:
        ask(session, make_identity(session, clock.now()), "南沙的补贴多少钱", clock.now() + timedelta(hours=1))

    assert sort(asked, clock).asked == ["南沙的补贴多少钱"]

    with asked.reading() as session:
        first = list_groups(session).groups[0]
        assert (first.number, first.count) == (number, 4)


def test_what_one_person_repeats_counts_once_a_day(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        who = make_identity(session, clock.now())
        assert ask(session, who, FEE[0], clock.now()) is not None
        assert ask(session, who, FEE[0], clock.now() + timedelta(hours=1)) is None
        assert ask(session, who, FEE[0], clock.now() + timedelta(days=2)) is not None
        assert ask(session, who, "?!", clock.now()) is None


def test_names_and_numbers_are_taken_out_before_a_question_is_kept(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        who = make_identity(session, clock.now())
        session.get_one(User, who.user_id).display_name = "小白兔"
        miss = ask(session, who, "小白兔问一下,电话13912345678,\n南沙补贴多少", clock.now())

        assert miss is not None
        assert miss.text == "〔姓名〕问一下,电话〔电话〕, 南沙补贴多少"


def test_an_embedder_that_is_down_loses_nothing(asked: Database, clock: FixedClock) -> None:
    with pytest.raises(UpstreamUnavailable):
        sort_misses(asked, FailingEmbedder(), now=clock.now())

    assert len(sort(asked, clock).asked) == 4


def test_what_is_set_aside_is_gone_and_the_log_says_who_did_it(asked: Database, clock: FixedClock) -> None:
    sort(asked, clock)
    with asked.unit_of_work() as session:
        number = list_groups(session).groups[0].number
        assert set_aside(session, staff=make_staff(session, clock.now()), number=number, now=clock.now()) == 3

    with asked.reading() as session:
        assert [group.count for group in list_groups(session).groups] == [1]
        assert session.scalars(select(AuditEntry.action)).all() == ["misses_set_aside"]
        with pytest.raises(NotFound):
            list_misses(session, number)


def test_a_published_answer_takes_its_questions_off_and_a_retired_one_brings_them_back(
    asked: Database, clock: FixedClock
) -> None:
    sort(asked, clock)
    with asked.unit_of_work() as session:
        number = list_groups(session).groups[0].number
        answer = draft_from_group(session, staff=make_staff(session, clock.now()), number=number, now=clock.now())
        assert {answer.question, *answer.other_questions} == set(FEE)
        assert list_groups(session).groups[0].answer is answer

    counts = {}
    for state in (AnswerState.PUBLISHED, AnswerState.RETIRED):
        with asked.unit_of_work() as session:
            session.get_one(CuratedAnswer, answer.id).state = state
        with asked.reading() as session:
            counts[state] = [group.count for group in list_groups(session).groups]
    assert counts == {AnswerState.PUBLISHED: [1], AnswerState.RETIRED: [3, 1]}


def test_questions_are_kept_for_half_a_year(asked: Database, clock: FixedClock) -> None:
    assert forget_old_rows(asked, clock.now() + timedelta(days=179))["misses"] == 0
    assert forget_old_rows(asked, clock.now() + timedelta(days=181))["misses"] == 4

    with asked.reading() as session:
        assert not has_open_misses(session)


def test_who_is_erased_leaves_no_question_and_no_wording_in_a_draft(asked: Database, clock: FixedClock) -> None:
    sort(asked, clock)
    with asked.unit_of_work() as session:
        number = list_groups(session).groups[0].number
        answer = draft_from_group(session, staff=make_staff(session, clock.now()), number=number, now=clock.now())
        miss = session.scalars(select(Miss).where(Miss.text == answer.question)).one()
        gone, user = miss.text, session.get_one(User, miss.user_id)
        erase_user(session, user, clock.now())

    with asked.reading() as session:
        assert gone not in session.scalars(select(Miss.text)).all()
        kept = session.scalars(select(CuratedAnswer)).one()
        assert {kept.question, *kept.other_questions} == set(FEE) - {gone}
    sort(asked, clock)
    with asked.reading() as session:
        assert [group.count for group in list_groups(session).groups] == [2, 1]


def test_an_answer_in_review_is_not_in_the_way_of_erasure(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        write_answer(session, make_staff(session, clock.now()), clock.now())
        who = make_identity(session, clock.now())
        erase_user(session, session.get_one(User, who.user_id), clock.now())

        assert session.scalars(select(CuratedAnswer)).one().state == AnswerState.IN_REVIEW


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("chunk", [7, 1_000])
def test_vectors_around_one_middle_are_one_group_whatever_the_chunk(chunk: int) -> None:
    random = np.random.default_rng(7)
    middles = random.normal(size=(5, 64))
    truth = random.integers(0, 5, 100)
    vectors = unit(middles[truth] + 0.1 * random.normal(size=(100, 64)))

    grouping = group_by_meaning(vectors, alike=0.8, chunk=chunk)

    assert len(set(zip(grouping.labels, truth.tolist(), strict=True))) == len(set(grouping.labels)) == 5
    assert min(grouping.closeness) > 0.8


def test_nothing_to_group_is_no_group() -> None:
    assert group_by_meaning(np.zeros((0, 64), dtype=np.float32)).labels == []
    assert group_by_meaning(unit(np.eye(3)), alike=0.9).labels == [0, 1, 2]
