"""One seat and two phones: booked from the public page, given up, offered, reminded of, and checked in at the door."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from models import CourseSession, Role
from tests.e2e.conftest import PHONE_SIZE
from tests.support.training import make_course, make_session

pytestmark = pytest.mark.timeout(600)
TITLE = "展会被仿当场怎么办"
# What a worker says by itself; who is to be reminded is looked for every 30 s.
LOOKED_FOR = 90_000


@pytest.fixture
def held(product) -> CourseSession:
    """In two days, so that WeChat's 48 hours last; one seat, which may be given up until an hour before."""
    now = product.now()
    starts_at = now + timedelta(days=2)
    with product.database.unit_of_work() as session:
        course = make_course(session, now, title=TITLE)
        return make_session(
            session, now, course=course, starts_at=starts_at, cancel_until=starts_at - timedelta(hours=1), capacity=1
        )


def test_one_seat_goes_from_one_phone_to_the_other_and_through_the_door(
    product, held, open_phone, open_desk, windows, picture
):
    office = open_desk(product.hire("周敏", Role.SUPERVISOR))
    supervisor = office.page
    desk = f"{product.stack.web_url}/console/training/{held.public_id}"

    page = windows.open(PHONE_SIZE)
    page.goto(f"{product.stack.web_url}/courses/{held.public_id}")
    expect(page.locator("body")).to_contain_text("余1个名额")
    told = re.search("发送“(.+?)”就能报名", page.locator("body").inner_text())
    assert told is not None
    words = told[1]
    picture(page, "training-public")

    first, second = open_phone("陶然"), open_phone("简宁")
    expect(first.ask(words)).to_contain_text("报上了,单号PX")
    expect(second.ask(words)).to_contain_text("排在候补第1位")
    expect(first.ask(words)).to_contain_text("您已经报过了")
    page.reload()
    expect(page.locator("body")).to_contain_text("已满,可候补")
    supervisor.goto(desk)
    expect(supervisor.locator("table.participants")).to_contain_text("PX")
    expect(supervisor.locator(".waiting-line li")).to_have_count(1)
    picture(supervisor, "training-desk")

    # Given up on one phone, offered on the other, which takes it.
    before = second.answers.count()
    expect(first.ask("取消报名")).to_contain_text(f"要取消“{TITLE}”")
    expect(first.ask("好")).to_contain_text(f"取消了:{TITLE}")
    expect(second.answers.nth(before)).to_contain_text(f"您候补的“{TITLE}”有名额了", timeout=LOOKED_FOR)
    expect(second.ask("接受名额")).to_contain_text("报上了,单号PX")
    expect(first.ask(words)).to_contain_text("排在候补第1位")

    before = second.answers.count()
    product.move_to(held.starts_at - timedelta(hours=23))
    expect(second.answers.nth(before)).to_contain_text("来不了请说“取消报名”", timeout=LOOKED_FOR)
    picture(second.page, "training-phone")

    # The desk writes to who has a seat, and sees first how many will read it.
    before, others = second.answers.count(), first.answers.count()
    office.log_in()  # a day has passed
    supervisor.goto(desk)
    message = supervisor.locator("form#message")
    message.get_by_label("发给").select_option("seats")
    message.locator("textarea").fill("请带上展品照片。")
    message.get_by_role("button", name="看看发给多少人").click()
    supervisor.get_by_role("button", name="确认发给1人").click()
    expect(second.answers.nth(before)).to_contain_text("请带上展品照片。", timeout=LOOKED_FOR)
    expect(first.answers).to_have_count(others)

    before = second.answers.count()
    product.move_to(held.starts_at - timedelta(minutes=50))
    expect(second.answers.nth(before)).to_contain_text(f"您报的“{TITLE}”", timeout=LOOKED_FOR)
    office.log_in()
    supervisor.goto(f"{desk}/check-in")
    supervisor.locator("#door").get_by_role("button", name="签到", exact=True).click()
    expect(supervisor.locator("#arrived")).to_have_text("1")
    picture(supervisor, "training-door")
    expect(second.ask("我的报名")).to_contain_text("已参加")
