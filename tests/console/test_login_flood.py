"""Logins that come all at once: few are checked at a time, and together they get no more tries than one by one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from console.login_guard import BY_NAME
from console.views import accounts
from services import passwords


@pytest.fixture
def tries(monkeypatch):
    """Counts the passwords that are really checked, and how many at once."""
    lock, seen = threading.Lock(), {"now": 0, "most": 0, "all": 0}
    real = accounts.authenticate

    def counting(*arguments, **options):
        with lock:
            seen["now"] += 1
            seen["all"] += 1
            seen["most"] = max(seen["most"], seen["now"])
        try:
            return real(*arguments, **options)
        finally:
            with lock:
                seen["now"] -= 1

    monkeypatch.setattr(accounts, "authenticate", counting)
    return seen


def test_parallel_guesses_get_no_more_tries_than_guesses_in_a_row(browse, people, tries):
    browsers = [browse() for _ in range(20)]
    for browser in browsers:
        browser.get("/console/login")
    form = {"username": people["agent"].username, "password": "wrong-password"}

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda each: each.post("/console/login", form).status_code, browsers))

    assert set(statuses) == {401, 429}
    assert tries["all"] < BY_NAME.amount + passwords.CHECKS_AT_ONCE
    assert tries["most"] <= passwords.CHECKS_AT_ONCE


def test_who_finds_no_place_is_told_to_come_back(browse, people, monkeypatch):
    monkeypatch.setattr(passwords, "LONGEST_WAIT_SECONDS", 0.01)
    browser = browse()
    browser.get("/console/login")

    with passwords.place_for_check(), passwords.place_for_check():
        answer = browser.post("/console/login", {"username": people["agent"].username, "password": "teal-Bridge-2026"})

    assert answer.status_code == 429
    assert "过几秒再试" in answer.get_data(as_text=True)
