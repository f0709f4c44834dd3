"""Services that a session speaks of, in chat: named beside it, begun by their names."""

from sqlalchemy import select

from models import Turn
from services.catalogue import catalogue
from services.training.timetable import booking_words
from tests.support.training import make_session

OPENID = "oUser0000000000000000000077"


def test_a_service_is_named_beside_the_session_and_its_name_begins_it(client, pusher, resources, clock) -> None:
    with resources.database.unit_of_work() as session:
        shown = ["pledge_financing", "health_check", "gone"]
        words = booking_words(make_session(session, clock.now(), shown_services=shown))
    pusher.say(client, OPENID, words)
    pusher.say(client, OPENID, "我的报名")
    assert "讲到的服务:质押融资、知识产权体检。" in pusher.say(client, OPENID, "1")
    assert "想贷多少" in pusher.say(client, OPENID, "质押融资")


def test_the_name_of_every_service_begins_it(client, pusher, resources) -> None:
    """Or 要办就说名称 would promise what is not so."""
    begun = {}
    for place, service in enumerate(catalogue().values()):
        openid = f"oUser{place:023d}"
        pusher.say(client, openid, "你好")
        pusher.say(client, openid, service.name)
        with resources.database.reading() as session:
            begun[service.name] = session.scalar(select(Turn.skill).order_by(Turn.id.desc()).limit(1))
    assert set(begun.values()) == {"form"}, begun
