"""The real client against a server that misbehaves: one retry and no more, true outcomes, nothing private told."""

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs

from adapters.wechat.calls import business_error
from adapters.wechat.client import WeChatClient
from adapters.wechat.errors import GONE_CODES
from adapters.wechat.http import API_BASE_URL, new_session
from core.metrics import wechat_calls_total
from models import Platform
from services.ports import WeChatError
from tests.adapters.wechat.api_server import RID, SEND, STABLE, ApiServer, ApiState, Fault
from tests.adapters.wechat.conftest import MakeClient

TEXT = {"kind": "text", "text": "在的,慢慢说😀"}
USERS = "/cgi-bin/user/info/batchget"


def failed(call: Callable[[], object]) -> WeChatError:
    with pytest.raises(WeChatError) as caught:
        call()
    return caught.value


def test_checklist_31_a_busy_answer_is_told_and_not_repeated(client: WeChatClient, state: ApiState) -> None:
    state.faults[SEND].append(Fault(errcode=-1))

    error = failed(lambda: client.send("oUser1", TEXT))

    assert (error.errcode, error.outcome) == (-1, "unknown")
    assert len(state.calls_of(SEND)) == 1
    client.send("oUser1", TEXT)
    assert len(state.calls_of(SEND)) == 2


def test_checklist_32_json_goes_out_as_utf8_without_escapes(client: WeChatClient, state: ApiState) -> None:
    client.send("oUser1", TEXT)
    client.create_menu({"button": [{"name": "查专利", "type": "click", "key": "K"}]})

    raw = state.calls_of(SEND)[0].raw + state.calls_of("/cgi-bin/menu/create")[0].raw
    assert "在的,慢慢说😀".encode() in raw
    assert "查专利".encode() in raw
    assert b"\\u" not in raw


@pytest.mark.parametrize("body", [b"{}", b'{"user_info_list": 3}', b'{"user_info_list": ["oUser1"]}'])
def test_an_answer_that_tells_of_no_users_is_no_answer(client: WeChatClient, state: ApiState, body: bytes) -> None:
    state.faults[USERS].append(Fault(body=body))

    assert failed(lambda: client.get_users(["oUser1"])).outcome == "unknown"


def test_checklist_32_text_that_cannot_be_encoded_is_cleaned(client: WeChatClient, state: ApiState) -> None:
    client.send("oUser1", {"kind": "text", "text": "好\ud83d\x00的"})

    assert state.calls_of(SEND)[0].body["text"]["content"] == "好的"


@pytest.mark.parametrize(
    ("platform", "path"),
    [
        (Platform.OFFICIAL_ACCOUNT, "/cgi-bin/message/custom/typing"),
        (Platform.MINI_PROGRAM, "/cgi-bin/message/custom/business/typing"),
    ],
)
def test_checklist_33_typing_has_a_path_of_its_own_for_mini_programs(
    make_client: MakeClient, state: ApiState, platform: Platform, path: str
) -> None:
    client = make_client(platform)
    client.typing("oUser1")
    client.send("oUser1", TEXT)
    state.faults[path].append(Fault(errcode=45081))

    assert failed(lambda: client.typing("oUser1")).errcode == 45081
    assert state.calls_of(path)[0].body == {"touser": "oUser1", "command": "Typing"}
    assert len(state.calls_of(SEND)) == 1


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_checklist_37_a_refused_token_is_renewed_once_and_the_call_repeated_once(
    client: WeChatClient, state: ApiState, errcode: int
) -> None:
    client.typing("oUser1")
    state.expire_tokens()
    state.faults[SEND].append(Fault(errcode=errcode))

    client.send("oUser1", TEXT)

    first, second = (call.query["access_token"] for call in state.calls_of(SEND))
    assert first != second
    assert len(state.calls_of(STABLE)) == 2


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_checklist_38_a_permanent_refusal_is_one_retry_then_an_error(
    client: WeChatClient, state: ApiState, errcode: int
) -> None:
    state.always[SEND] = Fault(errcode=errcode)

    error = failed(lambda: client.send("oUser1", TEXT))

    assert (error.errcode, error.is_credential, error.outcome) == (errcode, True, "refused")
    assert len(state.calls_of(SEND)) == 2
    # Cold, renewed, forced: wechatpy's own retry needs 487 here before it gives up (wechat-contract §7.2, 2).
    assert len(state.calls_of(STABLE)) == 3
    failed(lambda: client.send("oUser1", TEXT))
    assert sum(call.body["force_refresh"] for call in state.calls_of(STABLE)) == 1


