"""Contract item 10: what counts as no answer, and the beat on which WeChat tries again."""

import contextlib
import itertools
import socket
import threading
import time

import pytest

from sandbox.pushes import request_within
from sandbox.replies import FAULT_NOTICE
from tests.sandbox.conftest import Product, Received, Sandbox, wait_for

TIMEOUT = 2.0
"""WeChat gives five seconds; shorter here, for each test of this file waits for it up to three times."""


@pytest.fixture
def push_timeout() -> float:
    return TIMEOUT


@pytest.fixture(autouse=True)
def follower(sandbox: Sandbox, product: Product) -> None:
    sandbox.do("follow")
    product.pushes.clear()


def test_10_no_answer_gives_three_tries_of_one_body_then_the_notice(sandbox: Sandbox, product: Product) -> None:
    product.respond = lambda push: (time.sleep(TIMEOUT + 0.3), push.text("迟到的回答"))[1]

    result = sandbox.do("text", text="慢")

    assert result["outcome"] == "fault"
    assert [attempt["error"] for attempt in result["attempts"]] == ["timeout"] * 3
    assert len({push.body for push in product.pushes}) == 1
    assert len({push.query["nonce"] for push in product.pushes}) == 3
    assert sandbox.texts("system") == [FAULT_NOTICE]
    time.sleep(0.4)
    assert sandbox.texts() == []


def test_10_answer_just_in_time_is_shown_once(sandbox: Sandbox, product: Product) -> None:
    product.respond = lambda push: (time.sleep(TIMEOUT * 0.4), push.text("及时"))[1]

    sandbox.do("text", text="快")

    assert len(product.pushes) == 1
    assert sandbox.texts() == ["及时"]


def test_answer_that_trickles_is_cut_off_too() -> None:
    """A time-out per read would never end here: a byte comes every 50 ms."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def trickle() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
                while not over.wait(0.05):
                    connection.sendall(b"s")

        thread = threading.Thread(target=trickle)
        thread.start()
        attempt = request_within(f"http://127.0.0.1:{server.getsockname()[1]}", "POST", "/x", b"", {}, 0.5)
        over.set()
        thread.join()

    assert (attempt.error, attempt.is_answered) == ("timeout", False)
    assert 0.4 < attempt.seconds < 2


def test_answer_cut_short_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def cut() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<xml>")

        thread = threading.Thread(target=cut)
        thread.start()
        attempt = request_within(f"http://127.0.0.1:{server.getsockname()[1]}", "POST", "/x", b"", {}, 2)
        thread.join()

    assert attempt.error == "IncompleteRead"


def test_reply_on_the_second_try_is_shown_without_a_notice(sandbox: Sandbox, product: Product) -> None:
    tries = itertools.count()

    def second(push: Received) -> bytes:
        if next(tries) == 0:
            time.sleep(TIMEOUT + 0.2)
        return push.text("第二次才答")

    product.respond = second
    started = time.monotonic()
    result = sandbox.do("text", text="你好")

    assert (result["outcome"], len(result["attempts"])) == ("reply", 2)
    assert time.monotonic() - started >= TIMEOUT
    assert sandbox.texts() == ["第二次才答"]
    assert sandbox.texts("system") == []


def test_product_that_is_down_is_tried_three_times_on_the_same_beat(sandbox: Sandbox, product: Product) -> None:
    product.stop()
    started = time.monotonic()

    result = sandbox.do("text", text="在吗")

    assert len(result["attempts"]) == 3
    assert time.monotonic() - started >= 2 * TIMEOUT
    assert sandbox.texts("system") == [FAULT_NOTICE]


def test_15_http_500_counts_as_no_answer(sandbox: Sandbox, product: Product) -> None:
    product.respond = lambda push: (500, b"success")

    assert len(sandbox.do("text", text="你好")["attempts"]) == 3
    assert sandbox.texts("system") == [FAULT_NOTICE]


def test_dropped_response_is_pushed_again(sandbox: Sandbox, product: Product) -> None:
    sandbox.tool("faults", path="/wechat/official", kind="drop_response")

    result = sandbox.do("text", text="你好")

    assert (result["outcome"], len(product.pushes)) == ("nothing", 2)
    assert product.pushes[0].body == product.pushes[1].body


def test_the_next_try_can_be_held_back_until_the_rule_is_taken_away(sandbox: Sandbox, product: Product) -> None:
    sandbox.tool("faults", path="/wechat/official", kind="hold_retries", times=0)
    sandbox.tool("faults", path="/wechat/official", kind="drop_response")

    sandbox.do("text", text="你好", wait=False)
    time.sleep(2 * TIMEOUT)
    before = len(product.pushes)
    sandbox.session.delete(f"{sandbox.url}/sandbox/api/faults", timeout=30)
    wait_for(lambda: len(product.pushes) == 2)

    assert before == 1
