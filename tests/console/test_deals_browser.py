"""The brokers' desk on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from core.clock import china_date
from models import MarketPost, PostSide, Staff
from nlp.market.posts import Mode
from services.deals.broker import take_deal
from services.deals.publicising import PublicityForm, note_objection, publicise
from tests.console.test_browser import DESK, PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.deals import BUNDLE, PHONES, agree, make_scene, settle
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
