"""The tools: crypto vectors, clock, faults, log, state on disk, and where the sandbox refuses to start."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from wechatpy.crypto import WeChatCrypto

from dev.servers import free_port
from sandbox.crypto import CryptoError, MessageCipher, sign
from sandbox.settings import RefusedStart, check_settings
from tests.sandbox.conftest import (
    AES_KEY,
    APP_ID,
    MINI_SECRET,
    SECRET,
    TOKEN,
    Product,
    Sandbox,
    settings_for,
    wait_for,
)

MESSAGE = (
    "<xml><ToUserName><![CDATA[gh_sim]]></ToUserName><FromUserName><![CDATA[oUser1]]></FromUserName>"
    "<CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好😀]]></Content>"
    "<MsgId>7000000000000000001</MsgId></xml>"
)
ENCRYPTED_START = "Q3stYC6hdFzMh9T8HCvyDJ4rESBupRSxsJzqQVNO7y8xX05"


def test_signatures_and_ciphertext_match_the_measured_vectors() -> None:
    encrypted = MessageCipher(AES_KEY, APP_ID).encrypt(MESSAGE, b"0123456789abcdef")

    assert sign("SimToken01", "1700000000", "774411") == "08a6ad02add09b110766ad56450ed77ea1c77cc5"
    assert encrypted.startswith(ENCRYPTED_START)
    assert sign("SimToken01", "1700000000", "774411", encrypted) == "e28284ee897e8ed18ea2058e320e2e5d462a5481"


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27, 28, 31, 32, 33, 4000])
def test_own_crypto_and_wechatpys_read_each_other_at_every_padding(length: int) -> None:
    cipher, other = MessageCipher(AES_KEY, APP_ID), WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    text = "a" * length
    encrypted = cipher.encrypt(text)
    signature = sign(TOKEN, "1700000000", "1", encrypted)

    read = other.decrypt_message({"Encrypt": encrypted}, signature, "1700000000", "1")
    envelope = other.encrypt_message(text, "1", "1700000000")
    inner = envelope.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]

    assert read == text
    assert cipher.decrypt(inner) == text


@pytest.mark.parametrize("damaged", ["", "not base64!", "QUJD", "A" * 64])
def test_damaged_ciphertext_is_refused(damaged: str) -> None:
    with pytest.raises(CryptoError):
        MessageCipher(AES_KEY, APP_ID).decrypt(damaged)


def test_another_apps_ciphertext_is_refused() -> None:
    with pytest.raises(CryptoError):
        MessageCipher(AES_KEY, APP_ID).decrypt(MessageCipher(AES_KEY, "wxother").encrypt("hello"))


def test_clock_moves_everything_that_carries_a_time(sandbox: Sandbox, product: Product) -> None:
    sandbox.tool("clock", now="2027-03-15T09:00:00+08:00")
    sandbox.do("follow")
    sandbox.tool("clock", advance_seconds=3600)
    sandbox.do("text", text="你好")

    push = product.pushes[-1]
    expected = 1805076000
    assert abs(int(push.query["timestamp"]) - expected) < 5
    assert abs(int(push.plain.partition("<CreateTime>")[2].partition("<")[0]) - expected) < 5
    assert sandbox.chat()[-1]["at"].startswith("2027-03-15T02:00:")
    clock = sandbox.read("clock")
    assert clock["now"].startswith("2027-03-15T02:00:")
    assert sandbox.tool("clock", offset_seconds=0)["offset_seconds"] == 0


@pytest.mark.parametrize("body", [{}, {"now": "2027-03-15T09:00:00"}, {"now": "soon"}, {"advance_seconds": "x"}])
def test_clock_refuses_what_is_no_time(sandbox: Sandbox, body: dict[str, str]) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/sandbox/api/clock", json=body, timeout=10)

    assert answer.status_code == 409


def test_faults_of_the_api(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/cgi-bin/stable_token"
    body = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    rule = {"path": "/cgi-bin/stable_token", "times": 1}

    sandbox.tool("faults", **rule, kind="http_status", value=503)
    assert sandbox.session.post(url, json=body, timeout=10).status_code == 503
    sandbox.tool("faults", **rule, kind="cut_json")
    with pytest.raises(requests.JSONDecodeError):
        sandbox.session.post(url, json=body, timeout=10).json()
    sandbox.tool("faults", **rule, kind="reset")
    with pytest.raises(requests.ConnectionError):
        requests.post(url, json=body, timeout=5)
    sandbox.tool("faults", **rule, kind="delay", value=0.4)
    started = time.monotonic()
    assert "access_token" in sandbox.stable_token()
    assert time.monotonic() - started >= 0.4
    assert sandbox.read("faults") == []


def test_fault_stays_until_removed_and_hits_only_its_path(sandbox: Sandbox) -> None:
    rule = sandbox.tool("faults", path="/cgi-bin/user", kind="errcode", value=45009, times=0)
    sandbox.do("follow")

    assert [sandbox.call("/cgi-bin/user/get")["errcode"] for _ in range(2)] == [45009] * 2
    assert "errcode" not in sandbox.call("/cgi-bin/getcallbackip")
    sandbox.session.delete(f"{sandbox.url}/sandbox/api/faults/{rule['id']}", timeout=10)
    assert sandbox.call("/cgi-bin/user/get")["total"] == 1


def test_unknown_fault_is_refused(sandbox: Sandbox) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/sandbox/api/faults", json={"kind": "earthquake"}, timeout=10)

    assert answer.status_code == 400


def test_73_log_shows_calls_and_pushes_but_no_secret(sandbox: Sandbox) -> None:
    token = sandbox.stable_token()["access_token"]
    sandbox.do("follow")
    sandbox.send_text("记录里看得到这句话")
    code = sandbox.tool("miniprogram/code", user="lin")["code"]
    query = {"appid": "wxsim0000000000b2", "secret": MINI_SECRET, "js_code": code, "grant_type": "authorization_code"}
    session = sandbox.session.get(f"{sandbox.url}/sns/jscode2session", params=query, timeout=10).json()

    log = sandbox.session.get(f"{sandbox.url}/sandbox/api/log", timeout=10).text

    for hidden in (token, SECRET, MINI_SECRET, TOKEN, AES_KEY, code, session["session_key"]):
        assert hidden not in log
    assert "记录里看得到这句话" in log
    entries = json.loads(log)
    assert {entry["path"] for entry in entries} >= {"/cgi-bin/stable_token", "/wechat/official", "/sns/jscode2session"}
    assert all(entry["duration_ms"] >= 0 and entry["at"] and entry["outcome"] for entry in entries)


def test_people_chats_and_windows_survive_a_restart(product: Product, tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    first = Sandbox(settings_for(product.url, path))
    first.tool("users", name="lin")
    first.do("follow")
    first.do("text", text="记得我吗")
    token = first.stable_token()["access_token"]
    first.advance(60)
    first.stop()

    second = Sandbox(settings_for(product.url, path))
    try:
        assert second.texts("user") == ["记得我吗"]
        assert second.read("users/lin")["window_official"]["left"] == 5
        assert second.stable_token()["access_token"] == token
        assert second.read("clock")["offset_seconds"] == 60
        assert second.send_text("记得") == 0
        assert path.stat().st_mode & 0o077 == 0
    finally:
        second.stop()


def test_state_is_written_without_waiting_for_the_end(product: Product, tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    sandbox = Sandbox(settings_for(product.url, path))
    try:
        sandbox.tool("users", name="lin")
        sandbox.do("follow")
        wait_for(lambda: path.exists() and json.loads(path.read_text())["people"]["lin"]["official"]["subscribed"])
    finally:
        sandbox.stop()


@pytest.mark.parametrize(
    "target", ["http://10.0.0.5:8000", "https://127.0.0.1:8000", "http://127.0.0.1.example.com", "file:///etc"]
)
def test_target_must_be_loopback(target: str) -> None:
    with pytest.raises(RefusedStart):
        check_settings(settings_for(target))


def test_production_is_refused_and_a_mode_needs_its_key() -> None:
    with pytest.raises(RefusedStart, match="production"):
        check_settings(settings_for("http://127.0.0.1:8000", environment="production"))
    with pytest.raises(RefusedStart, match="WECHAT_OFFICIAL_AES_KEY"):
        check_settings(settings_for("http://127.0.0.1:8000", wechat_official_aes_key=None))


def test_command_starts_serves_and_stops(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "WECHAT_OFFICIAL_APP_ID": APP_ID,
        "WECHAT_OFFICIAL_APP_SECRET": SECRET,
        "WECHAT_OFFICIAL_TOKEN": TOKEN,
        "WECHAT_OFFICIAL_AES_KEY": AES_KEY,
    }
    port = free_port()
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--target", "http://127.0.0.1:9"]
    process = subprocess.Popen([*command, "--state", str(tmp_path / "s.json")], env=environment)
    try:
        url = f"http://127.0.0.1:{port}"

        def is_up() -> bool:
            try:
                return requests.get(f"{url}/sandbox/api/health", timeout=1).ok
            except requests.ConnectionError:
                return False

        wait_for(is_up, 20)
        requests.post(f"{url}/sandbox/api/users", json={"name": "lin"}, timeout=5).raise_for_status()
        assert "关注服务号" in requests.get(url, timeout=5).text
    finally:
        process.terminate()
    assert process.wait(timeout=10) == 0
    assert "lin" in json.loads((tmp_path / "s.json").read_text())["people"]

    refused = subprocess.run(
        [*command[:-1], "http://8.8.8.8:80"], env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "loopback" in refused.stderr


def test_tools_answer_only_to_loopback_names(sandbox: Sandbox) -> None:
    answer = sandbox.session.get(f"{sandbox.url}/sandbox/api/users", headers={"Host": "evil.example.com"}, timeout=10)

    assert answer.status_code == 403


def test_impossible_actions_say_why(sandbox: Sandbox) -> None:
    for action, body in (("text", {"text": "没关注"}), ("dance", {}), ("location", {"latitude": "x"}), ("tap", {})):
        answer = sandbox.session.post(f"{sandbox.url}/sandbox/api/users/lin/{action}", json=body, timeout=10)
        assert answer.status_code == 409
        assert answer.json()["error"]
    assert sandbox.session.get(f"{sandbox.url}/sandbox/api/users/nobody/chat", timeout=10).status_code == 409
