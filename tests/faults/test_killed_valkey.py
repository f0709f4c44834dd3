"""Valkey killed: with jobs queued, with its data lost, in the middle of a job. The rows are the truth."""

import shutil
import time
from collections.abc import Callable

import pytest
import redis

from models import DeliveryState
from tests.faults.conftest import mend_all, virtual_now
from tests.faults.scene import App, Scene, staff_reply
from tests.faults.test_killed_handoff import REPLY, ask_for_a_person, check_reply_seen_once, check_routed_once
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.product, pytest.mark.timeout(300)]
NewScene = Callable[[App], Scene]
QUESTION = "外观专利保护多少年"
WORKERS = ("worker-turns", "worker-deliveries", "worker-cases")


@pytest.mark.parametrize("is_wiped", [False, True], ids=["kept", "wiped"])
def test_jobs_that_were_queued_when_valkey_died_are_done_once(
    stack: Stack, new_scene: NewScene, staff_id: int, is_wiped: bool
) -> None:
    """With its append-only file it knows them still; without, the outbox sends them again."""
    mini, official = new_scene("miniprogram"), new_scene("official")
    for worker in WORKERS:
        stack.kill(worker)
    mini.say(QUESTION)
    ask_for_a_person(official)
    stack.wait_until(lambda: _waiting(stack))
    time.sleep(1.2)  # the append-only file is written out once a second

    stack.kill("valkey")
    if is_wiped:
        shutil.rmtree(stack.valkey.folder)
    stack.valkey.start()
    stack.start(*WORKERS)
    stack.move_clock(advance_seconds=25)

    mini.settle(moving=10)
    mini.check_once()
    official.settle()
    official.check_once()
    check_routed_once(official)


def test_without_valkey_messages_are_answered_and_the_rest_is_done_when_it_is_back(
    stack: Stack, new_scene: NewScene, staff_id: int
) -> None:
    mini, official = new_scene("miniprogram"), new_scene("official")
    stack.kill("valkey")

    first = official.say(QUESTION)
    ask_for_a_person(official)
    mini.say(QUESTION)

    assert first["outcome"] == "reply"
    assert official.faults_shown() == 0
    mini.until(lambda: len(mini.deliveries()) == 1)
    assert mini.said() == []
    stack.valkey.start()
    mend_all(stack)
    mini.settle(moving=10)
    mini.check_once()
    official.settle(2)
    official.check_once(2)
    check_routed_once(official)
    staff_reply(official, staff_id, REPLY, virtual_now(stack))
    check_reply_seen_once(official)


def test_valkey_killed_while_a_job_runs_the_message_is_sent_once(stack: Stack, new_scene: NewScene) -> None:
    scene = new_scene("miniprogram")
    stack.add_fault(path="/cgi-bin/message/custom/send", kind="delay", value=3)
    scene.say(QUESTION)
    scene.until(lambda: [row.attempt_count for row in scene.deliveries()] == [1])

    stack.kill("valkey")
    scene.until(lambda: scene.states() == [(DeliveryState.SENT, None)])
    stack.valkey.start()
    mend_all(stack)
    stack.move_clock(advance_seconds=25)
    again = new_scene("miniprogram")
    again.say("专利年费怎么缴")

    again.settle(moving=10)
    again.check_once()
    scene.check_once()


def _waiting(stack: Stack) -> bool:
    """Whether the answer's job is in Valkey; a hand-off is offered where it is opened and leaves none."""
    with redis.Redis.from_url(stack.valkey.url) as client:
        return bool(client.llen("rq:queue:deliveries"))
