"""After a session in chat: two taps for how it was, materials, a certificate by name, questions to the speaker."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.clock import FixedClock
from models import Booking, BookingState, Case, Certificate, Conversation, CourseSession, SessionQuestion, Turn
from services.resources import Resources
from services.training.certificate_making import make_certificate
from services.training.feedback import request_feedback
from services.training.seats import book, set_state
from tests.bot.test_conversations import _check_voice
from tests.support.casework import make_service_case
from tests.support.pushes import Pusher
from tests.support.training import make_course, make_session

OPENID = "oUser0000000000000000000041"


class Visitor:
    """Somebody with a seat at a course, in the conversation in which they booked."""

    def __init__(self, client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock) -> None:
        self._client, self._pusher, self.resources, self.clock = client, pusher, resources, clock
        self.say("你好")
        with resources.database.unit_of_work() as session:
            course = make_course(session, clock.now(), gives_certificate=True, code="first")
            self.held = make_session(session, clock.now(), course=course, capacity=9)
            conversation = session.scalars(select(Conversation)).one()
            self.user_id = conversation.user_id
            self.booking_id = book(
                session, session_id=self.held.id, conversation=conversation, seats=2, channel="chat", now=clock.now()
            ).id

    def say(self, *texts: str) -> str:
        """The answer to the last of them; every answer keeps to the voice."""
        for text in texts:
            reply = self._pusher.say(self._client, OPENID, text)
            _check_voice(reply, f"{text}: {reply}")
        return reply

    def comes(self) -> None:
        """And an hour after the end is asked."""
        with self.resources.database.unit_of_work() as session:
            set_state(session.get_one(Booking, self.booking_id), BookingState.ATTENDED, self.held.starts_at)
            self.clock.set(self.held.ends_at + timedelta(hours=1))
            assert request_feedback(session, self.clock.now()) == 1

    def booking(self) -> Booking:
        with self.resources.database.reading() as session:
            return session.get_one(Booking, self.booking_id)

    def certificates(self) -> list[Certificate]:
        with self.resources.database.reading() as session:
            return list(session.scalars(select(Certificate).order_by(Certificate.id)))

    def last_skill(self) -> str | None:
        with self.resources.database.reading() as session:
            return session.scalar(select(Turn.skill).order_by(Turn.id.desc()).limit(1))


@pytest.fixture
def visitor(client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock) -> Visitor:
    return Visitor(client, pusher, resources, clock)


@pytest.mark.parametrize(("word", "score"), [("满意", 3), ("一般", 2), ("不满意", 1), ("很满意", 3)])
def test_one_tap_is_a_verdict_and_the_next_one_says_why(visitor: Visitor, word: str, score: int) -> None:
    visitor.comes()
    reply = visitor.say(word)
    assert "记下了" in reply and "意见:" in reply
    assert visitor.booking().satisfaction == score
    for said, kept in (("意见:讲得太快", "讲得太快"), ("意见\uff1a例子再多些", "例子再多些")):
        assert "专员会看到" in visitor.say(said)
        assert visitor.booking().remark == kept


def test_the_last_word_counts_straight_after(visitor: Visitor) -> None:
    visitor.comes()
    visitor.say("满意", "不满意")
    assert visitor.booking().satisfaction == 1
    visitor.say("外观设计专利保护多少年", "满意")
    assert visitor.booking().satisfaction == 1


def test_who_was_not_asked_judges_nothing(visitor: Visitor) -> None:
    visitor.say("满意")
    assert visitor.last_skill() != "training_after" and visitor.booking().satisfaction is None


def test_a_verdict_is_about_what_was_asked_last(visitor: Visitor) -> None:
    visitor.comes()
    with visitor.resources.database.unit_of_work() as session:
        case = make_service_case(session, visitor.clock.now())
        case.user_id, case.status = visitor.user_id, "closed"
        case.closed_at = visitor.clock.now() + timedelta(minutes=1)
        case_id = case.id
    visitor.clock.advance(timedelta(minutes=2))
    visitor.say("满意")
    assert visitor.booking().satisfaction is None
    with visitor.resources.database.reading() as session:
        assert session.get_one(Case, case_id).satisfaction == 3
    visitor.say("一般")
    assert visitor.booking().satisfaction == 2


def test_a_verdict_is_answered_with_the_course_that_follows_and_it_is_booked_by_a_tap(visitor: Visitor) -> None:
    visitor.comes()
    now = visitor.clock.now()
    with visitor.resources.database.unit_of_work() as session:
        course = make_course(session, now, title="质押融资进阶", follows="first")
        make_session(session, now, course=course, starts_at=now + timedelta(days=7))
    reply = visitor.say("满意")
    assert "接着可以上“质押融资进阶”" in reply and "它接着“专利质押融资实务”讲" in reply
    assert "报上了" in visitor.say("报名12月7日的质押融资进阶")


def test_materials_are_shown_to_who_came(visitor: Visitor) -> None:
    assert "还没有资料或回放" in visitor.say("我的培训资料")
    with visitor.resources.database.unit_of_work() as session:
        held = session.get_one(CourseSession, visitor.held.id)
        held.replay_url = "https://replay.example/1"
        held.materials = [{"title": "讲义", "url": "https://files.example/1.pdf"}]
    assert "还没有资料或回放" in visitor.say("我的培训资料")
    visitor.comes()
    for words in ("我的培训资料", "培训回放在哪里看", "看看课程资料"):
        reply = visitor.say(words)
        assert "讲义:https://files.example/1.pdf" in reply and "回放:https://replay.example/1" in reply, words


def test_a_certificate_is_had_by_name_and_downloaded(visitor: Visitor) -> None:
    visitor.comes()
    assert "证书上写谁的名字" in visitor.say("领证书")
    assert "证书上写“王小明”,对吗" in visitor.say("王小明")
    assert "正在制作" in visitor.say("好")
    certificate = visitor.certificates()[0]
    assert certificate.holder == "王小明" and f"{certificate.number} " in visitor.say("我的证书")
    resources = visitor.resources
    make_certificate(
        resources.database, resources.files, visitor.clock, base_url=resources.settings.public_base_url,
        certificate_id=certificate.id,
    )  # fmt: skip
    reply = visitor.say("我的证书")
    assert "/files/certificates?t=" in reply and f"/certificates/{certificate.number}" in reply
    assert "正在制作" in visitor.say("领证书\uff1a李娜")
    assert [each.holder for each in visitor.certificates()] == ["王小明", "李娜"]
    assert "李娜" in visitor.say("领证书 赵六") and len(visitor.certificates()) == 2


def test_what_is_no_name_is_not_taken_for_one(visitor: Visitor) -> None:
    visitor.comes()
    visitor.say("领证书")
    assert "近期" in visitor.say("最近有什么培训")
    visitor.say("领证书", "转人工")
    assert visitor.last_skill() == "handoff" and visitor.certificates() == []


def test_who_says_no_to_the_name_gets_none(visitor: Visitor) -> None:
    visitor.comes()
    visitor.say("领证书", "王小明", "算了", "好")
    assert visitor.certificates() == []


def test_who_came_to_a_course_without_certificates_is_told_so_and_offered_no_form(visitor: Visitor) -> None:
    with visitor.resources.database.unit_of_work() as session:
        session.get_one(CourseSession, visitor.held.id).course.gives_certificate = False
    visitor.comes()
    for words in ("领证书", "我的证书", "怎么领证书?", "领结业证书"):
        assert "还没有可以领的结业证书" in visitor.say(words), words


def test_a_question_about_certificates_claims_none(visitor: Visitor) -> None:
    visitor.comes()
    visitor.say("领证书要多久")
    assert visitor.certificates() == [] and visitor.last_skill() != "training_after"


def test_the_speaker_is_asked_while_the_session_goes_on(visitor: Visitor) -> None:
    assert "没有正在进行的培训" in visitor.say("提问:质押期间还能许可吗")
    visitor.clock.set(visitor.held.starts_at + timedelta(minutes=5))
    assert "转给讲师" in visitor.say("提问:质押期间还能许可吗")
    with visitor.resources.database.reading() as session:
        assert [row.text for row in session.scalars(select(SessionQuestion))] == ["质押期间还能许可吗"]
