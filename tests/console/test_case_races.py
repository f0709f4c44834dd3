"""Two people act on one case at the same moment: who is slower reads why, on a page with a way on, and nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.db import Database
from models import Case, CaseTask, Role, Staff
from services.casework.assignment import assign_cases, hand_on, take_case
from services.casework.moves import Mover, move_case
from services.casework.tasks import give_task, list_tasks
from services.catalogue.model import Party
from tests.support.casework import PLEDGE, RECOMMEND, make_institution, make_service_case
from tests.support.staff import make_staff, send_everybody_away
from tests.support.waiting import wait_until_somebody_waits

WAY_ON = 'href="/console/work"'


class Scene(NamedTuple):
    """A case of the agent's at the parties, and its task at a bank."""

    number: str
    case_id: int
    task: str


@pytest.fixture
def scene(database, clock, people) -> Scene:
    with database.unit_of_work() as session:
        make_institution(session, clock.now(), party=Party.BANK, name="演示银行1")
        case = make_service_case(session, clock.now())
        agent = session.get(Staff, people["agent"].id)
        take_case(session, staff=agent, case_id=case.id, now=clock.now())
        move = {"to": "recommended", "mover": Mover(staff=agent), "answers": RECOMMEND, "now": clock.now()}
        move_case(session, case_id=case.id, **move)
        task = next(each for each in list_tasks(session, case.id) if each.key == "review")
        return Scene(case.number, case.id, task.public_id)


def lose(database: Database, win: Callable[[Session], object], post: Callable[[], TestResponse]) -> TestResponse:
    """What is answered to a request that arrives while the quicker step is not committed yet."""
    with ThreadPoolExecutor(1) as pool:
        with database.unit_of_work() as session:
            win(session)
            losing = pool.submit(post)
            wait_until_somebody_waits(database)
        return losing.result(timeout=30)


def shows_nothing_of_it(response: TestResponse) -> bool:
    page = response.get_data(as_text=True)
    return not any(word in page for word in (PLEDGE["company"], PLEDGE["phone"], PLEDGE["patents"][0], "300万元"))


@pytest.mark.parametrize("htmx", [False, True])
def test_of_two_brokers_at_the_same_moment_the_slower_one_reads_who_was_quicker(
    database, clock, people, signed_in, browse, htmx
):
    with database.unit_of_work() as session:
        send_everybody_away(session)
        case = make_service_case(session, clock.now())
        number, case_id = case.number, case.id
        other = make_staff(session, clock.now(), display_name="何静", skills=["financing"])
    loser = browse()
    loser.log_in(other)
    assert "接单" in loser.get(f"/console/cases/{number}").get_data(as_text=True)

    def win(session: Session) -> None:
        take_case(session, staff=session.get(Staff, people["agent"].id), case_id=case_id, now=clock.now())

    answer = lose(database, win, lambda: loser.post(f"/console/cases/{number}/accept", htmx=htmx))

    assert answer.status_code == 409 and "陈敏已经接单了。" in answer.get_data(as_text=True)
    assert htmx or WAY_ON in answer.get_data(as_text=True)
    assert shows_nothing_of_it(answer)
    assert loser.get(f"/console/cases/{number}").status_code == 404
    assert loser.get(f"/console/cases/{number}/documents").status_code == 404
    later = [loser.post(f"/console/cases/{number}/{step}") for step in ("note", "reply", "move")]
    assert all(each.status_code == 409 and shows_nothing_of_it(each) for each in later)


def test_who_loses_a_case_to_a_supervisor_in_the_middle_of_a_step_reads_that_it_is_gone(
    database, clock, people, scene, signed_in
):
    browser = signed_in("agent")
    at_case, at_task = f"/console/cases/{scene.number}", f"/console/tasks/{scene.task}"
    file = {"key": "contract", "file": (BytesIO(b"%PDF-1.4\n%%EOF"), "合同.pdf")}
    steps = [
        (f"{at_case}/move", {"to": "withdrawn"}), (f"{at_case}/transfer", {"to": people["stranger"].id}),
        (f"{at_case}/reply", {"text": "在的", "form_key": "k"}), (f"{at_case}/note", {"text": "记", "form_key": "k"}),
        (f"{at_case}/documents", file), (f"{at_task}/report", {"answer-amount": "200万"}), (f"{at_task}/give", {}),
    ]  # fmt: skip

    def take_away(session: Session) -> None:
        boss, to = (session.get(Staff, people[role].id) for role in ("supervisor", "administrator"))
        hand_on(session, staff=boss, case_id=scene.case_id, to_staff_id=to.id, note="", now=clock.now())

    for path, form in steps:
        assert browser.get(at_case).status_code == 200
        with database.reading() as session:
            case_version = session.get(Case, scene.case_id).version
            task_version = session.scalars(select(CaseTask.version).where(CaseTask.public_id == scene.task)).one()
        version = task_version if path.startswith(at_task) else case_version
        answer = lose(database, take_away, lambda p=path, f={**form, "version": version}: browser.post(p, f))

        page = answer.get_data(as_text=True)
        assert answer.status_code == 409 and "这一单已经转给别的同事了。" in page and WAY_ON in page, path
        assert shows_nothing_of_it(answer)
        assert browser.get(at_case).status_code == 404
        with database.unit_of_work() as session:  # and back again, for the next step
            agent, boss = (session.get(Staff, people[role].id) for role in ("agent", "supervisor"))
            chosen = {scene.case_id: session.get(Case, scene.case_id).version}
            assign_cases(session, staff=boss, chosen=chosen, to_staff_id=agent.id, now=clock.now())


def test_who_takes_a_case_that_a_supervisor_gives_out_meanwhile_reads_who_has_it(
    database, clock, people, browse, signed_in
):
    with database.unit_of_work() as session:
        send_everybody_away(session)
        case = make_service_case(session, clock.now())
        number, case_id = case.number, case.id
        other = make_staff(session, clock.now(), display_name="何静", skills=["financing"])
    loser = browse()
    loser.log_in(other)

    def give_out(session: Session) -> None:
        boss = session.get(Staff, people["supervisor"].id)
        chosen = {case_id: session.get(Case, case_id).version}
        assign_cases(session, staff=boss, chosen=chosen, to_staff_id=people["agent"].id, now=clock.now())

    answer = lose(database, give_out, lambda: loser.post(f"/console/cases/{number}/accept"))

    assert answer.status_code == 409 and "陈敏已经接单了。" in answer.get_data(as_text=True)


def test_a_partner_whose_task_goes_to_another_meanwhile_reads_so_and_sees_nothing_of_it(
    database, clock, people, scene, browse
):
    with database.unit_of_work() as session:
        bank = session.scalars(select(CaseTask).where(CaseTask.public_id == scene.task)).one().institution_id
        other = make_institution(session, clock.now(), party=Party.BANK, name="演示银行2").id
        login = make_staff(session, clock.now(), display_name="演示银行1", role=Role.PARTNER)
        login.institution_id = bank
    partner = browse()
    partner.log_in(login)
    path = f"/console/tasks/{scene.task}"
    assert "300万元" in partner.get(path).get_data(as_text=True)

    def give_away(session: Session) -> None:
        agent = session.get(Staff, people["agent"].id)
        give_task(session, staff=agent, public_id=scene.task, institution_id=other, now=clock.now())

    answer = lose(database, give_away, lambda: partner.post(f"{path}/refuse", {"note": "不做", "version": "2"}))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "这项任务不在您手上。" in page and 'href="/console/tasks"' in page
    assert shows_nothing_of_it(answer)
    assert partner.get(path).status_code == 404
