"""Time limits: owners are reminded once, and not at night."""

from datetime import datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import CHINA
from core.outbox import OutboxRow
from models import Message
from services.casework.clocks import check_clock, list_clocks
from services.casework.night import REST_FROM, REST_UNTIL, waking_time
from services.job_names import JobName
from tests.services.casework.test_financing import disbursed
from tests.services.catalogue.test_enforcement_aid import AID
from tests.support.casework import make_service_case

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(CHINA))
HOUR = timedelta(hours=1)


@given(at=MOMENTS, lasts=st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_reminder_comes_by_day_or_where_the_morning_is_too_late_and_never_early(at: datetime, lasts) -> None:
    ends_at = at + lasts
    told = waking_time(at, ends_at)

    assert at <= told <= max(at, ends_at)
    assert told - at <= timedelta(hours=11)
    assert waking_time(told, ends_at) == told
    morning = datetime.combine(at.date() + timedelta(days=at.time() >= REST_FROM), REST_UNTIL, CHINA)
    assert REST_UNTIL <= told.time() < REST_FROM or ends_at <= morning


def reminders(session, case, words: str) -> list[datetime]:
    rows = session.scalars(select(Message).where(Message.case_id == case.id, Message.text.contains(words)))
    return [row.created_at.astimezone(CHINA) for row in rows]


def test_reminders_of_a_loan_that_fall_at_night_come_at_eight_each_once(database, clock):
    with database.unit_of_work() as session:
        case = disbursed(session, clock.now())
        row = next(each for each in list_clocks(session, case.id) if each.key == "repayment")
        # Somebody looks every hour of the nights around each reminder, and twice.
        for days in (30, 7, 1):
            for hours in range(-4, 20):
                for _ in range(2):
                    check_clock(session, row.id, row.due_at - timedelta(days=days) + hours * HOUR)

        told = reminders(session, case, "的贷款2027年11月25日到期")
        ends = row.due_at.astimezone(CHINA).date()
        assert [at.date() for at in told] == [ends - timedelta(days=days) for days in (29, 6, 0)]
        assert all(at.hour == 8 for at in told)


def test_the_job_that_speaks_is_asked_for_in_the_morning(database, clock):
    with database.unit_of_work() as session:
        case = disbursed(session, clock.now())
        row = next(each for each in list_clocks(session, case.id) if each.key == "repayment")
        asked = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.CHECK_CLOCK)).all()

        assert row.next_look_at.astimezone(CHINA).time() == time(8)
        assert row.next_look_at in {each.run_after for each in asked}


def test_a_limit_of_law_that_ends_tonight_does_not_wait_for_the_morning(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind="enforcement_aid", values=AID, is_taken=True)
        row = next(each for each in list_clocks(session, case.id) if each.key == "limitation")
        late = row.due_at - 2 * HOUR  # every worker was away until then

        check_clock(session, row.id, late)

        assert reminders(session, case, "诉讼时效快到了") == [late]


def test_a_worker_that_comes_back_at_night_tells_in_the_morning(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind="enforcement_aid", values=AID, is_taken=True)
        row = next(each for each in list_clocks(session, case.id) if each.key == "limitation")
        night = row.due_at - timedelta(days=178)

        check_clock(session, row.id, night)
        assert reminders(session, case, "诉讼时效快到了") == []
        morning = row.next_look_at
        for _ in range(2):
            check_clock(session, row.id, morning)

        assert [at.hour for at in reminders(session, case, "诉讼时效快到了")] == [8]
