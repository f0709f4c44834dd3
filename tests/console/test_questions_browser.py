"""The question bank in a real browser: no page wider than its screen, and a question previewed before it is saved."""

import pytest
from playwright.sync_api import expect

from services.exams.loading import load_own_questions
from tests.console.test_browser import DESK, PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.exams import BANK
from tests.support.screens import assert_fits

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_question_is_found_previewed_and_saved_on_any_screen(database, clock, open_console, size):  # noqa: F811
    with database.unit_of_work() as session:
        load_own_questions(session, BANK, clock.now())
    page = open_console("administrator", size)
    root = page.url.split("/console")[0] + "/console/training/questions"

    page.goto(f"{root}?topic=priority")
    assert_fits(page)
    page.get_by_role("link", name="外国优先权的期限").click()
    expect(page.get_by_role("region", name="预览")).to_contain_text("依据:《专利法》第二十九条")
    page.get_by_label("解析").fill("改过的解析。")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("region", name="预览")).to_contain_text("改过的解析。")
    assert_fits(page)
    with page.expect_navigation():  # the page that was previewed reads the same
        page.get_by_role("button", name="保存").click()
    page.reload()
    expect(page.get_by_role("region", name="预览")).to_contain_text("改过的解析。")
    page.goto(f"{root}/new")
    assert_fits(page)
