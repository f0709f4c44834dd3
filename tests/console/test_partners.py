"""Partner institutions: they log in, see their tasks, and nothing else of the console is there for them."""

import re
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select

from console.sessions import FOR_PARTNERS, OPEN
from models import Case, CaseTask, Role, Staff
from services.casework.assignment import take_case
from services.casework.moves import Mover, move_case
from services.casework.tasks import list_tasks
from services.catalogue.model import Party
from tests.support.casework import RECOMMEND, make_institution, make_service_case
from tests.support.staff import make_staff

# Whatever is wrong with a request, this sentence would mean that we did not expect it.
BROKEN = "没成功,已经记下来了"


class Scene(NamedTuple):
    """A case of the agent with a task at a bank that has a login, and a login of another bank."""

    number: str
    task: str
    conversation: str
    partner: Staff
    other: Staff


@pytest.fixture
def scene(database, clock, people) -> Scene:
    with database.unit_of_work() as session:
        banks = [make_institution(session, clock.now(), party=Party.BANK, name=f"演示银行{n}") for n in (1, 2)]
        logins = [make_staff(session, clock.now(), display_name=bank.name, role=Role.PARTNER) for bank in banks]
        for login, bank in zip(logins, banks, strict=True):
            login.institution_id = bank.id
        case = make_service_case(session, clock.now())
        agent = session.get(Staff, people["agent"].id)
        take_case(session, staff=agent, case_id=case.id, now=clock.now())
        mover = Mover(staff=agent)
        move_case(session, case_id=case.id, to="recommended", mover=mover, answers=RECOMMEND, now=clock.now())
        task = next(each for each in list_tasks(session, case.id) if each.key == "review")
        return Scene(case.number, task.public_id, case.conversation.public_id, *logins)


@pytest.fixture
def browsers(scene, browse, people):
    """A browser for each role; "nobody" has not logged in."""

    def open_as(role: str):
        browser = browse()
        browser.get("/console/login")
        person = {"partner": scene.partner, "other partner": scene.other}.get(role) or people.get(role)
        if person is not None:
            browser.log_in(person)
            browser.get("/console/notifications")  # the token of the new session, on a page that is there for all
        return browser

    return open_as


def task_version(database, public_id: str) -> int:
    with database.reading() as session:
        return session.scalars(select(CaseTask.version).where(CaseTask.public_id == public_id)).one()


def test_a_partner_begins_at_its_tasks_and_sees_what_the_task_needs(scene, browsers):
    browser = browsers("partner")
    assert browser.get("/console/").location == "/console/tasks"
    tasks = browser.get("/console/tasks").get_data(as_text=True)
    page = browser.get(f"/console/tasks/{scene.task}").get_data(as_text=True)

    assert "银行审批" in tasks and "演示银行1" in tasks and "看板" not in tasks and "未接单" not in tasks
    assert "300万元" in page and "广州云测科技有限公司" in page and "批准金额" in page
    assert "13800138000" not in page and "联系电话" not in page and "陈敏" not in page


def test_a_bank_reads_the_sheet_on_its_tasks_page_and_nobody_else_does(scene, browsers):
    page = browsers("partner").get(f"/console/tasks/{scene.task}").get_data(as_text=True)
    sheet = page[page.index("质押融资资料表") :]
    assert "征信报告" in sheet and "未提供" in sheet and "专利1" in sheet
    assert "机构意见" not in sheet and "近两年财务报表" not in sheet
    assert browsers("other partner").get(f"/console/tasks/{scene.task}").status_code == 404


def test_a_partner_reports_once_and_keeps_what_was_typed(database, scene, browsers):
    browser = browsers("partner")
    browser.get(f"/console/tasks/{scene.task}")
    form = {"version": task_version(database, scene.task), "answer-amount": "约200", "answer-rate": "4.5",
            "answer-term_months": "12"}  # fmt: skip
    refused = browser.post(f"/console/tasks/{scene.task}/report", form)
    done = browser.post(f"/console/tasks/{scene.task}/report", {**form, "answer-amount": "2,000,000元"})
    again = browser.post(f"/console/tasks/{scene.task}/report", {**form, "answer-amount": "100万"})

    assert refused.status_code == 422 and 'value="约200"' in refused.get_data(as_text=True)
    assert (done.status_code, again.status_code) == (303, 409)
    assert "200万元" in browser.get(f"/console/tasks/{scene.task}").get_data(as_text=True)
    assert "银行审批" in browser.get("/console/tasks?tab=done").get_data(as_text=True)
    assert "现在没有要办的任务" in browser.get("/console/tasks").get_data(as_text=True)


def test_a_partner_says_why_it_cannot_and_must_say_it(database, scene, browsers):
    browser = browsers("partner")
    browser.get("/console/tasks")
    form = {"version": task_version(database, scene.task)}
    assert browser.post(f"/console/tasks/{scene.task}/refuse", {**form, "note": " "}).status_code == 422
    assert browser.post(f"/console/tasks/{scene.task}/refuse", {**form, "note": "不接受这类专利"}).status_code == 303
    page = browsers("agent").get(f"/console/cases/{scene.number}").get_data(as_text=True)
    assert "办不了" in page and "不接受这类专利" in page


def test_a_partner_without_an_institution_sees_no_task(database, clock, scene, browse):
    with database.unit_of_work() as session:
        lost = make_staff(session, clock.now(), role=Role.PARTNER)
    browser = browse()
    browser.log_in(lost)
    for tab in ("", "?tab=done"):
        assert scene.number not in browser.get(f"/console/tasks{tab}").get_data(as_text=True)


