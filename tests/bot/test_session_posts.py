"""看第1场的供需 in chat, and the words that the session's public page asks for."""

from flask.testing import FlaskClient
from sqlalchemy import select

from core.clock import FixedClock
from models import PostSide, SessionPost
from services.resources import Resources
from services.training.shown_posts import attach_post, posts_words
from tests.support.deals import make_person
from tests.support.market import make_post
from tests.support.pushes import Pusher
from tests.support.staff import make_staff
from tests.support.training import make_session

OWNER = "oOwner000000000000000000001"


def test_posts_of_a_session_are_listed_and_asked_about(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    now = clock.now()
    with resources.database.unit_of_work() as session:
        held = make_session(session, now)
        post = make_post(session, make_person(session, now).id, now, side=PostSide.OFFER, title="轴承温度监测")
        staff = make_staff(session, now, skills=["training"])
        attach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=now)
        words = posts_words(held)
    shown = pusher.say(client, OWNER, words)
    assert "旁边的供需" in shown and "1. 供给 轴承温度监测" in shown
    assert "就这几条" in pusher.say(client, OWNER, "下一页")
    pusher.say(client, OWNER, "最近有什么培训")
    assert "旁边有1条供需" in pusher.say(client, OWNER, "1")
    assert "轴承温度监测" in pusher.say(client, OWNER, "看第1场的供需")
    assert "想谈" in pusher.say(client, OWNER, "1")
    pusher.say(client, OWNER, "想谈第1个")
    assert "已经问对方了" in pusher.say(client, OWNER, "孙工 13900139002")
    with resources.database.reading() as session:
        assert session.scalars(select(SessionPost.asked)).one() == 1
