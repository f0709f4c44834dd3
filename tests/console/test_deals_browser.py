"""The brokers' desk on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from core.clock import china_date
from models import BenefitBasis, BenefitRole, BenefitWord, MarketPost, PostSide, Staff
from nlp.market.posts import Mode
from services.deals.benefits import BenefitForm, ShareForm, WordForm, note_word, write_plan
from services.deals.broker import take_deal
from services.deals.contract import ContractForm, PaymentPart, sign_contract
from services.deals.publicising import PublicityForm, note_objection, publicise
from tests.console.test_browser import DESK, PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.deals import BUNDLE, PHONES, agree, confirm_all, make_scene, settle
from tests.support.screens import assert_fits

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_deal_fits_the_screen_and_its_broker_writes_to_one_side(database, clock, people, open_console, size):  # noqa: F811
    with database.unit_of_work() as session:
        scene = make_scene(session, clock.now(), rights=BUNDLE)
        agree(session, scene, clock.now())
        take_deal(session, session.get_one(Staff, people["supervisor"].id), scene.deal.number, clock.now())
        settle(session, scene, clock.now())
        number = scene.deal.number
    page = open_console("supervisor", size)
    page.goto(page.url.split("/console")[0] + "/console/deals")
    assert_fits(page)
    page.locator(".deal-line").click()
    expect(page.locator("h1")).to_contain_text("谈成待核对")
    assert number in page.url
    assert_fits(page)

    seller = page.locator(f"#party-{PostSide.OFFER}")
    seller.get_by_label("写给出让方").fill("对方问能不能分两期")
    seller.get_by_role("button", name="发送").click()

    expect(seller).to_contain_text("对方问能不能分两期")
    expect(page.locator(f"#party-{PostSide.NEED}")).not_to_contain_text("对方问能不能分两期")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_publicity_with_an_objection_and_a_flagged_transfer_fit_the_screen(
    database,
    clock,
    people,
    open_console,  # noqa: F811
    size,
):
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        session.get_one(MarketPost, scene.deal.offer_post_id).answers = {"is_public_institution": True}
        agree(session, scene, now)
        scene.buyer.phone = PHONES[PostSide.OFFER]
        broker = session.get_one(Staff, people["supervisor"].id)
        take_deal(session, broker, scene.deal.number, now)
        settle(session, scene, now, mode=Mode.TRANSFER)
        number = scene.deal.number
        notice = PublicityForm(name="轴承诊断方法", place="校园网公告栏 科技处〔2026〕8号", starts_on=china_date(now))
        publicise(session, broker, number, notice, now)
        note_objection(session, broker, number, "价格偏低,没有比过同类成果", china_date(now), now)
    page = open_console("supervisor", size)
    root = page.url.split("/console")[0]
    page.goto(f"{root}/console/deals/{number}")
    expect(page.locator("#publicity")).to_contain_text("有异议")
    expect(page.locator("#flags")).to_contain_text("双方有关联")
    page.locator("#publicity summary", has_text="重新登记公示").click()
    expect(page.get_by_label("公示的价格(元)")).to_be_visible()
    assert_fits(page, "deal-publicity")
    page.goto(f"{root}/console/transfer-flags")
    page.get_by_label("理由").fill("同一集团内部调整")
    assert_fits(page)
    page.get_by_role("button", name="没问题").click()
    expect(page.locator("main")).to_contain_text("没有要看的线索")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_plan_of_benefits_with_payments_and_warnings_fits_the_screen(
    database,
    clock,
    people,
    open_console,  # noqa: F811
    size,
):
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        agree(session, scene, now)
        broker = session.get_one(Staff, people["supervisor"].id)
        settle(session, scene, now)
        number = scene.deal.number
        confirm_all(session, scene, broker, now)
        parts = [PaymentPart(name="首付", amount=50_000), PaymentPart(name="尾款", amount=100_000)]
        sign_contract(session, broker, number, ContractForm(signed_on=today, effective_on=today, payments=parts), now)
        shares = [
            ShareForm(role=BenefitRole.UNIT, name="广州云测科技有限公司", share_bp=6050),
            ShareForm(role=BenefitRole.INVENTOR, name="欧阳建国", share_bp=2500),
            ShareForm(role=BenefitRole.TEAM, name="轴承诊断课题组", share_bp=1450),
        ]
        form = BenefitForm(basis=BenefitBasis.AGREED, costs_fen=1_234_500, shares=shares)
        write_plan(session, scene.seller.id, number, form, now)
        note_word(session, scene.seller.id, number, WordForm(share=2, word=BenefitWord.AGREED, said_on=today), now)
    page = open_console("supervisor", size)
    page.goto(f"{page.url.split('/console')[0]}/console/deals/{number}")
    panel = page.locator("#benefits")
    expect(panel).to_contain_text("欧阳建国")
    panel.locator("summary", has_text="记发明人的声明").click()
    panel.locator("summary", has_text="对照的法条").click()
    assert_fits(page, "deal-benefits")
    panel.get_by_label("谁").select_option("3")
    panel.get_by_label("本人说").select_option("known")
    panel.get_by_label("哪天").fill(today.isoformat())
    panel.get_by_role("button", name="记下声明").click()
    expect(page.locator("#benefits table")).to_contain_text("经纪人记的")
