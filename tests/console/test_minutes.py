"""Joint minutes in the console: gathered on the case's page, confirmed on each unit's own, with every version."""

import re

import pytest

from models import Role, Staff
from services.casework.assignment import take_case
from services.casework.moves import Mover, move_case
from services.casework.tasks import list_tasks, report_task
from services.catalogue.model import Party
from tests.services.catalogue.test_enforcement_aid import AID
from tests.support.casework import make_institution, make_service_case
from tests.support.staff import make_staff

OPINION = {"route": "行政投诉", "opinion": "证据基本够"}
CONCLUSION = "市局立案,中心协助取证。"


@pytest.fixture
def scene(database, clock, people) -> tuple[str, str, Staff]:
    """The number of a case whose units both reported, the task of the first and its login."""
    with database.unit_of_work() as session:
        for party in (Party.EXPERT, Party.AUTHORITY):
            make_institution(session, clock.now(), party=party)
        centre = make_institution(session, clock.now(), party=Party.AID_CENTRE, name="演示援助中心")
        login = make_staff(session, clock.now(), display_name="演示援助中心", role=Role.PARTNER)
        login.institution_id = centre.id
        case = make_service_case(session, clock.now(), kind="enforcement_aid", values=AID)
        agent = session.get(Staff, people["agent"].id)
        agent.skills = ["enforcement"]
        take_case(session, staff=agent, case_id=case.id, now=clock.now())
        for to, answers in (("accepted", None), ("coordinating", OPINION)):
            move_case(session, case_id=case.id, to=to, mover=Mover(staff=agent), answers=answers, now=clock.now())
            for row in list_tasks(session, case.id):
                if row.state == "open":
                    report = OPINION if row.key == "expert" else {"accepted": f"{row.key}已受理"}
                    report_task(session, staff=agent, public_id=row.public_id, answers=report, version=row.version,
                                now=clock.now())  # fmt: skip
        task = next(row for row in list_tasks(session, case.id) if row.key == "centre")
        return case.number, task.public_id, login


def drawn_up(browser, number: str, conclusion: str = CONCLUSION):
    page = browser.get(f"/console/cases/{number}").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    return browser.post(f"/console/cases/{number}/minutes", {"version": version, "conclusion": conclusion})


def test_the_handler_gathers_and_the_units_confirm_until_the_owner_is_told(scene, signed_in, browse):
    number, task, login = scene
    agent, partner = signed_in("agent"), browse()
    assert drawn_up(agent, number, " ").status_code == 422
    assert drawn_up(agent, number).status_code == 303
    page = agent.get(f"/console/cases/{number}").text
    assert "第1版" in page and page.count("待确认") == 2 and "汇总第1版纪要" in page

    partner.log_in(login)
    seen = partner.get(f"/console/tasks/{task}").text
    assert CONCLUSION in seen and "authority已受理" in seen and AID["phone"] not in seen
    assert partner.post(f"/console/tasks/{task}/minutes", {"number": "1", "answer": "no"}).status_code == 422
    assert partner.post(f"/console/tasks/{task}/minutes", {"number": "1", "answer": "yes"}).status_code == 303

    other = re.search(r"/console/tasks/([^/]+)/minutes", agent.get(f"/console/cases/{number}").text)[1]
    assert other != task
    path = f"/console/tasks/{other}/minutes"
    refused = agent.post(path, {"number": "1", "answer": "yes", "note": ""})
    assert refused.status_code == 422 and "代确认要写明依据" in refused.text
    assert agent.post(path, {"number": "1", "answer": "yes", "note": "收到盖章件"}).status_code == 303
    done = agent.get(f"/console/cases/{number}").text
    assert "各单位都确认了,已告诉企业" in done and "有关单位会商有结论了" in done and "确认了纪要" in done


def test_a_stale_page_gathers_nothing_and_keeps_what_was_typed(scene, signed_in):
    number, _, _ = scene
    agent = signed_in("agent")
    agent.get(f"/console/cases/{number}")
    answer = agent.post(f"/console/cases/{number}/minutes", {"version": "1", "conclusion": "写好的结论"})

    assert answer.status_code == 409 and "写好的结论" in answer.text and "请刷新后再看" in answer.text
