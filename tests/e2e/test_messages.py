"""Everything a thumb can send: voice, pictures, places, the menu bar, links in answers, the mini-program's chat."""

import base64
import re

from playwright.sync_api import expect

from tests.e2e.conftest import DESK_SIZE
from tests.e2e.phone import case_number_in

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="
)


def test_voice_pictures_and_places_are_answered_and_reach_the_agent(product, open_phone, open_desk, picture):
    phone = open_phone("方晴")

    expect(phone.speak("外观专利保护多少年")).to_contain_text("15年")
    expect(phone.own.last).to_contain_text("外观专利保护多少年")
    expect(phone.speak("")).to_contain_text("语音收到了")
    expect(phone.send_picture("合同.png", PIXEL)).to_contain_text("图片收到了")
    expect(phone.own.last.locator("img")).to_be_visible()
    expect(phone.send_location("广州市南沙区港前大道南")).to_contain_text("广东省广州市南沙区")
    picture(phone.page, "phone-media")

    desk = open_desk(product.hire("陈敏"))
    phone.ask("转人工")
    expect(desk.rows).to_have_count(1)
    desk.open_first()
    thread = desk.page.locator("#messages")
    expect(thread).to_contain_text("语音转文字")
    expect(thread).to_contain_text("[图片]")
    expect(thread).to_contain_text("广东省广州市南沙区")
    expect(desk.page.locator("#side")).to_contain_text("广东省广州市南沙区")


def test_a_firms_years_follow_its_summary_as_a_picture(product, open_phone, picture):
    phone = open_phone("顾远")

    expect(phone.ask("岭海理工大学的专利布局")).to_contain_text("库里收录名称含“岭海理工大学”")
    chart = phone.answers.last.locator("img")
    expect(chart).to_be_visible()
    assert chart.evaluate("image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [900, 680]
    picture(phone.page, "phone-portfolio")


def test_menu_entries_and_links_in_answers_say_their_words_by_a_tap(product, open_phone, picture):
    phone = open_phone("唐糖")
    assert [phone.page.get_by_test_id(f"menu-{place}").inner_text() for place in range(3)] == [
        "查专利",
        "问政策",
        "找专员",
    ]

    phone.page.get_by_test_id("menu-2").click()
    picture(phone.page, "phone-menu")
    phone.page.get_by_test_id("menu-2").click()
    expect(phone.choose_in_menu(0, 0)).to_contain_text("说技术、申请人或条件")
    expect(phone.choose_in_menu(1, 0)).to_contain_text(re.compile("年费"))
    expect(phone.choose_in_menu(2, 4)).to_contain_text("前回复您")

    phone.ask("找广州的发明专利")
    expect(phone.tap("下一页")).to_contain_text("第6到10件")
    expect(phone.own.last).to_have_text("下一页")
    expect(phone.ask("1")).to_contain_text("演示数据")


def test_the_mini_programs_chat_is_a_conversation_of_the_same_person(product, open_phone, open_desk, picture):
    phone = open_phone("蒋蓉")
    phone.page.set_viewport_size(DESK_SIZE)
    desk = open_desk(product.hire("陈敏"))
    expect(phone.page.get_by_test_id("window-official")).to_contain_text("还可发")
    phone.ask("外观专利保护多少年")
    picture(phone.page, "sandbox-tools")

    phone.page.get_by_test_id("enter-mini").click()
    expect(phone.page.locator("#title")).to_have_text("知桥 小程序客服")
    expect(phone.answers.first).to_be_visible()
    number = case_number_in(phone.ask("转人工"))
    expect(desk.rows).to_have_count(1)
    desk.open_first()
    expect(desk.page.locator("#side")).to_contain_text("小程序")
    expect(desk.page.locator("#side")).to_contain_text(number)
    desk.accept()
    before = phone.answers.count()
    desk.reply("小程序里也能收到。")
    expect(phone.answer(before)).to_have_text("小程序里也能收到。")
