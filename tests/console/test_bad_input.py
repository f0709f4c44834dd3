"""What no form of ours sends: the console says what is wrong, never that something broke."""

from urllib.parse import unquote

import pytest

from models import Staff
from services.cases import accept_case
from tests.support.staff import make_case

HUGE = "9" * 30


@pytest.fixture
def address(database, clock, people) -> str:
    """A conversation that the agent holds."""
    with database.unit_of_work() as session:
        case = make_case(session, clock.now())
        accept_case(session, staff=session.get(Staff, people["agent"].id), case_id=case.id, now=clock.now())
        return f"/console/conversations/{case.conversation.public_id}"


@pytest.mark.parametrize(
    "path",
    [
        "/console/?q=%00",
        "/console/?tab=%00",
        "/console/conversations/%00",
        "/console/conversations/a%00b/updates",
        "/console/audit?action=%00",
        f"/console/audit?before={HUGE}",
        f"/console/audit?staff={HUGE}",
        f"/console/staff/{HUGE}",
        "/console/nothing%00here",
        "/console/" + "x" * 5000,
    ],
)
def test_an_odd_address_is_refused_in_words(path, signed_in):
    response = signed_in("administrator").get(path)

    assert response.status_code in (200, 400, 404)
    assert "没成功,已经记下来了" not in response.get_data(as_text=True)


@pytest.mark.parametrize("query", [f"before={HUGE}", f"before=-{HUGE}", "before=%C2%B2"])
def test_an_odd_place_in_a_conversation_is_none(query, address, signed_in):
    assert signed_in("agent").get(f"{address}?{query}").status_code == 200
    assert signed_in("agent").get(f"{address}/updates?after={HUGE}").status_code == 200


def test_a_stream_watches_no_odd_conversation(signed_in):
    assert signed_in("agent").client.get("/console/stream?conversation=%00").status_code == 400


@pytest.mark.parametrize("last_id", [HUGE, "²", "-1", "x"])
def test_an_odd_last_event_id_starts_the_stream_anew(last_id, signed_in):
    response = signed_in("agent").client.get("/console/stream", headers={"Last-Event-ID": last_id})

    assert response.status_code == 200
    assert str(next(iter(response.response))).strip("b'").startswith("retry")
    response.close()


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("reply", {"text": "您好\x00"}),
        ("reply", {"text": "您好", "form_key": "\x00"}),
        ("note", {"text": "\x00备注"}),
        ("transfer", {"to": HUGE}),
        ("transfer", {"to": "1", "note": "\x00"}),
    ],
)
def test_odd_forms_on_a_conversation_are_refused_in_words(step, form, address, signed_in):
    response = signed_in("agent").post(f"{address}/{step}", form)

    assert response.status_code in (303, 400, 422)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/console/staff", {"username": "new\x00one", "display_name": "新人", "role": "agent"}),
        ("/console/staff", {"username": "newone", "display_name": "新\x00人", "role": "agent"}),
        ("/console/staff", {"username": "newone", "display_name": "新人", "role": "agent", "regions": "\x00"}),
        (f"/console/staff/{HUGE}", {"display_name": "新人", "role": "agent"}),
        (f"/console/staff/{HUGE}/password", {}),
        ("/console/quick-replies", {"title": "\x00", "text": "好", "topic": "general"}),
        ("/console/quick-replies", {"id": HUGE, "title": "好", "text": "好", "topic": "general"}),
        (f"/console/quick-replies/{HUGE}/delete", {}),
        ("/console/password", {"old_password": "\x00", "new_password": "\x00" * 12, "repeated": "\x00" * 12}),
    ],
)
def test_odd_forms_of_an_administrator_are_refused_in_words(path, form, signed_in):
    response = signed_in("administrator").post(path, form)

    assert response.status_code in (400, 404, 409, 422)
    assert "没成功,已经记下来了" not in response.get_data(as_text=True)


def test_an_odd_user_name_cannot_log_in(browse):
    browser = browse()
    browser.get("/console/login")

    assert browser.post("/console/login", {"username": "\x00", "password": "\x00"}).status_code in (400, 401)


@pytest.mark.parametrize(
    "wanted",
    [
        "/console/x%0d%0aSet-Cookie:%20a=b",
        "//evil.example",
        "https://evil.example/console/",
        "/console/%5C/evil.example",
    ],
)
def test_a_login_leads_only_to_a_page_of_the_console(wanted, browse, people):
    browser = browse()
    browser.get("/console/login")
    form = {"username": people["agent"].username, "password": "teal-Bridge-2026"}

    response = browser.post(f"/console/login?next={wanted}", form)

    assert response.status_code == 302
    assert response.location == "/console/"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/console/", {"GET"}),
        ("POST", "/console/audit", {"GET"}),
        ("DELETE", "/console/staff", {"GET", "POST"}),
        ("GET", "/console/availability", {"POST"}),
        ("PUT", "/console/conversations/abc/reply", {"POST"}),
    ],
)
def test_a_wrong_method_is_a_page_of_the_console_that_says_what_to_do(method, path, allowed, signed_in):
    browser = signed_in("administrator")

    response = browser.client.open(path, method=method, headers={"X-CSRFToken": browser.token})

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == allowed
    page = response.get_data(as_text=True)
    assert "这里不能直接打开" in page and "回到会话" in page
    assert 'class="top"' in page and "赵磊" in page


@pytest.mark.parametrize(
    ("step", "page"),
    [
        (
            "/console/boards/pledge_financing/assign?region=%E4%BD%9B%E5%B1%B1",
            "/console/boards/pledge_financing?region=佛山",
        ),
        ("/console/cases/RZ261123-0001/move", "/console/cases/RZ261123-0001"),
        ("/console/records/1/approve", "/console/records/1"),
    ],
)
def test_the_address_of_a_step_opened_again_leads_to_its_page(step, page, signed_in):
    response = signed_in("administrator").get(step)

    assert (response.status_code, unquote(response.location)) == (303, page)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_is_no_page_is_a_page_that_says_so(method, signed_in):
    browser = signed_in("agent")

    response = browser.client.open("/console/nowhere", method=method, headers={"X-CSRFToken": browser.token})

    assert response.status_code == 404
    assert "没有这个页面" in response.get_data(as_text=True)
