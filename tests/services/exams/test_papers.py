"""Mock papers: put together, timed and counted as the real ones are."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound
from models import ExamQuestion, RunState, Subject, WrongAnswer
from services.exams.papers import PaperOpen, hand_in, result_of, rule_of, set_answer, settle, start_paper
from services.exams.practice import NothingToAsk
from tests.support.exams import make_learner, make_questions, right_for


def fill(database: Database, clock: FixedClock, singles: int, multiples: int) -> int:
    """A bank of this size, and somebody new."""
    with database.unit_of_work() as session:
        make_questions(session, clock.now(), singles)
        make_questions(session, clock.now(), multiples, answer="AC")
        return make_learner(session, clock.now())


def test_the_rule_is_that_of_the_real_papers() -> None:
    patent, related = rule_of(Subject.PATENT_LAW), rule_of(Subject.RELATED_LAW)

    assert (patent.single + patent.multiple, patent.points, patent.minutes, patent.tenths_each) == (100, 150, 150, 15)
    assert (related.single + related.multiple, related.points, related.minutes, related.tenths_each) == (
        100,
        100,
        120,
        10,
    )


@pytest.mark.parametrize(
    ("singles", "multiples", "size", "minutes"), [(31, 71, 100, 150), (29, 70, 50, 75), (15, 34, 20, 30)]
)
def test_a_bank_too_small_for_a_whole_paper_gives_a_half_or_a_fifth(
    database, clock, singles, multiples, size, minutes
) -> None:
    learner = fill(database, clock, singles, multiples)
    with database.unit_of_work() as session:
        run = start_paper(session, user_id=learner, subject=Subject.PATENT_LAW, now=clock.now())
        kinds = [session.get_one(ExamQuestion, number).is_multiple for number in run.question_ids]

        assert len(set(run.question_ids)) == size
        assert kinds == [False] * (size * 3 // 10) + [True] * (size * 7 // 10)
        assert run.due_at - run.started_at == timedelta(minutes=minutes)


def test_a_bank_without_enough_questions_gives_no_paper(database, clock) -> None:
    learner = fill(database, clock, 5, 14)
    with database.unit_of_work() as session, pytest.raises(NothingToAsk):
        start_paper(session, user_id=learner, subject=Subject.PATENT_LAW, now=clock.now())


def test_only_answers_that_are_right_in_every_letter_give_points(database, clock) -> None:
    learner = fill(database, clock, 6, 14)
    with database.unit_of_work() as session:
        run = start_paper(session, user_id=learner, subject=Subject.PATENT_LAW, now=clock.now())
        singles, multiples = run.question_ids[:6], run.question_ids[6:]
        for number in singles[:4]:
            set_answer(session, run, number, "A", clock.now())
            set_answer(session, run, number, "B", clock.now())  # changed one's mind
        set_answer(session, run, singles[4], "C", clock.now())
        for number, given in zip(multiples, ("CA", "AC", "A", "ABC", ""), strict=False):
            set_answer(session, run, number, given, clock.now())
        hand_in(session, run, clock.now())
        hand_in(session, run, clock.now())
        result = result_of(session, run)

        assert (result.right, result.answered) == (6, 9)
        assert (result.points, result.of, result.usual_pass) == (9.0, 30.0, 18.0)
        # What was left empty was not answered wrong.
        assert len(session.scalars(select(WrongAnswer)).all()) == 3


def test_a_paper_whose_time_is_over_is_taken_in_as_it_is(database, clock) -> None:
    learner = fill(database, clock, 6, 14)
    with database.unit_of_work() as session:
        run = start_paper(session, user_id=learner, subject=Subject.PATENT_LAW, now=clock.now())
        first, second = run.question_ids[:2]
        set_answer(session, run, first, right_for(session, first), clock.now())
        clock.advance(timedelta(minutes=30, seconds=-1))
        set_answer(session, run, second, "A", clock.now())
        clock.advance(timedelta(seconds=1))
        with pytest.raises(Conflict):
            set_answer(session, run, second, "B", clock.now())

        assert settle(session, run, clock.now())
        assert (run.state, run.ended_at) == (RunState.DONE, run.due_at)
        assert result_of(session, run).right == 1


def test_there_is_one_open_paper_of_a_subject_and_a_new_one_after_its_time(database, clock) -> None:
    learner = fill(database, clock, 6, 14)
    with database.unit_of_work() as session:
        first = start_paper(session, user_id=learner, subject=Subject.PATENT_LAW, now=clock.now())
        with pytest.raises(PaperOpen):
            start_paper(session, user_id=learner, subject=Subject.PATENT_LAW, now=clock.now())
        clock.advance(timedelta(hours=1))
        second = start_paper(session, user_id=learner, subject=Subject.PATENT_LAW, now=clock.now())

        assert first.state == RunState.DONE
        assert second.id != first.id


def test_letters_that_the_question_does_not_have_are_refused(database, clock) -> None:
    learner = fill(database, clock, 6, 14)
    with database.unit_of_work() as session:
        run = start_paper(session, user_id=learner, subject=Subject.PATENT_LAW, now=clock.now())
        for given in ("E", "AB", "?"):
            with pytest.raises(InvalidInput):
                set_answer(session, run, run.question_ids[0], given, clock.now())
        with pytest.raises(NotFound):
            set_answer(session, run, 999_999, "A", clock.now())