def test_checklist_39_a_token_killed_from_outside_is_replaced(client: WeChatClient, state: ApiState) -> None:
    client.send("oUser1", TEXT)
    # Dead, but stable_token still hands it out: only force_refresh helps.
    state.valid_tokens.clear()

    client.send("oUser1", TEXT)

    assert [call.body["force_refresh"] for call in state.calls_of(STABLE)] == [False, False, True]
    assert len(state.calls_of(SEND)) == 3


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_users(["oUser1"]),
        lambda client: client.get_menu(),
        lambda client: client.download_media("m-1"),
        lambda client: client.check_text("oUser1", "在", 2),
        lambda client: client.quota(SEND),
        lambda client: client.create_menu({"button": []}),
    ],
)
def test_checklist_37_every_call_recovers(
    client: WeChatClient, state: ApiState, call: Callable[[WeChatClient], object]
) -> None:
    state.media["m-1"] = ("image/png", b"x")
    client.typing("oUser1")
    state.expire_tokens()

    call(client)

    assert len(state.calls_of(STABLE)) == 2


def test_checklist_42_an_address_outside_the_whitelist_is_an_error_at_once(
    client: WeChatClient, state: ApiState
) -> None:
    state.always[STABLE] = Fault(errcode=40164)

    error = failed(lambda: client.send("oUser1", TEXT))

    assert (error.errcode, error.outcome, error.rid) == (40164, "refused", RID)
    assert len(state.calls_of(STABLE)) == 1
    assert state.calls_of(SEND) == []


def test_a_wrong_secret_is_told_without_repeating_it(make_client: MakeClient, state: ApiState) -> None:
    error = failed(lambda: make_client(secret="wrong-secret").send("oUser1", TEXT))

    assert error.errcode == 40125
    assert "wrong-secret" not in str(error)


UNSURE = {
    "no answer in time": Fault(delay_seconds=1.5),
    "connection cut": Fault(reset=True),
    "HTTP 502": Fault(status=502, body=b"<html>Bad Gateway</html>"),
    "HTTP 500": Fault(status=500),
    "cut JSON": Fault(body=b'{"errcode":0,"errm'),
    "JSON list": Fault(body=b"[]"),
    "JSON number": Fault(body=b"0"),
    "nothing": Fault(body=b""),
    "odd errcode": Fault(body=b'{"errcode":"oops"}'),
    "a redirection": Fault(status=302, body=b""),
}


@pytest.mark.parametrize("name", UNSURE)
def test_an_answer_that_never_came_whole_is_unknown_and_not_repeated(
    name: str, make_client: MakeClient, state: ApiState
) -> None:
    client = make_client(timeouts=(1, 0.5))
    state.faults[SEND].append(UNSURE[name])

    error = failed(lambda: client.send("oUser1", TEXT))

    assert (error.outcome, error.errcode) == ("unknown", None)
    assert len(state.calls_of(SEND)) == 1


def test_trap_21_an_http_error_of_a_gateway_is_refused_without_errcode(client: WeChatClient, state: ApiState) -> None:
    state.faults[SEND].append(Fault(status=413, body=b""))

    error = failed(lambda: client.send("oUser1", TEXT))

    assert (error.outcome, error.errcode, error.detail) == ("refused", None, "HTTP 413")


@pytest.mark.parametrize("fault", [Fault(reset=True), Fault(status=503), Fault(body=b"{"), Fault(body=b"{}")])
def test_without_a_token_nothing_was_sent_so_later_is_safe(client: WeChatClient, state: ApiState, fault: Fault) -> None:
    state.always[STABLE] = fault

    assert failed(lambda: client.send("oUser1", TEXT)).outcome == "busy"
    assert state.calls_of(SEND) == []


