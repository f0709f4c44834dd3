"""The console in a real browser: live, by keyboard, on a desk and on a phone, under its own security policy."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from console import live
from models import Allowance, Author, Conversation, Delivery, Message, Role, Staff
from services.cases import accept_case
from services.notifications import notify_user_message
from services.staff import create_staff
from tests.support.casework import make_service_case
from tests.support.people import make_message
from tests.support.screens import assert_fits
from tests.support.staff import PASSWORD, make_case

pytestmark = pytest.mark.slow

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def with_whole_files(app: WSGIApplication) -> WSGIApplication:
    """Files are read and closed before they are served: where a browser hangs up, the development server leaves them
    open."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        parts = app(environ, start_response)
        if "/static/" not in environ["PATH_INFO"]:
            return parts
        with closing(parts):
            return [b"".join(parts)]

    return serve


@pytest.fixture
def base_url(app) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, with_whole_files(app), threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def open_console(chromium, base_url, people) -> Iterator[Callable[..., Page]]:
    """A page of its own in which this role has logged in; fails if the page reported an error."""
    contexts, problems = [], []

    def log_in(role: str, viewport: dict[str, int] = DESK) -> Page:
        context = chromium.new_context(viewport=viewport)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        page.goto(f"{base_url}/console/")
        page.fill("[name=username]", people[role].username)
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector("#queue")
        return page

    yield log_in
    for context in contexts:
        context.close()
    # A refusal that the test provokes is an error line of the browser's own.
    assert [line for line in problems if "422" not in line] == []


def hand_off(database, clock):
    with database.unit_of_work() as session:
        case = make_case(session, clock.now())
        until_at = clock.now() + timedelta(hours=40)
        session.add(
            Allowance(identity_id=case.conversation.identity_id, kind="message", left_count=5, until_at=until_at)
        )
    return case


def test_a_case_appears_is_taken_answered_and_followed_live(database, clock, open_console):
    page = open_console("agent")
    expect(page.locator("#queue")).to_contain_text("没有人在等")
    case = hand_off(database, clock)

    # It appears by itself, with a notice, a badge and the count in the tab's title.
    expect(page.locator(".row-link")).to_have_count(1)
    expect(page.locator("#unread")).to_have_text("1")
    expect(page.locator("#toasts")).to_contain_text(case.number)
    expect(page).to_have_title("(1) 会话 · 知桥")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#messages")
    accept(page)
    page.keyboard.press("r")
    page.keyboard.type("您好,材料清单发您。")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".by-staff .bubble")).to_have_text("您好,材料清单发您。")
    expect(page.locator("#reply-text")).to_have_value("")
    page.fill("#reply-text", "写了一半")
    with database.unit_of_work() as session:
        delivery = session.scalars(select(Delivery)).one()
        delivery.state, delivery.sent_at = "sent", clock.now()
        conversation = session.get(Conversation, case.conversation_id)
        message = make_message(session, conversation, clock.now(), text="收到,谢谢", author=Author.USER)
        notify_user_message(session, conversation, message, clock.now())
    expect(page.locator(".by-user .bubble").last).to_have_text("收到,谢谢")
    expect(page.locator(f"#message-{message.id}")).to_have_count(1)
    expect(page.locator(".delivery")).to_have_text("已送达")
    expect(page.locator("#reply-text")).to_have_value("写了一半")


def test_what_the_live_update_knew_first_is_shown_when_the_answer_to_the_reply_comes_before_it(
    database, clock, open_console, monkeypatch
):
    monkeypatch.setattr(live, "POLL_SECONDS", 2)  # written and delivered between two looks
    page = open_console("agent")
    hand_off(database, clock)
    page.locator(".row-link").click()
    with page.expect_response(lambda answer: "/updates" in answer.url and "open" in answer.url):
        accept(page)
    held: dict[str, Route] = {}
    page.route("**/reply", lambda route: held.setdefault("reply", route))
    page.route("**/updates*", lambda route: route.continue_() if "updates" in held else held.update(updates=route))
    page.fill("#reply-text", "您好")
    page.locator("#reply-text").press("Control+Enter")
    wait_for(page, lambda: "reply" in held)
    replied = held["reply"].fetch()
    with database.unit_of_work() as session:
        delivery = session.scalars(select(Delivery)).one()
        delivery.state, delivery.sent_at = "sent", clock.now()
    wait_for(page, lambda: "updates" in held)
    updated = held["updates"].fetch()
    assert "等待发送" in replied.text() and "已送达" in updated.text()

    held["reply"].fulfill(response=replied)
    expect(page.locator(".by-staff")).to_have_count(1)
    held["updates"].fulfill(response=updated)

    expect(page.locator(".delivery")).to_have_text("已送达")


def accept(page: Page) -> None:
    """Take the case that is open. A live update may show it as taken before the page has been loaded again."""
    with page.expect_navigation():  # until its scripts have run
        page.get_by_role("button", name="接单", exact=True).click()
    expect(page.locator("#head")).to_contain_text("处理中")


def wait_for(page: Page, condition: Callable[[], bool]) -> None:
    """Until it holds; the page's routes are answered meanwhile."""
    until = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < until
        page.wait_for_timeout(50)


