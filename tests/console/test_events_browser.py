"""Matching events, and what became of matches, on a desk and on a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models import MatchingEvent
from tests.console.test_browser import base_url, open_console  # noqa: F401  (fixtures)
from tests.console.test_notices_browser import SIZES, opened
from tests.support.events import make_fair
from tests.support.screens import assert_fits

pytestmark = pytest.mark.slow


@SIZES
def test_an_event_is_arranged_and_what_came_of_it_is_written_down(database, clock, open_console, size):  # noqa: F811
    with database.unit_of_work() as session:
        public_id = make_fair(session, clock.now()).event.public_id
    page = opened(open_console("supervisor", size), "events")
    page.get_by_role("link", name="南沙供需对接会").click()
    expect(page.get_by_role("button", name="排会谈并通知")).to_be_visible()
    assert_fits(page, "event-open")
    page.get_by_role("button", name="排会谈并通知").click()
    expect(page.locator(".claims-done").first).to_contain_text("1号桌")
    assert_fits(page, "event-arranged")
    with database.unit_of_work() as session:
        event = session.scalars(select(MatchingEvent)).one()
        event.starts_at = clock.now() - timedelta(minutes=1)
    page = opened(page, f"events/{public_id}")
    page.get_by_role("button", name="接着谈").click()
    expect(page.locator(".claims-done").first).to_contain_text("GX")
    assert_fits(page, "event-held")


@SIZES
def test_what_became_of_matches_fits_the_screen(database, clock, open_console, size):  # noqa: F811
    with database.unit_of_work() as session:
        make_fair(session, clock.now())
    page = opened(open_console("supervisor", size), "match-quality")
    expect(page.locator("h1")).to_contain_text("匹配")
