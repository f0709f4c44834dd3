"""A case finds a person as it is opened: the right one, then the next, then a supervisor; never nobody."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import DBAPIError

from core.clock import CHINA
from core.outbox import OutboxRow, OutboxState
from models import Case, CaseEvent, CaseStatus, HandoffReason, Role, Staff, StaffNotification
from services import routing
from services.case_sweeps import mark_missed_promises, rescue_unrouted_cases
from services.cases import accept_case
from services.job_names import JobName
from services.routing import check_offer, route_case
from services.staff import set_availability
from tests.services.catalogue.test_other_services import ANALYSIS
from tests.support.casework import make_service_case
from tests.support.staff import make_case, make_staff, send_everybody_away

NIGHT = datetime(2026, 11, 23, 20, 0, tzinfo=CHINA)
OPENING = datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
# The desk opens and nobody has sat down yet: a case that comes now waits for some minutes.
JUST_OPENED = OPENING + timedelta(seconds=5)


def route(database, case_id, clock):
    with database.unit_of_work() as session:
        route_case(session, case_id, clock.now())


def expire(database, case_id, offer, clock):
    clock.advance(timedelta(minutes=10))
    with database.unit_of_work() as session:
        check_offer(session, case_id, offer, clock.now())


def read(database, case_id) -> Case:
    with database.reading() as session:
        return session.get(Case, case_id)


def kinds(database, case_id) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)))


def told(database, kind: str) -> list[int]:
    with database.reading() as session:
        return sorted(session.scalars(select(StaffNotification.staff_id).where(StaffNotification.kind == kind)))


def test_the_specialist_of_the_topic_and_region_is_offered_the_case(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now(), skills=["patent"])
        make_staff(session, clock.now(), skills=["general"])
        make_staff(session, clock.now(), skills=["financing"], regions=["四川省"])
        make_staff(session, clock.now(), skills=["financing"], regions=["全国"])
        best = make_staff(session, clock.now(), skills=["financing"], regions=["广东省"]).id
        case_id = make_case(session, clock.now()).id

    case = read(database, case_id)
    assert (case.status, case.assignee_id) == (CaseStatus.OFFERED, best)
    assert case.respond_by == clock.now() + timedelta(minutes=10)
    assert told(database, "case_assigned") == [best]


def test_a_talent_decides_between_those_of_the_field_and_shuts_nobody_out(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        # Nearer, but it is a broker's matter; the talent alone leaves every field open.
        make_staff(session, now, skills=["financing"], regions=["广东省"])
        broker = make_staff(session, now, skills=["financing", "brokerage"])
        make_staff(session, now, skills=["policy", "brokerage"])
        assert make_service_case(session, now).assignee_id == broker.id
        send_everybody_away(session)
        analyst = make_staff(session, now, skills=["data_mining"])
        planner = make_staff(session, now, skills=["layout"])
        drawn = [
            make_service_case(session, now, kind="analysis", values={**ANALYSIS, "type": type_}).assignee_id
            for type_ in ("layout", "landscape", "patentability")
        ]
        assert drawn == [planner.id, analyst.id, analyst.id]
        assert make_case(session, now).assignee_id in {analyst.id, planner.id}


def test_among_equals_the_less_loaded_then_the_longest_idle_gets_it(database, clock):
    with database.unit_of_work() as session:
        people = [make_staff(session, clock.now()).id for _ in range(3)]
        holders = [make_case(session, clock.now()).assignee_id for _ in range(5)]

    assert holders == [*people, *people[:2]]


@pytest.mark.parametrize("make", [make_case, make_service_case])
def test_cases_that_are_opened_at_the_same_moment_are_shared_out_evenly(database, clock, make):
    """On PostgreSQL they are opened in several transactions at once, each of which counts what everybody has."""
    with database.unit_of_work() as session:
        make(session, clock.now())  # the company is known from here on
        people = [make_staff(session, clock.now()).id for _ in range(3)]

    def open_one(_: int) -> int:
        with database.unit_of_work() as session:
            return make(session, clock.now()).assignee_id

    with ThreadPoolExecutor(6) as pool:
        holders = list(pool.map(open_one, range(12)))

    assert Counter(holders) == dict.fromkeys(people, 4)


def test_who_is_away_or_has_left_is_not_asked(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now(), is_available=False)
        make_staff(session, clock.now()).is_active = False
        supervisor = make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False).id
        case_id = make_case(session, clock.now()).id

    assert read(database, case_id).status == CaseStatus.ESCALATED
    assert told(database, "case_escalated") == [supervisor]


def test_a_complaint_goes_to_a_supervisor_first(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now(), skills=["financing"])
        supervisor = make_staff(session, clock.now(), role=Role.SUPERVISOR).id
        case_id = make_case(session, clock.now(), reason=HandoffReason.COMPLAINT).id

    assert read(database, case_id).assignee_id == supervisor


def test_two_hundred_colleagues_cost_whoever_asks_for_a_person_no_more_questions_than_three(database, clock):
    """It is done while they wait for the answer."""

    def count_questions() -> int:
        asked: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            asked.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            with database.unit_of_work() as session:
                assert make_case(session, clock.now()).status == CaseStatus.OFFERED
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        return len(asked)

    with database.unit_of_work() as session:
        for _ in range(3):
            make_staff(session, clock.now())
        make_case(session, clock.now())  # what is read once a process has been read
    of_three = count_questions()
    with database.unit_of_work() as session:
        for _ in range(197):
            make_staff(session, clock.now())

    assert count_questions() == of_three


@pytest.mark.parametrize("make", [make_case, make_service_case])
def test_a_case_whose_routing_goes_wrong_is_opened_all_the_same_and_routed_by_a_job(database, clock, monkeypatch, make):
    def offer_and_fail(session, *arguments, **options) -> None:
        offer_case(session, *arguments, **options)
        session.execute(text("SELECT nothing FROM nowhere"))

    offer_case = routing.offer_case
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now()).id
    with monkeypatch.context() as broken, database.unit_of_work() as session:
        broken.setattr(routing, "offer_case", offer_and_fail)
        case = make(session, clock.now())
        assert (case.status, case.assignee_id) == (CaseStatus.WAITING, None)
        case_id = case.id

    assert kinds(database, case_id)[0] == "opened" and "offered" not in kinds(database, case_id)
    assert told(database, "case_assigned") == []
    with database.reading() as session:
        names = [JobName.ROUTE_CASE, JobName.CHECK_OFFER]
        jobs = session.scalars(select(OutboxRow).where(OutboxRow.job_name.in_(names))).all()
        assert [(job.job_name, job.arguments) for job in jobs] == [(JobName.ROUTE_CASE, {"case_id": case_id})]

    route(database, case_id, clock)

    assert (read(database, case_id).status, read(database, case_id).assignee_id) == (CaseStatus.OFFERED, person)
    assert told(database, "case_assigned") == [person]


def test_what_is_wrong_with_the_case_itself_is_no_matter_of_its_routing(database, clock):
    with pytest.raises(DBAPIError), database.unit_of_work() as session:
        case = make_case(session, clock.now())
        case.user_id = 404
        routing.route_at_once(session, case, clock.now())


def test_routing_twice_or_by_two_workers_at_once_offers_once(database, clock):
    clock.set(NIGHT)
    with database.unit_of_work() as session:
        case_id = make_case(session, clock.now()).id
    clock.set(OPENING)
    with database.unit_of_work() as session:
        for _ in range(3):
            make_staff(session, clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: route(database, case_id, clock), range(6)))

    assert kinds(database, case_id) == ["opened", "offered"]
    assert len(told(database, "case_assigned")) == 1


def test_an_offer_not_accepted_goes_to_others_then_to_the_supervisors(database, clock):
    with database.unit_of_work() as session:
        agents = [make_staff(session, clock.now()).id for _ in range(4)]
        supervisors = [make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False).id for _ in range(2)]
        case_id = make_case(session, clock.now()).id
    for offer in (1, 2, 3):
        expire(database, case_id, offer, clock)

    assert read(database, case_id).status == CaseStatus.ESCALATED
    assert told(database, "case_assigned") == agents[:3]
    assert told(database, "case_escalated") == supervisors
    assert kinds(database, case_id) == [
        "opened", "offered", "rerouted", "offered", "rerouted", "offered", "rerouted", "escalated",
    ]  # fmt: skip


def test_an_accepted_case_is_left_alone_by_a_late_check(database, clock):
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now())
        case_id = make_case(session, clock.now()).id
    with database.unit_of_work() as session:
        accept_case(session, staff=session.get(Staff, person.id), case_id=case_id, now=clock.now())

    expire(database, case_id, 1, clock)

    assert read(database, case_id).status == CaseStatus.ACCEPTED


def test_a_check_that_comes_too_early_asks_again_for_the_right_time(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now())
        case_id = make_case(session, clock.now()).id

    with database.unit_of_work() as session:
        check_offer(session, case_id, 1, clock.now() + timedelta(minutes=9))

    assert read(database, case_id).status == CaseStatus.OFFERED
    with database.reading() as session:
        checks = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.cases.check_offer")).all()
    assert [row.run_after for row in checks] == [clock.now() + timedelta(minutes=10)] * 2


def test_at_night_the_case_waits_for_the_opening_unless_somebody_is_really_there(database, clock):
    clock.set(NIGHT)
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now()).id  # the switch was left on
        case_id = make_case(session, clock.now()).id

    assert read(database, case_id).status == CaseStatus.WAITING
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.key.contains("-at-"))).all()
    assert [row.run_after for row in rows] == [OPENING]

    with database.unit_of_work() as session:
        session.get(Staff, person).last_seen_at = clock.now()
    route(database, case_id, clock)
    case = read(database, case_id)
    assert (case.status, case.assignee_id) == (CaseStatus.OFFERED, person)
    assert case.respond_by == OPENING + timedelta(minutes=10)


def test_at_the_opening_people_get_ten_minutes_to_sit_down(database, clock):
    clock.set(JUST_OPENED)
    with database.unit_of_work() as session:
        make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False)
        case_id = make_case(session, clock.now()).id
    early = read(database, case_id).status
    clock.advance(timedelta(minutes=10))
    route(database, case_id, clock)

    assert early == CaseStatus.WAITING
    assert read(database, case_id).status == CaseStatus.ESCALATED


def test_who_becomes_available_gets_what_waits(database, clock):
    clock.set(NIGHT)
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now(), is_available=False)
        make_case(session, clock.now())
    with database.unit_of_work() as session:
        set_availability(session, staff=session.get(Staff, person.id), is_available=True, now=clock.now())

    with database.reading() as session:
        keys = session.scalars(select(OutboxRow.key).where(OutboxRow.key.contains("-staff-"))).all()
    assert len(keys) == 1


@pytest.fixture
def without_jobs(database, clock) -> None:
    """A case waits for whoever sits down, another is offered, and the jobs that look after them are lost."""
    clock.set(JUST_OPENED)
    with database.unit_of_work() as session:
        make_case(session, clock.now())
        make_staff(session, clock.now())
        make_case(session, clock.now())
        session.execute(update(OutboxRow).values(state=OutboxState.FAILED))


def test_a_lost_job_is_asked_for_again(database, clock, without_jobs):
    with database.unit_of_work() as session:
        young = rescue_unrouted_cases(session, clock.now())
    clock.advance(timedelta(minutes=11))
    with database.unit_of_work() as session:
        found = rescue_unrouted_cases(session, clock.now())
        again = rescue_unrouted_cases(session, clock.now())
        keys = session.scalars(select(OutboxRow.key).where(OutboxRow.key.contains("rescue"))).all()

    assert young == 0
    assert found == again == 2
    assert len(keys) == 2


def test_while_the_queue_is_away_a_stuck_case_asks_for_one_job_not_for_one_each_sweep(database, clock, without_jobs):
    clock.advance(timedelta(minutes=11))
    for _ in range(20):
        clock.advance(timedelta(seconds=31))
        with database.unit_of_work() as session:
            rescue_unrouted_cases(session, clock.now())

    with database.reading() as session:
        asked = session.scalars(select(OutboxRow.job_name).where(OutboxRow.key.contains("rescue"))).all()
    assert sorted(asked) == [JobName.CHECK_OFFER, JobName.ROUTE_CASE]


def test_a_case_that_is_still_stuck_after_its_job_ran_gets_another(database, clock, without_jobs):
    for _ in range(2):
        clock.advance(timedelta(seconds=31))
        with database.unit_of_work() as session:
            rescue_unrouted_cases(session, clock.now())
            session.execute(update(OutboxRow).values(state=OutboxState.DONE))

    with database.reading() as session:
        assert len(session.scalars(select(OutboxRow).where(OutboxRow.key.contains("rescue"))).all()) == 2


def test_a_missed_promise_is_told_once_to_supervisors_and_holder(database, clock):
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now()).id
        supervisor = make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False).id
        case_id = make_case(session, clock.now()).id
    clock.advance(timedelta(hours=1, minutes=1))
    counts = []
    for _ in range(2):
        with database.unit_of_work() as session:
            counts.append(mark_missed_promises(session, clock.now()))

    assert counts == [1, 0]
    assert told(database, "promise_missed") == [person, supervisor]
    assert kinds(database, case_id).count("promise_missed") == 1