def test_the_list_is_not_replaced_under_a_finger(database, clock, open_console):
    page = open_console("agent")
    hand_off(database, clock)
    expect(page.locator(".row-link")).to_have_count(1)
    page.wait_for_load_state()
    page.locator("#queue .row-link").hover()
    page.mouse.down()
    with page.expect_response(lambda answer: "queue" in answer.url):
        hand_off(database, clock)
    page.wait_for_timeout(300)
    expect(page.locator(".row-link")).to_have_count(1)

    page.mouse.up()

    page.wait_for_url("**/conversations/**")
    expect(page.locator(".row-link")).to_have_count(2)


def test_a_reply_that_is_refused_stays_in_the_box(database, clock, open_console):
    page = open_console("agent")
    case = hand_off(database, clock)
    page.locator(".row-link").click()
    # A box that cuts what is pasted would send half of it without a word.
    page.locator("#reply-text").fill("长" * 700)
    with page.expect_response(lambda response: response.url.endswith("/reply")):
        page.locator("[data-form=reply]").get_by_role("button", name="发送").click()
    expect(page.locator("#toasts")).to_contain_text("请分两条发")
    assert len(page.input_value("#reply-text")) == 700
    with database.reading() as session:
        written = session.scalars(select(Message).where(Message.author == Author.STAFF)).all()
        assert written == [], case.number


def test_on_a_phone_nothing_is_wider_than_the_screen(database, clock, open_console):
    hand_off(database, clock)
    page = open_console("administrator", PHONE)
    base = page.url.split("?")[0]
    page.locator(".row-link").click()
    page.wait_for_selector("#messages")
    assert page.locator(".queue").is_hidden()
    for path in (None, base, base + "staff", base + "quick-replies", base + "audit", base + "notifications"):
        if path is not None:
            page.goto(path)
        assert_fits(page)


def test_the_bar_of_whoever_sees_every_page_fits_each_desk(open_console):
    page = open_console("administrator")
    for width in (1024, 1151, 1280, 1366, 1440, 1461, 1536, 1761, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_sheet_and_the_figures_fit_the_screen_and_a_sheet_is_printed_without_the_desk(
    database, clock, open_console, size
):
    with database.unit_of_work() as session:
        number = make_service_case(session, clock.now(), is_taken=True).number
    page = open_console("supervisor", size)
    base = page.url.split("/console")[0] + "/console"
    for path in (f"/cases/{number}/sheet", "/statistics/handlers", "/statistics"):
        page.goto(base + path)
        assert_fits(page)
    page.goto(f"{base}/cases/{number}")
    page.get_by_role("link", name="资料表").click()
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("统一社会信用代码")).to_be_visible()
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    expect(page.locator(".top")).to_be_hidden()


def test_midnight_in_an_open_conversation_renames_the_days(database, clock, open_console):
    case = hand_off(database, clock)
    with database.unit_of_work() as session:
        make_message(session, session.get(Conversation, case.conversation_id), clock.now(), text="先问这个")
    clock.advance(timedelta(days=1, hours=13, minutes=58))

    def say(text: str) -> None:
        with database.unit_of_work() as session:
            conversation = session.get(Conversation, case.conversation_id)
            make_message(session, conversation, clock.now(), text=text, author=Author.USER)
        expect(page.locator(".by-user .bubble").last).to_have_text(text)

    page = open_console("agent")
    page.locator(".row-link").click()
    expect(page.locator("#messages .day")).to_have_text(["昨天"])
    say("睡前再问一句")
    expect(page.locator("#messages .day")).to_have_text(["昨天", "今天"])
    clock.advance(timedelta(minutes=4))
    say("睡不着")
    say("还在吗")
    expect(page.locator("#messages .day")).to_have_text(["11月23日 周一", "昨天", "今天"])


def lines_of(page: Page, selector: str) -> list[int]:
    """In how many lines each of these is drawn."""
    count: list[int] = page.locator(selector).evaluate_all(
        """found => found.filter(each => each.checkVisibility()).map(each => {
            const range = document.createRange();
            range.selectNodeContents(each);
            return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
        })"""
    )
    return count


def test_on_a_phone_names_and_case_numbers_stay_on_one_line(database, clock, open_console):
    with database.unit_of_work() as session:
        create_staff(session, username="sunli", display_name="欧阳孙丽", role=Role.AGENT, now=clock.now())
    case = hand_off(database, clock)
    with database.unit_of_work() as session:
        conversation = session.get(Conversation, case.conversation_id)
        # Somewhere in this run of lengths the number meets the end of a line.
        for length in range(4, 24):
            make_message(session, conversation, clock.now(), text=f"{'好' * length}单号 {case.number},稍后回您。")
        agent = session.get(Staff, case.assignee_id)
        accept_case(session, staff=agent, case_id=case.id, now=clock.now())
    page = open_console("administrator", PHONE)
    base = page.url.split("?")[0]
    page.goto(base + "conversations/" + case.conversation.public_id)
    numbers = lines_of(page, "#messages .nowrap, #side .nowrap")
    page.goto(base + "audit")
    cells = lines_of(page, ".log-who, .log-what, .log-time, .log .nowrap")

    assert len(numbers) > 20 and set(numbers) == {1}
    assert len(cells) > 6 and set(cells) == {1}
    assert page.locator(".log-who").get_by_text("命令行").count() == 1
