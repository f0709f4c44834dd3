"""News of vacant rooms is turned off and on again in the chat by a word."""

from sqlalchemy import select

from models import Case, Conversation
from tests.bot.test_case_talk import say
from tests.services.casework.test_news import WANTS
from tests.support.casework import make_service_case


def test_news_of_rooms_is_turned_off_and_on_by_a_word(client, pusher, resources, clock):
    assert "里面会问要不要通知" in say(client, pusher, "有空房告诉我", 1)
    with resources.database.unit_of_work() as session:
        conversation = session.scalars(select(Conversation)).one()
        make_service_case(session, clock.now(), kind="incubation", values=WANTS, conversation=conversation)

    for second, (word, answer, is_on) in enumerate(
        [("不用通知空房", "好,不再通知空房。", False), ("有空房告诉我", "好,有合适的空房就告诉您。", True)], start=2
    ):
        assert say(client, pusher, word, second).startswith(answer)
        with resources.database.reading() as session:
            assert session.scalars(select(Case)).one().form["tell_vacancy"] is is_on
