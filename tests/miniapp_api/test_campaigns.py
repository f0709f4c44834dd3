"""Campaigns of training in the mini-program."""

from datetime import date

from core.clock import FixedClock
from models import Role
from services.resources import Resources
from services.training.campaigns import CampaignContent, create_campaign, withdraw_campaign
from tests.miniapp_api.conftest import Phone
from tests.support.staff import make_staff
from tests.support.training import make_course, make_session


def test_campaigns_that_go_on_or_are_to_come_are_listed_with_their_sessions(
    phone: Phone, resources: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        course = make_course(session, clock.now())
        held = make_session(session, clock.now(), course=course).public_id
        for name, first, last in (
            ("宣传周", date(2026, 12, 7), date(2026, 12, 11)),
            ("宣传月", date(2026, 11, 1), date(2026, 11, 30)),
            ("去年的", date(2025, 11, 1), date(2025, 11, 30)),
            ("撤下的", date(2026, 11, 1), date(2026, 11, 30)),
        ):
            content = CampaignContent(name, "从评估到放款。", first, last, [course.id])
            made = create_campaign(session, staff=boss, content=content, now=clock.now())
        withdraw_campaign(session, staff=boss, public_id=made.public_id, version=1, now=clock.now())

    items = phone.get("/campaigns").get_json()["items"]

    assert [each["name"] for each in items] == ["宣传月", "宣传周"]
    assert [each["id"] for each in items[0]["sessions"]] == [held]
    assert items[1]["sessions"] == []
