"""What the owner sees when we are down or slow: WeChat's own notice, or a late answer, once."""

import sqlite3
import threading
import time

from playwright.sync_api import expect


def test_while_the_product_is_down_the_phone_says_so_and_then_all_is_well(product, open_phone, picture):
    phone = open_phone("高原")
    product.stack.kill("web")
    try:
        answered = phone.answers.count()
        phone.say("外观专利保护多少年")
        # Three tries, five seconds apart.
        expect(phone.page.get_by_test_id("system-line").last).to_contain_text("服务出现故障", timeout=30_000)
        expect(phone.answers).to_have_count(answered)
        picture(phone.page, "phone-fault")
    finally:
        product.stack.start("web")
    expect(phone.ask("外观专利保护多少年")).to_contain_text("15年")


def test_an_answer_that_is_too_late_for_the_push_arrives_once_through_the_api(product, open_phone):
    phone = open_phone("罗依")
    before = phone.answers.count()
    product.stack.add_fault(path="/cgi-bin/message/custom/send", kind="delay", value=1)

    with Held(product):
        phone.say("外观专利保护多少年")
        time.sleep(4.4)
    late = phone.answer(before)

    expect(late).to_contain_text("15年")
    line = product.stack.chat("罗依")[-1]
    assert line["via"] == "customer_service"
    # Whatever WeChat tried again or the sweep looks at, there is no second one.
    time.sleep(8)
    assert phone.answers.count() == before + 1
    expect(phone.page.get_by_test_id("system-line")).to_have_count(0)
    expect(phone.ask("发明专利保护多少年")).to_contain_text("20年")


class Held:
    """The database's one write lock, held by somebody else: what makes every turn of the product slow."""

    def __init__(self, product) -> None:
        self._path = product.database.engine.url.database
        self._release, self._is_held = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        connection.execute("BEGIN IMMEDIATE")
        self._is_held.set()
        self._release.wait(30)
        connection.execute("ROLLBACK")
        connection.close()

    def __enter__(self) -> None:
        self._thread.start()
        assert self._is_held.wait(10)

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._thread.join()
