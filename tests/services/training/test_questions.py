"""The organiser's questions: one form for chat, API and desk; seats come first, and answers go with the person."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from core.errors import Conflict, InvalidInput
from models import AuditEntry, Booking, CourseSession, Message, User
from services.catalogue.fields import Reads, check_value, fields_of
from services.privacy import erase_user
from services.training.notices import tell_booking
from services.training.participant_sheet import participants_as_csv
from services.training.questions import (
    check_questions,
    form_of,
    list_unanswered,
    replace_answers,
    set_answer,
    shown_answers,
    stored_questions,
)
from services.training.seats import book, cancel
from tests.support.people import make_conversation, make_identity
from tests.support.training import make_booking, make_session
from tests.support.training_questions import MEAL, PARKING, PEOPLE, TOPIC, keys_of, make_questions

BLANK = {"key": "", "example": "", "choices": []}


@pytest.fixture
def asking(database, clock) -> CourseSession:
    """A session with all four kinds of questions."""
    with database.unit_of_work() as session:
        return make_session(session, clock.now(), questions=make_questions())


def booked(session, held, now, answers=None) -> Booking:
    conversation = make_conversation(session, make_identity(session, now), now)
    return book(session, session_id=held.id, conversation=conversation, channel="api", answers=answers, now=now)


def test_questions_are_a_declared_form_with_question_example_and_refusal() -> None:
    fields = fields_of(form_of(make_questions()))
    assert [(each.ask.label, each.reads, each.is_required) for each in fields] == [
        ("人数", Reads.COUNT, True), ("午餐", Reads.CHOICE, False), ("停车", Reads.YES_NO, True),
        ("关心的事", Reads.LINE, False),
    ]  # fmt: skip
    assert [each.label for each in fields[1].choices] == ["荤", "素"]
    assert (fields[0].ask.question, fields[0].ask.example) == ("一共来几位?", "3") and fields[0].ask.refusal
    questions = make_questions()
    assert form_of(questions) is form_of([dict(each) for each in questions])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label": "人"}, "label"),
        ({"question": "?"}, "question"),
        ({"kind": "colour"}, "kind"),
        ({"example": "很" * 31}, "example"),
        ({"kind": "choice", "choices": ["荤"]}, "choices"),
        ({"kind": "choice", "choices": ["荤", "荤"]}, "choices"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(change, field) -> None:
    assert list(check_questions([{**BLANK, **PEOPLE, **change}])[0]) == [field]


def test_two_questions_of_one_name_could_not_be_told_apart() -> None:
    assert check_questions([{**BLANK, **PEOPLE}, {**BLANK, **PEOPLE}]) == {1: {"label": "名称重复了"}}


def test_a_reworded_question_keeps_its_answers_and_one_of_another_kind_is_a_new_one() -> None:
    before = make_questions(PEOPLE, MEAL)
    reworded = stored_questions([{**before[0], "question": "几位来?"}, {**before[1], "kind": "yes_no"}], before)
    assert reworded[0]["key"] == before[0]["key"]
    assert reworded[1]["key"] != before[1]["key"] and reworded[1]["choices"] == []
    # Under a new name and asked in new words it is another question: 5 people are not 5 cars.
    cars = stored_questions([{**before[0], "label": "车辆", "question": "开几辆车来?"}], before)
    assert cars[0]["key"] != before[0]["key"]
    # A key that somebody made up, or sent twice, is none.
    odd = stored_questions([{**before[0], "key": "q1"}, before[1], before[1]], before)
    assert len({each["key"] for each in odd} - {before[0]["key"], "q1"}) == 3


def test_seats_are_there_before_a_word_is_answered_and_wrong_answers_book_nothing(database, clock, asking) -> None:
    key = keys_of(asking.questions)
    with database.unit_of_work() as session:
        booking = booked(session, asking, clock.now())
        assert (booking.state, booking.answers) == ("booked", {})
        assert [each.ask.label for each in list_unanswered(booking)] == ["人数", "午餐", "停车", "关心的事"]
    for wrong, field in (
        ({key["人数"]: "很多", key["停车"]: True}, key["人数"]),
        ({key["人数"]: 3, key["停车"]: True, key["午餐"]: "烧烤"}, key["午餐"]),
        ({key["人数"]: 3}, key["停车"]),
        ({key["人数"]: 3, key["停车"]: True, "made_up": 1}, "made_up"),
    ):
        with pytest.raises(InvalidInput) as refusal, database.unit_of_work() as session:
            booked(session, asking, clock.now(), wrong)
        assert list(refusal.value.fields) == [field]
    with database.unit_of_work() as session:
        assert session.get_one(CourseSession, asking.id).taken == 1
        second = booked(session, asking, clock.now(), {key["人数"]: 3, key["停车"]: False})
        assert list_unanswered(second) == []
        assert shown_answers(second.session, second) == [("人数", "3"), ("停车", "否")]


def test_an_answer_is_kept_at_once_and_none_after_it_began_or_was_given_up(database, clock, asking) -> None:
    key = keys_of(asking.questions)
    with database.unit_of_work() as session:
        booking = booked(session, asking, clock.now())
        set_answer(session, booking, key["人数"], 3, clock.now())
        set_answer(session, booking, key["午餐"], None, clock.now())
        with pytest.raises(InvalidInput):
            set_answer(session, booking, key["停车"], None, clock.now())
        with pytest.raises(Conflict, match="刚改了问题"):
            set_answer(session, booking, "q0", 3, clock.now())
        assert [each.ask.label for each in list_unanswered(booking)] == ["停车", "关心的事"]
        replace_answers(session, booking, {key["人数"]: 4, key["停车"]: True}, clock.now())
        assert shown_answers(booking.session, booking) == [("人数", "4"), ("停车", "是")]
        with pytest.raises(Conflict):
            set_answer(session, booking, key["人数"], 5, asking.starts_at)
        cancel(session, booking, clock.now())
        with pytest.raises(Conflict):
            replace_answers(session, booking, {key["人数"]: 5, key["停车"]: True}, clock.now())


def test_an_answer_stays_as_it_was_said_when_the_options_are_reworded(database, clock, asking) -> None:
    key = keys_of(asking.questions)
    with database.unit_of_work() as session:
        booking = booked(session, asking, clock.now())
        set_answer(session, booking, key["午餐"], "素", clock.now())
        held = booking.session
        reworded = [{**each, "choices": ["肉", "菜"]} if each["label"] == "午餐" else each for each in held.questions]
        held.questions = stored_questions(reworded, held.questions)
        assert shown_answers(held, booking) == [("午餐", "素")]


def test_the_table_to_take_along_has_a_column_for_each_question_and_computes_nothing(
    database, clock, asking, staff
) -> None:
    key = keys_of(asking.questions)
    with database.unit_of_work() as session:
        booking = booked(session, asking, clock.now())
        set_answer(session, booking, key["关心的事"], "=1+1", clock.now())
        make_booking(session, booking.session, clock.now())
        make_booking(session, booking.session, clock.now())  # waits: no seat, not in the table
        table = participants_as_csv(session, staff=staff, public_id=asking.public_id, now=clock.now())
        assert session.scalars(select(AuditEntry.action)).all() == ["participants_exported"]
    rows = list(csv.reader(StringIO(table.removeprefix("\ufeff"))))
    assert rows[0][-4:] == ["人数", "午餐", "停车", "关心的事"] and len(rows) == 3
    assert rows[1][0] == booking.number and rows[1][-1] == "'=1+1"


def test_the_reminder_speaks_of_what_is_still_to_be_answered(database, clock, asking) -> None:
    key = keys_of(asking.questions)
    day_before = asking.starts_at - timedelta(days=1)
    with database.unit_of_work() as session:
        booking = booked(session, asking, clock.now())
        set_answer(session, booking, key["人数"], 3, clock.now())
        assert tell_booking(session, booking.id, "by_hand", clock.now())
        assert tell_booking(session, booking.id, "day", day_before)
        replace_answers(session, booking, {key["人数"]: 3, key["停车"]: True}, clock.now())
        assert tell_booking(session, booking.id, "day", day_before)
        texts = session.scalars(select(Message.text).order_by(Message.id)).all()
    assert ["主办方还有3个问题,说“补答问题”就答。" in each for each in texts] == [True, True, False]


def test_whoever_is_erased_leaves_no_answer(database, clock, asking) -> None:
    key = keys_of(asking.questions)
    with database.unit_of_work() as session:
        booking = booked(session, asking, clock.now())
        set_answer(session, booking, key["关心的事"], "我们和某公司的官司", clock.now())
        erase_user(session, session.get_one(User, booking.user_id), clock.now())
    with database.reading() as session:
        assert session.get_one(Booking, booking.id).answers == {}


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [(PEOPLE, 3, "三"), (MEAL, "荤", "鱼"), (PARKING, False, "是"), (TOPIC, "评估", "很" * 121)],
)
def test_an_answer_is_checked_as_its_kind_says(question, right, wrong) -> None:
    form = form_of(make_questions({**question, "required": True}))
    field = fields_of(form)[0]
    assert check_value(form, field, right) == right
    with pytest.raises(InvalidInput) as refusal:
        check_value(form, field, wrong)
    assert refusal.value.fields[field.name]
