"""Services that a session speaks of: chosen at the desk, shown beside it."""

import pytest

from models import CourseSession, PostSide
from tests.console.test_training_questions import form_of
from tests.support.deals import make_person
from tests.support.market import make_post
from tests.support.training import make_session


@pytest.fixture
def held(database, clock) -> CourseSession:
    with database.unit_of_work() as session:
        made = make_session(session, clock.now())
        assert made.public_id
        return made


def test_what_staff_choose_is_shown_on_the_page_that_everybody_sees(trainer, held) -> None:
    path, shared = f"/console/training/{held.public_id}", f"/courses/{held.public_id}"
    assert "讲到的服务" not in trainer.client.get(shared).text
    typed = form_of(trainer.get(path).text)
    many = [
        f"shows_{key}" for key in ("pledge_financing", "ip_insurance", "health_check", "patent_filing", "incubation")
    ]
    refused = trainer.post(path, {**typed, **dict.fromkeys(many, "yes")})
    assert refused.status_code == 422 and "最多4项" in refused.text
    assert trainer.post(path, {**typed, many[0]: "yes", many[1]: "yes"}).status_code == 303
    kept = form_of(trainer.get(path).text)
    assert [name for name in kept if name.startswith("shows_")] == many[:2]
    page = trainer.client.get(shared).text
    assert "讲到的服务" in page and "<li>质押融资</li>" in page


def test_posts_are_put_beside_a_session_and_taken_away(database, clock, trainer, held) -> None:
    with database.unit_of_work() as session:
        owner = make_person(session, clock.now()).id
        post = make_post(session, owner, clock.now(), side=PostSide.OFFER, title="轴承温度监测")
    path, shared = f"/console/training/{held.public_id}", f"/courses/{held.public_id}"
    assert "没有展示中的供需" in trainer.get(f"{path}?posts=石墨烯").text
    assert "轴承温度监测" in trainer.get(f"{path}?posts=轴承").text
    assert trainer.post(f"{path}/posts", {"step": "", "post": post.public_id}).status_code == 422
    assert trainer.post(f"{path}/posts", {"step": "show", "post": "nothing"}).status_code == 404
    assert trainer.post(f"{path}/posts", {"step": "show", "post": post.public_id}).status_code == 303
    assert "0人来问" in trainer.get(path).text
    page = trainer.client.get(shared).text
    assert "讲到的供需" in page and "轴承温度监测" in page and "匿名" in page and "的供需”" in page
    assert trainer.post(f"{path}/posts", {"step": "away", "post": post.public_id}).status_code == 303
    assert "讲到的供需" not in trainer.client.get(shared).text
