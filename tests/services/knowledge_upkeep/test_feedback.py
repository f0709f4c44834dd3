"""What readers say of an answer is kept beside the answer as it was; 没用 comes first."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.errors import Conflict
from models import AnswerFeedback, Author, Conversation, Message, User, Verdict
from services.knowledge_upkeep.feedback import count_by_document, find_rateable, list_feedback, rate_answer
from services.privacy import erase_user
from tests.support.people import make_conversation, make_identity, make_message


def add_answer(session, conversation: Conversation, at, document: str = "专利法", text: str = "外观15年。") -> Message:
    details = {"skill": "policy", "citations": [{"document": document, "label": "第四十二条", "passage": "十五年"}]}
    message = Message(conversation_id=conversation.id, author=Author.BOT, text=text, details=details, created_at=at)
    session.add(message)
    session.flush()
    return message


@pytest.fixture
def answered(database: Database, clock: FixedClock) -> tuple[int, int, int]:
    """(conversation, answer, user)"""
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
        make_message(session, conversation, clock.now(), text="我叫王小明,外观保护多久", author=Author.USER)
        answer = add_answer(session, conversation, clock.now())
        return conversation.id, answer.id, conversation.user_id


def rate(database: Database, clock: FixedClock, message_id: int, user_id: int, verdict: Verdict) -> None:
    with database.unit_of_work() as session:
        rate_answer(session, message_id=message_id, user_id=user_id, verdict=verdict, now=clock.now())


def test_a_verdict_is_shown_with_question_answer_and_sources(database, clock, answered) -> None:
    _, answer_id, user_id = answered
    rate(database, clock, answer_id, user_id, Verdict.USELESS)

    with database.reading() as session:
        view = list_feedback(session)[0][0]
    assert view.question == "我叫〔姓名〕,外观保护多久"
    assert view.feedback.message.text == "外观15年。"
    assert view.feedback.message.details["citations"][0]["passage"] == "十五年"
    assert view.feedback.document == "专利法"


def test_a_second_verdict_takes_the_first_ones_place(database, clock, answered) -> None:
    _, answer_id, user_id = answered
    rate(database, clock, answer_id, user_id, Verdict.USEFUL)
    rate(database, clock, answer_id, user_id, Verdict.USELESS)

    with database.reading() as session:
        assert session.scalars(select(AnswerFeedback.verdict)).all() == [Verdict.USELESS]


def test_useless_comes_first_and_documents_are_counted(database, clock, answered) -> None:
    conversation_id, answer_id, user_id = answered
    rate(database, clock, answer_id, user_id, Verdict.USELESS)
    with database.unit_of_work() as session:
        conversation = session.get_one(Conversation, conversation_id)
        useful = add_answer(session, conversation, clock.now(), "专利年费").id
        useless = add_answer(session, conversation, clock.now(), "专利年费").id
    clock.advance(timedelta(minutes=1))
    rate(database, clock, useless, user_id, Verdict.USELESS)
    clock.advance(timedelta(minutes=1))
    rate(database, clock, useful, user_id, Verdict.USEFUL)

    with database.reading() as session:
        items, has_more = list_feedback(session)
        assert [view.feedback.message_id for view in items] == [useless, answer_id, useful]
        assert not has_more
        assert len(list_feedback(session, document="专利年费")[0]) == 2
        counts = [(each.document, each.useless_count, each.useful_count) for each in count_by_document(session)]
    assert counts == [("专利年费", 1, 1), ("专利法", 1, 0)]


def test_only_an_answer_with_sources_is_rated(database, clock, answered) -> None:
    conversation_id, _, user_id = answered
    with database.unit_of_work() as session:
        conversation = session.get_one(Conversation, conversation_id)
        plain = make_message(session, conversation, clock.now(), text="在的。")

    with pytest.raises(Conflict):
        rate(database, clock, plain.id, user_id, Verdict.USEFUL)


def test_the_answer_meant_is_the_last_thing_said_within_a_day(database, clock, answered) -> None:
    conversation_id, answer_id, _ = answered
    with database.unit_of_work() as session:
        found = find_rateable(session, conversation_id, now=clock.now() + timedelta(hours=20))
        assert found is not None and found.id == answer_id
        assert find_rateable(session, conversation_id, now=clock.now() + timedelta(hours=25)) is None
        conversation = session.get_one(Conversation, conversation_id)
        make_message(session, conversation, clock.now(), text="我是专员。", author=Author.STAFF)
        assert find_rateable(session, conversation_id, now=clock.now()) is None


def test_verdicts_go_with_the_person(database, clock, answered) -> None:
    _, answer_id, user_id = answered
    rate(database, clock, answer_id, user_id, Verdict.USELESS)
    with database.unit_of_work() as session:
        erase_user(session, session.get_one(User, user_id), clock.now())

    with database.reading() as session:
        assert session.scalars(select(AnswerFeedback)).all() == []
