"""From a form filed in the mini-program to the notice in the console of a member of staff, at 20 a second."""

from typing import Any

import requests

from benchmarks.notified import OPEN_AT, measure_waits, staffed_product
from core.db import Database
from services.ports import CodeSession
from services.sessions import log_in
from tests.support.casework import PLEDGE
from tests.support.dated_data import load_reference

COUNT = 300
PER_SECOND = 20
# As tests.support.stack names the mini-program.
APP_ID = "wxsim0000000000b2"


def run() -> dict[str, Any]:
    """As measure_waits says; everybody files one loan on a patent."""
    tokens: list[str] = []

    def prepare(database: Database) -> None:
        with database.unit_of_work() as session:
            load_reference(session, OPEN_AT)
            for number in range(COUNT):
                who = CodeSession(openid=_openid(number), unionid=None, session_key="c2Vzc2lvbi1rZXk=")
                tokens.append(log_in(session, who=who, app_id=APP_ID, now=OPEN_AT).access_token)

    with staffed_product("financing", prepare) as product:
        url = f"{product.stack.web_url}/api/v1/cases"
        body = {"service": "pledge_financing", "form": PLEDGE}

        def send(number: int) -> None:
            headers = {"Authorization": f"Bearer {tokens[number]}", "Idempotency-Key": f"bench-{number:06d}"}
            requests.post(url, json=body, headers=headers, timeout=30).raise_for_status()

        return measure_waits(product.path, _openid, send, count=COUNT, per_second=PER_SECOND)


def _openid(number: int) -> str:
    return f"oFile{number:023d}"
