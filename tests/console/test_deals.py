"""The brokers' desk: who sees a deal, takes it, writes to either side, and brings it to its registration."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import china_date
from models import (
    AuditEntry,
    BenefitBasis,
    BenefitRole,
    BenefitShare,
    Company,
    Deal,
    DealEvent,
    DealObjection,
    DealState,
    MarketPost,
    Message,
    PostSide,
    Staff,
)
from services.deals.benefits import BenefitForm, ShareForm, write_plan
from services.deals.checklist import Checker, open_for
from services.deals.enquiring import Answer, answer_enquiry
from tests.support.casework import make_service_case
from tests.support.deals import NAMES, PHONES, agree, confirm_all, make_scene, settle
from tests.support.staff import make_staff


@pytest.fixture
def broker(database, clock, people) -> Staff:
    with database.unit_of_work() as session:
        return make_staff(session, clock.now(), display_name="周洽", skills=["market"])


@pytest.fixture
def log_in(browse):
    def enter(person: Staff):
        browser = browse()
        assert browser.log_in(person).status_code == 302
        return browser

    return enter


def test_a_broker_sees_a_deal_once_both_agreed_and_brings_it_to_the_register(
    database, clock, people, broker, log_in, signed_in
):
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
    number, path = scene.deal.number, f"/console/deals/{scene.deal.number}"
    browser = log_in(broker)
    assert number not in browser.get("/console/deals").text
    assert browser.get(path).status_code == 404
    assert signed_in("agent").get(path).status_code == 403
    overseen = signed_in("supervisor").get(path).text
    assert number in overseen and PHONES[PostSide.NEED] not in overseen and NAMES[PostSide.NEED] not in overseen

    with database.unit_of_work() as session:
        scene.seller, scene.buyer = session.merge(scene.seller), session.merge(scene.buyer)
        scene.deal = session.get_one(Deal, scene.deal.id)
        agree(session, scene, now)
    assert "/console/deals" in browser.get("/console/notifications").text
    assert number in browser.get("/console/deals").text
    assert PHONES[PostSide.NEED] not in browser.get(path).text, "whoever has not taken it needs no telephone number"
    assert browser.post(f"{path}/write", {"side": "need", "text": "您好"}).status_code == 403
    assert browser.post(f"{path}/take").status_code == 303
    assert browser.post(f"{path}/take").status_code == 303
    assert PHONES[PostSide.NEED] in browser.get(path).text

    assert browser.post(f"{path}/write", {"side": "both", "text": "您好"}).status_code == 422
    for _ in range(2):  # a double click
        said = {"side": "need", "text": "对方愿意分期", "form_key": "k1"}
        assert browser.post(f"{path}/write", said).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Message.text).where(Message.staff_id == broker.id)).all() == ["对方愿意分期"]

    with database.unit_of_work() as session:
        scene.deal = session.get_one(Deal, scene.deal.id)
        settle(session, scene, now)
        keys = [check.key for check in open_for(scene.deal, Checker.BROKER)]
    for key in keys:
        assert browser.post(f"{path}/check", {"key": key}).status_code == 303
    assert browser.post(f"{path}/check", {"key": "pledge"}).status_code == 422
    with database.unit_of_work() as session:
        scene.deal = session.get_one(Deal, scene.deal.id)
        confirm_all(session, scene, session.get_one(Staff, broker.id), now)

    today = china_date(now).isoformat()
    contract = {
        "signed_on": today,
        "effective_on": today,
        "part_name": "一次付清",
        "part_amount": "100",
        "part_due": "",
    }
    refused = browser.post(f"{path}/sign", contract)
    assert refused.status_code == 422 and "对不上" in refused.get_data(as_text=True)
    for amount in ("0000000001234567890123", "9" * 5000, "1e5", "0"):
        refused = browser.post(f"{path}/sign", {**contract, "part_amount": amount})
        assert refused.status_code == 422 and "整数的元" in refused.get_data(as_text=True)
    assert browser.post(f"{path}/sign", {**contract, "part_amount": "150000"}).status_code == 303
    shown = browser.get(path).text
    assert "许可备案" in shown and "第十五条" in shown and "2027年2月23日" in shown
    assert browser.post(f"{path}/register", {"registered_on": "错"}).status_code == 422
    assert browser.post(f"{path}/register", {"registered_on": today, "number": "X1"}).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Deal.state)).one() == DealState.DONE
        kinds = session.scalars(select(DealEvent.kind).order_by(DealEvent.id)).all()
    assert kinds[0] == "enquired" and kinds[-1] == "registered" and kinds.count("wrote") == 1
    assert number in browser.get("/console/deals?closed=1").text
    audit = signed_in("supervisor").get("/console/audit").text
    assert all(words in audit for words in ("接交易", "写给交易一方", "登记交易合同", "登记交易备案"))


def test_who_worked_against_one_side_does_not_broker(database, clock, people, broker, log_in):
    now = clock.now()
    with database.unit_of_work() as session:
        company = Company(name="佛山被告有限公司", created_at=now)
        session.add(company)
        session.flush()
        case = make_service_case(session, now)
        case.opponent, case.assignee_id = company.name, broker.id
        scene = make_scene(session, now)
        scene.deal.parties[0].company_id = company.id
        session.flush()
        session.expire_all()
        answer_enquiry(session, scene.seller, scene.deal.number, Answer(True, "钱经理", "13800138001"), now)
        number = scene.deal.number

    browser = log_in(broker)
    browser.get("/console/deals")
    refused = browser.post(f"/console/deals/{number}/take")

    assert refused.status_code == 409 and "利益冲突" in refused.get_data(as_text=True)


def test_a_broker_publicises_the_price_of_a_university_and_deals_with_an_objection(
    database, clock, people, broker, log_in
):
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        session.get_one(MarketPost, scene.deal.offer_post_id).answers = {"is_public_institution": True}
        agree(session, scene, now)
        settle(session, scene, now)
        path, amount = f"/console/deals/{scene.deal.number}", scene.deal.amount
    browser = log_in(broker)
    browser.get("/console/deals")
    browser.post(f"{path}/take")
    assert "还没公示" in browser.get(path).text

    today = china_date(now).isoformat()
    published = {"way": "notice", "name": "诊断方法", "place": "校园网公告栏", "starts_on": today}
    for wrong in ({"place": ""}, {"starts_on": "错"}, {"ends_on": today}, {"link": "javascript:x"}, {"way": "x"}):
        assert browser.post(f"{path}/publicity", {**published, **wrong}).status_code == 422
    # Begun before the price was agreed: with the price that was published, and compared.
    earlier = {**published, "starts_on": (china_date(now) - timedelta(days=30)).isoformat()}
    for wrong in ({}, {"price": "80,0000"}, {"price": "8万", "is_same": "yes"}, {"price": "7", "is_same": "yes"}):
        assert browser.post(f"{path}/publicity", {**earlier, **wrong}).status_code == 422
    same = {**earlier, "price": f"{amount:,}", "is_same": "yes"}
    assert browser.post(f"{path}/publicity", same).status_code == 303
    page = browser.get(path).text
    assert "公示完了" in page and "登记谈成前的公示,核对过名称和价格一致" in page

    assert browser.post(f"{path}/publicity", published).status_code == 303
    page = browser.get(path).text
    assert "公示中" in page and "校园网公告栏" in page and "国发〔2016〕16号" in page

    assert browser.post(f"{path}/objections", {"raised_on": today, "text": "价格偏低"}).status_code == 303
    assert "有异议" in browser.get(path).text
    with database.reading() as session:
        objection = session.scalars(select(DealObjection.id)).one()
    handled = f"{path}/objections/{objection}"
    assert browser.post(handled, {"verdict": "", "text": "复核过"}).status_code == 422
    assert browser.post(handled, {"verdict": "dismissed", "text": ""}).status_code == 422
    assert (
        browser.post(f"{path}/objections/{objection + 1}", {"verdict": "dismissed", "text": "复核过"}).status_code
        == 422
    )
    assert browser.post(handled, {"verdict": "dismissed", "text": "复核过,价格合理"}).status_code == 303
    page = browser.get(path).text
    assert "公示中" in page and "复核过,价格合理" in page


def test_the_broker_reads_what_the_seller_shares_out_and_notes_what_an_inventor_said(
    database, clock, people, broker, log_in, signed_in
):
    now, today = clock.now(), china_date(clock.now()).isoformat()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        agree(session, scene, now)
        settle(session, scene, now, amount=150_001)
        number = scene.deal.number
    path, browser = f"/console/deals/{number}", log_in(broker)
    assert 'id="benefits"' not in browser.get(path).text, "who has not taken it reads nothing of the seller's"
    browser.post(f"{path}/take")
    assert "出让方还没写" in browser.get(path).text
    word = {"share": "2", "word": "agreed", "said_on": today, "plan_version": "1"}
    assert browser.post(f"{path}/benefit-words", word).status_code == 404
    with database.unit_of_work() as session:
        form = BenefitForm(
            basis=BenefitBasis.AGREED,
            shares=[
                ShareForm(role=BenefitRole.UNIT, share_bp=6000),
                ShareForm(role=BenefitRole.INVENTOR, name="<b>张伟</b>", share_bp=4000),
            ],
        )
        write_plan(session, scene.seller.id, number, form, now)
    page = browser.get(path).text
    assert "60,000.40元" in page and "90,000.60元" in page and "<b>张伟" not in page
    assert "第四十四条" in page and "(2023年修订)第九十三条" in page
    for wrong in ({"share": "0"}, {"share": "x"}, {"share": "1"}, {"word": "maybe"}, {"said_on": "昨天"}):
        assert browser.post(f"{path}/benefit-words", word | wrong).status_code == 422
    assert browser.post(f"{path}/benefit-words", word).status_code == 303
    assert browser.post(f"{path}/benefit-words", word).status_code == 409
    assert "经纪人记的" in browser.get(path).text
    with database.unit_of_work() as session:
        other = make_staff(session, now, skills=["market"])
    assert log_in(other).post(f"{path}/benefit-words", word | {"plan_version": "2"}).status_code == 404
    assert signed_in("agent").post(f"{path}/benefit-words", word).status_code == 403
    with database.reading() as session:
        share = session.scalars(select(BenefitShare).where(BenefitShare.number == 2)).one()
        assert (share.word, share.staff_id) == ("agreed", broker.id)
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "deal_benefit_word")).one()
