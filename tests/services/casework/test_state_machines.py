"""Every service on every declared way and on random walks: none leaves the graph, no clock is lost, history replays."""

import hashlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict, InvalidInput, NotFound
from core.files import new_storage_key
from models import Case, CaseStatus, Role, Staff
from services.case_records import list_events
from services.casework.assignment import take_case
from services.casework.clocks import list_clocks
from services.casework.documents import Received, Sender, add_document
from services.casework.moves import Mover, allowed_moves, move_case, reopen_case
from services.casework.replay import replay
from services.casework.steps import Step, StepState, list_steps
from services.casework.tasks import UNDONE, list_tasks, refuse_task, report_task
from services.catalogue import catalogue, service_of
from services.catalogue.fields import Form, Reads, check_value, fields_of
from services.catalogue.model import Move, Service
from tests.support.casework import make_service_case
from tests.support.staff import make_staff

VALUES = {
    Reads.LINE: "一行字", Reads.TEXT: "几句话说明情况", Reads.AMOUNT: 1_000_000, Reads.MONTHS: 12, Reads.COUNT: 3,
    Reads.PERCENT: 5, Reads.PHONE: "13800138000", Reads.COMPANY: "广州云测科技有限公司",
    Reads.REGION: "广东省广州市", Reads.PATENTS: ["CN202110123456.7"], Reads.YES_NO: True,
}  # fmt: skip


def filled(form: type[Form], year: int = 2026) -> dict:
    """A value for every field that is wanted; days are of this year."""
    values: dict = {}
    for field in fields_of(form):
        if field.is_wanted(values):
            first = field.choices[0].value if field.choices else None
            # Each day is later than the one before: from and until.
            own = {Reads.CHOICE: first, Reads.CHOICES: [first], Reads.DAY: f"{year}-{len(values) % 9 + 1:02}-01"}
            values[field.name] = own.get(field.reads) or VALUES[field.reads]
            try:
                check_value(form, field, values[field.name])
            except InvalidInput:  # a line with a form of its own, such as a hash: the declaration has an example
                values[field.name] = field.ask.example or hashlib.sha256().hexdigest()
    return values


def check_rows_and_history(session, case: Case) -> None:
    service = service_of(case.kind)
    told = replay(list_events(session, case.id))
    running = {row.key for row in list_clocks(session, case.id) if row.stopped_at is None}
    unfinished = {task.id for task in list_tasks(session, case.id) if task.state in UNDONE}
    wanted = {clock.key for clock in service.clocks if case.stage in clock.stages and not clock.is_statutory}

    assert case.stage in service.by_key
    assert (told.stage, told.is_closed) == (case.stage, case.status == CaseStatus.CLOSED)
    assert told.outcome == case.outcome
    assert told.running_clocks == running
    assert told.unfinished_tasks == unfinished
    assert (case.status == CaseStatus.CLOSED) == (service.stage(case.stage).outcome is not None)
    assert running >= wanted if case.status != CaseStatus.CLOSED else not running
    assert not unfinished or case.status != CaseStatus.CLOSED
    check_steps(service, case, list_steps(case, list_events(session, case.id)))


def check_steps(service: Service, case: Case, steps: list[Step]) -> None:
    """No stage twice, the present one where it belongs, and each one after it reached by a declared move."""
    names = [step.name for step in steps]
    behind = [step.name for step in steps if step.state != StepState.AHEAD]
    assert len(set(names)) == len(names) and names[: len(behind)] == behind
    assert behind[-1] == service.stage(case.stage).name
    assert [step.state for step in steps].count(StepState.NOW) == (case.status != CaseStatus.CLOSED)
    declared = {(stage.name, service.stage(move.to).name) for stage in service.stages for move in stage.moves}
    assert set(pairwise(names)) <= declared
    assert case.status != CaseStatus.CLOSED or names == behind


@pytest.mark.parametrize("kind", sorted(catalogue()))
def test_every_declared_way_can_be_gone_and_history_replays(database, clock, kind):
    service = service_of(kind)
    to_go = {(stage.key, move.to) for stage in service.stages for move in stage.moves}
    with database.unit_of_work() as session:
        while to_go:
            tour = Tour(session, kind, clock.now())
            before = len(to_go)
            while way := way_to_next(service, tour.case.stage, to_go):
                for move in way:
                    to_go.discard((tour.case.stage, move.to))
                    tour.go(move)
                    assert tour.case.stage == move.to
                    check_rows_and_history(session, tour.case)
                if tour.case.status == CaseStatus.CLOSED:
                    reopen_case(session, case_id=tour.case.id, staff=tour.supervisor, now=clock.now())
                    check_rows_and_history(session, tour.case)
            assert len(to_go) < before, f"no case comes to {sorted(to_go)}"


def way_to_next(service: Service, start: str, to_go: set[tuple[str, str]]) -> list[Move]:
    """The fewest moves that end with one that nobody has made yet; [] where there is none from here."""
    ahead, seen = deque([(start, [])]), {start}
    while ahead:
        stage, way = ahead.popleft()
        for move in service.stage(stage).moves:
            if (stage, move.to) in to_go:
                return [*way, move]
            if move.to not in seen:
                seen.add(move.to)
                ahead.append((move.to, [*way, move]))
    return []


