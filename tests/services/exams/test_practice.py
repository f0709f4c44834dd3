"""Practice: right or wrong at once, what was wrong comes again later, counts that are nobody's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from core.errors import Conflict, NotFound
from models import ExamAnswer, ExamQuestion, ExamRun, QuestionState, RunState, Subject, User, WrongAnswer
from services.exams.bank import difficulty_of
from services.exams.erasure import forget_learner
from services.exams.practice import (
    NothingToAsk,
    answer_current,
    current_question,
    find_running,
    get_own_run,
    leave,
    start_practice,
    start_review,
)
from services.exams.progress import join_board, leaderboard, leave_board, progress_of
from services.exams.reviews import DAYS, count_wrong, list_wrong
from tests.support.exams import make_learner, make_question, make_questions


@pytest.fixture
def learner(database: Database, clock: FixedClock) -> int:
    """Somebody new, and twelve questions on fees and three on trademarks."""
    with database.unit_of_work() as session:
        make_questions(session, clock.now(), 12)
        make_questions(session, clock.now(), 3, subject=Subject.RELATED_LAW, topic="trademark", answer="AC")
        return make_learner(session, clock.now())


def test_ten_questions_are_asked_once_each_and_then_it_is_done(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        run = start_practice(session, user_id=learner, now=clock.now())
        asked = []
        for given in ["B", "A", *["B"] * 8]:
            question = current_question(session, run)
            asked.append(question.id)
            answer_current(session, run, question.answer if given == "B" else "D", clock.now())

        assert len(set(asked)) == 10
        assert (run.state, run.place, run.right_count) == (RunState.DONE, 10, 9)
        assert current_question(session, run) is None
        with pytest.raises(Conflict):
            answer_current(session, run, "B", clock.now())


def test_what_was_not_asked_yet_comes_before_what_was(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        first = start_practice(session, user_id=learner, now=clock.now(), topic="term_fees")
        while question := current_question(session, first):
            answer_current(session, first, question.answer, clock.now())
        clock.advance(timedelta(minutes=1))
        second = start_practice(session, user_id=learner, now=clock.now(), topic="term_fees", count=2)

        assert not set(second.question_ids) & set(first.question_ids)


def test_only_every_right_letter_and_no_other_is_right(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        verdicts = []
        for given in ("AC", "ca", "A", "ABC", ""):
            run = start_practice(session, user_id=learner, now=clock.now(), topic="trademark", count=1)
            verdicts.append(answer_current(session, run, given, clock.now()).is_right)

        assert verdicts == [True, True, False, False, False]


def test_an_answer_that_comes_twice_counts_once(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        run = start_practice(session, user_id=learner, now=clock.now())
        answer_current(session, run, "B", clock.now(), place=0)
        with pytest.raises(Conflict):
            answer_current(session, run, "B", clock.now(), place=0)

        assert session.scalar(select(func.count()).select_from(ExamAnswer)) == 1


def test_two_phones_that_answer_at_the_same_moment_are_one_answer(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        run_id = start_practice(session, user_id=learner, now=clock.now()).id

    def answer(given: str) -> bool:
        try:
            with database.unit_of_work() as session:
                answer_current(session, session.get_one(ExamRun, run_id), given, clock.now(), place=0)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(answer, "ABCD"))

    with database.reading() as session:
        assert taken.count(True) == 1
        assert session.get_one(ExamRun, run_id).place == 1
        assert session.scalar(select(func.count()).select_from(ExamAnswer)) == 1


def test_a_new_practice_ends_the_one_before_and_leaving_twice_is_once(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        first = start_practice(session, user_id=learner, now=clock.now())
        second = start_practice(session, user_id=learner, now=clock.now())
        session.refresh(first)
        assert first.state == RunState.LEFT
        assert find_running(session, user_id=learner).id == second.id

        leave(session, second, clock.now())
        clock.advance(timedelta(hours=1))
        leave(session, second, clock.now())
        assert second.ended_at == clock.now() - timedelta(hours=1)
        assert find_running(session, user_id=learner) is None


def test_a_stranger_s_run_looks_like_a_missing_one(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        run = start_practice(session, user_id=learner, now=clock.now())
        other = make_learner(session, clock.now())
        for public_id in (run.public_id, "nobody"):
            with pytest.raises(NotFound) as refused:
                get_own_run(session, user_id=other, public_id=public_id)
            assert refused.value.message == "没有找到这次练习。"


def test_superseded_withdrawn_and_not_yet_valid_questions_are_never_asked(database, clock) -> None:
    today = clock.now().date()
    with database.unit_of_work() as session:
        kept = make_question(session, clock.now(), valid_from=today, valid_to=today)
        for state in (QuestionState.SUPERSEDED, QuestionState.WITHDRAWN):
            make_question(session, clock.now(), state=state)
        make_question(session, clock.now(), valid_to=today - timedelta(days=1))
        make_question(session, clock.now(), valid_from=today + timedelta(days=1))
        learner = make_learner(session, clock.now())

        assert start_practice(session, user_id=learner, now=clock.now()).question_ids == [kept.id]
        with pytest.raises(NothingToAsk):
            start_practice(session, user_id=learner, now=clock.now(), topic="agency")


def test_a_wrong_answer_comes_again_later_each_time_until_it_is_learnt(database, clock) -> None:
    with database.unit_of_work() as session:
        make_question(session, clock.now())
        learner = make_learner(session, clock.now())
        run = start_practice(session, user_id=learner, now=clock.now())
        answer_current(session, run, "A", clock.now())
        assert count_wrong(session, user_id=learner, now=clock.now()) == (1, 0)
        with pytest.raises(NothingToAsk):
            start_review(session, user_id=learner, now=clock.now())

        for days in DAYS:
            clock.advance(timedelta(days=days, minutes=-1))
            if days > 1:
                assert count_wrong(session, user_id=learner, now=clock.now() - timedelta(days=1)) == (1, 0)
            clock.advance(timedelta(minutes=1))
            assert count_wrong(session, user_id=learner, now=clock.now()) == (1, 1)
            answer_current(session, start_review(session, user_id=learner, now=clock.now()), "B", clock.now())

        assert count_wrong(session, user_id=learner, now=clock.now()) == (0, 0)
        assert session.scalars(select(WrongAnswer)).one().step == len(DAYS)


def test_a_right_answer_before_its_day_does_not_shorten_the_way_and_a_wrong_one_begins_anew(database, clock) -> None:
    with database.unit_of_work() as session:
        make_question(session, clock.now())
        learner = make_learner(session, clock.now())

        def say(given: str) -> None:
            run = start_practice(session, user_id=learner, now=clock.now())
            answer_current(session, run, given, clock.now())

        say("A")
        say("B")
        row = session.scalars(select(WrongAnswer)).one()
        assert (row.step, row.wrong_count) == (0, 1)
        clock.advance(timedelta(days=1))
        say("B")
        assert row.step == 1
        say("C")
        assert (row.step, row.wrong_count) == (0, 2)
        assert [question.id for _row, question in list_wrong(session, user_id=learner, before=None, limit=5)] == [
            row.question_id
        ]


def test_what_is_due_makes_up_no_more_than_three_of_ten(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        run = start_practice(session, user_id=learner, now=clock.now())
        while current_question(session, run):
            answer_current(session, run, "D", clock.now())
        clock.advance(timedelta(days=1))
        again = start_practice(session, user_id=learner, now=clock.now()).question_ids

        assert len(again) == len(set(again)) == 10
        assert set(again[:3]) <= set(run.question_ids)
        assert not set(again[3:8]) & set(run.question_ids)


def test_how_hard_a_question_is_follows_from_the_answers(database, clock) -> None:
    with database.unit_of_work() as session:
        question = make_question(session, clock.now())
        for place in range(10):
            learner = make_learner(session, clock.now())
            run = start_practice(session, user_id=learner, now=clock.now())
            answer_current(session, run, "B" if place < 4 else "A", clock.now())
            session.refresh(question)
            assert difficulty_of(question) == ("" if place < 9 else "难")

        assert (question.answered_count, question.right_count) == (10, 4)


def test_progress_counts_by_topic_what_was_seen_and_what_was_right(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        for given in ("AC", "A"):
            run = start_practice(session, user_id=learner, now=clock.now(), topic="trademark", count=1)
            answer_current(session, run, given, clock.now())
        found = {each.topic: each for each in progress_of(session, user_id=learner, now=clock.now())}

        assert (found["trademark"].questions, found["trademark"].answers, found["trademark"].right) == (3, 2, 1)
        assert (found["term_fees"].questions, found["term_fees"].seen) == (12, 0)


def test_nobody_is_on_the_leaderboard_without_consent_and_ties_share_a_place(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        people = [learner, make_learner(session, clock.now()), make_learner(session, clock.now())]
        for person, rights in zip(people, (2, 2, 1), strict=True):
            run = start_practice(session, user_id=person, now=clock.now(), topic="term_fees", count=rights)
            for _ in range(rights):
                answer_current(session, run, "B", clock.now())
        assert leaderboard(session, user_id=learner, now=clock.now()) == []

        for person in people:
            assert join_board(session, user_id=person, now=clock.now()).name.startswith("考友")
        ranks = leaderboard(session, user_id=learner, now=clock.now())
        assert [(each.place, each.right, each.is_own) for each in ranks] == [(1, 2, True), (1, 2, False), (3, 1, False)]

        leave_board(session, user_id=learner)
        assert len(leaderboard(session, user_id=learner, now=clock.now())) == 2
        clock.advance(timedelta(days=30))
        assert leaderboard(session, user_id=learner, now=clock.now()) == []


def test_nothing_of_an_erased_learner_is_left_but_the_counts(database, clock, learner) -> None:
    with database.unit_of_work() as session:
        run = start_practice(session, user_id=learner, now=clock.now())
        question_id = run.question_ids[0]
        answer_current(session, run, "D", clock.now())
        join_board(session, user_id=learner, now=clock.now())
        forget_learner(session, learner)
        session.get_one(User, learner).erased_at = clock.now()
        session.flush()

        for table in (ExamRun, ExamAnswer, WrongAnswer):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.get_one(ExamQuestion, question_id).answered_count == 1
        with pytest.raises(NotFound):
            start_practice(session, user_id=learner, now=clock.now())
