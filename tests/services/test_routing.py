"""A case finds a person: the right one, then the next, then a supervisor; never nobody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.clock import CHINA
from core.outbox import OutboxRow, OutboxState
from models import Case, CaseEvent, CaseStatus, HandoffReason, Role, Staff, StaffNotification
from services.case_sweeps import mark_missed_promises, rescue_unrouted_cases
from services.cases import accept_case
from services.job_names import JobName
from services.routing import check_offer, route_case
from services.staff import set_availability
from tests.support.staff import make_case, make_staff


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

    route(database, case_id, clock)

    case = read(database, case_id)
    assert (case.status, case.assignee_id) == (CaseStatus.OFFERED, best)
    assert case.respond_by == clock.now() + timedelta(minutes=10)
    assert told(database, "case_assigned") == [best]


def test_among_equals_the_less_loaded_then_the_longest_idle_gets_it(database, clock):
    with database.unit_of_work() as session:
        people = [make_staff(session, clock.now()).id for _ in range(3)]
        cases = [make_case(session, clock.now()).id for _ in range(5)]

    for case_id in cases:
        route(database, case_id, clock)

    holders = [read(database, case_id).assignee_id for case_id in cases]
    assert holders == [*people, *people[:2]]


def test_who_is_away_or_has_left_is_not_asked(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now(), is_available=False)
        make_staff(session, clock.now()).is_active = False
        supervisor = make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False).id
        case_id = make_case(session, clock.now()).id

    route(database, case_id, clock)

    assert read(database, case_id).status == CaseStatus.ESCALATED
    assert told(database, "case_escalated") == [supervisor]


def test_a_complaint_goes_to_a_supervisor_first(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now(), skills=["financing"])
        supervisor = make_staff(session, clock.now(), role=Role.SUPERVISOR).id
        case_id = make_case(session, clock.now(), reason=HandoffReason.COMPLAINT).id

    route(database, case_id, clock)

    assert read(database, case_id).assignee_id == supervisor


def test_routing_twice_or_by_two_workers_at_once_offers_once(database, clock):
    with database.unit_of_work() as session:
        for _ in range(3):
            make_staff(session, clock.now())
        case_id = make_case(session, clock.now()).id

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: route(database, case_id, clock), range(6)))

    assert kinds(database, case_id) == ["opened", "offered"]
    assert len(told(database, "case_assigned")) == 1


def test_an_offer_not_accepted_goes_to_others_then_to_the_supervisors(database, clock):
    with database.unit_of_work() as session:
        agents = [make_staff(session, clock.now()).id for _ in range(4)]
        supervisors = [make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False).id for _ in range(2)]
        case_id = make_case(session, clock.now()).id
    route(database, case_id, clock)
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
    route(database, case_id, clock)
    with database.unit_of_work() as session:
        accept_case(session, staff=session.get(Staff, person.id), case_id=case_id, now=clock.now())

    expire(database, case_id, 1, clock)

    assert read(database, case_id).status == CaseStatus.ACCEPTED


def test_a_check_that_comes_too_early_asks_again_for_the_right_time(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now())
        case_id = make_case(session, clock.now()).id
    route(database, case_id, clock)

    with database.unit_of_work() as session:
        check_offer(session, case_id, 1, clock.now() + timedelta(minutes=9))

    assert read(database, case_id).status == CaseStatus.OFFERED
    with database.reading() as session:
        checks = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.cases.check_offer")).all()
    assert [row.run_after for row in checks] == [clock.now() + timedelta(minutes=10)] * 2


def test_at_night_the_case_waits_for_the_opening_unless_somebody_is_really_there(database, clock):
    clock.set(datetime(2026, 11, 23, 20, 0, tzinfo=CHINA))
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now()).id  # the switch was left on
        case_id = make_case(session, clock.now()).id

    route(database, case_id, clock)

    assert read(database, case_id).status == CaseStatus.WAITING
    opening = datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.key.contains("-at-"))).all()
    assert [row.run_after for row in rows] == [opening]

    with database.unit_of_work() as session:
        session.get(Staff, person).last_seen_at = clock.now()
    route(database, case_id, clock)
    case = read(database, case_id)
    assert (case.status, case.assignee_id) == (CaseStatus.OFFERED, person)
    assert case.respond_by == opening + timedelta(minutes=10)


def test_at_the_opening_people_get_ten_minutes_to_sit_down(database, clock):
    clock.set(datetime(2026, 11, 24, 9, 0, 5, tzinfo=CHINA))
    with database.unit_of_work() as session:
        make_staff(session, clock.now(), role=Role.SUPERVISOR, is_available=False)
        case_id = make_case(session, clock.now()).id
    route(database, case_id, clock)
    early = read(database, case_id).status
    clock.advance(timedelta(minutes=10))
    route(database, case_id, clock)

    assert early == CaseStatus.WAITING
    assert read(database, case_id).status == CaseStatus.ESCALATED


def test_who_becomes_available_gets_what_waits(database, clock):
    clock.set(datetime(2026, 11, 23, 20, 0, tzinfo=CHINA))
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now(), is_available=False)
        case_id = make_case(session, clock.now()).id
    route(database, case_id, clock)
    with database.unit_of_work() as session:
        set_availability(session, staff=session.get(Staff, person.id), is_available=True, now=clock.now())

    with database.reading() as session:
        keys = session.scalars(select(OutboxRow.key).where(OutboxRow.key.contains("-staff-"))).all()
    assert len(keys) == 1


def test_a_lost_job_is_asked_for_again(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now())
        make_case(session, clock.now())
        offered = make_case(session, clock.now()).id
    route(database, offered, clock)
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


def test_while_the_queue_is_away_a_stuck_case_asks_for_one_job_not_for_one_each_sweep(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now())
        make_case(session, clock.now())
        offered = make_case(session, clock.now()).id
    route(database, offered, clock)
    clock.advance(timedelta(minutes=11))
    for _ in range(20):
        clock.advance(timedelta(seconds=31))
        with database.unit_of_work() as session:
            rescue_unrouted_cases(session, clock.now())

    with database.reading() as session:
        asked = session.scalars(select(OutboxRow.job_name).where(OutboxRow.key.contains("rescue"))).all()
    assert sorted(asked) == [JobName.CHECK_OFFER, JobName.ROUTE_CASE]


def test_a_case_that_is_still_stuck_after_its_job_ran_gets_another(database, clock):
    with database.unit_of_work() as session:
        make_staff(session, clock.now())
        make_case(session, clock.now())
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
    route(database, case_id, clock)
    clock.advance(timedelta(hours=1, minutes=1))
    counts = []
    for _ in range(2):
        with database.unit_of_work() as session:
            counts.append(mark_missed_promises(session, clock.now()))

    assert counts == [1, 0]
    assert told(database, "promise_missed") == [person, supervisor]
    assert kinds(database, case_id).count("promise_missed") == 1
