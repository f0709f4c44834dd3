"""`kill -9` while a service's form is filed and its case offered, and while its clocks remind: everybody told once."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import redis
from rq.job import Job
from sqlalchemy import select

from core.clock import CHINA, china_date
from core.db import Database
from core.outbox import OutboxRow, OutboxState
from jobs.relay import job_id
from models import Case, CaseClock, CaseEvent, CaseStatus, Conversation, DeliveryState, Staff, User
from models import WeChatIdentity as Identity
from services.casework.assignment import take_case
from services.casework.drafts import start_draft
from services.casework.opening import open_service_case
from services.catalogue import service_of
from services.job_names import JobName
from services.working_hours import load_calendar
from tests.faults.conftest import virtual_now
from tests.faults.scene import App, Scene, Trap, jobs_of, notices, one_case
from tests.support.casework import PLEDGE
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.product, pytest.mark.timeout(300)]
NewScene = Callable[[App], Scene]
NewTrap = Callable[[str], Trap]
LOAN, EVIDENCE = service_of("pledge_financing"), service_of("evidence_timestamp")
# Waits for its owner's file: its clock reminds handler and owner.
UPLOAD = {
    "title": "散热结构设计图", "thing": "drawing", "mode": "upload", "holder": "广州云测科技有限公司",
    "show_title": False, "wants_notary": False, "phone": "13800138000",
}  # fmt: skip


def events_of(scene: Scene, case: Case, kind: str) -> int:
    with scene.database.reading() as session:
        found = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind == kind)).all()
    return len(found)


def fill_in(scene: Scene) -> None:
    """A loan's form that waits for its 提交; answering it question by question is tested elsewhere."""
    with scene.database.unit_of_work() as session:
        user = session.scalars(select(User).join(Identity).where(Identity.openid == scene.openid)).one()
        start_draft(session, user=user, service=LOAN, said=PLEDGE, now=virtual_now(scene.stack))
    scene.say("继续填")
    scene.until(lambda: "没问题回复“提交”" in scene.said()[-1])


def check_filed_and_offered_once(scene: Scene) -> None:
    scene.until(lambda: [case.status for case in scene.rows(Case)] == [CaseStatus.OFFERED])
    case = one_case(scene)
    assert (case.kind, case.stage, case.offer_count) == (LOAN.key, "submitted", 1)
    assert (events_of(scene, case, "opened"), events_of(scene, case, "offered")) == (1, 1)
    assert len(notices(scene)) == 1
    assert sum(f"单号 {case.number}" in text for text in scene.said()) == 1


@pytest.mark.parametrize(
    ("when", "step"), [("after", "offer"), ("after", "finishing transaction"), ("after", "finish")]
)
def test_a_web_process_killed_while_it_files_a_form_and_offers_the_case_does_it_once(
    new_scene: NewScene, trap: NewTrap, staff_id: int, when: str, step: str
) -> None:
    """WeChat asks again: the second try must neither file it anew nor say that there is no form."""
    scene = new_scene("official")
    fill_in(scene)
    trap("web").set(when, step, whole=False)

    scene.say("提交")
    trap("web").wait(1)
    scene.settle(2, moving=10)

    check_filed_and_offered_once(scene)


@pytest.fixture
def reminded(stack: Stack, new_scene: NewScene, staff_id: int) -> Iterator[list[Scene]]:
    """Three owners whose evidence waits for a file, each with a handler; afterwards staff are at their desks."""
    scenes = [new_scene("official") for _ in range(3)]
    now = virtual_now(stack)
    for scene in scenes:
        scene.say("帮助")  # who has written hears from us for two days
        with scene.database.unit_of_work() as session:
            begun = select(Conversation).join(Identity).where(Identity.openid == scene.openid)
            case = open_service_case(
                session, service=EVIDENCE, values=UPLOAD, conversation=session.scalars(begun).one(), channel="chat",
                now=now,
            ).case  # fmt: skip
            handler = session.get_one(Staff, case.assignee_id or staff_id)
            take_case(session, staff=handler, case_id=case.id, now=now)
    yield scenes
    with scenes[0].database.reading() as session:
        now = virtual_now(stack)
        opening = load_calendar(session, china_date(now)).next_opening(now)
    stack.move_clock(now=(opening + timedelta(minutes=30)).astimezone(CHINA).isoformat())


@pytest.mark.parametrize(("when", "step"), [("before", "remind"), ("after", "clock job")])
def test_a_worker_killed_while_clocks_remind_reminds_every_owner_and_handler_once(
    stack: Stack, database: Database, reminded: list[Scene], trap: NewTrap, when: str, step: str
) -> None:
    due = max(look for scene in reminded if (look := clock_of(scene).next_look_at))
    worker = trap("worker-cases")
    worker.set(when, step)

    stack.move_clock(now=due.astimezone(CHINA).isoformat())
    worker.mend()
    # Past the sweep's patience, so that it looks after what the dead worker left too.
    stack.move_clock(advance_seconds=30)

    for scene in reminded:
        scene.until(lambda each=scene: clock_of(each).reminded_count == 1)
        scene.until(lambda each=scene: {state for state, _ in each.states()} == {DeliveryState.SENT})
    # The dead worker's own look comes after all: RQ would wait some minutes before it gives a started job up.
    left = [row for row in due_looks(stack, database) if row.state == OutboxState.SENT]
    connection = redis.Redis.from_url(stack.valkey.url)
    for row in left:
        Job.fetch(job_id(row), connection=connection).delete()
    connection.close()
    stack.move_clock(advance_seconds=30)
    stack.wait_until(lambda: {row.state for row in due_looks(stack, database)} == {OutboxState.DONE})
    for scene in reminded:
        case = one_case(scene)
        assert events_of(scene, case, "clock_reminded") == clock_of(scene).reminded_count == 1
        assert len(notices(scene, "clock")) == 1
        assert len(scene.said()) == 2 and "还没盖时间戳" in scene.said()[1]


def clock_of(scene: Scene) -> CaseClock:
    with scene.database.reading() as session:
        return session.scalars(select(CaseClock).where(CaseClock.case_id == one_case(scene).id)).one()


def due_looks(stack: Stack, database: Database) -> list[OutboxRow]:
    """All looks at clocks that should have been had by now."""
    now = virtual_now(stack)
    return [row for row in jobs_of(database, JobName.CHECK_CLOCK) if row.run_after <= now]
