"""Whoever files a request hears of a campaign's next lesson on its matter, and books it by its words."""

from datetime import timedelta

from sqlalchemy import select

from core.clock import china_date
from models import Booking, Role, Track, User
from services.casework.drafts import start_draft
from services.catalogue import service_of
from services.training.campaigns import CampaignContent, create_campaign
from tests.bot.test_case_talk import say
from tests.support.casework import PLEDGE
from tests.support.staff import make_staff
from tests.support.training import make_course, make_session


def test_a_loan_that_was_asked_for_leads_to_the_campaigns_lesson_on_loans(client, pusher, resources, clock):
    now, today = clock.now(), china_date(clock.now())
    say(client, pusher, "你好", 1)
    with resources.database.unit_of_work() as session:
        boss = make_staff(session, now, role=Role.SUPERVISOR)
        loans, marks = make_course(session, now), make_course(session, now, title="商标注册", track=Track.FILING)
        # Sooner, but about something else, elsewhere, full, or in no campaign's days.
        make_session(session, now, course=marks, starts_at=now + timedelta(days=2))
        make_session(session, now, course=loans, starts_at=now + timedelta(days=2), region="江苏省南京市")
        make_session(session, now, course=loans, starts_at=now + timedelta(days=2), capacity=1, taken=1)
        make_session(session, now, course=loans, starts_at=now + timedelta(days=1))
        meant = make_session(session, now, course=loans, starts_at=now + timedelta(days=7)).id
        content = CampaignContent(
            "质押融资宣传月", "从评估到放款。", today + timedelta(days=2), today + timedelta(days=30),
            [loans.id, marks.id],
        )  # fmt: skip
        create_campaign(session, staff=boss, content=content, now=now)
        user = session.scalars(select(User)).one()
        start_draft(session, user=user, service=service_of("pledge_financing"), said=PLEDGE, now=now)
    say(client, pusher, "继续填", 2)

    filed = say(client, pusher, "提交", 3)

    words = "报名11月30日的专利质押融资实务"
    assert "“质押融资宣传月”里有一课讲这个" in filed and words in filed
    assert "报上了" in say(client, pusher, words, 4)
    with resources.database.reading() as session:
        assert session.scalars(select(Booking.session_id)).all() == [meant]
