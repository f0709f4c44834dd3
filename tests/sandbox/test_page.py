"""The phone page in a real browser: what a developer and an end-to-end test click on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.conftest import Product, Received, Sandbox

MENU = {
    "button": [
        {"name": "查专利", "type": "click", "key": "search"},
        {
            "name": "办业务",
            "sub_button": [
                {"name": "质押融资", "type": "click", "key": "financing"},
                {"name": "维权援助", "type": "click", "key": "enforcement"},
                {"name": "政策查询", "type": "click", "key": "policy"},
            ],
        },
        {"name": "转人工", "type": "click", "key": "handoff"},
    ]
}
WELCOME = (
    "我是知桥，帮企业处理专利、商标和政策的事。\n可以直接说，比如：\n“外观专利保护多少年”\n"
    "“找石墨烯散热膜的有效发明专利”\n随时说“转人工”。"
)
LAW = (
    "外观设计专利保护15年，从申请日算起。\n依据：《专利法》第四十二条（2021年6月1日起施行）。\n"
    '<a href="weixin://bizmsgmenu?msgmenucontent=看原文&msgmenuid=law42">看原文</a>'
)

pytestmark = pytest.mark.slow


def answers(push: Received) -> bytes:
    if "subscribe]]" in push.plain and "unsubscribe" not in push.plain:
        return push.text(WELCOME)
    if "保护多少年" in push.plain:
        return push.text(LAW)
    if "图文" in push.plain:
        words = "<Title>质押融资怎么办</Title><Description>4步，材料6份，通常15个工作日。</Description>"
        item = f"<item>{words}<PicUrl></PicUrl><Url>https://example.com/a</Url></item>"
        return push.answer(f"<ArticleCount>1</ArticleCount><Articles>{item}</Articles>", message_type="news")
    if "坏的" in push.plain:
        return b"<html>500</html>"
    if "CLICK" in push.plain or "bizmsgmenuid" in push.plain:
        return push.text("收到菜单点击。")
    return b"success"


@pytest.fixture(scope="module")
def browser_page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
    page.on("pageerror", lambda error: page_errors.append(str(error)))
    yield page
    page.close()


page_errors: list[str] = []


@pytest.fixture
def page(browser_page: Page, sandbox: Sandbox, product: Product) -> Iterator[Page]:
    product.respond = answers
    sandbox.call("/cgi-bin/menu/create", MENU)
    page_errors.clear()
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    browser_page.goto(f"{sandbox.url}/?user=lin")
    yield browser_page
    browser_page.goto("about:blank")
    assert page_errors == []


def shoot(page: Page, name: str) -> None:
    """A picture where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_follow_ask_tap_a_menu_and_leave(page: Page) -> None:
    shoot(page, "1-desktop-before-follow")
    page.get_by_test_id("follow").click()
    expect(page.get_by_test_id("bubble-account")).to_contain_text("我是知桥")

    page.get_by_test_id("menu-1").click()
    shoot(page, "2-desktop-menu")
    page.get_by_test_id("menu-1-0").click()
    expect(page.get_by_test_id("bubble-account").last).to_have_text("收到菜单点击。")

    page.get_by_test_id("to-keyboard").click()
    page.get_by_test_id("input").fill("外观专利保护多少年")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("bubble-user")).to_have_text("外观专利保护多少年")
    expect(page.get_by_test_id("bubble-account").last).to_contain_text("保护15年")
    page.get_by_role("button", name="看原文").click()
    expect(page.get_by_test_id("bubble-user").last).to_have_text("看原文")
    shoot(page, "3-desktop-chat")

    page.get_by_test_id("account").click()
    shoot(page, "4-desktop-account")
    page.get_by_test_id("unfollow").click()
    expect(page.get_by_test_id("follow")).to_be_visible()


def test_phone_fills_a_narrow_screen_and_shows_what_a_user_would_see(page: Page, sandbox: Sandbox) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    shoot(page, "5-phone-follow")
    page.get_by_test_id("follow").click()
    expect(page.get_by_test_id("bubble-account")).to_contain_text("我是知桥")
    page.get_by_test_id("menu-1").click()
    shoot(page, "6-phone-menu")
    page.get_by_test_id("to-keyboard").click()
    for words in ("外观专利保护多少年", "图文", "坏的"):
        page.get_by_test_id("input").fill(words)
        page.get_by_test_id("input").press("Enter")
        expect(page.get_by_test_id("bubble-user").last).to_have_text(words)
    expect(page.get_by_test_id("system-line")).to_have_text("该服务号提供的服务出现故障，请稍后再试")
    page.get_by_test_id("to-voice").click()
    page.get_by_test_id("hold").click()
    page.get_by_test_id("sheet-text").fill("我想用专利贷款三百万")
    page.get_by_test_id("sheet-ok").click()
    expect(page.get_by_test_id("bubble-user").last).to_contain_text("我想用专利贷款三百万")
    page.get_by_test_id("plus").click()
    shoot(page, "7-phone-panel")
    page.get_by_test_id("send-location").click()
    page.get_by_test_id("sheet-ok").click()
    expect(page.get_by_test_id("bubble-user").last).to_contain_text("南沙区")
    page.get_by_test_id("plus").click()
    openid = sandbox.read("users/lin")["openid_official"]
    choices = [{"id": "1", "content": "放宽到全省（12件）"}, {"id": "2", "content": "不限有效状态（5件）"}]
    menu = {"head_content": "广州没有符合的有效发明专利。", "list": choices, "tail_content": "要看哪个？"}
    sandbox.call("/cgi-bin/message/custom/send", {"touser": openid, "msgtype": "msgmenu", "msgmenu": menu})
    page.get_by_role("button", name="放宽到全省").click()
    expect(page.get_by_test_id("bubble-user").last).to_have_text("放宽到全省（12件）")
    shoot(page, "8-phone-chat")
    box = page.locator(".phone").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_tools_move_the_clock_and_show_the_log(page: Page, sandbox: Sandbox) -> None:
    page.get_by_test_id("follow").click()
    expect(page.get_by_test_id("window-official")).to_contain_text("还可发 3 条")

    page.get_by_test_id("advance-48h").click()

    expect(page.get_by_test_id("window-official")).to_have_text("现在不能主动发")
    expect(page.get_by_test_id("log")).to_contain_text("/wechat/official")
    assert sandbox.read("clock")["offset_seconds"] == 48 * 3600
    page.get_by_role("button", name="加上").click()
    expect(page.locator("#faults")).to_contain_text("/cgi-bin/message/custom/send")
    shoot(page, "9-desktop-tools")


def test_mini_program_chat_opens_from_the_tools(page: Page, sandbox: Sandbox) -> None:
    page.get_by_test_id("enter-mini").click()
    expect(page.locator("#title")).to_have_text("知桥 小程序客服")
    assert sandbox.send_text("您好，请讲。", app="miniprogram") == 0
    expect(page.get_by_test_id("bubble-account")).to_have_text("您好，请讲。")
    shoot(page, "10-desktop-mini")


def test_text_of_the_account_never_becomes_markup(page: Page, sandbox: Sandbox) -> None:
    page.get_by_test_id("follow").click()
    expect(page.get_by_test_id("bubble-account")).to_contain_text("我是知桥")

    hostile = '<img src=x onerror="window.hurt=1"><a href="javascript:window.hurt=1">点我</a>'
    assert sandbox.send_text(hostile) == 0

    expect(page.get_by_test_id("bubble-account").last).to_contain_text("<img src=x")
    assert page.locator("#chat img").count() == 0
    assert page.locator("#chat a").count() == 0
