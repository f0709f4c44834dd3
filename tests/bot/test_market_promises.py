"""看保密资料: the words of the promise first, the details after 同意."""

from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.clock import FixedClock
from models import MarketPromise, PostSide
from services.resources import Resources
from tests.support.market import make_post
from tests.support.people import make_identity
from tests.support.pushes import Pusher

OWNER = "oOwner000000000000000000001"
SECRET = "轴承座上贴三个片,采样每秒两千次。"


def test_the_promise_stands_before_the_details(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        seller = make_identity(session, clock.now()).user_id
        make_post(session, seller, clock.now(), side=PostSide.OFFER, title="轴承温度监测", details=SECRET)
    pusher.say(client, OWNER, "看看有什么专利在卖")
    assert "有保密资料" in pusher.say(client, OWNER, "1")
    asked = pusher.say(client, OWNER, "看保密资料第1个")
    assert "保密约定(第1版)" in asked and "第五百零一条" in asked and "三个片" not in asked
    assert SECRET in pusher.say(client, OWNER, "同意保密约定")
    assert SECRET in pusher.say(client, OWNER, "看保密资料第1个")
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MarketPromise)) == 1
