"""Who may see and do what in the console: by role, by object, and never without a login or a CSRF token."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from console.sessions import OPEN
from models import AuditEntry, Role, Staff
from services.cases import accept_case
from services.staff import change_password, create_staff, update_staff
from tests.support.staff import PASSWORD, make_case, make_staff

FORM = {"text": "你好", "to": "1"}


def console_rules(app: Flask):
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and rule.endpoint not in OPEN:
            path = rule.rule.replace("<public_id>", "x" * 22).replace("<path:unknown>", "nothing")
            yield rule, path.replace("<int:staff_id>", "1").replace("<int:reply_id>", "1")


def test_every_page_needs_a_login(app, browse):
    browser = browse()
    browser.get("/console/login")
    checked = 0
    for rule, path in console_rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            response = browser.get(path) if method == "GET" else browser.post(path)
            expected = 401 if rule.endpoint == "console.stream" else 302
            assert response.status_code == expected, (method, path)
            if expected == 302:
                assert response.location.startswith("/console/login"), path
            checked += 1
    assert checked > 20


def test_every_change_needs_the_csrf_token(app, signed_in):
    browser = signed_in("administrator")
    checked = 0
    for rule, path in console_rules(app):
        if "POST" in rule.methods:
            response = browser.client.post(path, data=FORM)
            assert response.status_code == 400, path
            assert "页面放得太久了" in response.get_data(as_text=True)
            checked += 1
    assert checked > 12


def test_the_login_itself_needs_the_csrf_token(browse, people):
    response = browse().client.post("/console/login", data={"username": people["agent"].username, "password": PASSWORD})
    assert response.status_code == 400


def test_the_other_rooms_are_not_under_csrf_and_get_no_cookie(app, browse):
    response = browse().client.post("/wechat/official", data=b"<xml/>")
    assert b"CSRF" not in response.data
    assert "Set-Cookie" not in response.headers
    assert "Set-Cookie" not in browse().client.get("/healthz").headers


@pytest.fixture
def case(database, clock, people):
    """Accepted by the agent: (public id, case)."""
    with database.unit_of_work() as session:
        case = make_case(session, clock.now())
        accept_case(session, staff=session.get(Staff, people["agent"].id), case_id=case.id, now=clock.now())
        return case.conversation.public_id, case


PAGES = [
    # path, agent (holder), stranger, supervisor, administrator
    ("/console/", 200, 200, 200, 200),
    ("/console/queue", 200, 200, 200, 200),
    ("/console/notifications", 200, 200, 200, 200),
    ("/console/password", 200, 200, 200, 200),
    ("/console/conversations/{id}", 200, 404, 200, 200),
    ("/console/conversations/{id}/updates", 200, 404, 200, 200),
    ("/console/conversations/doesnotexist", 404, 404, 404, 404),
    ("/console/quick-replies", 403, 403, 200, 200),
    ("/console/audit", 403, 403, 200, 200),
    ("/console/claims", 403, 403, 200, 200),
    ("/console/custody-proofs", 403, 403, 200, 200),
    ("/console/custody-rights", 403, 403, 200, 200),
    ("/console/custody-rights?company=doesnotexist", 403, 403, 404, 404),
    ("/console/custody-papers/doesnotexist", 403, 403, 404, 404),
    ("/console/market-posts", 403, 403, 200, 200),
    ("/console/match-quality", 403, 403, 200, 200),
    ("/console/deliveries", 403, 403, 200, 200),
    ("/console/templates", 403, 403, 200, 200),
    ("/console/mailings", 403, 403, 200, 200),
    ("/console/mailings/new", 403, 403, 200, 200),
    ("/console/mailings/doesnotexist", 403, 403, 404, 404),
    ("/console/deals", 403, 403, 200, 200),
    ("/console/transfer-flags", 403, 403, 200, 200),
    ("/console/deals/GX991231-0001", 403, 403, 404, 404),
    ("/console/key-accounts", 403, 403, 200, 200),
    ("/console/credit", 403, 403, 200, 200),
    ("/console/credit/companies/doesnotexist", 403, 403, 404, 404),
    ("/console/events", 403, 403, 200, 200),
    ("/console/events/doesnotexist", 403, 403, 404, 404),
    ("/console/training", 403, 403, 200, 200),
    ("/console/training/new", 403, 403, 200, 200),
    ("/console/training/courses/new", 403, 403, 200, 200),
    ("/console/training/doesnotexist", 403, 403, 404, 404),
    ("/console/training/doesnotexist/check-in", 403, 403, 404, 404),
    ("/console/training/doesnotexist/bookings/1/answers", 403, 403, 404, 404),
    ("/console/training/campaigns", 403, 403, 200, 200),
    ("/console/training/campaigns/new", 403, 403, 200, 200),
    ("/console/training/campaigns/doesnotexist", 403, 403, 404, 404),
    ("/console/training/questions", 403, 403, 200, 200),
    ("/console/training/questions/new", 403, 403, 200, 200),
    ("/console/training/questions/import", 403, 403, 200, 200),
    ("/console/training/questions/doesnotexist", 403, 403, 404, 404),
    ("/console/staff", 403, 403, 403, 200),
    ("/console/staff/1", 403, 403, 403, 200),
    ("/console/staff/999", 403, 403, 403, 404),
    ("/console/nothing/here", 404, 404, 404, 404),
]


def test_each_role_reads_what_it_may(case, signed_in):
    for number, role in enumerate(("agent", "stranger", "supervisor", "administrator"), start=1):
        browser = signed_in(role)
        for row in PAGES:
            response = browser.get(row[0].format(id=case[0]))
            assert response.status_code == row[number], (role, row[0])


STEPS = [
    # step, stranger, supervisor; on a conversation that the agent holds
    ("reply", 404, 409),
    ("note", 404, 303),
    ("accept", 404, 409),
    ("take-over", 404, 409),
    ("transfer", 404, 422),
    ("release", 404, 302),
    ("close", 404, 302),
]


def test_each_role_does_only_what_it_may_to_a_colleagues_conversation(case, signed_in):
    for number, role in enumerate(("stranger", "supervisor"), start=1):
        browser = signed_in(role)
        for row in STEPS:
            response = browser.post(f"/console/conversations/{case[0]}/{row[0]}", {"text": "插话", "to": "0"})
            assert response.status_code == row[number], (role, row[0], response.get_data(as_text=True)[-400:])


def test_a_strangers_conversation_looks_like_a_missing_one(case, signed_in):
    browser = signed_in("stranger")
    known = browser.get(f"/console/conversations/{case[0]}").get_data(as_text=True)
    unknown = browser.get("/console/conversations/doesnotexist").get_data(as_text=True)
    message = "没有找到这"
    assert message in unknown
    assert message in known


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_only_administrators_change_accounts(database, people, signed_in, role):
    browser = signed_in(role)
    target = people["stranger"].id
    for path in ("/console/staff", f"/console/staff/{target}", f"/console/staff/{target}/password"):
        data = {"username": "newone", "display_name": "新人", "role": "administrator"}
        assert browser.post(path, data).status_code == 403, path
    with database.reading() as session:
        assert session.get(Staff, target).role == Role.AGENT


def test_wrong_passwords_are_slowed_down_by_name_even_with_the_right_one(browse, people):
    browser = browse()
    browser.get("/console/login")
    name = people["agent"].username
    answers = [browser.post("/console/login", {"username": name, "password": "wrong"}).status_code for _ in range(6)]
    right = browser.post("/console/login", {"username": name, "password": PASSWORD})

    assert answers == [401] * 5 + [429]
    assert right.status_code == 429
    assert "5分钟后再试" in right.get_data(as_text=True)


def test_wrong_passwords_are_slowed_down_by_address(browse):
    browser = browse()
    browser.get("/console/login")
    answers = [
        browser.post("/console/login", {"username": f"nobody{n}", "password": "wrong"}).status_code for n in range(21)
    ]
    assert answers == [401] * 20 + [429]


def test_guessing_is_slowed_down_while_redis_is_down(browse, people, valkey, redis_client):
    browser = browse()
    browser.get("/console/login")
    redis_client.connection_pool.disconnect()
    valkey.kill()
    try:
        answers = [
            browser.post("/console/login", {"username": people["agent"].username, "password": "wrong"}).status_code
            for _ in range(6)
        ]
    finally:
        valkey.start()
    assert answers == [401] * 5 + [429]


def test_a_first_password_must_be_changed_before_anything_else(database, clock, browse):
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now(), must_change_password=True)
    browser = browse()
    browser.log_in(person)
    assert browser.get("/console/").location == "/console/password"
    weak = browser.post("/console/password", {"old_password": PASSWORD, "new_password": "short", "repeated": "short"})
    assert weak.status_code == 422
    new = {"old_password": PASSWORD, "new_password": "my-Own-Words-7", "repeated": "my-Own-Words-7"}
    assert browser.post("/console/password", new).location == "/console/"
    assert browser.get("/console/").status_code == 200


def test_an_idle_or_old_session_ends(signed_in, clock):
    idle, busy = signed_in("agent"), signed_in("supervisor")
    for _ in range(25):
        clock.advance(timedelta(minutes=29))
        if busy.get("/console/").status_code != 200:
            break
    else:
        pytest.fail("the session never ended")
    assert clock.now().hour in {13, 14}  # twelve hours after 10:00 in China is 14:00 UTC
    assert idle.get("/console/").status_code == 302


def test_what_the_page_asks_by_itself_does_not_keep_a_session(signed_in, clock):
    browser = signed_in("agent")
    for _ in range(4):
        clock.advance(timedelta(minutes=9))
        last = browser.get("/console/queue").status_code
    assert last == 302


def test_logging_out_makes_a_copied_cookie_worthless(signed_in, browse, app):
    browser = signed_in("agent")
    copied = browser.client.get_cookie("zhiqiao_console", path="/console").value
    assert browser.post("/console/logout").status_code == 302
    thief = app.test_client()
    thief.set_cookie("zhiqiao_console", copied, path="/console")
    assert thief.get("/console/").status_code == 302


def test_a_changed_password_or_role_or_a_leaving_ends_sessions(database, clock, people, signed_in):
    changed, left = signed_in("agent"), signed_in("stranger")
    with database.unit_of_work() as session:
        agent, admin = (session.get(Staff, people[role].id) for role in ("agent", "administrator"))
        change_password(session, staff=agent, old_password=PASSWORD, new_password="another-Long-1", now=clock.now())
        update_staff(
            session, by=admin, staff_id=people["stranger"].id, display_name="李强", role=Role.AGENT, skills=[],
            regions=[], is_active=False, now=clock.now(),
        )  # fmt: skip
    assert changed.get("/console/").status_code == 302
    assert left.get("/console/").status_code == 302


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/console/", "/console/\\evil", "/api/v1"])
def test_the_login_leads_only_into_the_console(browse, people, wanted):
    browser = browse()
    browser.get("/console/login")
    data = {"username": people["agent"].username, "password": PASSWORD}
    response = browser.post("/console/login?next=" + wanted, data)
    assert response.location == "/console/"


def test_the_session_cookie_is_hardened_and_pages_carry_a_policy(browse):
    response = browse().get("/console/login")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/console" in cookie
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    page = response.get_data(as_text=True)
    assert "<script>" not in page and "onclick" not in page and "style=" not in page


def test_logins_failures_and_logouts_are_audited_with_the_address(database, browse, people):
    browser = browse()
    browser.get("/console/login")
    browser.post("/console/login", {"username": people["agent"].username, "password": "wrong"})
    browser.log_in(people["agent"])
    browser.post("/console/logout")
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["login_failed", "login", "logout"]
    assert {entry.address for entry in entries} == {"127.0.0.1"}


def test_the_log_tells_the_command_line_from_somebody_unknown(database, clock, browse, signed_in):
    with database.unit_of_work() as session:
        create_staff(session, username="sunli", display_name="孙丽", role=Role.AGENT, now=clock.now())
    browse().log_in(Staff(username="nobody"), "wrong-password-1")

    page = signed_in("administrator").get("/console/audit").get_data(as_text=True)

    rows = re.findall(r'log-who">([^<]*)</td><td class="log-what">([^<]*)</td><td class="log-target">([^<]*)', page)
    assert ("命令行", "新建账号", "员工 孙丽") in rows
    assert [who for who, what, _ in rows if what == "登录失败"] == ["未知"]
