"""WeChat's API slow, failing, limited, cutting its answers: nothing is called sent that was not, nothing is doubled."""

from collections.abc import Callable

import pytest
import requests

from models import DeliveryChannel, DeliveryState
from services.deliveries import UNKNOWN_OUTCOME
from tests.faults.conftest import virtual_now
from tests.faults.scene import App, Scene, staff_reply
from tests.faults.test_killed_handoff import REPLY, ask_for_a_person, check_reply_seen_once, check_routed_once
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.product, pytest.mark.timeout(300)]
NewScene = Callable[[App], Scene]
QUESTION = "外观专利保护多少年"
SEND = "/cgi-bin/message/custom/send"
OFFERED = "之前有1条消息可能没送到"


def read_unread(scene: Scene, lost: str) -> None:
    """The next contact offers what waits; `未读` shows it, and with that it is delivered."""
    scene.say("你好")
    scene.settle(2)
    assert OFFERED in scene.said()[-1]
    scene.say("未读")
    scene.settle(3)
    assert lost in scene.said()[-1]
    scene.until(lambda: {state for state, _ in scene.states()} == {DeliveryState.SENT})


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"kind": "http_status", "value": 502}, 0),
        ({"kind": "http_status", "value": 502, "after_effect": True}, 1),
        ({"kind": "cut_json", "value": 5}, 1),
        ({"kind": "errcode", "value": -1}, 0),
        ({"kind": "errcode", "value": -1, "after_effect": True}, 1),
        ({"kind": "reset"}, 0),
        ({"kind": "reset", "after_effect": True}, 1),
        ({"kind": "delay", "value": 10}, 1),
    ],
    ids=["5xx", "5xx-delivered", "cut-json", "minus-one", "minus-one-delivered", "reset", "reset-delivered", "slow"],
)
def test_an_answer_that_says_nothing_certain_is_never_followed_by_a_second_send(
    stack: Stack, new_scene: NewScene, fault: dict[str, object], seen: int
) -> None:
    scene = new_scene("miniprogram")
    stack.add_fault(path=SEND, **fault)

    scene.say(QUESTION)
    scene.settle()
    stack.move_clock(advance_seconds=40)
    if fault["kind"] == "delay":
        scene.until(lambda: len(scene.said()) == 1)

    assert scene.states() == [(DeliveryState.FAILED, UNKNOWN_OUTCOME)]
    scene.check_once(seen=seen)
    read_unread(scene, scene.deliveries()[0].payload["text"])


def test_a_minute_limit_delays_the_message_and_sends_it_once(stack: Stack, new_scene: NewScene) -> None:
    scene = new_scene("miniprogram")
    stack.add_fault(path=SEND, kind="errcode", value=45011, times=2)

    scene.say(QUESTION)
    scene.settle(moving=21)

    scene.check_once()
    assert scene.deliveries()[0].attempt_count == 3


@pytest.mark.parametrize("errcode", [45009, 45015, 45047])
def test_what_a_quota_or_a_closed_window_stops_waits_in_the_app_and_is_offered(
    stack: Stack, new_scene: NewScene, errcode: int
) -> None:
    """45015 and 45047 where our own count said that a message was left."""
    scene = new_scene("miniprogram")
    stack.add_fault(path=SEND, kind="errcode", value=errcode)

    scene.say(QUESTION)
    scene.settle()

    (waiting,) = scene.deliveries()
    assert (waiting.channel, waiting.state, waiting.sent_at) == (DeliveryChannel.INBOX, DeliveryState.QUEUED, None)
    assert scene.said() == []
    read_unread(scene, waiting.payload["text"])


def test_an_api_that_is_down_for_long_keeps_staff_replies_and_never_delays_passive_answers(
    stack: Stack, new_scene: NewScene, staff_id: int
) -> None:
    scene, other = new_scene("official"), new_scene("official")
    ask_for_a_person(scene)
    check_routed_once(scene)
    stack.add_fault(path=SEND, kind="errcode", value=45011, times=0)

    staff_reply(scene, staff_id, REPLY, virtual_now(stack))
    other.say(QUESTION)

    other.settle()
    other.check_once()
    assert REPLY not in scene.said()
    stack.clear_faults()
    scene.settle(moving=21)
    check_reply_seen_once(scene)


def test_no_access_token_means_later_and_not_lost(stack: Stack, new_scene: NewScene) -> None:
    scene = new_scene("miniprogram")
    with_token = {"path": "/cgi-bin/stable_token", "kind": "http_status", "value": 503, "times": 0}
    # A token that WeChat no longer takes must be replaced, and the token service does not answer.
    stack.add_fault(path=SEND, kind="errcode", value=40001, times=1)
    stack.add_fault(**with_token)

    scene.say(QUESTION)
    scene.until(lambda: [row.attempt_count for row in scene.deliveries()] == [1])
    scene.until(lambda: scene.deliveries()[0].claimed_until is None)
    assert scene.said() == []
    requests.delete(f"{stack.sandbox_url}/sandbox/api/faults", timeout=5)

    scene.settle(moving=21)
    scene.check_once()
