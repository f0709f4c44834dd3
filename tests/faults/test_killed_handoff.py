"""`kill -9` at every step of "hand-off → routed → staff notified → staff reply → delivered": every promise is kept."""

from collections.abc import Callable, Iterator

import pytest
import requests
from sqlalchemy import select

from core.db import Database
from models import Case, CaseEvent, CaseStatus, Conversation, DeliveryChannel, DeliveryState, Message, Role, Staff
from services.cases import close_case
from services.deliveries import UNKNOWN_OUTCOME
from services.staff import update_staff
from tests.faults.conftest import virtual_now
from tests.faults.console_browser import ConsoleBrowser
from tests.faults.scene import App, Scene, Trap, add_staff, notices, one_case, staff_reply
from tests.support.stack import Stack
from tests.support.staff import make_staff

pytestmark = [pytest.mark.slow, pytest.mark.product, pytest.mark.timeout(300)]
NewScene = Callable[[App], Scene]
NewTrap = Callable[[str], Trap]
REPLY = "我是陈敏,材料我看过了,下午给您回电话。"


def ask_for_a_person(scene: Scene, *, wait: bool = True) -> None:
    scene.say("转人工", wait=wait)


def is_offered(scene: Scene) -> bool:
    return [case.status for case in scene.rows(Case)] == [CaseStatus.OFFERED]


def history(scene: Scene) -> list[str]:
    of_case = CaseEvent.case_id == one_case(scene).id
    with scene.database.reading() as session:
        return list(session.scalars(select(CaseEvent.kind).where(of_case).order_by(CaseEvent.id)))


def check_routed_once(scene: Scene) -> Case:
    """One case, offered once, one notification; the user was told its number once."""
    scene.until(lambda: is_offered(scene))
    case = one_case(scene)
    assert history(scene) == ["opened", "offered"]
    assert (case.offer_count, len(notices(scene))) == (1, 1)
    assert sum(case.number in text for text in scene.said()) == 1
    return case


def check_reply_seen_once(scene: Scene) -> None:
    scene.until(lambda: REPLY in scene.said())
    scene.until(lambda: {state for state, _ in scene.states()} == {DeliveryState.SENT})
    assert scene.said().count(REPLY) == 1


@pytest.mark.parametrize(
    ("when", "step"),
    [("before", "finish"), ("after", "offer"), ("after", "finishing transaction"), ("after", "finish")],
)
def test_a_web_process_killed_while_it_opens_and_offers_the_case_does_it_once(
    new_scene: NewScene, trap: NewTrap, staff_id: int, when: str, step: str
) -> None:
    scene = new_scene("official")
    trap("web").set(when, step, whole=False)

    ask_for_a_person(scene)
    trap("web").wait(1)
    scene.settle(moving=10)

    scene.check_once()
    check_routed_once(scene)
    staff_reply(scene, staff_id, REPLY, virtual_now(scene.stack))
    check_reply_seen_once(scene)


def let_go(scene: Scene, staff_id: int) -> None:
    """An administrator takes somebody's account away: jobs are to find others for what they had."""
    now = virtual_now(scene.stack)
    with scene.database.unit_of_work() as session:
        admin = make_staff(session, now, role=Role.ADMINISTRATOR, is_available=False)
        leaver = session.get_one(Staff, staff_id)
        update_staff(
            session, by=admin, staff_id=leaver.id, display_name=leaver.display_name, role=Role.AGENT,
            skills=leaver.skills, regions=leaver.regions, is_active=False, now=now,
        )  # fmt: skip
        admin.is_active = False  # other tests escalate to whom they have hired themselves


@pytest.fixture
def left(new_scene: NewScene, stack: Stack, staff_id: int) -> Callable[[], Scene]:
    """Has whoever a user's case is offered to leave us: a job is to find somebody else for it."""
    scene = new_scene("official")
    add_staff(scene.database, virtual_now(stack))
    ask_for_a_person(scene)
    holder_id = check_routed_once(scene).assignee_id
    assert holder_id is not None

    def leave() -> Scene:
        let_go(scene, holder_id)
        return scene

    return leave


def check_passed_on_once(scene: Scene) -> int:
    """One colleague was offered the case, and told of it: their id."""
    scene.until(lambda: is_offered(scene))
    assert history(scene) == ["opened", "offered", "rerouted", "offered"]
    first, second = notices(scene)
    assert first.staff_id != second.staff_id == one_case(scene).assignee_id
    return second.staff_id


@pytest.mark.parametrize(("when", "step"), [("before", "enqueue"), ("after", "enqueue")])
def test_a_relay_killed_around_the_routing_job_routes_once(
    left: Callable[[], Scene], trap: NewTrap, when: str, step: str
) -> None:
    relay = trap("scheduler")
    relay.set(when, step)

    scene = left()
    relay.mend()

    check_passed_on_once(scene)


