"""Joint minutes: gathered once all units reported, confirmed by each version by version, told to the owner at last."""

import pytest
from sqlalchemy import select

from core.errors import Conflict, InvalidInput, NotFound
from models import CaseEvent, CaseMinutes, CaseTask, Delivery, Message, Role, Staff, StaffNotification, TaskState
from services.casework.minutes import answer_minutes, draw_up_minutes, find_confirmed, view_minutes
from services.casework.moves import Mover, move_case
from services.casework.tasks import list_tasks, reopen_task, report_task
from services.catalogue.model import Party
from services.privacy import erase_user_by_id
from tests.services.catalogue.test_enforcement_aid import AID
from tests.support.casework import make_institution, make_service_case
from tests.support.staff import make_staff

OPINION = {"route": "行政投诉", "opinion": "证据基本够"}
CONCLUSION = "市局立案,中心协助取证,12月10日前出具处理意见。"


class Scene:
    """A case at work with two units that have logins, in one session."""

    def __init__(self, session, now) -> None:
        self.session, self.now = session, now
        self.logins = []
        for party, name in (
            (Party.AID_CENTRE, "演示援助中心"),
            (Party.AUTHORITY, "演示市局"),
            (Party.EXPERT, "演示专家"),
        ):
            unit = make_institution(session, now, party=party, name=name)
            login = make_staff(session, now, display_name=name, role=Role.PARTNER)
            login.institution_id = unit.id
            self.logins.append(login)
        self.case = make_service_case(session, now, kind="enforcement_aid", values=AID, is_taken=True)
        self.handler = session.get(Staff, self.case.assignee_id)
        self.move("accepted")
        self.report("expert", OPINION)
        self.move("coordinating", OPINION)

    def move(self, to, answers=None):
        mover = Mover(staff=self.handler)
        move_case(self.session, case_id=self.case.id, to=to, mover=mover, answers=answers, now=self.now)

    def task(self, key):
        return next(each for each in list_tasks(self.session, self.case.id) if each.key == key)

    def report(self, key, answers):
        task = self.task(key)
        report_task(self.session, staff=self.handler, public_id=task.public_id, answers=answers, version=task.version,
                    now=self.now)  # fmt: skip

    def report_both(self):
        self.report("centre", {"accepted": "已派人取证"})
        self.report("authority", {"accepted": "已立案"})

    def draw_up(self, conclusion=CONCLUSION, staff=None):
        return draw_up_minutes(self.session, staff=staff or self.handler, case_id=self.case.id, conclusion=conclusion,
                               version=self.case.version, now=self.now)  # fmt: skip

    def answer(self, key, staff, *, agrees=True, note="", number=1):
        return answer_minutes(self.session, staff=staff, public_id=self.task(key).public_id, agrees=agrees, note=note,
                              number=number, now=self.now)  # fmt: skip

    def told(self):
        """What of the conclusion stands in the ledger for the owner."""
        query = select(Message.text).join(Delivery, Delivery.message_id == Message.id)
        return [text for text in self.session.scalars(query) if "会商" in text]


@pytest.fixture
def scene(database, clock):
    with database.unit_of_work() as session:
        yield Scene(session, clock.now())


def test_minutes_wait_for_every_unit_and_need_a_conclusion(scene):
    with pytest.raises(Conflict, match="维权援助中心协助"):
        scene.draw_up()
    scene.report_both()
    with pytest.raises(InvalidInput):
        scene.draw_up(" ")
    for stranger in (scene.logins[0], make_staff(scene.session, scene.now, skills=["patent"])):
        with pytest.raises(NotFound):
            scene.draw_up(staff=stranger)


def test_the_owner_hears_the_conclusion_once_the_last_unit_confirmed(scene):
    scene.report_both()
    scene.draw_up()
    asked = scene.session.scalars(
        select(StaffNotification.text).where(StaffNotification.text.contains("会商纪要请确认"))
    )
    assert len(asked.all()) == 2

    scene.answer("centre", scene.logins[0])
    assert scene.told() == [] and find_confirmed(scene.session, scene.case.id) is None
    scene.answer("authority", scene.logins[1])

    assert scene.told() == [
        f"维权援助 {scene.case.number} 有关单位会商有结论了。\n{CONCLUSION}\n确认单位:演示援助中心、演示市局"
    ]
    with pytest.raises(Conflict):
        scene.answer("centre", scene.logins[0])
    details = scene.session.scalars(select(CaseEvent.details).where(CaseEvent.kind.startswith("minutes_"))).all()
    assert all(set(each) <= {"number", "task"} for each in details)


def test_a_unit_that_does_not_agree_says_why_and_a_new_version_is_confirmed_anew(scene):
    scene.report_both()
    scene.draw_up()
    scene.answer("centre", scene.logins[0])
    with pytest.raises(InvalidInput):
        scene.answer("authority", scene.logins[1], agrees=False)
    scene.answer("authority", scene.logins[1], agrees=False, note="期限写得太近")

    scene.draw_up("市局立案,期限另行通知。")
    latest, first = view_minutes(scene.session, scene.case)
    assert [unit.agrees for unit in latest.units] == [None, None]
    assert [(unit.agrees, unit.note) for unit in first.units] == [(True, ""), (False, "期限写得太近")]
    with pytest.raises(Conflict):
        scene.answer("centre", scene.logins[0], number=1)
    scene.answer("centre", scene.logins[0], number=2)
    assert scene.told() == []


def test_a_report_given_anew_makes_the_minutes_stale(scene):
    scene.report_both()
    scene.draw_up()
    reopen_task(scene.session, staff=scene.handler, public_id=scene.task("authority").public_id, now=scene.now)
    scene.report("authority", {"accepted": "移送另一家"})

    assert not view_minutes(scene.session, scene.case)[0].is_current
    with pytest.raises(Conflict):
        scene.answer("centre", scene.logins[0])


def test_only_the_unit_itself_or_the_handler_with_a_paper_confirms(scene):
    scene.report_both()
    scene.draw_up()
    stranger = make_staff(scene.session, scene.now, skills=["patent"])
    for other in (scene.logins[1], scene.logins[2], stranger):
        with pytest.raises(NotFound):
            scene.answer("centre", other)
    with pytest.raises(InvalidInput):
        scene.answer("centre", scene.handler)
    scene.answer("centre", scene.handler, note="11月23日收到盖章件")

    [view] = view_minutes(scene.session, scene.case)
    assert [(unit.agrees, unit.is_by_proxy) for unit in view.units] == [(True, True), (None, False)]
    with pytest.raises(NotFound):
        scene.answer("expert", scene.logins[2])


def test_what_units_wrote_goes_with_the_person_it_is_about(scene):
    other = make_service_case(scene.session, scene.now)
    kept = CaseTask(public_id="kept", case_id=other.id, key="quote", party="bank", result={"rate": 3}, note="留着",
                    created_at=scene.now)  # fmt: skip
    scene.session.add(kept)
    scene.report_both()
    scene.draw_up()
    written = list_tasks(scene.session, scene.case.id)
    written[0].note = "张三补充"
    erase_user_by_id(scene.session, scene.case.user_id, scene.now)

    row = scene.session.scalars(select(CaseMinutes)).one()
    assert (row.reports, row.answers, row.conclusion, row.number) == ([], {}, "", 1)
    scene.session.expire_all()
    assert [(task.result, task.note) for task in written] == [({}, None)] * len(written)
    assert TaskState.DONE in {task.state for task in written}
    assert (kept.result, kept.note) == ({"rate": 3}, "留着")
