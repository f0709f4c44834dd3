"""The next course with its reason: what follows, what practice shows, the same track; never what they have had."""

import pytest

from core.clock import FixedClock
from core.db import Database
from models import BookingState, Conversation, Course, Track
from services.exams.practice import answer_current, start_practice
from services.topics import ABILITY_NAMES, TALENTS
from services.training.seats import book, set_state
from services.training.suggestions import suggest_next
from services.training.timetable import TRACK_OF_TALENT, Asked, list_upcoming
from tests.support.exams import make_questions
from tests.support.people import make_conversation, make_identity
from tests.support.training import make_course, make_session


@pytest.fixture
def person(database: Database, clock: FixedClock):
    """Somebody in a conversation."""
    with database.unit_of_work() as session:
        return make_conversation(session, make_identity(session, clock.now()), clock.now())


@pytest.fixture
def course(database: Database, clock: FixedClock) -> Course:
    """The one they have just been to."""
    with database.unit_of_work() as session:
        return make_course(session, clock.now(), code="first")


def offer(database, clock, title: str, **columns) -> int:
    """A course with a session to come; answers the session's id."""
    with database.unit_of_work() as session:
        held = make_session(session, clock.now(), course=make_course(session, clock.now(), title=title, **columns))
        return held.id


def suggested(database, clock, person, course) -> tuple[str, str] | None:
    with database.reading() as session:
        found = suggest_next(session, user_id=person.user_id, course=course, now=clock.now())
        return (found.held.course.title, found.reason) if found else None


def take(database, clock, person, session_id: int, state: BookingState) -> None:
    with database.unit_of_work() as session:
        conversation = session.get_one(Conversation, person.id)
        booking = book(
            session, session_id=session_id, conversation=conversation, channel="chat", now=clock.now()
        )  # fmt: skip
        set_state(booking, state, clock.now())


def practise(database, clock, person, *, right: bool) -> None:
    with database.unit_of_work() as session:
        make_questions(session, clock.now(), 6, topic="priority")
        run = start_practice(session, user_id=person.user_id, topic="priority", count=6, now=clock.now())
        for _ in range(6):
            answer_current(session, run, "B" if right else "A", clock.now())


def test_each_talent_of_the_professions_list_has_a_track_and_its_words_find_the_courses(database, clock) -> None:
    assert set(TRACK_OF_TALENT) == set(TALENTS)
    for talent in TALENTS:
        offer(database, clock, f"第{talent}课", code=talent, track=TRACK_OF_TALENT[talent])
    with database.reading() as session:
        for talent in TALENTS:
            found = list_upcoming(session, clock.now(), Asked(topic=ABILITY_NAMES[talent]))
            assert [held.course.code for held in found] == [talent]


def test_what_follows_comes_before_weak_topics_and_these_before_the_track(database, clock, person, course) -> None:
    assert suggested(database, clock, person, course) is None
    offer(database, clock, "别的方向", track=Track.FILING)
    assert suggested(database, clock, person, course) is None
    offer(database, clock, "保险怎么买", track=Track.FINANCING)
    assert suggested(database, clock, person, course) == ("保险怎么买", "同属“质押融资与保险”")
    offer(database, clock, "优先权和期限", track=Track.PATENT_AGENT)
    practise(database, clock, person, right=False)
    assert suggested(database, clock, person, course) == ("优先权和期限", "您练题时“优先权”错得多,这门讲到")
    offer(database, clock, "质押融资进阶", track=Track.MANAGEMENT, follows="first")
    assert suggested(database, clock, person, course) == ("质押融资进阶", "它接着“专利质押融资实务”讲")


def test_what_is_answered_right_is_no_reason(database, clock, person, course) -> None:
    offer(database, clock, "优先权和期限", track=Track.PATENT_AGENT)
    practise(database, clock, person, right=True)
    assert suggested(database, clock, person, course) is None


@pytest.mark.parametrize(
    ("state", "again"), [(BookingState.BOOKED, False), (BookingState.ATTENDED, False), (BookingState.ABSENT, True)]
)
def test_what_they_have_had_or_booked_is_left_out_and_who_missed_it_may_still_want_it(
    database, clock, person, course, state, again
) -> None:
    held_id = offer(database, clock, "保险怎么买")
    take(database, clock, person, held_id, state)
    assert (suggested(database, clock, person, course) is not None) == again


def test_what_needs_another_course_first_is_left_out_until_they_have_had_it(database, clock, person, course) -> None:
    offer(database, clock, "保险进阶", follows="insurance")
    assert suggested(database, clock, person, course) is None
    held_id = offer(database, clock, "保险入门", code="insurance", track=Track.FILING)
    take(database, clock, person, held_id, BookingState.ATTENDED)
    assert suggested(database, clock, person, course) == ("保险进阶", "同属“质押融资与保险”")
