"""The main job: an owner asks, gets law and patents with sources, reaches a person, and is answered."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import PHONE_SIZE
from tests.e2e.phone import case_number_in
from tests.e2e.product import PASSWORD
from tests.support.screens import assert_fits


def test_an_owner_asks_reaches_a_person_and_goes_on_with_the_bot(product, open_phone, open_desk, picture):
    agent = product.hire("陈敏", is_new=True)
    desk = open_desk(agent, logs_in=False)
    desk.log_in()
    expect(desk.page.get_by_role("heading")).to_have_text("先换一个自己的密码")
    picture(desk.page, "console-first-password")
    desk.page.goto(desk.url)
    expect(desk.page, "the first password opens nothing else").to_have_url(re.compile("/console/password$"))
    desk.page.locator("[name=old_password]").fill(agent.password)
    desk.page.locator("[name=new_password]").fill(PASSWORD)
    desk.page.locator("[name=repeated]").fill(PASSWORD)
    with desk.page.expect_navigation():
        desk.page.get_by_role("button", name="保存并进入").click()
    expect(desk.page.locator("#queue")).to_contain_text("没有人在等")
    desk.page.get_by_role("switch").click()
    expect(desk.page.get_by_role("switch")).to_have_text("接单中")
    picture(desk.page, "console-empty")

    phone = open_phone("林晓", follows=False)
    expect(phone.page.get_by_test_id("follow")).to_be_visible()
    picture(phone.page, "phone-profile")
    expect(phone.follow()).to_contain_text("我是知桥")
    expect(phone.page.get_by_test_id("menu-0")).to_have_text("查专利")
    expect(phone.page.get_by_test_id("menu-2")).to_have_text("找专员")
    picture(phone.page, "phone-follow")

    law = phone.ask("外观专利保护多少年")
    expect(law).to_contain_text("15年")
    expect(law).to_contain_text("依据:《专利法》第四十二条")
    found = phone.ask("找广州的发明专利")
    expect(found).to_contain_text(re.compile("找到\\d+件"))
    expect(found).to_contain_text("数据截至")
    first_of_page_one = re.search(r"1\. (.+?) · (CN\d+[A-Z])", found.inner_text())
    picture(phone.page, "phone-answers")
    page_two = phone.ask("下一页")
    numbers = re.findall(r"CN\d+[A-Z]", page_two.inner_text())
    assert first_of_page_one is not None
    assert numbers, page_two.inner_text()
    assert first_of_page_one[2] not in numbers
    detail = phone.ask("第2个")
    expect(detail).to_contain_text(numbers[1])
    expect(detail).to_contain_text("演示数据")
    picture(phone.page, "phone-detail")

    handed = phone.ask("转人工")
    expect(handed).to_contain_text("今天11:")
    expect(handed).to_contain_text("前回复您")
    number = case_number_in(handed)
    picture(phone.page, "phone-handoff")

    # Nobody touches the console: the case comes by itself.
    expect(desk.rows).to_have_count(1)
    expect(desk.page.locator("#unread")).to_have_text("1")
    expect(desk.page.locator("#toasts")).to_contain_text(number)
    picture(desk.page, "console-inbox")
    desk.open_first()
    side = desk.page.locator("#side")
    expect(side).to_contain_text(number)
    expect(side.locator(".summary")).not_to_be_empty()
    side.locator("summary", has_text="问过的").click()
    expect(side).to_contain_text("外观专利保护多少年")
    side.locator("summary", has_text="来源").click()
    expect(side).to_contain_text("专利法")
    desk.accept()
    before = phone.answers.count()
    sent = desk.reply("您好,我是陈敏。第2件专利的权属我帮您核过,没有质押登记。")
    expect(phone.answer(before)).to_have_text("您好,我是陈敏。第2件专利的权属我帮您核过,没有质押登记。")
    expect(sent.locator(".delivery")).to_have_text("已送达")
    picture(desk.page, "console-conversation")

    # Back at the queue: what the owner writes now is the agent's, and the bot is silent.
    desk.page.goto(f"{desk.url}?tab=mine")
    expect(desk.rows).to_have_count(1)
    expect(desk.rows.locator(".badge-count")).to_have_count(0)
    silent = phone.answers.count()
    phone.say("外观专利保护多少年")
    expect(desk.rows.locator(".badge-count")).to_have_text("1")
    expect(desk.rows).to_contain_text("外观专利保护多少年")
    expect(desk.page.locator("#toasts")).to_contain_text("外观专利保护多少年")
    desk.open_first()
    expect(desk.page.locator(".by-user .bubble").last).to_have_text("外观专利保护多少年")
    phone.say("另外问下年费")
    expect(desk.page.locator(".by-user .bubble").last).to_have_text("另外问下年费")
    expect(desk.page.locator("#queue .row-link .badge-count")).to_have_count(0)
    expect(phone.answers).to_have_count(silent)
    picture(phone.page, "phone-person")
    desk.page.set_viewport_size(PHONE_SIZE)
    desk.messages.last.scroll_into_view_if_needed()
    assert_fits(desk.page)
    picture(desk.page, "console-phone")

    desk.end()
    expect(phone.answer(silent)).to_have_text(f"单号 {number} 已办结。再有问题直接说。")
    expect(phone.ask("外观专利保护多少年")).to_contain_text("15年")