class Tour:
    """One case, and those who work on it: whatever a move needs is brought first."""

    def __init__(self, session, kind: str, now) -> None:
        self.session, self.now, self.service = session, now, service_of(kind)
        self.year = now.year  # of the latest move: what comes later in a case's life is of a later day
        self.case = make_service_case(session, now, kind=kind, values=filled(self.service.form), is_taken=True)
        self.handler = session.get(Staff, self.case.assignee_id)
        self.supervisor = make_staff(session, now, role=Role.SUPERVISOR)
        other = make_staff(session, now, role=Role.SUPERVISOR)  # some moves are a supervisor's, and need two of them
        self.movers = [Mover(staff=self.supervisor), Mover(staff=self.handler), Mover(user_id=self.case.user_id),
                       Mover(is_system=True), Mover(staff=other)]  # fmt: skip

    def go(self, move: Move) -> None:
        for key in move.documents:
            self._send(key)
        for task in list_tasks(self.session, self.case.id):
            if task.key in move.tasks and task.state in UNDONE:
                answers = filled(self.service.task(task.key).report)
                report_task(self.session, staff=self.handler, public_id=task.public_id, version=task.version,
                            answers=answers, now=self.now)  # fmt: skip
        # Everybody who may takes turns: some moves must be made by a second person.
        mover = next(mover for mover in self.movers if mover.actors & move.by)
        self.movers = [each for each in self.movers if each is not mover] + [mover]
        self.year += 1
        answers = filled(move.asks, self.year) if move.asks else None
        move_case(self.session, case_id=self.case.id, to=move.to, mover=mover, answers=answers, now=self.now)

    def _send(self, key: str) -> None:
        """From the owner; a job of ours sends what the system itself makes."""
        file = Received(BytesIO(), f"{key}.pdf", "application/pdf", 1, hashlib.sha256(key.encode()).hexdigest())
        sender = Sender() if self.service.document(key).is_ours else Sender(user_id=self.case.user_id)
        add_document(self.session, case_id=self.case.id, key=key, sender=sender, storage_key=new_storage_key(),
                     received=file, now=self.now)  # fmt: skip


@pytest.mark.parametrize("kind", sorted(catalogue()))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.integers(0, 99), min_size=6, max_size=10))
def test_a_random_walk_stays_on_the_graph_and_history_replays(database, clock, kind, choices):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind=kind, values=filled(service_of(kind).form), is_taken=True)
        movers = [
            Mover(staff=session.get(Staff, case.assignee_id)),
            Mover(user_id=case.user_id),
            Mover(staff=make_staff(session, clock.now(), role=Role.SUPERVISOR)),
        ]
        for choice in choices:
            _step(session, case, movers, choice, clock.now())
            check_rows_and_history(session, case)


def _step(session, case: Case, movers: list[Mover], choice: int, now) -> None:
    """One thing that somebody does: a task, a move, or taking up again what has ended."""
    handler, mover = movers[0], movers[choice % 3]
    tasks = [task for task in list_tasks(session, case.id) if task.state in UNDONE]
    if tasks and choice % 2:
        task = tasks[choice % len(tasks)]
        report = service_of(case.kind).task(task.key).report
        if choice % 5:
            report_task(session, staff=handler.staff, public_id=task.public_id, answers=filled(report),
                        version=task.version, now=now)  # fmt: skip
        else:
            refuse_task(session, staff=handler.staff, public_id=task.public_id, note="办不了", version=task.version,
                        now=now)  # fmt: skip
        return
    if case.status == CaseStatus.CLOSED:
        reopen_case(session, case_id=case.id, staff=movers[2].staff, now=now)
        return
    moves = allowed_moves(session, case, mover)
    if not moves:
        return
    move, missing = moves[choice % len(moves)]
    try:
        # Each event is of a later year, as in a tour: a stay is renewed to a later day than it had.
        answers = filled(move.asks, now.year + case.version) if move.asks else None
        move_case(session, case_id=case.id, to=move.to, mover=mover, answers=answers, now=now)
    except Conflict as refused:
        assert missing or move.needs_second_person, refused.message


def test_of_two_brokers_who_take_one_case_at_once_exactly_one_has_it(database, clock):
    with database.unit_of_work() as session:
        case_id = make_service_case(session, clock.now()).id
        brokers = [make_staff(session, clock.now(), skills=["financing"]).id for _ in range(6)]

    def take(staff_id: int) -> bool:
        try:
            with database.unit_of_work() as session:
                take_case(session, staff=session.get_one(Staff, staff_id), case_id=case_id, now=clock.now())
        except (Conflict, NotFound):
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(take, brokers))

    assert won.count(True) == 1
    with database.reading() as session:
        assert session.get(Case, case_id).assignee_id == brokers[won.index(True)]
