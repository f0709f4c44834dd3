"""The organiser's questions at the desk: written in the session's form, their answers beside who comes."""

import re

import pytest
from sqlalchemy import select

from models import AuditEntry, Booking, CourseSession
from services.training.questions import list_unanswered, set_answer
from tests.support.session_form import form_of
from tests.support.training import make_booking, make_session
from tests.support.training_questions import keys_of, make_questions


@pytest.fixture
def held(database, clock) -> CourseSession:
    with database.unit_of_work() as session:
        made = make_session(session, clock.now())
        make_booking(session, made, clock.now())
        return made


def questions(database) -> list[dict]:
    with database.reading() as session:
        return session.scalars(select(CourseSession)).one().questions


def test_questions_are_written_changed_and_taken_away_at_the_desk(trainer, database, held) -> None:
    path = f"/console/training/{held.public_id}"
    form = form_of(trainer.get(path).text)
    people = {"question_1_label": "人数", "question_1_question": "一共来几位?", "question_1_kind": "number"}
    # The second row stays empty: what is typed into the third is the second question.
    meal = {"question_3_label": "午餐", "question_3_question": "要哪一种?", "question_3_kind": "choice"}
    refused = trainer.post(path, {**form, **people, **meal, "question_3_choices": "荤"})
    assert refused.status_code == 422 and "2到8个" in refused.text and "要哪一种?" in refused.text
    assert questions(database) == []
    assert trainer.post(path, {**form, **people, **meal, "question_3_choices": "荤、素"}).status_code == 303
    made = questions(database)
    assert [(each["label"], each["kind"], each["required"], each["choices"]) for each in made] == [
        ("人数", "number", True, []), ("午餐", "choice", True, ["荤", "素"]),
    ]  # fmt: skip

    form = form_of(trainer.get(path).text)
    assert (form["question_2_label"], form["question_2_choices"]) == ("午餐", "荤、素")
    assert trainer.post(path, form).status_code == 303 and questions(database) == made
    cleared = {"question_1_label": "", "question_1_question": "", "question_2_question": "午餐要哪一种?"}
    assert trainer.post(path, {**form, **cleared}).status_code == 303
    assert [(each["key"], each["question"]) for each in questions(database)] == [(made[1]["key"], "午餐要哪一种?")]


def test_answers_stand_beside_who_comes_and_in_the_table_to_take_along(trainer, database, clock, held) -> None:
    path = f"/console/training/{held.public_id}"
    form = form_of(trainer.get(path).text)
    form |= {"question_1_label": "关心的事", "question_1_question": "最想听哪一块?"}
    assert trainer.post(path, form).status_code == 303
    with database.unit_of_work() as session:
        booking = session.scalars(select(Booking)).one()
        set_answer(session, booking, questions(database)[0]["key"], "评估<费用>", clock.now())
    assert "关心的事:评估&lt;费用&gt;" in trainer.get(path).text
    table = trainer.post(f"{path}/participants.csv", {})
    assert table.content_type == "text/csv; charset=utf-8" and "评估<费用>" in table.text
    assert "导出名单 · " in trainer.get(path).text


def test_what_somebody_says_on_the_telephone_is_written_down_and_what_was_not_asked_stays_open(
    trainer, database, clock
) -> None:
    with database.unit_of_work() as session:
        held = make_session(session, clock.now(), capacity=9, questions=make_questions())
    keys = keys_of(held.questions)
    path = f"/console/training/{held.public_id}"
    trainer.get(path)
    booked = trainer.post(f"{path}/bookings", {"name": "王小明", "phone": "13800138000", "seats": "1", "step": "book"})
    assert booked.status_code == 303 and booked.location.endswith("/answers")
    assert "没问到的先空着" in trainer.get(booked.location).text

    typed = {f"answer-{keys['人数']}": "三四位", f"answer-{keys['午餐']}": "素"}
    refused = trainer.post(booked.location, typed)
    assert refused.status_code == 422 and "人数请写一个整数" in refused.text and 'value="三四位"' in refused.text
    done = trainer.post(booked.location, {**typed, f"answer-{keys['人数']}": "3"})
    assert (done.status_code, done.location) == (303, f"{path}?told=answers")
    page = trainer.get(done.location).text
    assert "回答已记下" in page and "人数:3" in page and "午餐:素" in page
    with database.reading() as session:
        booking = session.scalars(select(Booking)).one()
        assert [field.name for field in list_unanswered(booking)] == [keys["停车"], keys["关心的事"]]
        assert "answered_by_hand" in session.scalars(select(AuditEntry.action)).all()

    # Later they say the rest, and take the meal back.
    again = trainer.get(booked.location).text
    assert 'value="3"' in again and re.search(r'value="素" selected', again)
    rest = {f"answer-{keys['人数']}": "4", f"answer-{keys['停车']}": "no"}
    assert trainer.post(booked.location, rest).status_code == 303
    with database.reading() as session:
        answers = session.scalars(select(Booking)).one().answers
    assert answers == {keys["人数"]: 4, keys["午餐"]: None, keys["停车"]: False}
    with database.unit_of_work() as session:
        session.get_one(CourseSession, held.id).starts_at = clock.now()
    assert trainer.post(booked.location, rest).status_code == 409
