"""From "转人工" to the notice in the console of a member of staff, at 50 a second, all by people who are new."""

import time
from typing import Any

import requests

from benchmarks.notified import measure_waits, offset_seconds, staffed_product
from tests.support.pushes import Pusher, text_fields

COUNT = 500
PER_SECOND = 50


def run() -> dict[str, Any]:
    """As measure_waits says."""
    with staffed_product("general") as product:
        stack = product.stack
        environment = stack.environment
        pusher = Pusher(
            environment["WECHAT_OFFICIAL_APP_ID"],
            environment["WECHAT_OFFICIAL_TOKEN"],
            environment["WECHAT_OFFICIAL_AES_KEY"],
        )
        offset = offset_seconds(stack)
        # WeChat knows them: it is asked who they are meanwhile.
        openids = [str(stack.add_user(f"hand{number}")["openid_official"]) for number in range(COUNT)]

        def send(number: int) -> None:
            url, body = pusher.request(text_fields(openids[number], "转人工"), at=int(time.time() + offset))
            requests.post(stack.web_url + url, data=body, headers={"Content-Type": "text/xml"}, timeout=30)

        return measure_waits(product.path, openids.__getitem__, send, count=COUNT, per_second=PER_SECOND)
