"""A day at the console: colleagues, notes, quick replies, search, the log, and what nobody may do."""

import re

from playwright.sync_api import expect

from models import Role
from tests.e2e.conftest import PHONE_SIZE
from tests.e2e.phone import case_number_in
from tests.support.screens import assert_fits

HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>\'"&lt;b&gt;'


def test_a_case_is_noted_on_passed_to_a_colleague_and_answered_there(product, open_phone, open_desk, picture):
    first, second = product.hire("陈敏"), product.hire("李强", is_available=False)
    desk, other = open_desk(first), open_desk(second)
    phone = open_phone("顾平")
    phone.ask("转人工")
    expect(desk.rows).to_have_count(1)
    desk.open_first()
    desk.accept()

    desk.note("客户着急,已核对过身份。")
    desk.page.get_by_role("tab", name="回复").click()
    desk.page.locator("summary", has_text="快捷回复").click()
    picture(desk.page, "console-quick-replies")
    quick = desk.page.locator(".quick-item").first
    words = quick.get_attribute("data-insert")
    assert words
    quick.click()
    expect(desk.page.locator("#reply-text")).to_have_value(words)
    before = phone.answers.count()
    desk.page.locator("#reply-text").press("Control+Enter")
    expect(phone.answer(before)).to_have_text(words)

    address = desk.page.url
    desk.transfer(second, "等银行报价")
    expect(desk.page.locator("#head")).to_have_count(0)
    expect(other.rows).to_have_count(1)
    expect(other.page.locator("#toasts")).to_contain_text("转给您")
    other.open_first()
    expect(other.page.locator(".is-internal .bubble")).to_have_text(
        ["客户着急,已核对过身份。", re.compile("转给李强:等银行报价")]
    )
    other.accept()
    before = phone.answers.count()
    other.reply("我是李强,接着办。")
    expect(phone.answer(before)).to_have_text("我是李强,接着办。")

    # Whoever gave it away cannot open it any more, and what was noted never went to the phone.
    answer = desk.page.goto(address)
    assert answer is not None
    assert answer.status == 404
    expect(desk.page.get_by_role("main")).not_to_contain_text("李强")
    said = "\n".join(product.stack.said("顾平"))
    assert "核对过身份" not in said
    assert "银行报价" not in said


def test_the_switch_says_who_gets_cases_and_the_supervisor_finds_and_sees_all(product, open_phone, open_desk, picture):
    desk = open_desk(product.hire("陈敏"))
    supervisor = open_desk(product.hire("王芳", Role.SUPERVISOR, is_available=False))
    desk.page.get_by_role("switch").click()
    expect(desk.page.get_by_role("switch")).to_have_text("未接单")
    phone = open_phone("秦川")
    phone.ask("想问问石墨烯散热膜的质押")
    number = case_number_in(phone.ask("转人工"))
    expect(supervisor.page.locator("#toasts")).to_contain_text("没人接单")

    supervisor.page.get_by_role("searchbox").fill("石墨烯散热膜的质押")
    supervisor.page.get_by_role("searchbox").press("Enter")
    expect(supervisor.page.locator("#queue .found")).to_contain_text("找到1个会话")
    expect(supervisor.rows.locator("mark")).to_have_text("石墨烯散热膜的质押")
    picture(supervisor.page, "console-search")
    supervisor.page.get_by_role("searchbox").fill(number)
    supervisor.page.get_by_role("searchbox").press("Enter")
    expect(supervisor.rows).to_have_count(1)
    supervisor.page.get_by_role("searchbox").fill("没有人说过的话")
    supervisor.page.get_by_role("searchbox").press("Enter")
    expect(supervisor.page.locator("#queue")).to_contain_text("没有找到")

    supervisor.page.goto(f"{supervisor.url}?tab=waiting")
    supervisor.open_first()
    supervisor.accept()
    supervisor.reply("我来处理。")
    # What is needed seldom is in the menu where the bar has no room for it.
    supervisor.page.locator("summary[aria-label=我的账号]").click()
    supervisor.page.locator(".menu-body").get_by_role("link", name="操作记录").click()
    log = supervisor.page.locator("table")
    expect(log).to_contain_text("暂停接单")
    for action in ("接单", "回复"):
        expect(log.get_by_role("row").filter(has_text="王芳").filter(has_text=action).first).to_contain_text(number)
    picture(supervisor.page, "console-audit")
    supervisor.page.set_viewport_size(PHONE_SIZE)
    assert_fits(supervisor.page)
    picture(supervisor.page, "console-phone-audit")


def test_an_agent_reaches_neither_other_peoples_conversations_nor_the_log(product, open_phone, open_desk):
    desk, stranger = open_desk(product.hire("陈敏")), open_desk(product.hire("李强", is_available=False))
    phone = open_phone("苏木")
    phone.ask("转人工")
    expect(desk.rows).to_have_count(1)
    desk.open_first()
    desk.accept()

    for path in (desk.page.url, f"{desk.page.url}/updates", f"{stranger.url}audit", f"{stranger.url}staff"):
        answer = stranger.page.goto(path)
        assert answer is not None
        assert answer.status in {403, 404}, path
        expect(stranger.page.locator("body")).not_to_contain_text("转人工")
    stranger.page.goto(stranger.url)
    stranger.page.get_by_role("searchbox").fill("转人工")
    stranger.page.get_by_role("searchbox").press("Enter")
    expect(stranger.page.locator("#queue")).to_contain_text("没有找到")


def test_hostile_words_from_the_phone_are_only_words(product, open_phone, open_desk):
    desk = open_desk(product.hire("陈敏"))
    phone = open_phone("卫南")
    phone.ask("转人工")
    expect(desk.rows).to_have_count(1)
    desk.open_first()
    desk.accept()

    phone.say(HOSTILE)
    expect(desk.page.locator(".by-user .bubble").last).to_have_text(HOSTILE)
    desk.page.goto(f"{desk.url}?tab=mine")
    expect(desk.rows).to_contain_text("<img src=x")
    phone.say(HOSTILE + "2")
    expect(desk.page.locator("#toasts")).to_contain_text("<img src=x")
    desk.page.get_by_role("searchbox").fill("<img src=x")
    desk.page.get_by_role("searchbox").press("Enter")
    expect(desk.rows.locator("mark")).to_have_text("<img src=x")
    desk.open_first()
    desk.page.reload()
    for page in (desk.page, phone.page):
        assert page.evaluate("window.hurt") is None
        assert page.locator("main img[src=x]").count() == 0


def test_a_session_ends_with_the_logout_everywhere(product, open_desk):
    member = product.hire("陈敏")
    desk, elsewhere = open_desk(member), open_desk(member)
    desk.page.locator("summary[aria-label=我的账号]").click()
    desk.page.get_by_role("button", name="退出登录").click()
    expect(desk.page.locator("[name=password]")).to_be_visible()

    # In fresh tabs: the open page of the other desk may notice by itself and go to the login just now.
    for page in (desk.page.context.new_page(), elsewhere.page.context.new_page()):
        page.goto(desk.url)
        expect(page).to_have_url(re.compile("/console/login"))
        expect(page.locator("#queue")).to_have_count(0)
    desk.page.go_back()
    expect(desk.page.locator("#queue")).to_have_count(0)
    desk.log_in()
    expect(desk.page.get_by_role("switch")).to_have_text("未接单")
