"""A campaign: the sessions of its courses in its days, with figures; written by who runs training."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from core.clock import CHINA
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from models import BookingState, CourseSession
from services.training.campaigns import (
    CampaignContent,
    campaign_figures,
    change_campaign,
    create_campaign,
    find_lesson,
    get_campaign_for,
    get_shown_campaign,
    is_over,
    sessions_of,
    withdraw_campaign,
)
from services.training.figures import Figures
from services.training.seats import set_state
from tests.support.people import make_identity
from tests.support.staff import make_staff
from tests.support.training import make_booking, make_course, make_session

LATER = datetime(2027, 2, 1, tzinfo=CHINA)
CONTENT = CampaignContent("质押融资宣传月", "从评估到放款。", date(2026, 12, 1), date(2026, 12, 31), ())


@pytest.fixture
def courses(database, clock) -> list[int]:
    with database.unit_of_work() as session:
        return [make_course(session, clock.now(), title=title).id for title in ("质押实务", "专利保险", "商标注册")]


def test_it_has_the_sessions_of_its_courses_in_its_days_and_counts_them_once_they_are_over(
    database, clock, staff, courses
):
    now = clock.now()
    with database.unit_of_work() as session:
        made = create_campaign(session, staff=staff, content=replace(CONTENT, course_ids=courses[:2]), now=now)
        starts = {
            "first minute": (courses[0], datetime(2026, 12, 1, 0, 0, tzinfo=CHINA)),
            "last minute": (courses[1], datetime(2026, 12, 31, 23, 59, tzinfo=CHINA)),
            "the day before": (courses[0], datetime(2026, 11, 30, 23, 59, tzinfo=CHINA)),
            "the day after": (courses[0], datetime(2027, 1, 1, 0, 0, tzinfo=CHINA)),
            "another course": (courses[2], datetime(2026, 12, 9, 9, 0, tzinfo=CHINA)),
        }
        held = {
            name: make_session(session, now, course=None, course_id=course_id, starts_at=at, capacity=9)
            for name, (course_id, at) in starts.items()
        }
        make_session(session, now, course_id=courses[0], starts_at=starts["first minute"][1]).cancelled_at = now
        booking = make_booking(session, held["first minute"], now, seats=3)
        make_booking(session, held["another course"], now)
        set_state(booking, BookingState.ATTENDED, now)

        assert list(sessions_of(session, made)) == [held["first minute"], held["last minute"]]
        assert campaign_figures(session, staff, made, now)[1] == Figures("合计", 0, 0, 0, 0, 0)
        rows, whole = campaign_figures(session, staff, made, LATER)
        assert rows == [Figures("质押实务", 1, 3, 3, 0, 0), Figures("专利保险", 1, 0, 0, 0, 0)]
        assert whole == Figures("合计", 2, 3, 3, 0, 0)
        last = datetime(2026, 12, 31, 23, 59, tzinfo=CHINA)
        assert not is_over(made, last) and is_over(made, datetime(2027, 1, 1, tzinfo=CHINA))


def test_a_lesson_is_named_where_one_can_still_have_a_seat_and_not_to_who_has_one(database, clock, staff, courses):
    now = clock.now()
    begins = datetime(2026, 12, 5, 9, 0, tzinfo=CHINA)
    with database.unit_of_work() as session:
        create_campaign(session, staff=staff, content=replace(CONTENT, course_ids=courses[:1]), now=now)
        # One seat is free, and a group of two waits for it first.
        waited_for = make_session(session, now, course_id=courses[0], starts_at=begins, capacity=2)
        make_booking(session, waited_for, now)
        make_booking(session, waited_for, now, seats=2)
        free = make_session(session, now, course_id=courses[0], starts_at=begins + timedelta(days=7))
        person = make_identity(session, now).user_id

        def found(user_id: int) -> CourseSession | None:
            lesson = find_lesson(session, user_id=user_id, topic="financing", region=None, now=now)
            return lesson[1] if lesson is not None else None

        assert found(person) == free
        assert found(make_booking(session, free, now).user_id) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"about": "字" * 301}, "about"),
        ({"first_on": None}, "first_on"),
        ({"last_on": date(2026, 11, 30)}, "last_on"),
        ({"last_on": date(2031, 1, 1)}, "last_on"),
        ({"course_ids": ()}, "courses"),
        ({"course_ids": (1, 999_999)}, "courses"),
    ],
)
def test_what_is_wrong_is_named(database, clock, staff, courses, changes, field):
    content = replace(CONTENT, **{"course_ids": courses[:1], **changes})
    with database.reading() as session, pytest.raises(InvalidInput) as refused:
        create_campaign(session, staff=staff, content=content, now=clock.now())
    assert set(refused.value.fields) == {field}


def test_a_change_of_an_older_state_is_refused_and_what_is_withdrawn_is_gone_for_everybody_but_the_desk(
    database, clock, staff, courses
):
    now = clock.now()
    with database.unit_of_work() as session:
        content = replace(CONTENT, course_ids=courses[:2])
        made = create_campaign(session, staff=staff, content=content, now=now)
        shorter = replace(content, name="保险宣传周", course_ids=courses[1:2])
        changed = change_campaign(
            session, staff=staff, public_id=made.public_id, content=shorter, version=1, now=now
        )  # fmt: skip
        assert (changed.name, [each.title for each in changed.courses]) == ("保险宣传周", ["专利保险"])
        with pytest.raises(Conflict, match="同事刚改过"):
            change_campaign(session, staff=staff, public_id=made.public_id, content=content, version=1, now=now)
        withdraw_campaign(session, staff=staff, public_id=made.public_id, version=2, now=now)
        with pytest.raises(NotFound):
            get_shown_campaign(session, made.public_id)
        assert get_campaign_for(session, staff, made.public_id).withdrawn_at == now
        with pytest.raises(Conflict, match="已经撤下"):
            change_campaign(session, staff=staff, public_id=made.public_id, content=content, version=3, now=now)


def test_who_does_not_run_training_has_no_campaigns(database, clock, staff, courses):
    with database.unit_of_work() as session:
        stranger = make_staff(session, clock.now(), skills=["patent"])
        with pytest.raises(Forbidden):
            create_campaign(
                session, staff=stranger, content=replace(CONTENT, course_ids=courses), now=clock.now()
            )  # fmt: skip
        with pytest.raises(Forbidden):
            get_campaign_for(session, stranger, "nothing")
