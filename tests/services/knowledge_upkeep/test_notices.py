"""Who may review an answer hears that it waits; its author hears what became of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from models import CuratedAnswer, Role, Staff, StaffNotification, User
from services.cases import accept_case
from services.knowledge_upkeep.answers import (
    draft_from_reply,
    reject_answer,
    save_answer,
    submit_answer,
    withdraw_answer,
)
from services.knowledge_upkeep.publication import approve_answer, evaluate_answer
from services.permissions import get_desk
from services.privacy import erase_user
from services.staff_messages import reply_to_user
from tests.support.people import make_identity
from tests.support.staff import make_case, make_staff
from tests.support.upkeep import CONTENT, WORSE, KnownComparison, ask, write_answer


@pytest.fixture
def people(database: Database, clock: FixedClock) -> dict[str, Staff]:
    now = clock.now()
    with database.unit_of_work() as session:
        made = {
            "author": make_staff(session, now),
            "stranger": make_staff(session, now),
            "supervisor": make_staff(session, now, role=Role.SUPERVISOR),
            "administrator": make_staff(session, now, role=Role.ADMINISTRATOR),
            "gone": make_staff(session, now, role=Role.SUPERVISOR),
        }
        made["gone"].is_active = False
        return made


@pytest.fixture
def answer_id(database: Database, clock: FixedClock, people: dict[str, Staff]) -> int:
    """An answer in review."""
    with database.unit_of_work() as session:
        return write_answer(session, people["author"], clock.now()).id


def told(database: Database, people: dict[str, Staff], *, unread: bool = False) -> list[tuple[str, str]]:
    """(who, what kind), in order."""
    names = {person.id: name for name, person in people.items()}
    with database.reading() as session:
        rows = session.scalars(select(StaffNotification).order_by(StaffNotification.id)).all()
        return [(names[row.staff_id], row.kind) for row in rows if not (unread and row.read_at)]


def texts(database: Database, kind: str) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(StaffNotification.text).where(StaffNotification.kind == kind)))


def approve(database: Database, clock: FixedClock, staff: Staff, answer_id: int, evaluation: KnownComparison) -> None:
    with database.unit_of_work() as session:
        version = session.get_one(CuratedAnswer, answer_id).version
        run_id = approve_answer(session, staff=staff, answer_id=answer_id, version=version, now=clock.now()).id
    evaluate_answer(database, evaluation, run_id=run_id, now=clock.now())
    evaluate_answer(database, evaluation, run_id=run_id, now=clock.now())


WAITING = [("supervisor", "answer_waiting"), ("administrator", "answer_waiting")]


def test_everybody_who_may_review_an_answer_hears_once_that_it_waits(database, people, answer_id) -> None:
    assert told(database, people) == WAITING
    assert texts(database, "answer_waiting") == [f"有一条人工答案等您审:{CONTENT.question}"] * 2
    with database.reading() as session:
        assert set(session.scalars(select(StaffNotification.answer_id))) == {answer_id}


def test_a_supervisor_is_not_asked_to_review_words_of_their_own(database, clock, people) -> None:
    with database.unit_of_work() as session:
        write_answer(session, people["supervisor"], clock.now())

    assert told(database, people) == [("administrator", "answer_waiting")]


def test_the_author_hears_that_it_was_published_and_nobody_else_is_kept_waiting(
    database, clock, people, answer_id
) -> None:
    approve(database, clock, people["supervisor"], answer_id, KnownComparison())

    assert told(database, people, unread=True) == [("author", "answer_published")]
    assert texts(database, "answer_published") == [f"您的人工答案已发布:{CONTENT.question}"]


@pytest.mark.parametrize(
    ("evaluation", "why"),
    [
        (KnownComparison(worse=[WORSE]), "有1个问题会变差"),
        (KnownComparison(is_missing=True), "评估没做成"),
    ],
)
def test_what_was_not_published_is_told_to_its_author_and_to_who_approved_it(
    database, clock, people, answer_id, evaluation: KnownComparison, why: str
) -> None:
    approve(database, clock, people["supervisor"], answer_id, evaluation)

    assert told(database, people, unread=True) == [("author", "answer_blocked"), ("supervisor", "answer_blocked")]
    assert texts(database, "answer_blocked") == [f"没有发布,{why}:{CONTENT.question}"] * 2


def test_the_author_hears_why_it_was_sent_back_and_a_new_try_is_a_new_notice(
    database, clock, people, answer_id
) -> None:
    with database.unit_of_work() as session:
        reject_answer(session, staff=people["supervisor"], answer_id=answer_id, note="来源要写文号", now=clock.now())
    assert told(database, people, unread=True) == [("author", "answer_rejected")]
    assert texts(database, "answer_rejected") == [f"人工答案退回修改:{CONTENT.question}。原因:来源要写文号"]

    clock.advance(timedelta(minutes=5))
    with database.unit_of_work() as session:
        version = session.get_one(CuratedAnswer, answer_id).version
        save_answer(
            session, staff=people["author"], answer_id=answer_id, content=CONTENT, version=version, now=clock.now()
        )
        submit_answer(session, staff=people["author"], answer_id=answer_id, now=clock.now())
    assert told(database, people, unread=True) == [("author", "answer_rejected"), *WAITING]


def test_what_was_taken_back_waits_for_nobody(database, clock, people, answer_id) -> None:
    with database.unit_of_work() as session:
        withdraw_answer(session, staff=people["author"], answer_id=answer_id, now=clock.now())

    assert told(database, people, unread=True) == []


def test_what_an_erased_person_asked_is_quoted_in_no_notice(database, clock, people) -> None:
    now, asked = clock.now(), "我们南沙那台机器能贴息多少"
    with database.unit_of_work() as session:
        identity = make_identity(session, now)
        answer = write_answer(session, people["author"], now, content=replace(CONTENT, question=asked))
        miss = ask(session, identity, asked, now)
        miss.answer_id = answer.id
        user_id = identity.user_id
    assert asked in texts(database, "answer_waiting")[0]

    with database.unit_of_work() as session:
        erase_user(session, session.get_one(User, user_id), now)

    assert told(database, people) == WAITING, "the answer still waits"
    assert not any(asked in text for text in texts(database, "answer_waiting"))


def test_a_draft_that_goes_with_its_person_takes_its_notices_along(database, clock, people) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        case = make_case(session, now, topic="general")
        accept_case(session, staff=people["author"], case_id=case.id, now=now)
        sent = reply_to_user(
            session, staff=people["author"], conversation_id=case.conversation_id, text="补50%。", now=now
        )
        desk = get_desk(session, people["author"], case.conversation.public_id)
        answer = draft_from_reply(session, staff=people["author"], desk=desk, message_id=sent.id, now=now)
        save_answer(
            session, staff=people["author"], answer_id=answer.id, content=CONTENT, version=answer.version, now=now
        )
        submit_answer(session, staff=people["author"], answer_id=answer.id, now=now)
        user_id = case.conversation.user_id
    assert len(texts(database, "answer_waiting")) == 2

    with database.unit_of_work() as session:
        erase_user(session, session.get_one(User, user_id), now)

    assert texts(database, "answer_waiting") == []
