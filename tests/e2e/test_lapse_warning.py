"""The warning of an annual fee reaches an owner whose only allowance is one subscription message; the next one waits in
the app and is offered when they write again."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from models import Delivery, DeliveryChannel, Message, Patent, Role, SubscriptionGrant
from nlp.patent_numbers import check_digit
from services.custody.reminders import request_reminders
from services.notices.grants import list_left
from tests.e2e.product import at
from tests.support.rights import make_right

pytestmark = pytest.mark.timeout(600)
# What a worker says by itself.
SAID_BY_ITSELF = 60_000
BODY = "202198765432"
NUMBER = f"CN{BODY}.{check_digit(BODY)}"


@pytest.fixture
def due(product):
    """A patent whose annual fee is due on the Monday after this one."""
    today = product.now().date()
    due_on = today + timedelta(days=7)
    with product.database.unit_of_work() as session:
        serial = session.scalar(select(func.max(Patent.change_serial))) or 0
        make_right(
            session, product.now(), number=NUMBER, publication_number="CN119876543B", content_hash="lapse-warning",
            change_serial=serial + 1, title="一种防腐阀门", application_date=due_on.replace(year=due_on.year - 5),
            applicants=[{"name": "佛山某某阀门有限公司", "type": "enterprise"}],
        )  # fmt: skip
    return due_on


def look_for_reminders(product):
    """As the scheduler does every ten minutes."""
    with product.database.unit_of_work() as session:
        request_reminders(session, product.now())


def waiting_in_app(product):
    with product.database.reading() as session:
        in_app = Delivery.channel == DeliveryChannel.INBOX, Message.text.contains(NUMBER)
        return session.scalar(select(func.count()).select_from(Delivery).join(Message).where(*in_app)) or 0


def test_the_warning_takes_the_one_grant_and_the_next_one_waits_in_the_app(
    product, due, open_phone, open_desk, picture
):
    desk = open_desk(product.hire("邵一鸣", Role.ADMINISTRATOR)).page
    desk.goto(f"{product.stack.web_url}/console/templates")
    desk.get_by_role("button", name="从微信取列表").click()
    template = desk.locator("section.panel", has_text="服务号 · 订阅消息 · TPL-DEADLINE")
    template.get_by_label("用在").select_option(label="期限提醒")
    for keyword, fact in (("事项", "标题"), ("到期日期", "日期"), ("应缴金额", "金额")):
        template.get_by_label(keyword).select_option(label=fact)
    template.get_by_role("button", name="保存").click()
    expect(template).to_contain_text("样例:")

    owner = open_phone("纪望舒")
    expect(owner.ask(f"托管 {NUMBER}")).to_contain_text(f"托管了:{NUMBER}")
    owner.page.locator("#open-tools").click()
    owner.page.get_by_test_id("templates").select_option(label="期限到期提醒")
    owner.page.get_by_test_id("accept").click()
    expect(owner.page.get_by_test_id("granted")).to_have_text("还能收 1 条")
    picture(owner.page, "lapse-warning-grant")
    owner.page.locator("#close-tools").click()

    before = owner.answers.count()
    product.move_to(at(due - timedelta(days=3), 11))
    look_for_reminders(product)
    notice = owner.answers.nth(before)
    expect(notice).to_contain_text("期限到期提醒", timeout=SAID_BY_ITSELF)
    expect(notice).to_contain_text("到期日期")
    expect(notice).to_contain_text(f"{due.year}年{due.month}月{due.day}日")
    expect(notice).to_contain_text("元")
    expect(owner.page.get_by_test_id("granted")).to_have_text("还能收 0 条")
    picture(owner.page, "lapse-warning-phone")

    # The day after: nothing may be sent any more, so it waits until they write.
    shown = owner.answers.count()
    product.move_to(at(due + timedelta(days=1), 11))
    look_for_reminders(product)
    product.stack.wait_until(lambda: waiting_in_app(product))
    with product.database.reading() as session:
        granted = session.scalars(select(SubscriptionGrant.identity_id)).all()
        assert granted and list_left(session, granted) == {}
    assert owner.answers.count() == shown
    offered = owner.ask("你好")
    expect(offered).to_contain_text("之前有1条消息可能没送到,回复“未读”查看")
    expect(owner.ask("未读")).to_contain_text(NUMBER)
    picture(owner.page, "lapse-warning-offered")
