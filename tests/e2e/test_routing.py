"""Who gets a case and when: nights, silence at the desks, two hands at once."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from core.clock import CHINA
from models import Role
from tests.e2e.phone import case_number_in
from tests.e2e.product import at


def test_a_saturday_night_gets_a_ticket_the_bot_and_monday_morning_a_person(product, open_phone, open_desk, picture):
    agent = product.hire("陈敏")
    saturday = product.now().astimezone(CHINA).date() + timedelta(days=5)
    product.move_to(at(saturday, 22))
    phone = open_phone("王岚")

    handed = phone.ask("转人工")
    expect(handed).to_contain_text("现在是下班时间")
    expect(handed).to_contain_text("周一9:30前专员会回您")
    number = case_number_in(handed)
    expect(phone.ask("外观专利保护多少年")).to_contain_text("15年")
    expect(phone.ask("我的单子到哪了")).to_contain_text(number)
    picture(phone.page, "phone-night")

    # The desk opens at nine; the case is offered to whoever takes cases, before anybody has looked.
    product.move_to(at(saturday + timedelta(days=2), 9, 5))
    desk = open_desk(agent)
    expect(desk.rows).to_have_count(1)
    desk.open_first()
    expect(desk.page.locator("#head")).to_contain_text(number)
    expect(desk.page.locator("#head")).to_contain_text("待接单")
    expect(desk.page.locator("#side")).to_contain_text("今天9:30前")
    desk.accept()
    before = phone.answers.count()
    desk.reply("早上好,我是陈敏。")
    expect(phone.answer(before)).to_have_text("早上好,我是陈敏。")


def test_nobody_accepts_so_it_goes_to_the_next_and_then_to_the_supervisor(product, open_phone, open_desk, picture):
    desks = [open_desk(product.hire(name)) for name in ("陈敏", "李强")]
    supervisor = open_desk(product.hire("王芳", Role.SUPERVISOR, is_available=False))
    phone = open_phone("何苗")
    number = case_number_in(phone.ask("转人工"))

    product.stack.wait_until(lambda: any(desk.rows.count() for desk in desks))
    first, second = desks if desks[0].rows.count() else desks[::-1]
    expect(second.rows).to_have_count(0)
    product.move_to(product.now() + timedelta(minutes=11))
    expect(second.rows).to_have_count(1)
    expect(second.page.locator("#toasts")).to_contain_text(number)
    expect(first.rows).to_have_count(0)

    expect(supervisor.page.locator("#toasts")).not_to_contain_text("没人接单")
    product.move_to(product.now() + timedelta(minutes=11))
    expect(supervisor.page.locator("#toasts")).to_contain_text("没人接单")
    expect(supervisor.page.locator("#toasts")).to_contain_text(number)
    picture(supervisor.page, "console-escalated")
    supervisor.open_first()
    expect(supervisor.page.locator("#head")).to_contain_text("已升级")
    supervisor.page.locator("#side summary", has_text="经过").click()
    expect(supervisor.page.locator("#side .history")).to_contain_text(re.compile("超时改派"))
    supervisor.accept()
    before = phone.answers.count()
    supervisor.reply("让您久等了,我来处理。")
    expect(phone.answer(before)).to_have_text("让您久等了,我来处理。")


def test_two_take_an_escalated_case_at_once_and_one_of_them_gets_it(product, open_phone, open_desk):
    desks = [open_desk(product.hire(name, is_available=False)) for name in ("陈敏", "李强")]
    phone = open_phone("周舟")
    phone.ask("转人工")
    # Nobody takes cases now, so that it is free to whoever comes first.
    for desk in desks:
        expect(desk.rows).to_have_count(1)
        desk.open_first()
        expect(desk.page.get_by_role("button", name="接单", exact=True)).to_be_visible()

    for desk in desks:
        desk.page.evaluate("document.querySelector('form[action$=\"/accept\"]').requestSubmit()")

    product.stack.wait_until(lambda: any(_is_mine(desk) for desk in desks))
    winner, loser = desks if _is_mine(desks[0]) else desks[::-1]
    expect(loser.page.get_by_role("main")).to_contain_text(f"{winner.member.name}已经接单了")
    assert not _is_mine(loser)
    before = phone.answers.count()
    winner.reply("我来处理。")
    expect(phone.answer(before)).to_have_text("我来处理。")


def _is_mine(desk) -> bool:
    head = desk.page.locator("#head")
    return head.count() == 1 and f"· {desk.member.name}" in head.inner_text() and "处理中" in head.inner_text()
