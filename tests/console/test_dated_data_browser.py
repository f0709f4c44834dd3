"""The pages of dated data in a real browser, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models import DatedRecord
from services.dated_data.catalogue_pages import start_setting
from services.dated_data.editing import start_version, submit_record
from tests.console.test_browser import DESK, PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.dated_data import load_reference
from tests.support.screens import assert_fits
from tests.support.service_settings import make_setting

pytestmark = pytest.mark.slow


@pytest.fixture
def paths(database, clock, people) -> list[str]:
    """Every page, with a draft and a version that waits for the supervisor's yes."""
    with database.unit_of_work() as session:
        load_reference(session, clock.now())
        of_kind = {row.kind: row.id for row in session.scalars(select(DatedRecord))}
        draft = start_version(session, staff=people["supervisor"], record_id=of_kind["bank_product"], now=clock.now())
        waits = start_version(session, staff=people["administrator"], record_id=of_kind["risk_share"], now=clock.now())
        submit_record(session, staff=people["administrator"], record_id=waits.id, now=clock.now())
        setting = start_setting(session, staff=people["supervisor"], key="pledge_financing/submitted", now=clock.now())
        make_setting(session, clock.now(), "pledge_financing/hours/prescreen", {"hours": 24})
        records = [f"/records/{each}" for each in (draft.id, waits.id, of_kind["subsidy_scheme"], setting.id)]
    services = ["/catalogue", "/catalogue/pledge_financing"]
    return ["/records", "/records?kind=subsidy_scheme", *records, "/institutions", "/institutions/1", *services]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_of_the_data_is_wider_than_the_screen(paths, open_console, size):  # noqa: F811
    page = open_console("supervisor", size)
    root = page.url.split("/console")[0] + "/console"
    for path in paths:
        page.goto(root + path)
        assert_fits(page)


def test_a_version_is_approved_with_two_clicks(paths, open_console):  # noqa: F811
    page = open_console("supervisor")
    page.get_by_role("link", name="数据").first.click()
    page.get_by_role("link", name="风险分担比例").click()
    page.get_by_role("link").filter(has_text="等批准").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="批准", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已批准")
