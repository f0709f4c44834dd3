"""Posts beside a training session: the desk's page and the public one, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from models import PostSide
from services.training.shown_posts import attach_post
from tests.console.test_browser import base_url, open_console  # noqa: F401  (fixtures)
from tests.console.test_notices_browser import SIZES, opened
from tests.support.deals import make_person
from tests.support.market import make_post
from tests.support.screens import assert_fits
from tests.support.staff import make_staff
from tests.support.training import make_session

pytestmark = pytest.mark.slow


@SIZES
def test_posts_beside_a_session_fit_the_screen(database, clock, open_console, size):  # noqa: F811
    now = clock.now()
    with database.unit_of_work() as session:
        owner, held = make_person(session, now), make_session(session, now)
        post = make_post(session, owner.id, now, side=PostSide.OFFER, title="轴承温度监测")
        make_post(session, owner.id, now, text="想找轴承早期故障的报警办法,水泵上用")
        staff = make_staff(session, now, skills=["training"])
        attach_post(session, staff=staff, public_id=held.public_id, post_id=post.public_id, now=now)
        public_id = held.public_id
    page = opened(open_console("supervisor", size), f"training/{public_id}?posts=轴承")
    expect(page.get_by_role("button", name="放到旁边")).to_be_visible()
    assert_fits(page, "session-posts")
    page.goto(page.url.split("/console")[0] + f"/courses/{public_id}")
    expect(page.get_by_text("讲到的供需")).to_be_visible()
    assert_fits(page, "session-public")
