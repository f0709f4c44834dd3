"""Two people talk about a right in chat: asked, agreed with a contact, offered, accepted, confirmed, ended."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.skills.deal_words import find_valuation, is_offer
from core.clock import FixedClock
from core.i18n import chinese_time
from models import (
    BenefitBasis,
    BenefitRole,
    Case,
    Conversation,
    Deal,
    DealPublicity,
    DealState,
    MarketMatch,
    MarketPost,
    Message,
    PostSide,
    User,
    WeChatIdentity,
)
from nlp.market.posts import Mode
from services.deals.benefits import BenefitForm, ShareForm, write_plan
from services.deals.enquiring import Answer, Enquiry, answer_enquiry, enquire
from services.deals.equity import Valuation
from services.deals.told_contacts import TELLS
from services.resources import Resources
from tests.support.deals import keep_rights, make_post
from tests.support.pushes import Pusher
from tests.support.staff import make_staff

NO_UNIT = {"is_public_institution": False, "is_state_owned": False}
SELLER, BUYER = "oSeller00000000000000000001", "oBuyer000000000000000000002"


def test_a_match_becomes_a_deal_and_its_price_is_agreed_in_chat(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    number = ask(client, pusher, resources, clock)

    asked_back = pusher.say(client, SELLER, f"同意洽谈 {number}")
    assert "怎么称呼您" in asked_back
    agreed = pusher.say(client, SELLER, "钱经理 13800138001")
    assert "孙工" in agreed and "13900139002" in agreed
    with resources.database.reading() as session:
        promised = chinese_time(session.scalars(select(Deal.promised_at)).one(), clock.now())
    assert f"经纪人{promised}前联系两边" in agreed

    assert "出多少" in pusher.say(client, BUYER, f"出价 {number}")
    offered = pusher.say(client, BUYER, "普通许可15万")
    assert "出价了:普通许可,15万元" in offered
    assert "还等对方答复" in pusher.say(client, BUYER, f"出价16万 {number}")
    assert "接受吗" in pusher.say(client, SELLER, f"接受出价 {number}")
    assert "谈成了" in pusher.say(client, SELLER, "好")
    listed = pusher.say(client, SELLER, f"核对清单 {number}")
    assert "1. " in listed and "《专利法》" in listed
    assert "逐项确认" in pusher.say(client, SELLER, "都确认")
    first = pusher.say(client, SELLER, "确认第1项")
    assert "记下了" in first and "下一项:\n2. " in first and "确认第2项" in first
    # The second is the one that was shown as the second, though the first is off the list by now.
    (second,) = (line for line in listed.splitlines() if line.startswith("2. "))
    assert second.removeprefix("2. ").partition("(")[0] in pusher.say(client, SELLER, "确认第2项")
    assert "3. " in (rest := pusher.say(client, SELLER, f"核对清单 {number}")) and "1. " not in rest
    assert "要终止" in pusher.say(client, BUYER, f"终止洽谈 {number}")
    assert "不动它" in pusher.say(client, BUYER, "算了")
    assert "13900139002" in pusher.say(client, SELLER, f"看 {number}")
    with resources.database.reading() as session:
        telling = session.scalars(select(Message).where(Message.text.contains("13900139002"))).all()
    # What the buyer wrote themselves is theirs.
    assert sum(TELLS in each.details for each in telling) == len(telling) - 1 == 2
    assert "收不回来" in pusher.say(client, BUYER, f"收回联系方式 {number}")
    with resources.database.reading() as session:
        left = session.scalars(select(Message).where(Message.text.contains("13900139002"))).all()
    assert [TELLS in each.details for each in left] == [False]

    with resources.database.reading() as session:
        deal = session.scalars(select(Deal)).one()
        assert (deal.state, deal.amount, deal.mode) == (DealState.AGREED, 150_000, Mode.LICENCE_PLAIN)
        assert [len(by) for by in deal.checks.values()] == [1, 1]


def test_a_message_that_told_of_a_deal_is_answered_without_its_number(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    assert "怎么称呼您" not in pusher.say(client, SELLER, "同意洽谈")
    number = ask(client, pusher, resources, clock)

    assert "现在没有" not in pusher.say(client, SELLER, "接受出价")
    assert "怎么称呼您" in pusher.say(client, SELLER, "同意洽谈")
    assert f"{number} 谈起来了" in pusher.say(client, SELLER, "钱经理 13800138001")
    forget_subject(resources)
    assert f"{number} 出价了" in pusher.say(client, SELLER, "出价转让20万")
    assert "接受吗" in pusher.say(client, BUYER, "接受出价")


def forget_subject(resources: Resources) -> None:
    with resources.database.unit_of_work() as session:
        for conversation in session.scalars(select(Conversation)):
            conversation.memory = {key: value for key, value in conversation.memory.items() if key != "subject"}


def test_nobody_reads_a_phone_number_before_the_yes(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    number = ask(client, pusher, resources, clock)

    shown = [pusher.say(client, SELLER, words) for words in (f"看 {number}", "我的交易", number)]

    assert not any("13900139002" in text or "孙工" in text for text in shown)
    assert "对方想谈" in shown[0]
    assert "不谈了" in pusher.say(client, SELLER, f"不谈 {number}")
    with resources.database.reading() as session:
        assert session.scalars(select(Deal.state)).one() == DealState.DECLINED
        assert session.scalars(select(Message.id).where(Message.text.contains("13900139002"))).all() != []


def test_who_looks_at_the_board_asks_to_talk_by_the_words_that_it_says(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    with resources.database.unit_of_work() as session:
        users = {row.openid: row.user_id for row in session.scalars(select(WeChatIdentity))}
        make_post(session, users[SELLER], clock.now())
    pusher.say(client, BUYER, "看看有什么专利在卖")
    shown = pusher.say(client, BUYER, "1")
    assert "想谈第1个" in shown
    assert "怎么称呼您" in pusher.say(client, BUYER, "想谈第1个")
    assert "已经问对方了" in pusher.say(client, BUYER, "孙工 13900139002")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("出价15万", True),
        ("还价到20万吧", True),
        ("出价", True),
        ("我出15万", True),
        ("出普通许可15万吧", True),
        ("出转让80万元", True),
        ("出15万的货要交什么税", False),
        ("出口15万美元的设备", False),
        ("出了15万专利费", False),
        ("出", False),
    ],
)
def test_what_offers_a_price_is_told_from_what_only_speaks_of_one(text: str, is_one: bool) -> None:
    assert is_offer(text) is is_one


@pytest.mark.parametrize(
    ("text", "valuation"),
    [
        ("作价入股200万占股10%,没有评估报告", Valuation.TO_APPRAISE),
        ("作价入股200万占股10%,还没有评估", Valuation.TO_APPRAISE),
        ("未评估,作价入股200万", Valuation.TO_APPRAISE),
        ("没做过资产评估", Valuation.TO_APPRAISE),
        ("评估还没做", Valuation.TO_APPRAISE),
        ("先协商,签约前评估", Valuation.TO_APPRAISE),
        ("作价入股200万占股10%,有评估报告", Valuation.APPRAISED),
        ("有资产评估报告,没问题", Valuation.APPRAISED),
        ("已评估", Valuation.APPRAISED),
        ("已经评估过", Valuation.APPRAISED),
        ("评估怎么算", None),
        ("占股10%", None),
    ],
)
def test_what_was_never_valued_is_not_taken_for_valued(text: str, valuation: Valuation | None) -> None:
    assert find_valuation(text) is valuation


def test_a_price_beyond_all_measure_is_refused_with_a_sentence(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    number = ask(client, pusher, resources, clock)
    pusher.say(client, SELLER, f"同意洽谈 {number}")
    pusher.say(client, SELLER, "钱经理 13800138001")
    assert "最多20亿元" in pusher.say(client, BUYER, f"出价转让30亿 {number}")


def test_either_side_asks_until_when_the_price_is_published(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    number = ask(client, pusher, resources, clock)
    assert "价格谈成以后" in pusher.say(client, BUYER, f"公示到哪天 {number}")
    with resources.database.unit_of_work() as session:
        deal = session.scalars(select(Deal)).one()
        session.get_one(MarketPost, deal.offer_post_id).answers = {"is_public_institution": True}
        deal.state, deal.mode, deal.amount = DealState.AGREED, Mode.TRANSFER, 150_000
    assert "还没有公示" in pusher.say(client, BUYER, f"公示到哪天 {number}")
    for answers, said in (({}, "按现在知道的不用公示"), (NO_UNIT, "出让方写明")):
        with resources.database.unit_of_work() as session:
            deal = session.scalars(select(Deal)).one()
            session.get_one(MarketPost, deal.offer_post_id).answers = answers
        assert said in pusher.say(client, BUYER, f"公示到哪天 {number}")
    with resources.database.unit_of_work() as session:
        deal = session.scalars(select(Deal)).one()
        session.get_one(MarketPost, deal.offer_post_id).answers = {"is_public_institution": True}
    with resources.database.unit_of_work() as session:
        staff = make_staff(session, clock.now())
        row = DealPublicity(
            deal_id=session.scalars(select(Deal.id)).one(), way="notice", name="诊断方法", mode=Mode.TRANSFER,
            amount=150_000, place="校园网公告栏", starts_on=date(2026, 11, 23), ends_on=date(2026, 12, 8),
            staff_id=staff.id, created_at=clock.now(),
        )  # fmt: skip
        session.add(row)
    said = pusher.say(client, SELLER, f"{number} 公示什么时候结束")
    assert "公示到2026年12月8日" in said and "校园网公告栏" in said and "第十八条" in said
    assert "公示到2026年12月8日" in pusher.say(client, BUYER, f"看 {number}")
    assert "没有找到这个单号" in pusher.say(client, "oStranger0000000000000000003", f"公示到哪天 {number}")


def test_risks_are_read_and_a_quarrel_reaches_a_person_in_chat(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    number = ask(client, pusher, resources, clock)
    assert "谈成价格以后" in pusher.say(client, BUYER, f"风险清单 {number}")
    with resources.database.unit_of_work() as session:
        deal = session.scalars(select(Deal)).one()
        deal.state, deal.mode, deal.amount = DealState.DONE, Mode.TRANSFER, 150_000
    shown = pusher.say(client, BUYER, f"风险清单 {number}")
    assert "没查完" in shown and "登记簿" in shown
    with resources.database.unit_of_work() as session:
        users = {row.openid: row.user for row in session.scalars(select(WeChatIdentity))}
        for _ in range(4):
            later = make_post(session, users[SELLER].id, clock.now(), rights=[])
            asked = Enquiry(post_id=later.public_id, name="孙工", phone="13900139002")
            enquire(session, users[BUYER], asked, clock.now())
    assert number in pusher.say(client, BUYER, "交易纠纷")
    assert "什么纠纷" in pusher.say(client, BUYER, f"交易纠纷 {number}")
    for other, answer in (("算了", "先不转"), ("不用了", "先不转"), ("我的交易", "在谈和谈过的")):
        assert answer in pusher.say(client, BUYER, other), other
        assert "什么纠纷" in pusher.say(client, BUYER, f"交易纠纷 {number}")
    with resources.database.reading() as session:
        assert session.scalars(select(Case)).all() == []
    told = pusher.say(client, BUYER, "不配合过户")
    assert number in told and "KF" in told
    assert "没有找到这个单号" in pusher.say(client, "oStranger0000000000000000003", f"交易纠纷 {number} 不过户")


def test_a_seller_who_asked_about_a_need_names_what_they_sell(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    with resources.database.unit_of_work() as session:
        users = {row.openid: row.user_id for row in session.scalars(select(WeChatIdentity))}
        need = make_post(session, users[BUYER], clock.now(), side=PostSide.NEED, rights=[])
        asked = Enquiry(post_id=need.public_id, name="钱经理", phone="13800138001")
        number = enquire(session, session.get_one(User, users[SELLER]), asked, clock.now()).number
        answer = Answer(True, "孙工", "13900139002")
        answer_enquiry(session, session.get_one(User, users[BUYER]), number, answer, clock.now())
        keep_rights(session, users[SELLER], ["CN112345678B"], clock.now())
    assert "还没写明谈的是哪件专利" in pusher.say(client, SELLER, f"看 {number}")
    assert "不在您名下的专利托管里" in pusher.say(client, SELLER, f"权利CN112345679B {number}")
    assert "谈的是:CN112345678B" in pusher.say(client, SELLER, f"权利CN112345678B {number}")
    assert "没有专利的技术" in pusher.say(client, SELLER, f"没有专利 {number}")


def ask(client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock) -> str:
    """The buyer asks about the first of the matches on the table; answers the deal's number."""
    with resources.database.unit_of_work() as session:
        users = {row.openid: row.user_id for row in session.scalars(select(WeChatIdentity))}
        offer = make_post(session, users[SELLER], clock.now())
        need = make_post(session, users[BUYER], clock.now(), side=PostSide.NEED, rights=[])
        match = MarketMatch(need_id=need.id, offer_id=offer.id, score=1.0, found_at=clock.now(), changed_at=clock.now())
        session.add(match)
        session.flush()
        show_matches(session, users[BUYER], [match.public_id])
    assert "怎么称呼您" in pusher.say(client, BUYER, "想谈第1个")
    told = pusher.say(client, BUYER, "孙工 13900139002")
    with resources.database.reading() as session:
        number = session.scalars(select(Deal.number)).one()
    assert number in told
    return number