@pytest.mark.parametrize(("when", "step"), [("before", "route"), ("after", "offer"), ("after", "route job")])
def test_a_worker_killed_while_it_routes_offers_the_case_once_and_tells_staff_once(
    left: Callable[[], Scene], trap: NewTrap, when: str, step: str
) -> None:
    worker = trap("worker-cases")
    worker.set(when, step)

    scene = left()
    worker.mend()
    scene.stack.move_clock(advance_seconds=25)

    check_passed_on_once(scene)


@pytest.fixture
def handed_off(new_scene: NewScene, staff_id: int) -> Scene:
    """A user whose case is offered to staff."""
    scene = new_scene("official")
    ask_for_a_person(scene)
    check_routed_once(scene)
    return scene


@pytest.mark.parametrize(
    ("part", "when", "step"),
    [
        ("scheduler", "before", "enqueue"),
        ("scheduler", "after", "enqueue"),
        ("worker-deliveries", "before", "claim"),
        ("worker-deliveries", "after", "deliver"),
    ],
)
def test_a_staff_reply_arrives_once_whoever_dies_on_its_way(
    handed_off: Scene, trap: NewTrap, staff_id: int, part: str, when: str, step: str
) -> None:
    dying = trap(part)
    dying.set(when, step)

    staff_reply(handed_off, staff_id, REPLY, virtual_now(handed_off.stack))
    dying.mend()
    handed_off.settle(moving=16)

    check_reply_seen_once(handed_off)
    assert one_case(handed_off).first_reply_at is not None


@pytest.mark.parametrize(("when", "step", "seen"), [("after", "claim", 0), ("after", "send", 1)])
def test_a_staff_reply_whose_sender_died_around_the_call_is_offered_at_the_next_contact(
    handed_off: Scene, trap: NewTrap, staff_id: int, when: str, step: str, seen: int
) -> None:
    worker = trap("worker-deliveries")
    worker.set(when, step)

    staff_reply(handed_off, staff_id, REPLY, virtual_now(handed_off.stack))
    worker.mend()
    handed_off.settle(moving=31)

    assert handed_off.said().count(REPLY) == seen
    assert handed_off.states()[-1] == (DeliveryState.FAILED, UNKNOWN_OUTCOME)
    _close(handed_off, staff_id)
    # An answer that takes longer than a push waits comes by itself a moment later.
    handed_off.say("你好")
    handed_off.until(lambda: "之前有1条消息可能没送到" in handed_off.said()[-1])
    handed_off.say("未读")
    handed_off.until(lambda: REPLY in handed_off.said()[-1])
    handed_off.until(lambda: {state for state, _ in handed_off.states()} == {DeliveryState.SENT})


@pytest.fixture
def console(stack: Stack, database: Database, staff_id: int) -> Iterator[ConsoleBrowser]:
    with database.reading() as session:
        browser = ConsoleBrowser(stack.web_url, session.get_one(Staff, staff_id).username)
    yield browser
    browser.close()


@pytest.mark.parametrize(("when", "step"), [("after", "staff reply"), ("before", "staff reply answered")])
def test_a_reply_posted_again_after_the_web_died_is_one_reply(
    handed_off: Scene, trap: NewTrap, console: ConsoleBrowser, when: str, step: str
) -> None:
    """Before and after the commit: the page repeats the form under the same key."""
    public_id = _public_id(handed_off)
    trap("web").set(when, step, whole=False)

    with pytest.raises(requests.ConnectionError):
        console.reply(public_id, REPLY, "form-1")
    trap("web").wait()
    answer = console.reply(public_id, REPLY, "form-1")

    assert answer.ok
    check_reply_seen_once(handed_off)
    assert len(handed_off.rows(Message, Message.author == "staff")) == 1


def test_a_reply_that_no_window_covers_waits_in_the_app_and_is_read_at_the_next_contact(
    handed_off: Scene, trap: NewTrap, staff_id: int
) -> None:
    """With the worker killed meanwhile: the promise is kept when the user comes back."""
    stack = handed_off.stack
    stack.add_fault(path="/cgi-bin/message/custom/send", kind="errcode", value=45015, times=1)
    worker = trap("worker-deliveries")
    worker.set("before", "claim")

    staff_reply(handed_off, staff_id, REPLY, virtual_now(stack))
    worker.mend()
    handed_off.settle(moving=16)

    last = handed_off.deliveries()[-1]
    assert (last.channel, last.state) == (DeliveryChannel.INBOX, DeliveryState.QUEUED)
    assert REPLY not in handed_off.said()
    handed_off.say("在吗")
    check_reply_seen_once(handed_off)


def _close(scene: Scene, staff_id: int) -> None:
    with scene.database.unit_of_work() as session:
        staff = session.get_one(Staff, staff_id)
        close_case(session, staff=staff, case_id=one_case(scene).id, now=virtual_now(scene.stack))
    # A job tells them so: what they say next must not cross it.
    scene.until(lambda: any("已办结" in text for text in scene.said()))


def _public_id(scene: Scene) -> str:
    with scene.database.reading() as session:
        return session.get_one(Conversation, one_case(scene).conversation_id).public_id