@pytest.mark.parametrize("errcode", sorted(GONE_CODES | {45015, 45047, 45011, 45009, 48001, 47001}))
def test_errors_say_what_they_mean(client: WeChatClient, state: ApiState, errcode: int) -> None:
    state.faults[SEND].append(Fault(errcode=errcode))

    error = failed(lambda: client.send("oUser1", TEXT))

    assert error.errcode == errcode
    assert error.outcome == ("busy" if errcode == 45011 else "refused")
    assert error.is_gone is (errcode in {40003, 43004, 43019, 48002, 50005})
    assert error.is_window_closed is (errcode == 45015)
    assert error.is_quota_used is (errcode == 45047)
    assert error.is_credential is False


def test_old_hints_are_read_like_rids() -> None:
    error = business_error(40013, "invalid appid hint: [abc12]")

    assert (error.detail, error.rid) == ("invalid appid", "abc12")


def test_trap_10_a_login_needs_no_access_token(make_client: MakeClient, state: ApiState) -> None:
    state.codes["c"] = {"openid": "oMini1", "session_key": "geheim"}

    session = make_client(Platform.MINI_PROGRAM).code_to_session("c")

    call = state.calls_of("/sns/jscode2session")[0]
    assert set(call.query) == {"appid", "secret", "js_code", "grant_type"}
    assert state.calls_of(STABLE) == []
    assert (session.openid, session.unionid) == ("oMini1", None)
    assert "geheim" not in repr(session)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(Fault(errcode=45011), "busy"), (Fault(errcode=40226), "refused"), (Fault(body=b"{}"), "unknown")],
)
def test_a_failed_login_is_told(client: WeChatClient, state: ApiState, fault: Fault, outcome: str) -> None:
    state.faults["/sns/jscode2session"].append(fault)

    assert failed(lambda: client.code_to_session("c")).outcome == outcome


@pytest.mark.parametrize(
    ("info", "number"),
    [
        ({"phoneNumber": "13800138000", "purePhoneNumber": "13800138000", "countryCode": "86"}, "13800138000"),
        ({"phoneNumber": "+85291234567", "purePhoneNumber": "91234567", "countryCode": "852"}, "+85291234567"),
    ],
)
def test_a_shared_number_is_read_once(
    make_client: MakeClient, state: ApiState, info: dict[str, Any], number: str
) -> None:
    state.phones["p"] = info
    client = make_client(Platform.MINI_PROGRAM)

    assert client.phone_number("p", "oMini1") == number

    assert state.calls_of("/wxa/business/getuserphonenumber")[0].body == {"code": "p", "openid": "oMini1"}
    error = failed(lambda: client.phone_number("p", "oMini1"))
    assert (error.errcode, error.outcome) == (40029, "refused")


@pytest.mark.parametrize("info", [{}, {"countryCode": "86", "purePhoneNumber": "<b>1</b>"}, [1]])
def test_an_answer_without_a_number_is_no_number(client: WeChatClient, state: ApiState, info: Any) -> None:
    state.phones["p"] = info

    assert failed(lambda: client.phone_number("p", "oMini1")).outcome == "unknown"


def test_long_texts_are_checked_in_parts_and_the_worst_counts(client: WeChatClient, state: ApiState) -> None:
    state.suggestions.extend(["review", "pass"])

    assert client.check_text("oMini1", "字" * 2501, 2).suggestion == "review"
    bodies = [call.body for call in state.calls_of("/wxa/msg_sec_check")]
    assert [len(body["content"]) for body in bodies] == [2500, 1]
    assert {body["version"] for body in bodies} == {2}
    state.suggestions.append("fine")
    assert failed(lambda: client.check_text("oMini1", "字", 2)).outcome == "unknown"


def test_pictures_are_never_read_as_json(client: WeChatClient, state: ApiState) -> None:
    state.media["m-1"] = ("image/jpeg", b'{"errcode": 40001}')

    assert client.download_media("m-1") == b'{"errcode": 40001}'


@pytest.mark.parametrize("address", ["http://127.0.0.1/x", "https://evil.example/v.qq.com", "file:///etc/passwd", ""])
def test_video_addresses_outside_wechat_are_not_followed(client: WeChatClient, state: ApiState, address: str) -> None:
    state.media["v-1"] = ("application/json", f'{{"video_url": "{address}"}}'.encode())

    assert failed(lambda: client.download_media("v-1")).outcome == "refused"


