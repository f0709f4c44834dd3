"""Contract item 40 and its neighbours: access tokens, quotas, and the answers to calls that are wrong."""

import re

from tests.sandbox.conftest import APP_ID, HOUR, SECRET, Sandbox


def is_good(sandbox: Sandbox, token: str) -> int:
    query = {"access_token": token}
    answer = sandbox.session.get(f"{sandbox.url}/cgi-bin/getcallbackip", params=query, timeout=10).json()
    return int(answer.get("errcode", 0))


def test_40_stable_token_stays_the_same_until_300_seconds_before_its_end(sandbox: Sandbox) -> None:
    first = sandbox.stable_token()
    sandbox.advance(6800)
    again = sandbox.stable_token()
    sandbox.advance(150)
    fresh = sandbox.stable_token()

    assert first["expires_in"] == 7200
    assert again["access_token"] == first["access_token"]
    assert 300 <= again["expires_in"] <= 400
    assert fresh["access_token"] != first["access_token"]
    assert [is_good(sandbox, item["access_token"]) for item in (first, fresh)] == [0, 0]

    sandbox.advance(251)
    assert [is_good(sandbox, item["access_token"]) for item in (first, fresh)] == [42001, 0]


def test_40_force_refresh_kills_the_old_one_at_once(sandbox: Sandbox) -> None:
    first = sandbox.stable_token()["access_token"]

    forced = sandbox.stable_token(force=True)["access_token"]

    assert forced != first
    assert [is_good(sandbox, first), is_good(sandbox, forced)] == [40001, 0]


def test_40_force_refresh_sooner_than_30_seconds_changes_nothing(sandbox: Sandbox) -> None:
    forced = sandbox.stable_token(force=True)["access_token"]
    sandbox.advance(20)
    assert sandbox.stable_token(force=True)["access_token"] == forced
    sandbox.advance(11)
    assert sandbox.stable_token(force=True)["access_token"] != forced


def test_40_force_refresh_works_20_times_a_day(sandbox: Sandbox) -> None:
    seen = set()
    for _ in range(20):
        seen.add(sandbox.stable_token(force=True)["access_token"])
        sandbox.advance(31)

    assert len(seen) == 20
    assert sandbox.stable_token(force=True)["errcode"] == 45009
    sandbox.advance(24 * HOUR)
    assert "access_token" in sandbox.stable_token(force=True)


def test_plain_token_is_new_each_time_and_apart_from_the_stable_one(sandbox: Sandbox) -> None:
    stable = sandbox.stable_token()["access_token"]
    query = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    first, second = (
        sandbox.session.get(f"{sandbox.url}/cgi-bin/token", params=query, timeout=10).json()["access_token"]
        for _ in range(2)
    )

    assert first != second
    assert is_good(sandbox, first) == 0
    sandbox.advance(301)
    assert [is_good(sandbox, value) for value in (first, second, stable)] == [40001, 0, 0]


def test_wrong_calls_get_wechats_codes_with_a_rid_and_status_200(sandbox: Sandbox) -> None:
    send, base = "/cgi-bin/message/custom/send", sandbox.url
    wrong = {
        40066: sandbox.session.get(f"{base}/cgi-bin/nothing", timeout=10),
        43002: sandbox.session.get(base + send, timeout=10),
        41001: sandbox.session.post(base + send, data=b"{}", timeout=10),
        40001: sandbox.session.post(base + send, params={"access_token": "never"}, data=b"{}", timeout=10),
    }

    assert {code: answer.json()["errcode"] for code, answer in wrong.items()} == {code: code for code in wrong}
    for answer in wrong.values():
        assert answer.status_code == 200
        assert re.search(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$", answer.json()["errmsg"])
    assert sandbox.stable_token(secret="wrong")["errcode"] == 40125
    assert sandbox.stable_token(app_id="wxnobody")["errcode"] == 40013


def test_bad_bodies_get_their_codes(sandbox: Sandbox) -> None:
    send = "/cgi-bin/message/custom/send"

    assert sandbox.call(send, b"")["errcode"] == 44002
    assert sandbox.call(send, b"{broken")["errcode"] == 47001
    assert sandbox.call(send, b"[]")["errcode"] == 47001
    assert sandbox.call(send, {"msgtype": "text"})["errcode"] == 41009


def test_daily_quota_ends_in_45009_and_is_shown_and_cleared(sandbox: Sandbox) -> None:
    path = "/cgi-bin/getcallbackip"
    sandbox.tool("apps/official", daily_limits={path: 2})

    assert [sandbox.call(path).get("errcode", 0) for _ in range(3)] == [0, 0, 45009]
    quota = sandbox.call("/cgi-bin/openapi/quota/get", {"cgi_path": path})["quota"]
    assert quota == {"daily_limit": 2, "used": 2, "remain": 0}
    assert sandbox.call("/cgi-bin/clear_quota", {"appid": APP_ID})["errcode"] == 0
    assert "ip_list" in sandbox.call(path)


def test_minute_quota_is_over_in_the_next_minute(sandbox: Sandbox) -> None:
    path = "/cgi-bin/getcallbackip"
    sandbox.tool("apps/official", minute_limits={path: 1})
    sandbox.tool("clock", now="2026-11-23T10:00:05+08:00")

    assert [sandbox.call(path).get("errcode", 0) for _ in range(2)] == [0, 45011]
    sandbox.advance(60)
    assert sandbox.call(path).get("errcode", 0) == 0


def test_clear_quota_works_ten_times_a_month(sandbox: Sandbox) -> None:
    codes = [sandbox.call("/cgi-bin/clear_quota", {"appid": APP_ID})["errcode"] for _ in range(11)]

    assert codes == [0] * 10 + [48006]


def test_a_rid_can_be_looked_up_without_secrets(sandbox: Sandbox) -> None:
    rid = sandbox.call("/cgi-bin/message/custom/send", b"{broken")["errmsg"].rpartition("rid: ")[2]

    found = sandbox.call("/cgi-bin/openapi/rid/get", {"rid": rid})["request"]

    assert found["request_body"] == "{broken"
    assert "access_token=***" in found["request_url"]
