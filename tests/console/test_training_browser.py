"""The training desk in a real browser: no page wider than its screen, and the door by thumb."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from models import CourseSession
from tests.console.test_browser import DESK, PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.training import make_booking, make_session

pytestmark = pytest.mark.slow


@pytest.fixture
def held(database, clock) -> CourseSession:
    """It begins in an hour; two have a seat, one waits."""
    with database.unit_of_work() as session:
        begins = clock.now() + timedelta(hours=1)
        made = make_session(session, clock.now(), starts_at=begins, enrolment_closes_at=begins)
        for _ in range(3):
            make_booking(session, made, clock.now())
        return made


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_of_the_training_desk_is_wider_than_the_screen(held, open_console, size):  # noqa: F811
    page = open_console("administrator", size)
    root = page.url.split("/console")[0] + "/console/training"
    one = f"/{held.public_id}"
    for path in ("", "?month=2027-03", "/new", "/courses/new", one, f"{one}/check-in"):
        page.goto(root + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path


def test_at_the_door_a_thumb_checks_in_and_takes_it_back(held, open_console):  # noqa: F811
    page = open_console("supervisor", PHONE)
    page.goto(page.url.split("/console")[0] + f"/console/training/{held.public_id}")
    page.get_by_role("link", name="签到").click()
    expect(page.get_by_role("button", name="签到")).to_have_count(2)
    page.get_by_role("button", name="签到").first.click()
    expect(page.locator(".door-count")).to_contain_text("已到 1")
    page.get_by_role("button", name="撤回").click()
    expect(page.locator(".door-count")).to_contain_text("已到 0")