@pytest.mark.parametrize(
    "base_url",
    ["http://10.0.0.5", "https://evil.example", "http://127.0.0.1.evil.example", "http://user@127.0.0.1", "ftp://127.0.0.1",
     "http://api.weixin.qq.com", ""],
)  # fmt: skip
def test_the_api_is_redirected_to_loopback_only(base_url: str, make_client: MakeClient) -> None:
    with pytest.raises(ValueError, match="loopback"):
        make_client(base_url=base_url)


def test_a_redirected_session_reaches_nothing_else(api: ApiServer) -> None:
    with new_session(api.url) as session:
        for url in ("https://example.com/", "http://example.com/", "https://api.mch.weixin.qq.com/"):
            with pytest.raises(requests.exceptions.InvalidURL):
                session.get(url, timeout=1)
        assert session.get(f"{API_BASE_URL}/cgi-bin/x?a=1", timeout=1).json()["errcode"] == 41001
    assert api.state.calls[0].query == {"a": "1"}


def test_calls_are_counted_by_path_and_errcode(client: WeChatClient, state: ApiState) -> None:
    def count(errcode: str) -> float:
        return float(wechat_calls_total.labels(SEND, errcode)._value.get())

    before = {code: count(code) for code in ("0", "45015", "unknown")}
    client.send("oUser1", TEXT)
    state.faults[SEND].extend([Fault(errcode=45015), Fault(status=500)])
    failed(lambda: client.send("oUser1", TEXT))
    failed(lambda: client.send("oUser1", TEXT))

    assert {code: count(code) - before[code] for code in before} == {"0": 1, "45015": 1, "unknown": 1}


def test_checklist_73_logs_and_errors_hold_the_rid_and_nothing_private(
    make_client: MakeClient, state: ApiState, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(timeouts=(1, 0.3))
    caplog.set_level(logging.INFO)
    state.codes["CODE-1"] = {"openid": "oMini1", "session_key": "SESSION-KEY"}
    state.always[USERS] = Fault(errcode=40003)
    told: list[Any] = []
    openid = "".join(["oPri", "vate"])  # tracebacks quote this file's lines
    with capture_logs() as logs:
        client.code_to_session("CODE-1")
        for fault in (Fault(errcode=40001), Fault(reset=True), Fault(delay_seconds=0.6), Fault(status=500)):
            state.faults[SEND].append(fault)
            if fault.errcode:
                state.expire_tokens()
                client.send("oPrivate", TEXT)
                continue
            error = failed(lambda: client.send(openid, TEXT))
            told += [error, error.detail, "".join(traceback.format_exception(error))]
        told.append(failed(lambda: client.get_users([openid])))

    assert [entry["rid"] for entry in logs if entry.get("errcode") == 40003] == [RID]
    text = repr(logs) + repr(caplog.records) + caplog.text + repr([str(item) for item in told])
    for private in ("TOKEN-", "oPrivate", "慢慢说", "CODE-1", "SESSION-KEY", state.secret):
        assert private not in text


def test_a_sentence_of_wechats_that_repeats_the_token_is_cleaned(client: WeChatClient, state: ApiState) -> None:
    client.typing("oUser1")
    state.valid_tokens.clear()  # the server answers 40001 and repeats the token
    state.always[STABLE] = Fault(errcode=40164)

    with capture_logs() as logs:
        failed(lambda: client.send("oUser1", TEXT))

    assert "invalid credential, access_token [removed]" in [entry["detail"] for entry in logs]
    assert "TOKEN-" not in repr(logs)


def test_checklist_73_a_refused_connection_does_not_tell_the_address_with_its_token(
    make_client: MakeClient, client: WeChatClient
) -> None:
    client.typing("oUser1")  # now the token is known to every process
    unreachable = make_client(base_url="http://127.0.0.1:9")

    error = failed(lambda: unreachable.get_users(["oUser1"]))

    assert error.outcome == "busy"
    assert "TOKEN-" not in "".join(traceback.format_exception(error))
