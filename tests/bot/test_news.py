"""News of vacant rooms is turned off and on again in the chat by a word."""

from sqlalchemy import select

from models import Case, Conversation
from services.casework.windows import tell_windows
from tests.bot.test_case_talk import say
from tests.services.casework.test_financing import disbursed, told
from tests.services.casework.test_news import WANTS
from tests.services.casework.test_windows import closing
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


def test_reminders_of_windows_are_turned_off_and_on_by_a_word(client, pusher, resources, clock):
    assert "只提醒办了质押融资的企业" in say(client, pusher, "补贴窗口告诉我", 1)
    with resources.database.unit_of_work() as session:
        conversation = session.scalars(select(Conversation)).one()
        closing(session, clock.now(), "own", 5)
        number = disbursed(session, clock.now(), conversation=conversation).id

    for second, (word, answer, count) in enumerate(
        [("不用通知补贴窗口", "好,不再通知补贴窗口。", 0), ("补贴窗口快关了告诉我", "好,补贴窗口快关时告诉您。", 1)],
        start=2,
    ):
        assert say(client, pusher, word, second).startswith(answer)
        with resources.database.unit_of_work() as session:
            tell_windows(session, kind="pledge_financing", after=0, now=clock.now())
            case = session.get_one(Case, number)
            assert sum("补贴窗口快关了" in text for text in told(session, case)) == count
