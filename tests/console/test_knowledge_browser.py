"""The knowledge pages in a real browser: by keyboard, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models import CuratedAnswer, EvaluationRun
from services.knowledge_upkeep.publication import evaluate_answer
from services.knowledge_upkeep.sorting import sort_misses
from tests.console.test_browser import PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.people import make_identity
from tests.support.screens import assert_fits
from tests.support.upkeep import CONTENT, WORSE, KnownComparison, WordEmbedder, ask, write_answer

pytestmark = pytest.mark.slow


@pytest.fixture
def sorted_misses(database, clock) -> None:
    with database.unit_of_work() as session:
        for text in ("南沙补贴多少钱", "南沙补贴多少费", "很长" * 45, "菜谱怎么写好"):
            ask(session, make_identity(session, clock.now()), text, clock.now())
    sort_misses(database, WordEmbedder(), now=clock.now())


def test_a_group_becomes_a_saved_draft_by_keyboard(database, sorted_misses, open_console):  # noqa: F811
    page = open_console("agent")
    page.get_by_role("link", name="知识库").click()
    expect(page.locator(".list .row-link")).to_have_count(3)
    page.wait_for_load_state()  # the keys work once the page's script has run
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("南沙补贴")
    page.get_by_role("button", name="写一条答案").click()
    page.locator("[name=text]").fill(CONTENT.text)
    page.wait_for_load_state()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator("[name=text]")).to_have_value(CONTENT.text)
    with database.reading() as session:
        assert session.scalars(select(CuratedAnswer.text)).all() == [CONTENT.text]


def test_the_result_of_the_evaluation_appears_by_itself(database, clock, people, open_console):  # noqa: F811
    with database.unit_of_work() as session:
        answer_id = write_answer(session, people["agent"], clock.now()).id
    page = open_console("supervisor")
    page.goto(page.url.split("/console")[0] + f"/console/knowledge/answers/{answer_id}")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="批准并发布").click()
    expect(page.locator("#run")).to_contain_text("正在评估")
    with database.reading() as session:
        run_id = session.scalars(select(EvaluationRun.id)).one()
    evaluate_answer(database, KnownComparison(worse=[WORSE]), run_id=run_id, now=clock.now())

    expect(page.locator("#run")).to_contain_text("1个问题变差了")
    expect(page.get_by_role("button", name="批准并发布")).to_be_visible()


def test_on_a_phone_no_knowledge_page_is_wider_than_the_screen(
    database,
    clock,
    people,
    sorted_misses,
    open_console,  # noqa: F811
):
    with database.unit_of_work() as session:
        review = write_answer(session, people["agent"], clock.now()).id
        draft = write_answer(session, people["supervisor"], clock.now(), submitted=False).id
    page = open_console("supervisor", PHONE)
    root = page.url.split("/console")[0] + "/console/knowledge"
    paths = ["", "/misses/1", "/misses/3", "/answers", f"/answers/{review}", f"/answers/{draft}", "/documents"]
    for path in [*paths, "/feedback"]:
        page.goto(root + path)
        assert_fits(page)
