"""Campaigns at the training desk, and the page that everybody sees of one."""

from datetime import datetime, timedelta

import pytest

from core.clock import CHINA
from tests.support.staff import make_staff
from tests.support.training import make_course, make_session

FORM = {
    "name": "质押融资宣传月",
    "about": "从评估到放款。\n每周一场。",
    "first_on": "2026-12-01",
    "last_on": "2026-12-31",
}
PATH = "/console/training/campaigns"


@pytest.fixture
def course(database, clock) -> str:
    """With one session in December and one after it."""
    with database.unit_of_work() as session:
        made = make_course(session, clock.now())
        for day in (datetime(2026, 12, 4, 14, 0, tzinfo=CHINA), datetime(2027, 1, 4, 14, 0, tzinfo=CHINA)):
            make_session(session, clock.now(), course=made, starts_at=day)
        return str(made.id)


@pytest.fixture
def log_in(database, clock, browse):
    """A new browser of somebody who runs training, each time."""
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now(), display_name="周宁", skills=["training"])

    def log_in():
        browser = browse()
        browser.log_in(person)
        return browser

    return log_in


def test_a_campaign_is_written_shown_to_everybody_and_withdrawn(log_in, clock, course):
    trainer = log_in()
    assert "还没有专题" in trainer.get(PATH).text
    refused = trainer.post(f"{PATH}/new", {**FORM, "last_on": "2026-11-01", "course": course})
    assert refused.status_code == 422 and "质押融资宣传月" in refused.text and "checked" in refused.text

    done = trainer.post(f"{PATH}/new", {**FORM, "course": course})
    assert done.status_code == 303
    page = trainer.get(done.location).text
    address = f"/campaigns/{done.location.rsplit('/', 1)[1]}"
    assert address in page and "12月4日" in page and "1月4日" not in page and "到场率" not in page
    shown = trainer.client.get(address).text
    assert "质押融资宣传月" in shown and "每周一场" in shown and "12月4日周五14:00到16:00" in shown
    assert "余2个名额" in shown and "2027年" not in shown and "周宁" not in shown

    clock.set(datetime(2027, 1, 1, tzinfo=CHINA) + timedelta(hours=9))
    assert "已结束" in trainer.client.get(address).text
    trainer = log_in()
    assert "到场率" in trainer.get(done.location).text
    assert trainer.post(f"{done.location}/withdraw", {"version": "1"}).status_code == 303
    assert "已撤下" in trainer.get(PATH).text
    gone, never = (trainer.client.get(f"/campaigns/{each}") for each in (address.rsplit("/", 1)[1], "nothing"))
    assert gone.status_code == never.status_code == 404 and gone.text == never.text


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_only_who_runs_training_has_campaigns_at_all(signed_in, role):
    browser = signed_in(role)
    calls = (
        ("GET", PATH, 200), ("GET", f"{PATH}/new", 200), ("POST", f"{PATH}/new", 422), ("GET", f"{PATH}/nothing", 404),
        ("POST", f"{PATH}/nothing", 404), ("POST", f"{PATH}/nothing/withdraw", 404),
    )  # fmt: skip
    for method, path, status in calls:
        answer = browser.get(path) if method == "GET" else browser.post(path)
        assert answer.status_code == (status if role == "supervisor" else 403), (method, path)
