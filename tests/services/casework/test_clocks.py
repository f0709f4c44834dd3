"""Time limits: owners are reminded once, and not at night; a changed calendar moves the ends of what runs."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import CHINA
from core.outbox import OutboxRow
from models import Case, CaseClock, Message, Role, StaffNotification
from services.case_records import list_events
from services.casework import clocks, task_dates
from services.casework.assignment import take_case
from services.casework.case_history import tell_history
from services.casework.clocks import check_clock, list_clocks
from services.casework.moves import Mover, move_case
from services.casework.night import REST_FROM, REST_UNTIL, waking_time
from services.casework.replay import replay
from services.casework.tasks import list_tasks, report_task
from services.catalogue import service_of
from services.dated_data import editing
from services.dated_data.editing import RecordContent
from services.job_names import JobName
from tests.services.casework.test_financing import disbursed
from tests.services.casework.test_state_machines import filled
from tests.services.catalogue.test_enforcement_aid import AID
from tests.support.casework import RECOMMEND, make_institution, make_service_case
from tests.support.staff import make_staff

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


def approve_year(session, people, days_off: str, now: datetime) -> None:
    """A calendar of 2026, written by one and approved by another."""
    author, other = people
    content = RecordContent(
        name="2026年放假安排", region="全国", source="国务院办公厅通知", confidence="V", checked_at=date(2026, 11, 23),
        valid_from=date(2026, 11, 23), valid_to=None, values={"year": "2026", "days_off": days_off},
    )  # fmt: skip
    record = editing.start_record(session, staff=author, kind="working_year", now=now)
    written = {"staff": author, "record_id": record.id, "now": now}
    editing.save_record(session, content=content, version=record.version, **written)
    editing.submit_record(session, **written)
    editing.approve_record(session, staff=other, record_id=record.id, version=record.version, now=now)


RECOUNTS = {JobName.RECOUNT_CLOCKS: clocks.recount_clocks, JobName.RECOUNT_TASKS: task_dates.recount_tasks}


def run_recounts(database, now: datetime) -> int:
    """What the outbox asks for, each job twice; answers how many there were so far."""
    seen: set[int] = set()
    while True:
        with database.unit_of_work() as session:
            asked = session.scalars(select(OutboxRow).where(OutboxRow.job_name.in_(RECOUNTS))).all()
            fresh = [row for row in asked if row.id not in seen]
            for row in fresh:
                for _ in range(2):
                    RECOUNTS[JobName(row.job_name)](session, **row.arguments, now=now)
        if not fresh:
            return len(seen)
        seen |= {row.id for row in fresh}


def test_a_changed_calendar_moves_running_clocks_and_repeats_no_reminder_of_the_same_end(database, clock, monkeypatch):
    monkeypatch.setattr(clocks, "BATCH", 1)
    with database.unit_of_work() as session:
        people = [make_staff(session, clock.now(), role=role) for role in (Role.SUPERVISOR, Role.ADMINISTRATOR)]
        case, _ = (make_service_case(session, clock.now(), is_taken=True) for _ in range(2))
        row = list_clocks(session, case.id)[0]
        first_end = row.due_at
        case_id, row_id = case.id, row.id

    def look(now: datetime) -> tuple[datetime, list[str]]:
        """After the jobs: the end, and what the handler was told in all."""
        run_recounts(database, now)
        with database.unit_of_work() as session:
            check_clock(session, row_id, now)
            row = session.get(CaseClock, row_id)
            told = session.scalars(
                select(StaffNotification.text)
                .where(StaffNotification.case_id == case_id, StaffNotification.kind == "clock")
                .order_by(StaffNotification.id)
            ).all()
            assert row.case.next_due_at == row.due_at
            return row.due_at, [text.partition(":")[0] for text in told]

    def change(days_off: str) -> None:
        with database.unit_of_work() as session:
            approve_year(session, [session.merge(each) for each in people], days_off, clock.now())

    clock.set(first_end - 4 * HOUR + timedelta(minutes=1))
    assert look(clock.now()) == (first_end, ["预审快到期"])

    change("11月24日 停工")
    later = first_end + timedelta(days=1)
    assert look(clock.now()) == (later, ["预审快到期"])

    change("10月1日至7日 国庆节")
    assert look(clock.now()) == (first_end, ["预审快到期", "预审提前了"])

    change("11月24日 停工")
    assert look(clock.now()) == (later, ["预审快到期", "预审提前了"])
    assert look(later - 4 * HOUR)[1] == ["预审快到期", "预审提前了", "预审快到期"]
    with database.reading() as session:
        case = session.get(Case, case_id)
        assert replay(list_events(session, case_id)).running_clocks == {"prescreen"}
        assert sum("工作日历有变:预审改到" in line.text for line in tell_history(session, case, clock.now())) == 3
        # The other case was counted anew as well, once for each change.
        kinds = [event.kind for event in list_events(session, case_id + 1)]
        assert kinds.count("clock_recounted") == 3


def test_the_dates_of_partners_tasks_follow_a_changed_calendar(database, clock, monkeypatch):
    monkeypatch.setattr(task_dates, "BATCH", 1)
    with database.unit_of_work() as session:
        people = [make_staff(session, clock.now(), role=role) for role in (Role.SUPERVISOR, Role.ADMINISTRATOR)]
        handler = make_staff(session, clock.now(), skills=["financing"])
        units = {party: make_institution(session, clock.now(), party=party) for party in ("bank", "valuer", "insurer")}
        clerk = make_staff(session, clock.now(), role=Role.PARTNER)
        clerk.institution_id = units["bank"].id
        case = make_service_case(session, clock.now())
        take_case(session, staff=handler, case_id=case.id, now=clock.now())
        move_case(session, case_id=case.id, to="recommended", mover=Mover(staff=handler), answers=RECOMMEND,
                  now=clock.now())  # fmt: skip
        tasks = {task.key: task for task in list_tasks(session, case.id)}
        report_task(session, staff=handler, public_id=tasks["valuation"].public_id, version=tasks["valuation"].version,
                    answers=filled(service_of(case.kind).task("valuation").report), now=clock.now())  # fmt: skip
        first = {key: (task.due_at, task.version) for key, task in tasks.items()}
        case_id, clerk_id = case.id, clerk.id
        # Not given to anybody yet: there is no date.
        assert first["guarantee"][0] is None

    def look() -> dict[str, tuple[datetime | None, int]]:
        run_recounts(database, clock.now())
        with database.reading() as session:
            return {task.key: (task.due_at, task.version) for task in list_tasks(session, case_id)}

    def change(days_off: str) -> None:
        with database.unit_of_work() as session:
            approve_year(session, [session.merge(each) for each in people], days_off, clock.now())

    change("11月24日 停工")
    moved = look()
    for key in ("review", "insurance"):
        assert moved[key][0] > first[key][0] and moved[key][1] > first[key][1]
    assert {key: moved[key] for key in ("valuation", "guarantee")} == {
        key: first[key] for key in ("valuation", "guarantee")
    }

    change("10月1日至7日 国庆节")
    back = look()
    assert {key: due for key, (due, _) in back.items()} == {key: due for key, (due, _) in first.items()}
    with database.reading() as session:
        told = session.scalars(select(StaffNotification.text).where(StaffNotification.staff_id == clerk_id)).all()
        [earlier] = [text for text in told if "提前" in text]
        assert earlier.startswith("银行审批提前了:RZ") and earlier.endswith("前办完,工作日历有变")
        lines = [line.text for line in tell_history(session, session.get(Case, case_id), clock.now())]
        assert sum(text.startswith("工作日历有变:银行审批改到") for text in lines) == 2

    # What is over stays over.
    clock.set(back["review"][0] + HOUR)
    change("12月1日 停工")
    assert look() == back
