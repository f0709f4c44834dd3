"""The page on which anybody checks a time stamp: no login, no script of others, nothing that its holder keeps back."""

import hashlib
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from models import Case
from services.evidence.stamping import stamp_case
from services.privacy import erase_user_by_id
from services.resources import Resources
from tests.support.casework import make_service_case
from tests.support.screens import assert_fits

CONTENT = b"a drawing that stays at home"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
TITLE = "散热结构设计图"
FORM = {
    "title": TITLE, "thing": "drawing", "mode": "hash", "sha256": DIGEST, "holder": "广州云测科技有限公司",
    "show_title": False, "wants_notary": False, "phone": "13800138000",
}  # fmt: skip


@pytest.fixture
def stamped(app: Flask, clock) -> Callable[..., tuple[Case, str]]:
    """A case whose hash is stamped, and the address of its page."""
    resources: Resources = app.extensions["resources"]

    def stamped(**changes) -> tuple[Case, str]:
        with resources.database.unit_of_work() as session:
            case = make_service_case(session, clock.now(), kind="evidence_timestamp", values=FORM | changes)
        stamp_case(
            resources.database, resources.files, resources.timestamps, base_url="", case_id=case.id, now=clock.now()
        )
        with resources.database.reading() as session:
            code = session.get_one(Case, case.id).results["stamped"]["code"]
        return case, f"/verify/{case.number}/{code}"

    return stamped


def test_the_page_shows_what_the_token_proves_and_no_more(app: Flask, stamped) -> None:
    _, address = stamped()
    answer = app.test_client().get(address)
    text = answer.get_data(as_text=True)

    assert answer.status_code == 200 and "时间戳有效" in text and DIGEST in text and "北京时间" in text
    for kept_back in (TITLE, "13800138000", "广州云测"):
        assert kept_back not in text
    assert TITLE in app.test_client().get(stamped(show_title=True)[1]).get_data(as_text=True)


def test_the_pages_run_nothing_inline_and_nothing_from_elsewhere(app: Flask, stamped) -> None:
    for address in ("/verify", stamped()[1]):
        answer = app.test_client().get(address)
        policy, text = answer.headers["Content-Security-Policy"], answer.get_data(as_text=True)

        assert "unsafe" not in policy and "default-src 'none'" in policy and "connect-src" not in policy
        assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|style=", text)
        assert answer.headers["Referrer-Policy"] == "no-referrer" and "no-store" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


def test_a_wrong_number_or_code_is_answered_alike(app: Flask, stamped) -> None:
    case, address = stamped()
    client = app.test_client()

    pages = [client.get(f"/verify/{case.number}/aaaaaaaaaa"), client.get("/verify/CZ991231-0001/aaaaaaaaaa")]
    assert {page.status_code for page in pages} == {404}
    assert len({page.data for page in pages}) == 1
    for part in ("token.tsr", "root.pem"):
        assert client.get(f"/verify/{case.number}/aaaaaaaaaa/{part}").status_code == 404
        assert client.get(f"{address}/{part}").status_code == 200


def test_the_command_on_the_page_verifies_the_downloaded_token(app: Flask, stamped, tmp_path: Path) -> None:
    _, address = stamped()
    client = app.test_client()
    for name in ("token.tsr", "root.pem"):
        file = client.get(f"{address}/{name}")
        assert file.headers["Content-Disposition"].startswith("attachment;")
        (tmp_path / name).write_bytes(file.data)
    [command] = re.findall(r"<pre>(openssl ts -verify[^<]*)</pre>", client.get(address).get_data(as_text=True))

    said = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True).stdout
    assert "Verification: OK" in said


def test_a_token_that_is_changed_or_away_is_said(app: Flask, stamped) -> None:
    _, address = stamped()
    folder = app.extensions["resources"].files._folder
    [token] = [path for path in folder.rglob("*") if path.is_file()]
    whole = token.read_bytes()
    token.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "没有通过核对" in app.test_client().get(address).get_data(as_text=True)
    token.unlink()
    assert "暂时读不到" in app.test_client().get(address).get_data(as_text=True)


def test_an_erased_persons_page_is_gone(app: Flask, stamped, clock) -> None:
    case, address = stamped()
    with app.extensions["resources"].database.unit_of_work() as session:
        erase_user_by_id(session, case.user_id, clock.now())

    assert app.test_client().get(address).status_code == 404


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The app on loopback, for a browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
def test_the_browser_compares_a_file_without_sending_it(served: str, stamped, chromium, tmp_path: Path) -> None:
    (tmp_path / "same.bin").write_bytes(CONTENT)
    (tmp_path / "other.bin").write_bytes(CONTENT + b"!")
    _, address = stamped()
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    try:
        page.goto(served + address)
        before = len(asked)
        result = page.locator("#result")
        page.set_input_files("#file", tmp_path / "same.bin")
        result.filter(has_text="一致:这个文件就是盖过时间戳的那一份").wait_for()
        page.set_input_files("#file", tmp_path / "other.bin")
        result.filter(has_text="不一致").wait_for()
        assert_fits(page)
        page.goto(f"{served}/verify")
        page.set_input_files("#file", tmp_path / "same.bin")
        result.filter(has_text=DIGEST).wait_for()
        assert all(line.startswith("GET ") for line in asked) and before <= 3 and problems == []
    finally:
        context.close()
