"""An offer from one phone by way of the desk to the board on another phone; its owner is told."""

import pytest
from playwright.sync_api import expect

from models import Role

pytestmark = pytest.mark.timeout(600)
# What a worker says by itself.
SAID_BY_ITSELF = 60_000


def test_an_offer_is_looked_at_before_another_phone_sees_it(product, open_phone, open_desk, picture):
    desk = open_desk(product.hire("周敏", Role.SUPERVISOR)).page
    seller, buyer = open_phone("陆行舟"), open_phone("方知微")

    expect(seller.ask("我有个阀门涂层技术想转让")).to_contain_text("要挂哪件")
    expect(seller.ask("粉末在700℃煅烧3小时,再球磨到5微米。阀门密封面的涂层,耐磨三年,适合水泵厂。")).to_contain_text(
        "底价"
    )
    expect(seller.ask("15万")).to_contain_text("核对一下")
    expect(seller.tap("提交")).to_contain_text("还没申请专利就公开")
    picture(seller.page, "market-warning")
    expect(seller.tap("去掉细节")).to_contain_text("交了,专员看过就展示")
    # Reviewers are called once the words were checked.
    expect(desk.locator(".bell")).to_contain_text("1", timeout=SAID_BY_ITSELF)
    expect(buyer.ask("看看有什么专利在卖")).not_to_contain_text("阀门")

    desk.goto(f"{product.stack.web_url}/console/market-posts")
    post = desk.locator("section.claim", has_text="阀门密封面")
    expect(post.locator("h2")).to_have_text("供给 · 阀门涂层")
    expect(post).to_contain_text("微信没法查")
    picture(desk, "market-desk")
    before = seller.answers.count()
    post.get_by_role("button", name="发布").click()
    expect(seller.answers.nth(before)).to_contain_text("在展示了", timeout=SAID_BY_ITSELF)

    expect(buyer.ask("看看有什么专利在卖")).to_contain_text("转让 · 15万元起")
    shown = buyer.ask("1")
    expect(shown).to_contain_text("匿名")
    expect(shown).not_to_contain_text("700")
    picture(buyer.page, "market-board")
