"""The organiser's questions in chat: seats first, one question at a time, and nothing that was typed is lost."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.clock import FixedClock
from models import Booking, BookingState, CourseSession, Turn
from services.resources import Resources
from services.training.questions import shown_answers
from services.training.seats import cancel
from services.training.timetable import booking_words
from tests.bot.test_conversations import _check_voice
from tests.support.pushes import Pusher
from tests.support.training import make_booking, make_session
from tests.support.training_questions import make_questions

OPENID = "oUser0000000000000000000042"


class Owner:
    """Somebody who books a session whose organiser wants to know four things."""

    def __init__(self, client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock) -> None:
        self._client, self._pusher, self.resources, self.clock = client, pusher, resources, clock
        self.say("你好")
        with resources.database.unit_of_work() as session:
            held = make_session(session, clock.now(), questions=make_questions())
            self.session_id, self.words = held.id, booking_words(held)

    def say(self, *texts: str) -> str:
        """The answer to the last of them; every answer keeps to the voice."""
        for text in texts:
            reply = self._pusher.say(self._client, OPENID, text)
            _check_voice(reply, f"{text}: {reply}")
        return reply

    def booking(self) -> Booking:
        with self.resources.database.reading() as session:
            return session.scalars(select(Booking).where(Booking.session_id == self.session_id)).one()

    def answers(self) -> dict[str, str]:
        with self.resources.database.reading() as session:
            booking = session.scalars(select(Booking).where(Booking.session_id == self.session_id)).one()
            return dict(shown_answers(booking.session, booking))

    def last_skill(self) -> str | None:
        with self.resources.database.reading() as session:
            return session.scalar(select(Turn.skill).order_by(Turn.id.desc()).limit(1))


@pytest.fixture
def owner(client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock) -> Owner:
    return Owner(client, pusher, resources, clock)


def test_the_seats_are_there_before_the_first_question_and_each_answer_is_kept(owner: Owner) -> None:
    reply = owner.say(owner.words)
    assert "报上了" in reply and "名额已经是您的" in reply and "一共来几位?(比如:3)" in reply
    assert owner.booking().state == BookingState.BOOKED
    assert "1. 荤" in owner.say("3个人") and owner.answers() == {"人数": "3"}
    assert "要停车位吗" in owner.say("2")
    assert "没有就说“跳过”" in owner.say("不用")
    reply = owner.say("评估费用怎么谈")
    assert "都记下了" in reply and "午餐:素" in reply
    assert owner.answers() == {"人数": "3", "午餐": "素", "停车": "否", "关心的事": "评估费用怎么谈"}
    assert "午餐:素" in owner.say("我的报名", "1")


def test_what_cannot_be_used_is_asked_once_more_and_a_required_one_is_not_skipped(owner: Owner) -> None:
    owner.say(owner.words)
    assert "请写一个整数" in owner.say("看情况")
    assert "说“算了”" in owner.say("跳过")
    assert "要停车位吗" in owner.say("3", "跳过")
    assert owner.answers() == {"人数": "3"}


def test_a_question_beside_it_is_answered_and_the_talk_comes_back(owner: Owner) -> None:
    owner.say(owner.words)
    reply = owner.say("外观设计专利保护多少年?")
    assert "15年" in reply and "回到刚才:一共来几位?" in reply
    assert "已报名" in owner.say("我的报名")
    assert "1. 荤" in owner.say("3") and owner.answers() == {"人数": "3"}


def test_answers_are_corrected_meanwhile_and_straight_after(owner: Owner) -> None:
    owner.say(owner.words, "3")
    reply = owner.say("不对,是5个人")
    assert "人数改成5" in reply and "1. 荤" in reply
    owner.say("荤", "要", "跳过")
    assert "人数改成6" in owner.say("人数改成6")
    assert owner.answers() == {"人数": "6", "午餐": "荤", "停车": "是"}


def test_one_step_back_asks_again_and_goes_on_where_it_stopped(owner: Owner) -> None:
    owner.say(owner.words, "3", "荤")
    assert "午餐要哪一种" in owner.say("上一步")
    assert "要停车位吗" in owner.say("素")
    assert owner.answers() == {"人数": "3", "午餐": "素"}
    assert "前面没有了" in owner.say("上一步", "上一步", "上一步")


def test_never_mind_keeps_the_seats_and_what_was_said_and_it_goes_on_later(owner: Owner) -> None:
    owner.say(owner.words, "3")
    assert "名额照样是您的" in owner.say("算了")
    assert owner.booking().state == BookingState.BOOKED
    assert "外观" in owner.say("外观设计专利保护多少年?")
    assert "还有3个问题" in owner.say("我的报名", "1")
    assert "1. 荤" in owner.say("补答问题")
    assert "都记下了" in owner.say("荤", "不要", "跳过")
    assert "都答过了" in owner.say("补答问题")


def test_giving_the_seats_up_ends_the_questions(owner: Owner) -> None:
    owner.say(owner.words)
    assert "要取消" in owner.say("取消报名")
    reply = owner.say("好")
    assert "取消了" in reply and "回到刚才" not in reply
    assert owner.booking().state == BookingState.CANCELLED
    owner.say("3")
    assert owner.last_skill() != "training_questions" and owner.answers() == {}


def test_who_waits_is_asked_once_seats_are_theirs(owner: Owner) -> None:
    with owner.resources.database.unit_of_work() as session:
        held = session.get_one(CourseSession, owner.session_id)
        rivals = [make_booking(session, held, owner.clock.now()).id for _ in range(2)]
    reply = owner.say(owner.words)
    assert "候补" in reply and "一共来几位" not in reply
    with owner.resources.database.unit_of_work() as session:
        cancel(session, session.get_one(Booking, rivals[0]), owner.clock.now())
    assert "一共来几位" in owner.say("接受名额")


def test_in_the_middle_of_another_form_the_questions_wait(owner: Owner) -> None:
    assert "想贷多少" in owner.say("想用专利贷款")
    reply = owner.say(owner.words)
    assert "报上了" in reply and "补答问题" in reply and "一共来几位" not in reply
    assert "回到刚才:想贷多少" in reply