def console_requests(app: Flask, number: str, task: str, conversation: str) -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of every console route, its places filled with these."""
    places = {"number": number, "public_id": conversation, "key": "pledge_financing", "unknown": "nothing/here"}
    requests = []
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("console.") or rule.endpoint in OPEN:
            continue
        values = {**places, "public_id": task} if rule.endpoint.startswith("console.task") else places
        path = re.sub(r"<(?:(\w+):)?(\w+)>", lambda m, v=values: "1" if m[1] == "int" else v.get(m[2], "x"), rule.rule)
        requests += [(rule.endpoint, method, path) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return requests


@pytest.mark.parametrize("role", ["partner", "other partner"])
def test_nothing_but_tasks_is_there_for_a_partner(app, scene, browsers, role):
    browser = browsers(role)
    browser.get("/console/tasks")
    kept_out = 0
    for endpoint, method, path in console_requests(app, scene.number, scene.task, scene.conversation):
        if endpoint in FOR_PARTNERS:
            continue
        response = browser.client.open(path, method=method, headers={"X-CSRFToken": browser.token})
        if path == "/console/" and method == "GET":
            assert response.status_code == 302, path
        else:
            assert response.status_code == 404, (method, path, response.status_code)
            assert "没有这个页面" in response.get_data(as_text=True)
        kept_out += 1
    assert kept_out > 40


def without_token(page: str) -> str:
    """A CSRF token carries the second in which it was made."""
    return re.sub(r'name="csrf-?_?token" (content|value)="[^"]*"', "", page)


# Who finds the agent's case and its task there at all.
FOUND = {
    "agent": {"case", "task"},
    "supervisor": {"case", "task"},
    "administrator": {"case", "task"},
    "stranger": set(),
    "partner": {"task"},
    "other partner": set(),
    "nobody": set(),
}


@pytest.mark.parametrize("role", list(FOUND))
def test_a_foreign_case_or_task_looks_like_a_missing_one_on_every_route(app, database, scene, browsers, role):
    browser = browsers(role)
    missing = ("RZ261123-9999", "x" * 22, scene.conversation)
    real = console_requests(app, scene.number, scene.task, scene.conversation)
    checked = 0
    for (endpoint, method, path), (_, _, elsewhere) in zip(real, console_requests(app, *missing), strict=True):
        kind = "task" if scene.task in path else "case" if scene.number in path else ""
        if path.startswith("/console/deals/"):
            continue  # a case's number is no deal's; who sees deals at all: test_access
        if not kind:
            continue
        answers = []
        for address in (path, elsewhere):
            form = {"csrf_token": browser.token, "version": "1", "to": "0"} if method == "POST" else None
            answers.append(browser.client.open(address, method=method, data=form))
        seen, none = ((each.status_code, each.get_data(as_text=True)) for each in answers)
        assert BROKEN not in seen[1] + none[1], (role, method, path)
        if role == "nobody":
            assert seen[0] == none[0] == 302
        elif role == "partner" and endpoint == "console.case_documents" and method == "GET":
            assert (seen[0], none[0]) == (200, 404), path  # its task shows some of them
        elif kind in FOUND[role] and (role != "partner" or endpoint in FOR_PARTNERS):
            assert none[0] == 404 and seen[0] != 404, (role, method, path, seen[0])
        else:
            assert seen[0] == none[0] == 404, (role, method, path, seen[0], none[0])
            assert without_token(seen[1]) == without_token(none[1]), (role, method, path)
        checked += 1
    assert checked >= 11
    with database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert (case.stage, case.status) == ("recommended", "accepted"), role


def test_an_administrator_opens_an_account_for_a_partner_and_only_with_its_institution(database, scene, browsers):
    browser = browsers("administrator")
    page = browser.get("/console/staff").get_data(as_text=True)
    assert "合作机构" in page and "演示银行1(演示数据)" in page
    form = {"username": "bank-login", "display_name": "某银行", "role": "partner"}

    refused = browser.post("/console/staff", form)
    made = browser.post("/console/staff", {**form, "institution": scene.partner.institution_id})

    assert refused.status_code == 422 and "要选一家机构" in refused.get_data(as_text=True)
    assert made.status_code == 200
    with database.reading() as session:
        person = session.scalars(select(Staff).where(Staff.username == "bank-login")).one()
    assert (person.role, person.institution_id) == (Role.PARTNER, scene.partner.institution_id)


def test_whoever_becomes_a_partner_keeps_no_case_and_no_open_page(database, scene, people, browsers):
    agent, administrator = browsers("agent"), browsers("administrator")
    form = {"display_name": "陈敏", "role": "partner", "institution": scene.partner.institution_id, "is_active": "yes"}
    administrator.get("/console/staff")
    assert administrator.post(f"/console/staff/{people['agent'].id}", form).status_code == 303
    assert agent.get("/console/work").status_code == 302
    with database.reading() as session:
        assert session.scalars(select(Case)).one().assignee_id is None


def test_no_conversation_is_handed_to_a_partner(database, clock, scene, people, browsers):
    from tests.support.staff import make_case

    with database.unit_of_work() as session:
        address = f"/console/conversations/{make_case(session, clock.now()).conversation.public_id}"
    browser = browsers("supervisor")
    page = browser.get(address).get_data(as_text=True)
    assert "演示银行1" not in page
    assert browser.post(f"{address}/transfer", {"to": scene.partner.id}).status_code == 422
