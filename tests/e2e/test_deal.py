"""Two phones and a broker: offered, sought, matched, talked about, bought, registered."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from core.clock import CHINA
from models import Role
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.e2e.product import Product, at

pytestmark = pytest.mark.timeout(600)
# What a worker says by itself.
SAID_BY_ITSELF = 60_000
RIGHT = "CN201919212914.4"
NUMBER = re.compile(r"GX\d{6}-\d{4}")


def told(phone: Phone, words: str) -> Locator:
    """The latest that it says, once that says this."""
    expect(phone.answers.last).to_contain_text(words, timeout=SAID_BY_ITSELF)
    return phone.answers.last


def test_a_patent_goes_from_one_phone_to_the_other_by_way_of_a_broker(product, open_phone, open_desk, picture):
    desk = open_desk(product.hire("周敏", Role.SUPERVISOR))
    seller, buyer = open_phone("顾南舟"), open_phone("许听澜")

    offer_from_custody(seller)
    expect(buyer.ask("想求购废旧磷酸铁锂正极片提锂的技术,专利转让,100万以内")).to_contain_text("核对一下")
    expect(buyer.tap("提交")).to_contain_text("交了,专员看过就展示")
    publish_both(desk, seller, buyer)
    hear_of_the_match(product, seller, buyer)
    picture(buyer.page, "deal-match")

    number = agree_to_talk(seller, buyer)
    picture(seller.page, "deal-agreed")
    desk.log_in()  # a day has passed
    page = desk.page
    page.goto(f"{product.stack.web_url}/console/deals")
    page.locator(".deal-line", has_text=number).click()
    page.get_by_role("button", name="接单").click()
    for phone in (seller, buyer):
        told(phone, "经纪人周敏接手了")
    picture(page, "deal-desk")

    bargain(seller, buyer)
    picture(seller.page, "deal-price")
    prove_ownership(product, desk, seller)
    page.goto(f"{product.stack.web_url}/console/deals/{number}")
    confirm_all(page, seller, buyer)
    picture(seller.page, "deal-checks")
    sign_and_register(product, page, number)
    picture(page, "deal-done")
    for phone in (seller, buyer):
        told(phone, "登记备案办好了,这一单办完了")
    expect(seller.ask("出售记录")).to_contain_text(
        f"{number} · 一种废旧磷酸铁锂正极片选择性提锂并再生磷酸铁的方法 · 70万元"
    )
    picture(seller.page, "deal-sold")
    picture(buyer.page, "deal-bought")


def offer_from_custody(seller: Phone) -> None:
    expect(seller.ask(f"把 {RIGHT} 放进我的托管")).to_contain_text("托管了")
    expect(seller.ask(f"挂出去 {RIGHT}")).to_contain_text("怎么合作")
    expect(seller.tap("转让")).to_contain_text("底价多少")
    expect(seller.ask("80万")).to_contain_text("有没有这几样")
    # What custody fills in is the patent's own abstract, and the offer is anonymous.
    expect(seller.tap("都没有")).to_contain_text("搜一下就知道是谁的")
    expect(seller.tap("改成中性的说法")).to_contain_text("没问题回复“提交”")
    expect(seller.tap("提交")).to_contain_text("在托管里提交权属")
    expect(seller.tap("提交权属")).to_contain_text("凭什么核对")
    expect(seller.tap("登记簿副本")).to_contain_text("交了")


def publish_both(desk: Desk, seller: Phone, buyer: Phone) -> None:
    page = desk.page
    # Reviewers are called once the words were checked.
    page.goto(f"{desk.url}market-posts")
    posts = page.locator("section.claim")
    for left in (1, 0):
        posts.first.get_by_role("button", name="发布").click()
        expect(posts).to_have_count(left)
    for phone in (seller, buyer):
        told(phone, "在展示了")


def hear_of_the_match(product: Product, seller: Phone, buyer: Phone) -> None:
    """In the summary of the next morning, which is how both want to be told unless they say otherwise."""
    morning = at(product.now().astimezone(CHINA).date() + timedelta(days=1), 8, 55)
    product.move_to(morning)
    product.move_to(morning + timedelta(minutes=6))
    to_buyer, to_seller = told(buyer, "有一条供给和您的"), told(seller, "有一条需求和您的")
    for bubble in (to_buyer, to_seller):
        expect(bubble).to_contain_text("对得上:主题(")
        expect(bubble).not_to_contain_text("万")
        expect(bubble).not_to_contain_text(RIGHT)


def agree_to_talk(seller: Phone, buyer: Phone) -> str:
    """Who the other is is shown to both, and only once both have agreed."""
    expect(buyer.tap("想谈第1个")).to_contain_text("怎么称呼您")
    asked = buyer.ask("许工 13900139002")
    expect(asked).to_contain_text("已经问对方了")
    found = NUMBER.search(asked.inner_text())
    assert found is not None
    expect(told(seller, "有人想谈您的供给")).not_to_contain_text("13900139002")
    expect(seller.tap("同意洽谈")).to_contain_text("怎么称呼您")
    expect(seller.ask("顾经理 13800138001")).to_contain_text("对方是许工,13900139002")
    expect(told(buyer, "对方同意谈了")).not_to_contain_text("13800138001")
    expect(buyer.tap(f"看 {found[0]}")).to_contain_text("对方:顾经理,13800138001")
    return found[0]


def bargain(seller: Phone, buyer: Phone) -> None:
    expect(buyer.ask("出价转让60万")).to_contain_text("出价了:转让,60万元")
    told(seller, "对方出价")
    expect(seller.tap("还价")).to_contain_text("出多少")
    expect(seller.ask("70万")).to_contain_text("出价了:转让,70万元")
    told(buyer, "转让,70万元")
    expect(buyer.tap("接受出价")).to_contain_text("接受吗")
    expect(buyer.tap("接受")).to_contain_text("谈成了")
    told(seller, "对方接受了您的出价")


def prove_ownership(product: Product, desk: Desk, seller: Phone) -> None:
    page, before = desk.page, seller.answers.count()
    page.goto(f"{product.stack.web_url}/console/custody-proofs")
    proof = page.locator("section.claim", has_text=RIGHT)
    proof.locator("textarea").fill("查过登记簿,权利人一致")
    proof.get_by_role("button", name="通过", exact=True).click()
    expect(page.locator("section.claim", has_text=RIGHT)).to_have_count(0)
    expect(seller.answers.nth(before)).to_contain_text("权属核对过了", timeout=SAID_BY_ITSELF)


def confirm_all(page: Page, seller: Phone, buyer: Phone) -> None:
    """Every point by each whom it concerns, one tap after the other."""
    for phone in (seller, buyer):
        bubble = phone.ask("核对清单")
        while "确认完了" not in bubble.inner_text():
            bubble = phone.tap(bubble.get_by_role("button", name="确认第").inner_text())
    mine = page.get_by_role("button", name="我已查过")
    page.reload()
    for left in reversed(range(mine.count())):
        mine.first.click()
        expect(mine).to_have_count(left)
    for phone in (seller, buyer):
        told(phone, "清单核对完了")


def sign_and_register(product: Product, page: Page, number: str) -> None:
    today = product.now().astimezone(CHINA).date().isoformat()
    page.get_by_label("签约日").fill(today)
    page.get_by_label("生效日").fill(today)
    page.get_by_role("button", name="登记合同").click()
    page.get_by_label("办好的日期").fill(today)
    page.get_by_label("登记或备案编号").fill("2026110042")
    page.get_by_role("button", name="登记备案办好了").click()
    expect(page.locator("h1")).to_contain_text("已完成")
