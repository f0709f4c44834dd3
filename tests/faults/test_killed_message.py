"""`kill -9` at every step of "message in → turn → reply": each message is answered once, whoever died."""

from collections.abc import Callable

import pytest

from models import DeliveryState
from services.deliveries import UNKNOWN_OUTCOME
from tests.faults.scene import App, Scene, Trap
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.product, pytest.mark.timeout(300)]
NewScene = Callable[[App], Scene]
NewTrap = Callable[[str], Trap]
QUESTION = "外观专利保护多少年"
OFFERED = "之前有1条消息可能没送到"


@pytest.mark.parametrize(
    ("when", "step"),
    [
        ("before", "intake"),
        ("after", "intake transaction"),
        ("after", "intake"),
        ("after", "compose"),
        ("after", "finishing transaction"),
        ("after", "finish"),
    ],
)
def test_a_web_process_killed_while_wechat_waits_costs_nothing(
    new_scene: NewScene, trap: NewTrap, when: str, step: str
) -> None:
    """Before the commit WeChat's next try begins anew; after it the next try or the sweep takes the turn over."""
    scene = new_scene("official")
    trap("web").set(when, step, whole=False)

    scene.say(QUESTION)
    trap("web").wait(1)

    scene.settle(moving=10)
    scene.check_once()
    assert scene.faults_shown() == 0


@pytest.mark.parametrize(("when", "step"), [("after", "intake"), ("after", "finish")])
def test_the_whole_web_server_killed_and_started_again_answers_the_same_message_once(
    new_scene: NewScene, trap: NewTrap, when: str, step: str
) -> None:
    scene = new_scene("official")
    # However long this machine takes to start a server: WeChat's next try finds it there.
    scene.stack.add_fault(path="/wechat/official", kind="hold_retries", times=0)
    web = trap("web")
    web.set(when, step)

    scene.say(QUESTION, wait=False)
    web.mend()
    scene.stack.clear_faults()

    scene.settle(moving=5)
    scene.check_once()


def test_killed_after_the_answer_was_written_the_user_sees_it_once_and_is_told_that_we_are_not_sure(
    new_scene: NewScene, trap: NewTrap
) -> None:
    scene = new_scene("official")
    trap("web").set("before", "confirm", whole=False)

    answer = scene.say(QUESTION)
    trap("web").wait()
    scene.settle(moving=25)

    assert answer["outcome"] == "reply"
    assert scene.states() == [(DeliveryState.FAILED, UNKNOWN_OUTCOME)]
    scene.check_once(seen=1)
    # An answer that takes longer than a push waits comes by itself a moment later.
    scene.say("你好")
    scene.settle(2)
    assert OFFERED in scene.said()[-1]


@pytest.mark.parametrize(
    ("when", "step"),
    [("after", "intake"), ("after", "compose"), ("after", "finishing transaction"), ("after", "finish")],
)
def test_a_web_process_killed_after_it_said_success_leaves_the_answer_to_a_job(
    new_scene: NewScene, trap: NewTrap, when: str, step: str
) -> None:
    """The mini-program's pushes are told success at once; no further try will come."""
    scene = new_scene("miniprogram")
    web = trap("web")
    web.set(when, step, whole=False)

    scene.say(QUESTION, wait=False)
    web.wait()

    scene.settle(moving=10)
    scene.check_once()


@pytest.mark.parametrize(("when", "step"), [("before", "enqueue"), ("after", "enqueue")])
def test_a_relay_killed_before_or_after_it_filled_the_queue_sends_one_job(
    new_scene: NewScene, trap: NewTrap, when: str, step: str
) -> None:
    scene = new_scene("miniprogram")
    relay = trap("scheduler")
    relay.set(when, step)

    scene.say(QUESTION)
    relay.mend()

    scene.settle()
    scene.check_once()


@pytest.mark.parametrize(("when", "step"), [("before", "claim"), ("after", "deliver")])
def test_a_worker_killed_before_it_claims_or_after_its_work_delivers_once(
    new_scene: NewScene, trap: NewTrap, when: str, step: str
) -> None:
    scene = new_scene("miniprogram")
    worker = trap("worker-deliveries")
    worker.set(when, step)

    scene.say(QUESTION)
    worker.mend()

    scene.settle(moving=20)
    scene.check_once()


@pytest.mark.parametrize(("when", "step", "seen"), [("after", "claim", 0), ("after", "send", 1)])
def test_a_worker_killed_around_the_send_never_doubles_and_offers_what_it_cannot_know(
    new_scene: NewScene, trap: NewTrap, when: str, step: str, seen: int
) -> None:
    scene = new_scene("miniprogram")
    worker = trap("worker-deliveries")
    worker.set(when, step)

    scene.say(QUESTION)
    worker.mend()
    scene.settle(moving=31)

    assert scene.states() == [(DeliveryState.FAILED, UNKNOWN_OUTCOME)]
    scene.check_once(seen=seen)
    (lost,) = scene.deliveries()
    scene.say("你好")
    scene.settle(2)
    assert OFFERED in scene.said()[-1]
    scene.say("未读")
    scene.settle(3)
    assert lost.payload["text"] in scene.said()[-1]
    scene.until(lambda: {state for state, _ in scene.states()} == {DeliveryState.SENT})


@pytest.mark.parametrize(("when", "step"), [("after", "compose"), ("after", "finish"), ("after", "turn job")])
def test_a_turn_that_a_job_took_over_survives_the_death_of_that_worker_too(
    new_scene: NewScene, trap: NewTrap, when: str, step: str
) -> None:
    scene = new_scene("miniprogram")
    web, worker = trap("web"), trap("worker-turns")
    web.set("after", "intake", whole=False)
    worker.set(when, step)

    scene.say(QUESTION, wait=False)
    web.wait()
    scene.stack.move_clock(advance_seconds=10)
    worker.mend()

    scene.settle(moving=61)
    scene.check_once()


def test_a_sweep_killed_half_way_is_done_again(new_scene: NewScene, trap: NewTrap) -> None:
    scene = new_scene("miniprogram")
    web, scheduler = trap("web"), trap("scheduler")
    web.set("after", "intake", whole=False)
    scene.say(QUESTION, wait=False)
    web.wait()

    scheduler.set("after", "rescue deliveries")
    scene.stack.move_clock(advance_seconds=10)
    scheduler.mend()

    scene.settle(moving=10)
    scene.check_once()


def test_a_sweep_of_the_queue_killed_while_it_looks_is_done_again(
    stack: Stack, new_scene: NewScene, trap: NewTrap
) -> None:
    scene = new_scene("miniprogram")
    scheduler = trap("scheduler")
    stack.kill("worker-deliveries")
    scene.say(QUESTION)
    scene.until(lambda: [turn.state for turn in scene.turns()] == ["done"])

    scheduler.set("after", "look for lost jobs")
    stack.move_clock(advance_seconds=25)
    scheduler.mend()
    stack.start("worker-deliveries")

    scene.settle()
    scene.check_once()
