"""The training desk in a real browser: no page wider than its screen, and the door by thumb."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from core.clock import china_date
from models import Booking, CourseSession, DoorTap
from services.training.campaigns import CampaignContent, create_campaign
from tests.console.test_browser import DESK, PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.people import make_identity
from tests.support.screens import assert_fits
from tests.support.training import make_booking, make_course, make_session
from tests.support.upkeep import ask

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


@pytest.fixture
def wish(database, clock) -> None:
    """A question without an answer, and a session to come on it."""
    with database.unit_of_work() as session:
        miss = ask(session, make_identity(session, clock.now()), "数据知识产权怎么登记", clock.now())
        miss.cluster = miss.id
        make_session(session, clock.now(), course=make_course(session, clock.now(), title="数据知识产权怎么登记"))


@pytest.fixture
def campaign(database, clock, people, held) -> str:
    """Its page: a campaign with the session to come, and one that is over and has figures."""
    today = china_date(clock.now())
    with database.unit_of_work() as session:
        make_session(session, clock.now(), course_id=held.course_id, starts_at=clock.now() - timedelta(days=3))
        content = CampaignContent(
            "质押融资宣传月", "从评估到放款。", today - timedelta(days=9), today, [held.course_id]
        )
        made = create_campaign(session, staff=people["supervisor"], content=content, now=clock.now())
        return f"/campaigns/{made.public_id}"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_of_the_training_desk_is_wider_than_the_screen(held, wish, campaign, open_console, size):  # noqa: F811
    page = open_console("administrator", size)
    root = page.url.split("/console")[0] + "/console/training"
    one = f"/{held.public_id}"
    for path in (
        "",
        "?month=2027-03",
        "/new",
        "/courses/new",
        one,
        f"{one}/check-in",
        f"{one}/after",
        "/figures",
        "/wishes",
        "/campaigns",
        "/campaigns/new",
        campaign,
    ):
        page.goto(root + path)
        assert_fits(page)


def test_at_the_door_a_thumb_checks_in_and_takes_it_back(held, open_console):  # noqa: F811
    page = open_console("supervisor", PHONE)
    page.goto(page.url.split("/console")[0] + f"/console/training/{held.public_id}")
    page.get_by_role("link", name="签到", exact=True).click()
    expect(page.get_by_role("button", name="签到")).to_have_count(2)
    page.get_by_role("button", name="签到").first.click()
    expect(page.locator(".door-count")).to_contain_text("已到 1")
    page.get_by_role("button", name="撤回").click()
    expect(page.locator(".door-count")).to_contain_text("已到 0")


def test_taps_without_a_connection_are_kept_over_a_reload_and_sent_once(held, open_console, database):  # noqa: F811
    page = open_console("supervisor", PHONE)
    page.goto(page.url.split("/console")[0] + f"/console/training/{held.public_id}/check-in")
    expect(page.get_by_role("button", name="签到")).to_have_count(2)
    page.route("**/taps", lambda route: route.fulfill(body="请先登录无线网"))
    page.get_by_role("button", name="签到").first.click()
    expect(page.locator("#waiting-taps")).to_contain_text("1个签到还没发出")
    expect(page.get_by_role("button", name="撤回")).to_have_count(1)

    page.reload()

    expect(page.locator("#waiting-taps")).to_contain_text("1个签到还没发出")
    expect(page.get_by_role("button", name="撤回")).to_have_count(1)
    page.unroute("**/taps")
    expect(page.locator("#waiting-taps")).to_be_hidden(timeout=30_000)
    expect(page.locator("#arrived")).to_have_text("1")
    with database.reading() as session:
        assert sorted(session.scalars(select(Booking.state))) == ["attended", "booked", "waiting"]
        assert session.scalar(select(func.count()).select_from(DoorTap)) == 1


def test_a_tap_whose_answer_was_lost_is_sent_again_and_counts_once(held, open_console, database):  # noqa: F811
    page = open_console("supervisor", PHONE)
    page.goto(page.url.split("/console")[0] + f"/console/training/{held.public_id}/check-in")

    def lose(route):
        route.fetch()
        route.fulfill(body="请先登录无线网")

    page.route("**/taps", lose, times=1)
    page.get_by_role("button", name="签到").first.click()
    expect(page.locator("#waiting-taps")).to_be_hidden(timeout=30_000)
    expect(page.locator("#arrived")).to_have_text("1")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DoorTap)) == 1


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["projector", "phone"])
def test_the_screen_at_the_door_shows_a_code_that_changes(held, open_console, clock, size):  # noqa: F811
    page = open_console("supervisor", size)
    page.goto(page.url.split("/console")[0] + f"/console/training/{held.public_id}/check-in")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="签到屏幕").click()
    screen = opened.value
    expect(screen.locator("#digits")).to_have_text(re.compile(r"^\d{6}$"))
    expect(screen.locator("#picture")).to_be_visible()
    assert screen.evaluate("document.getElementById('picture').naturalWidth") > 0
    assert_fits(screen)
    before = screen.locator("#digits").inner_text()
    clock.advance(timedelta(seconds=60))
    screen.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(screen.locator("#digits")).not_to_have_text(before)


def test_an_hour_before_somebody_walks_in_and_is_registered_by_thumb(held, open_console, database):  # noqa: F811
    with database.unit_of_work() as session:
        session.get_one(CourseSession, held.id).capacity = 5
    page = open_console("supervisor", PHONE)
    page.goto(page.url.split("/console")[0] + f"/console/training/{held.public_id}/check-in")
    page.get_by_text("没报名的人来了").click()
    page.get_by_label("姓名", exact=True).fill("王小明")
    page.get_by_label("电话").fill("13800138000")
    page.get_by_role("button", name="登记并签到").click()
    expect(page.locator(".door li.is-in")).to_contain_text("王小明")
    assert_fits(page)
