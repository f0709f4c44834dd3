"""The live stream: tells in time, tells only its own, holds no connection, survives a gap."""

import re
import time

import pytest
from sqlalchemy import event

from console.live import LiveFeed
from models import Author, Conversation
from services.notifications import notify_user_message
from tests.support.people import make_message
from tests.support.staff import make_case, make_staff


def wait_for(subscription, kind: str, seconds: float = 5):
    """The next event of this kind."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = subscription.events.get(timeout=max(0.01, deadline - time.monotonic()))
        if found.kind == kind:
            return found
    raise AssertionError(f"no {kind} event")


@pytest.fixture
def feed(database):
    """A feed that is left without listeners at the end, so that its thread stops."""
    feed = LiveFeed(database)
    yield feed
    feed.close()


def test_a_routed_case_reaches_its_own_console_within_two_seconds_and_no_other(database, clock, feed):
    with database.unit_of_work() as session:
        own, other = (make_staff(session, clock.now(), skills=[skill]) for skill in ("financing", "patent"))
    mine, theirs = feed.subscribe(own.id, None), feed.subscribe(other.id, None)
    started = time.monotonic()
    with database.unit_of_work() as session:
        case = make_case(session, clock.now())
    notice = wait_for(mine, "notice")

    assert time.monotonic() - started < 2
    assert case.number in notice.data["text"]
    wait_for(theirs, "queue")
    assert all(found.kind == "queue" for found in list(theirs.events.queue))


def test_only_who_watches_a_conversation_hears_of_it(database, clock, feed):
    with database.unit_of_work() as session:
        person = make_staff(session, clock.now())
        case, other = make_case(session, clock.now()), make_case(session, clock.now())
    watching, elsewhere = (
        feed.subscribe(person.id, case.conversation_id),
        feed.subscribe(person.id, other.conversation_id),
    )
    with database.unit_of_work() as session:
        make_message(session, session.get(Conversation, case.conversation_id), clock.now(), author=Author.USER)
    wait_for(watching, "conversation")
    wait_for(elsewhere, "queue")

    assert "conversation" not in {found.kind for found in list(elsewhere.events.queue)}


def test_no_database_connection_is_held_between_polls(database, clock, feed):
    held = {"now": 0}
    event.listen(database.engine, "checkout", lambda *_: held.__setitem__("now", held["now"] + 1))
    event.listen(database.engine, "checkin", lambda *_: held.__setitem__("now", held["now"] - 1))
    for number in range(20):
        feed.subscribe(number, None)
    seen = []
    for _ in range(40):
        seen.append(held["now"])
        time.sleep(0.02)

    assert max(seen) <= 1
    assert seen.count(0) > 20


def test_the_poller_ends_with_its_last_listener(database, feed):
    subscription = feed.subscribe(1, None)
    thread = feed._thread
    feed.unsubscribe(subscription)
    thread.join(5)
    assert not thread.is_alive()


def test_closing_ends_every_stream(feed):
    subscription = feed.subscribe(1, None)
    thread = feed._thread
    feed.close()
    assert wait_for(subscription, "end")
    assert not thread.is_alive()


def test_a_reconnect_brings_the_notices_that_were_missed(database, clock, people, signed_in):
    with database.unit_of_work() as session:
        case = make_case(session, clock.now())
        conversation = session.get(Conversation, case.conversation_id)
        conversation.assignee_id = people["agent"].id
        message = make_message(session, conversation, clock.now(), text="漏掉的消息", author=Author.USER)
        notify_user_message(session, conversation, message, clock.now())
    browser = signed_in("agent")
    response = browser.client.get("/console/stream", headers={"Last-Event-ID": "1"}, buffered=False)
    parts = response.iter_encoded()
    text = b"".join(next(parts) for _ in range(3)).decode()
    response.close()

    assert response.content_type.startswith("text/event-stream")
    assert "retry: 2000" in text
    assert "漏掉的消息" in text
    assert case.number not in text


def test_a_notice_between_the_page_and_its_stream_is_told_once(database, clock, people, signed_in):
    browser = signed_in("agent")
    page = browser.client.get("/console/").text
    with database.unit_of_work() as session:
        case = make_case(session, clock.now())
    address = re.search(r'data-stream="([^"]+)"', page)[1]
    response = browser.client.get(address, buffered=False)
    parts = response.iter_encoded()
    text = b"".join(next(parts) for _ in range(3)).decode()
    response.close()

    assert case.number in text and "event: queue" in text
    assert text.count("event: notice") == 1
