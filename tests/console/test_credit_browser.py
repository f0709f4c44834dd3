"""Firms' credit on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from models import PleaKind
from services.credit.entering import propose_event
from services.credit.pleas import plead
from tests.console.test_browser import base_url, open_console  # noqa: F401  (fixtures)
from tests.console.test_notices_browser import SIZES, opened
from tests.support.credit import judgment, make_firm
from tests.support.screens import assert_fits

pytestmark = pytest.mark.slow


@SIZES
def test_a_firms_credit_is_looked_at_proposed_and_answered(database, clock, open_console, size):  # noqa: F811
    now = clock.now()
    with database.unit_of_work() as session:
        firm = make_firm(session, now)
        event = firm.record(session, now)
        firm.record(session, now, number="(2026)粤0605民初456号", facts="没有按约定办理专利许可备案,判令赔偿3万元。")
        plead(
            session, firm.owner.id, event.public_id, PleaKind.OBJECTION, "判决已被二审撤销,案号(2026)粤06民终45号", now
        )
        propose_event(session, firm.author, firm.company.public_id, judgment(now, number="(2026)粤06民终99号"), now)
    page = opened(open_console("supervisor", size), "credit")
    expect(page.get_by_role("button", name="确认,告诉企业")).to_be_visible()
    assert_fits(page, "credit-queue")
    page.get_by_role("button", name="确认,告诉企业").click()
    expect(page.get_by_role("button", name="确认,告诉企业")).to_have_count(0)
    page.get_by_role("link", name="佛山守约科技有限公司").first.click()
    expect(page.locator("h2").first).to_contain_text("信用受限")
    assert_fits(page, "credit-company")
