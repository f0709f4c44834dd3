"""Figures of training over a period: who enrolled, came and was satisfied, by course, region and firm."""

import csv
from datetime import date, datetime, timedelta
from io import StringIO

import pytest

from core.clock import CHINA
from core.errors import Forbidden, InvalidInput
from models import BookingState, Company
from services.training.figures import By, Figures, Period, figures_as_csv, training_figures
from services.training.seats import cancel, set_state
from tests.support.staff import make_staff
from tests.support.training import make_booking, make_course, make_session

DECEMBER = Period(date(2026, 12, 1), date(2026, 12, 31))
LATER = datetime(2027, 2, 1, tzinfo=CHINA)


@pytest.fixture
def year_end(database, clock) -> None:
    """Financing in Guangzhou: 5 seats, 3 people, one firm. The same online, on New Year's Eve in China: one seat that
    stayed empty. Evidence in Foshan: nobody. One that was called off, and one in the New Year."""
    now = clock.now()
    with database.unit_of_work() as session:
        financing, evidence = make_course(session, now), make_course(session, now, title="被仿冒了怎么取证")
        firm = Company(name="=HYPERLINK(1)有限公司", created_at=now)
        session.add(firm)
        session.flush()
        held = make_session(
            session, now, course=financing, starts_at=datetime(2026, 12, 1, 0, 0, tzinfo=CHINA), capacity=9
        )
        rows = [make_booking(session, held, now, seats=seats) for seats in (3, 1, 1)]
        gone = make_booking(session, held, now, seats=4)
        cancel(session, gone, now)
        for row, score in zip(rows, (3, 1, None), strict=True):
            set_state(row, BookingState.ATTENDED if score else BookingState.ABSENT, now)
            row.satisfaction = score
        rows[0].company_id = firm.id
        eve = make_session(
            session, now, course=financing, starts_at=datetime(2026, 12, 31, 23, 59, tzinfo=CHINA), is_online=True,
            place=None, region=None,
        )  # fmt: skip
        set_state(make_booking(session, eve, now), BookingState.ABSENT, now)
        make_session(
            session, now, course=evidence, starts_at=datetime(2026, 12, 9, 14, 0, tzinfo=CHINA), region="广东省佛山市"
        )
        off = make_session(session, now, course=evidence, starts_at=datetime(2026, 12, 9, 14, 0, tzinfo=CHINA))
        off.cancelled_at = now
        make_session(session, now, course=evidence, starts_at=datetime(2027, 1, 1, 0, 0, tzinfo=CHINA))


def figures(database, staff, by: By, period: Period = DECEMBER, now: datetime = LATER):
    with database.reading() as session:
        return training_figures(session, staff, period=period, by=by, now=now)


def test_each_row_counts_sessions_seats_and_verdicts(database, staff, year_end) -> None:
    rows, whole = figures(database, staff, By.COURSE)
    assert rows == [Figures("专利质押融资实务", 2, 6, 4, 2, 1), Figures("被仿冒了怎么取证", 1, 0, 0, 0, 0)]
    assert whole == Figures("合计", 3, 6, 4, 2, 1)
    assert (whole.came_percent, whole.satisfied_percent) == (67, 50)
    assert (rows[1].came_percent, rows[1].satisfied_percent) == (None, None)


def test_by_region_online_is_a_place_of_its_own(database, staff, year_end) -> None:
    rows, _ = figures(database, staff, By.REGION)
    assert [(row.name, row.sessions, row.enrolled) for row in rows] == [
        ("广东省广州市", 1, 5), ("线上", 1, 1), ("广东省佛山市", 1, 0),
    ]  # fmt: skip


def test_by_firm_those_of_no_firm_are_one_row(database, staff, year_end) -> None:
    rows, whole = figures(database, staff, By.FIRM)
    assert {row.name: (row.sessions, row.enrolled, row.came) for row in rows} == {
        "=HYPERLINK(1)有限公司": (1, 3, 3), "个人": (2, 3, 1),
    }  # fmt: skip
    assert whole.sessions == 3


def test_what_has_not_ended_does_not_count_and_days_are_those_of_china(database, staff, year_end) -> None:
    before = datetime(2026, 12, 1, 1, 59, tzinfo=CHINA)
    assert figures(database, staff, By.COURSE, now=before)[0] == []
    assert figures(database, staff, By.COURSE, Period(date(2026, 12, 2), date(2026, 12, 30)))[1].sessions == 1
    assert figures(database, staff, By.COURSE, Period(date(2027, 1, 1), date(2027, 1, 1)))[1].sessions == 1


def test_a_period_has_its_order_and_its_length(database, staff) -> None:
    for first, last in ((date(2026, 12, 2), date(2026, 12, 1)), (date(2020, 1, 1), date(2026, 1, 1))):
        with pytest.raises(InvalidInput):
            Period(first, last)
    assert figures(database, staff, By.FIRM)[1] == Figures("合计", 0, 0, 0, 0, 0)


def test_who_does_not_run_training_sees_no_figures(database, clock, year_end) -> None:
    with database.unit_of_work() as session:
        stranger = make_staff(session, clock.now(), skills=["patent"])
    with pytest.raises(Forbidden):
        figures(database, stranger, By.COURSE)


def test_the_table_for_a_spreadsheet_computes_nothing(database, staff, year_end) -> None:
    text = figures_as_csv(*figures(database, staff, By.FIRM), By.FIRM)
    assert text.startswith("\ufeff企业,场次,报名人次,到场人次,到场率,评价,满意,满意率\r\n")
    rows = {row[0]: row[1:] for row in csv.reader(StringIO(text.removeprefix("\ufeff")))}
    assert rows["'=HYPERLINK(1)有限公司"] == ["1", "3", "3", "100%", "1", "1", "100%"]
    assert rows["合计"] == ["3", "6", "4", "67%", "2", "1", "50%"]


def test_somebody_whose_seat_was_only_offered_counts_as_enrolled_until_it_lapses(database, clock, staff) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        held = make_session(session, now, capacity=1, starts_at=datetime(2026, 12, 5, 9, 0, tzinfo=CHINA))
        first, second = make_booking(session, held, now), make_booking(session, held, now)
        cancel(session, first, now)
        assert second.state == BookingState.OFFERED
    assert figures(database, staff, By.COURSE)[1].enrolled == 1
    with database.unit_of_work() as session:
        cancel(session, session.merge(second), now + timedelta(hours=1))
    assert figures(database, staff, By.COURSE)[1].enrolled == 0
