"""`kill -9` while a service's form is filed and its case routed: one case, offered once, told once."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from models import Case, CaseEvent, CaseStatus, User
from models import WeChatIdentity as Identity
from services.casework.drafts import start_draft
from services.catalogue import service_of
from tests.faults.conftest import virtual_now
from tests.faults.scene import App, Scene, Trap, notices, one_case
from tests.support.casework import PLEDGE

pytestmark = [pytest.mark.slow, pytest.mark.serial, pytest.mark.timeout(300)]
NewScene = Callable[[App], Scene]
NewTrap = Callable[[str], Trap]
LOAN = service_of("pledge_financing")


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


@pytest.mark.parametrize(("when", "step"), [("before", "route"), ("after", "offer"), ("after", "route job")])
def test_a_worker_killed_while_it_routes_a_service_offers_it_once_and_tells_its_handler_once(
    new_scene: NewScene, trap: NewTrap, staff_id: int, when: str, step: str
) -> None:
    scene = new_scene("official")
    fill_in(scene)
    worker = trap("worker-cases")
    worker.set(when, step)

    scene.say("提交")
    worker.mend()
    scene.settle(2, moving=25)

    check_filed_and_offered_once(scene)


@pytest.mark.parametrize(("when", "step"), [("after", "finishing transaction"), ("after", "finish")])
def test_a_web_process_killed_while_it_files_a_form_files_it_once(
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
