"""我的信用 in chat: the band, what counts, an objection with its reason, and how repair goes."""

from flask.testing import FlaskClient
from sqlalchemy import select

from core.clock import FixedClock
from models import CreditPlea, MemberRole, PleaKind, WeChatIdentity
from services.resources import Resources
from tests.support.credit import make_firm, make_member
from tests.support.pushes import Pusher

OWNER = "oOwner000000000000000000001"


def test_an_owner_reads_the_record_and_objects(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    assert "还没有登记企业" in pusher.say(client, OWNER, "我的信用")
    with resources.database.unit_of_work() as session:
        firm = make_firm(session, clock.now())
        user = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == OWNER)).one().user
        make_member(session, user, firm.company, clock.now(), role=MemberRole.OWNER)
        firm.record(session, clock.now())
    shown = pusher.say(client, OWNER, "我的信用")
    assert "佛山守约科技有限公司:信用有提示" in shown and "1. 法院认定违约" in shown and "计入中" in shown
    assert "连理由一起" in pusher.say(client, OWNER, "第1条有异议")
    assert "答复前这条不计入" in pusher.say(client, OWNER, "第1条有异议:判决已被二审撤销,案号(2026)粤06民终45号")
    assert "有异议,先不计" in pusher.say(client, OWNER, "看看我们公司的信用记录")
    assert "已经在等专员答复" in pusher.say(client, OWNER, "第1条申请修复:款已付清")
    assert "没有第3条" in pusher.say(client, OWNER, "第3条申请修复:款已付清")
    with resources.database.reading() as session:
        plea = session.scalars(select(CreditPlea)).one()
        assert (plea.kind, plea.text) == (PleaKind.OBJECTION, "判决已被二审撤销,案号(2026)粤06民终45号")


def test_rules_and_repair_are_explained_with_their_source(client: FlaskClient, pusher: Pusher) -> None:
    told = pusher.say(client, OWNER, "信用记录怎么修复")
    assert "第五十四条" in told and "由作出决定的机关修复" in told
    assert "不打分" in pusher.say(client, OWNER, "信用规则")
