"""Messages to many, what became of messages, and the register of templates, on a desk and on a phone."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from core.clock import CHINA
from models import ChannelPause, Delivery, DeliveryChannel, DeliveryReason, DeliveryState, Platform
from services.deliveries import UNKNOWN_OUTCOME
from tests.console.test_browser import PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.notices import make_templates
from tests.support.people import make_conversation, make_identity, make_message
from tests.support.screens import assert_fits

pytestmark = pytest.mark.slow
WIDE = {"width": 1440, "height": 900}
SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
TITLE = "高新技术企业用一件发明专利贷款公开课"


def opened(page: Page, path: str) -> Page:
    page.goto(page.url.split("/console")[0] + f"/console/{path}")
    assert_fits(page, path)
    return page


@pytest.fixture
def sent(database, clock):
    """Messages that went different ways, some of them in vain."""
    clock.set(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))
    now = clock.now()
    ways = [
        (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.SENT, None, []),
        (DeliveryChannel.INBOX, DeliveryState.QUEUED, None, [("customer_service", "no_allowance")]),
        (DeliveryChannel.INBOX, DeliveryState.QUEUED, None, [("subscription", "43101"), ("template", "43004")]),
        (DeliveryChannel.SUBSCRIPTION, DeliveryState.FAILED, UNKNOWN_OUTCOME, [("subscription", UNKNOWN_OUTCOME)]),
        (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.FAILED, "45002", []),
    ]
    with database.unit_of_work() as session:
        identity = make_identity(session, now)
        conversation = make_conversation(session, identity, now)
        for place, (channel, state, code, tried) in enumerate(ways):
            message = make_message(session, conversation, now, text="年费到期")
            session.add(
                Delivery(
                    key=f"message-{message.id}-1", identity_id=identity.id, message_id=message.id, channel=channel,
                    reason=DeliveryReason.NOTICE, payload={"kind": "text", "text": "年费到期"}, state=state,
                    created_at=now, error_code=code, part=place + 1,
                    tried=[{"channel": way, "outcome": outcome, "at": now.isoformat()} for way, outcome in tried],
                )
            )  # fmt: skip
        session.add(
            ChannelPause(
                platform=Platform.OFFICIAL_ACCOUNT, channel=DeliveryChannel.TEMPLATE, errcode=45009,
                until_at=now + timedelta(hours=14),
            )
        )  # fmt: skip
        make_templates(session, now)


@SIZES
def test_the_ledger_says_why_messages_did_not_arrive(sent, open_console, size):  # noqa: F811
    page = opened(open_console("supervisor", size), "deliveries")
    refusals = page.locator("#refusals")
    expect(refusals).to_contain_text("用户没有允许或次数用完(43101)")
    expect(refusals).to_contain_text("48小时窗口已关或条数用完")
    expect(refusals).to_contain_text("微信没有给出结果")
    expect(page.locator("table").first).to_contain_text("内容太长(45002)")
    expect(page.get_by_role("status").first).to_contain_text("模板消息暂停到")


@SIZES
def test_a_template_says_what_fills_it_and_shows_how_it_reads(sent, open_console, size):  # noqa: F811
    page = opened(open_console("supervisor", size), "templates")
    first = page.locator("section.panel").first
    expect(first).to_contain_text("样例:")
    first.get_by_label("用在").select_option(label="专利监控")
    first.get_by_role("button", name="保存").click()
    expect(page.locator("section.panel").first.get_by_label("用在")).to_have_value("watch")
    page.locator("section.panel").first.get_by_label("事项").select_option(value="")
    page.locator("section.panel").first.get_by_role("button", name="保存").click()
    expect(page.locator(".problem").first).to_be_visible()
    assert_fits(page, "templates-refused")


@SIZES
def test_a_mailing_is_written_looked_at_started_and_listed(sent, open_console, size):  # noqa: F811
    page = opened(open_console("supervisor", size), "mailings")
    expect(page.locator(".blank")).to_contain_text("还没有群发")
    page.get_by_role("link", name="新建群发").click()
    expect(page.get_by_role("button", name="存为草稿")).to_be_visible()
    assert_fits(page, "mailing-new")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("正文").fill("下周三下午两点,南沙区知识产权局三楼。讲师当场看材料,免费。回复“报名”留座位。")
    page.get_by_label("地区").fill("广东省广州市、广东省佛山市")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    assert_fits(page, "mailing-draft")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="开始发").click()
    expect(page.get_by_role("button", name="暂停")).to_be_visible()
    assert_fits(page, "mailing-started")
    opened(page, "mailings")
    expect(page.locator(".row-link")).to_contain_text(TITLE)
