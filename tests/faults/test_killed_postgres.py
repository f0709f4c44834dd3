"""The two main paths on PostgreSQL, each part killed once at its most delicate step."""

from collections.abc import Iterator

import pytest

from core.db import Database
from models import DeliveryState
from services.deliveries import UNKNOWN_OUTCOME
from tests.faults.conftest import mend_all, virtual_now
from tests.faults.scene import Scene, Trap, add_staff, staff_reply
from tests.faults.test_killed_handoff import (
    REPLY,
    ask_for_a_person,
    check_passed_on_once,
    check_reply_seen_once,
    check_routed_once,
    let_go,
)
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.product, pytest.mark.timeout(300)]
QUESTION = "外观专利保护多少年"


@pytest.fixture
def stack(postgres_killable: Stack) -> Iterator[Stack]:
    yield postgres_killable
    postgres_killable.clear_faults()
    mend_all(postgres_killable)


@pytest.mark.parametrize(("when", "step"), [("after", "intake"), ("after", "finishing transaction")])
def test_a_message_whose_web_process_dies_is_answered_once(
    stack: Stack, database: Database, when: str, step: str
) -> None:
    scene, web = Scene(stack, database), Trap(stack, "web")
    web.set(when, step, whole=False)

    scene.say(QUESTION)
    web.wait(1)

    scene.settle(moving=10)
    scene.check_once()


def test_an_answer_through_the_api_survives_relay_and_worker(stack: Stack, database: Database) -> None:
    scene, relay, worker = (
        Scene(stack, database, "miniprogram"),
        Trap(stack, "scheduler"),
        Trap(stack, "worker-deliveries"),
    )
    relay.set("after", "enqueue")
    worker.set("after", "deliver")

    scene.say(QUESTION)
    relay.mend()
    worker.mend()

    scene.settle(moving=16)
    scene.check_once()


def test_a_send_cut_off_after_the_call_is_not_repeated(stack: Stack, database: Database) -> None:
    scene, worker = Scene(stack, database, "miniprogram"), Trap(stack, "worker-deliveries")
    worker.set("after", "send")

    scene.say(QUESTION)
    worker.mend()
    scene.settle(moving=31)

    assert scene.states() == [(DeliveryState.FAILED, UNKNOWN_OUTCOME)]
    scene.check_once(seen=1)


def test_a_handoff_is_routed_and_the_reply_delivered_once_though_each_part_dies(
    stack: Stack, database: Database
) -> None:
    scene = Scene(stack, database)
    for _ in range(2):
        add_staff(database, virtual_now(stack))
    web, relay, router, sender = (
        Trap(stack, part) for part in ("web", "scheduler", "worker-cases", "worker-deliveries")
    )

    web.set("after", "finish", whole=False)
    ask_for_a_person(scene)
    web.wait()
    scene.settle(moving=10)
    first_id = check_routed_once(scene).assignee_id
    assert first_id is not None

    relay.set("after", "enqueue")
    router.set("after", "offer")
    let_go(scene, first_id)
    relay.mend()
    router.mend()
    stack.move_clock(advance_seconds=25)
    second_id = check_passed_on_once(scene)

    sender.set("before", "claim")
    staff_reply(scene, second_id, REPLY, virtual_now(stack))
    sender.mend()
    scene.settle(moving=16)

    check_reply_seen_once(scene)
