"""The brokers' desk on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from models import PostSide, Staff
from services.deals.broker import take_deal
from tests.console.test_browser import DESK, PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.deals import BUNDLE, agree, make_scene, settle

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
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.locator(".deal-line").click()
    expect(page.locator("h1")).to_contain_text("谈成待核对")
    assert number in page.url and page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    seller = page.locator(f"#party-{PostSide.OFFER}")
    seller.get_by_label("写给出让方").fill("对方问能不能分两期")
    seller.get_by_role("button", name="发送").click()

    expect(seller).to_contain_text("对方问能不能分两期")
    expect(page.locator(f"#party-{PostSide.NEED}")).not_to_contain_text("对方问能不能分两期")
