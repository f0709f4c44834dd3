"""Key accounts on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from models import AccountTier
from services.key_accounts import mark_account
from tests.console.test_browser import base_url, open_console  # noqa: F401  (fixtures)
from tests.console.test_notices_browser import SIZES, opened
from tests.support.credit import make_firm
from tests.support.screens import assert_fits

pytestmark = pytest.mark.slow


@SIZES
def test_key_accounts_fit_the_screen(database, clock, open_console, size):  # noqa: F811
    now = clock.now()
    with database.unit_of_work() as session:
        firm = make_firm(session, now)
        make_firm(session, now, name="佛山新来科技有限公司", code=None)
        mark_account(
            session, staff=firm.author, company_id=firm.company.public_id, tier=AccountTier.KEY,
            reason="每年采购三次以上", manager_id=firm.second.id, now=now,
        )  # fmt: skip
    page = opened(open_console("supervisor", size), "key-accounts?q=佛山")
    expect(page.get_by_text("修改", exact=True)).to_be_visible()
    assert_fits(page, "key-accounts")
