"""The page of a session: for everybody, with what counts now and how to book in WeChat; nothing of who comes."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from core.clock import CHINA
from models import CourseSession
from services.resources import Resources
from tests.support.training import make_booking, make_session

LIVE = "https://live.example/secret"


@pytest.fixture
def held(app: Flask, clock) -> CourseSession:
    """The last night of the year, past midnight; two seats."""
    starts = datetime(2026, 12, 31, 23, 0, tzinfo=CHINA)
    with app.extensions["resources"].database.unit_of_work() as session:
        return make_session(
            session, clock.now(), starts_at=starts, enrolment_opens_at=clock.now() + timedelta(hours=1), live_url=LIVE
        )


def page(app: Flask, public_id: str, status: int = 200) -> str:
    answer = app.test_client().get(f"/courses/{public_id}")
    assert answer.status_code == status and "Set-Cookie" not in answer.headers
    return answer.get_data(as_text=True)


def test_a_session_says_when_where_and_how_to_book_as_it_stands(app: Flask, clock, held) -> None:
    resources: Resources = app.extensions["resources"]

    def shown() -> str:
        return page(app, held.public_id)

    assert "2026年12月31日周四 23:00到2027年1月1日周五 01:00(北京时间)" in shown()
    assert "报名未开始" in shown() and "开放报名。" in shown() and "演示数据" in shown()
    clock.advance(timedelta(hours=1))
    assert "余2个名额" in shown() and "发送“报名12月31日的专利质押融资实务”就能报名" in shown()
    with resources.database.unit_of_work() as session:
        numbers = [make_booking(session, held, clock.now()).number for _ in range(3)]
    assert "已满,可候补" in shown() and "排候补" in shown()
    assert LIVE not in shown() and not any(each in shown() for each in numbers)
    for at, state in ((held.enrolment_closes_at, "报名已截止"), (held.starts_at, "进行中"), (held.ends_at, "已结束")):
        clock.set(at)
        assert state in shown() and "最近有什么培训" in shown() and "就能报名" not in shown()


def test_seats_that_a_group_waits_for_are_not_promised_to_who_comes_now(app: Flask, clock, held) -> None:
    clock.advance(timedelta(hours=1))
    with app.extensions["resources"].database.unit_of_work() as session:
        make_booking(session, held, clock.now())
        assert make_booking(session, held, clock.now(), seats=2).state == "waiting"
    shown = page(app, held.public_id)
    assert "余1个名额,先给候补的人" in shown and "排候补" in shown and "就能报名" not in shown


def test_a_cancelled_session_says_so_and_an_unknown_one_is_not_there(app: Flask, clock, held) -> None:
    with app.extensions["resources"].database.unit_of_work() as session:
        session.get_one(CourseSession, held.id).cancelled_at = clock.now()
    assert "已取消" in page(app, held.public_id) and "最近有什么培训" in page(app, held.public_id)
    assert "没有这一场培训" in page(app, "doesnotexist", 404)
