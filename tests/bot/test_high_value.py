"""哪些算高价值专利: the five conditions, with one's own in custody beside them."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from bot.skills.custody_high_value import ASKS
from core.clock import FixedClock, china_date
from models import CustodyRight, WeChatIdentity
from services.resources import Resources
from tests.support.deals import keep_rights
from tests.support.pushes import Pusher

OWNER = "oOwner00000000000000000000001"


def test_the_conditions_are_told_and_what_of_ones_own_meets_one(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    told = pusher.say(client, OWNER, "哪些算高价值专利")
    assert "5. 获国家科学技术奖或中国专利奖" in told and "二手资料" in told and "您托管" not in told
    today = china_date(clock.now())
    with resources.database.unit_of_work() as session:
        owner = session.scalars(select(WeChatIdentity.user_id).where(WeChatIdentity.openid == OWNER)).one()
        keep_rights(session, owner, ["CN112345678B", "CN112345679B"], clock.now())
        session.flush()
        kept = session.scalars(select(CustodyRight).order_by(CustodyRight.id)).all()
        kept[0].granted_on = today.replace(year=today.year - 11)
    own = pusher.say(client, OWNER, "我的哪些专利算高价值专利?")
    assert "有效发明2件,按现有数据1件占了一条" in own and "CN112345678" in own
    assert len(re.sub("<[^>]+>", "", own)) <= 300


def test_only_the_question_for_the_conditions_is_meant() -> None:
    for words in ("哪些算高价值专利", "什么是高价值发明专利", "高价值专利的标准", "怎么认定为高价值专利"):
        assert ASKS.fullmatch(words), words
    for words in ("南沙高价值专利培育有补贴吗", "高价值专利", "怎么申请高价值专利培育"):
        assert not ASKS.fullmatch(words), words