def show_matches(session: Session, user_id: int, ids: list[str]) -> None:
    """What the list of matches in chat leaves on the table."""
    conversation = session.scalars(select(Conversation).where(Conversation.user_id == user_id)).one()
    conversation.memory = {**conversation.memory, "list": {"kind": "matches", "ids": ids}}


def test_standard_terms_of_a_quick_licence_are_taken_from_the_board(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    with resources.database.unit_of_work() as session:
        users = {row.openid: row.user_id for row in session.scalars(select(WeChatIdentity))}
        post = make_post(session, users[SELLER], clock.now(), modes=(Mode.LICENCE_QUICK,))
        post.amount, post.quick_terms = 50_000, {"fee": "per_year", "years": 3, "region": "", "field": ""}
    pusher.say(client, BUYER, "看看有什么专利在卖")
    assert "每年5万元,3年,地域不限" in pusher.say(client, BUYER, "1")
    assert "接受吗" in pusher.say(client, BUYER, "接受标准条款第1个")
    assert "不动它" in pusher.say(client, BUYER, "算了")
    asked = pusher.say(client, BUYER, "接受标准条款第1个")
    assert "每年5万元,3年,地域不限" in asked and "总价15万元" in asked and "接受吗" in asked
    with resources.database.unit_of_work() as session:
        session.get_one(MarketPost, post.id).amount = 90_000
        session.get_one(MarketPost, post.id).version += 1
    assert "怎么称呼您" in pusher.say(client, BUYER, "好")
    assert "条款刚改过" in pusher.say(client, BUYER, "孙工 13900139002")
    with resources.database.reading() as session:
        assert session.scalars(select(Deal)).all() == []
    assert "每年9万元" in pusher.say(client, BUYER, "接受标准条款第1个")
    assert "怎么称呼您" in pusher.say(client, BUYER, "好")
    assert "快速许可谈成了" in pusher.say(client, BUYER, "孙工 13900139002")
    with resources.database.reading() as session:
        assert session.scalars(select(Deal.state)).one() == DealState.AGREED


def test_shares_are_offered_with_how_many_and_how_valued_and_their_risk_is_read_first(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    number = ask(client, pusher, resources, clock)
    pusher.say(client, SELLER, f"同意洽谈 {number}")
    pusher.say(client, SELLER, "钱经理 13800138001")
    assert "占股多少" in pusher.say(client, BUYER, f"出价作价入股200万 {number}")
    assert "占股10%,先协商,签约前评估" in pusher.say(client, BUYER, "作价入股200万占股10%,签约前评估")
    assert "《公司法》第四十八条" in pusher.say(client, SELLER, f"接受出价 {number}")


def test_the_seller_hears_what_each_gets_and_the_buyer_that_it_is_not_theirs_to_see(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    number = ask(client, pusher, resources, clock)
    pusher.say(client, SELLER, f"同意洽谈 {number}")
    pusher.say(client, SELLER, "钱经理 13800138001")
    pusher.say(client, BUYER, f"普通许可15万 {number}")
    pusher.say(client, SELLER, f"接受出价 {number}")
    assert "谈成了" in pusher.say(client, SELLER, "好")

    for words in ("发明人能分多少", f"分成怎么写 {number}"):
        unwritten = pusher.say(client, SELLER, words)
        assert "许可净收入的50%" in unwritten and "75,000元" in unwritten
        assert "《促进科技成果转化法》(2015年修正)第四十五条" in unwritten and "(2023年修订)第九十四条" in unwritten
        assert len(re.sub("<[^>]+>", "", unwritten)) <= 300
    with resources.database.unit_of_work() as session:
        seller = session.scalars(select(WeChatIdentity.user_id).where(WeChatIdentity.openid == SELLER)).one()
        shares = [
            ShareForm(role=BenefitRole.UNIT, share_bp=6000),
            ShareForm(role=BenefitRole.INVENTOR, name="张伟", share_bp=4000),
        ]
        form = BenefitForm(basis=BenefitBasis.NONE, costs_fen=3, shares=shares)
        write_plan(session, seller, number, form, clock.now())
    written = pusher.say(client, SELLER, f"收益怎么分 {number}")
    assert "2. 张伟(发明人)40%,59,999.99元" in written and "1. 单位60%,89,999.98元" in written
    assert "至少提许可净收入的50%" in written and len(re.sub("<[^>]+>", "", written)) <= 300
    refused = pusher.say(client, BUYER, f"发明人能分多少 {number}")
    assert "受让方这边看不到" in refused and "张伟" not in refused
