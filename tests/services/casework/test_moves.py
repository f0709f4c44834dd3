"""A case goes along its declared graph, with what must be there, by whom the declaration names."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from models import Case, CaseEvent, CaseOutcome, CaseStatus, CaseTask, Message, Role, Staff, StaffNotification
from services.casework.clocks import check_clock, list_clocks
from services.casework.moves import Mover, allowed_moves, move_case, reopen_case
from services.casework.tasks import list_tasks, refuse_task, report_task, shown_to_party
from services.catalogue import service_of
from services.catalogue.model import Party
from tests.support.casework import PLEDGE, RECOMMEND, make_institution, make_service_case
from tests.support.staff import make_staff


def messages(session, case) -> list[str]:
    return list(session.scalars(select(Message.text).where(Message.case_id == case.id).order_by(Message.id)))


def handler(session, case) -> Mover:
    return Mover(staff=session.get(Staff, case.assignee_id))


def test_a_request_gets_a_number_a_clock_and_a_handler_of_the_desk(database, clock):
    with database.unit_of_work() as session:
        broker = make_staff(session, clock.now(), skills=["financing"]).id
        make_staff(session, clock.now(), skills=["patent"])
        case = make_service_case(session, clock.now())

    assert case.number.startswith("RZ")
    assert (case.status, case.assignee_id, case.stage) == (CaseStatus.OFFERED, broker, "submitted")
    with database.reading() as session:
        assert [row.key for row in list_clocks(session, case.id)] == ["prescreen"]
        assert session.get(Case, case.id).next_due_at is not None


def test_the_form_is_kept_whole_and_checked_field_by_field(database, clock):
    with database.unit_of_work() as session:
        assert make_service_case(session, clock.now()).form == PLEDGE

    with pytest.raises(InvalidInput) as refused, database.unit_of_work() as session:
        make_service_case(session, clock.now(), values={**PLEDGE, "phone": "12", "use": "gambling", "amount": None})
    assert set(refused.value.fields) == {"phone", "use", "amount"}


def test_a_case_goes_from_prescreen_to_settled_and_the_owner_hears_of_each_step(database, clock):
    with database.unit_of_work() as session:
        for party in (Party.VALUER, Party.GUARANTOR, Party.INSURER, Party.BANK):
            make_institution(session, clock.now(), party=party)
        case = make_service_case(session, clock.now(), is_taken=True)
        move_case(session, case_id=case.id, to="recommended", mover=handler(session, case), answers=RECOMMEND,
                  now=clock.now())  # fmt: skip

        tasks = {task.key: task for task in list_tasks(session, case.id)}
        assert {task.state for task in tasks.values()} == {"open"}
        with pytest.raises(Conflict, match="银行审批"):
            move_case(session, case_id=case.id, to="approved", mover=handler(session, case), now=clock.now(),
                      answers={"amount": 2_000_000, "rate": 4.5, "term_months": 12})  # fmt: skip

        report_task(session, staff=handler(session, case).staff, public_id=tasks["review"].public_id,
                    version=tasks["review"].version, now=clock.now(),
                    answers={"amount": 2_000_000, "rate": 4.5, "term_months": 12})  # fmt: skip
        move_case(session, case_id=case.id, to="approved", mover=handler(session, case), now=clock.now(),
                  answers={"amount": 2_000_000, "rate": 4.5, "term_months": 12})  # fmt: skip

        assert case.results["approved"]["amount"] == 2_000_000
        assert [text.split()[0] for text in messages(session, case)] == ["质押融资", "质押融资"]
        with pytest.raises(Conflict, match="质押合同"):
            move_case(session, case_id=case.id, to="registered", mover=handler(session, case), now=clock.now(),
                      answers={"number": "Y2026980000001", "registered_on": "2026-11-24"})  # fmt: skip


def test_an_unknown_way_a_missing_answer_and_a_stale_page_are_refused(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=True)
        mover = handler(session, case)
        with pytest.raises(Conflict, match="待预审"):
            move_case(session, case_id=case.id, to="settled", mover=mover, now=clock.now())
        with pytest.raises(InvalidInput):
            move_case(session, case_id=case.id, to="recommended", mover=mover, now=clock.now())
        with pytest.raises(Conflict, match="刷新"):
            move_case(session, case_id=case.id, to="recommended", mover=mover, answers=RECOMMEND, now=clock.now(),
                      version=case.version - 1)  # fmt: skip


def test_only_the_handler_and_supervisors_move_it_and_to_others_it_is_not_there(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=True)
        stranger = make_staff(session, clock.now(), skills=["financing"])
        partner = make_staff(session, clock.now(), role=Role.PARTNER)
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        for staff in (stranger, partner):
            with pytest.raises(NotFound):
                move_case(session, case_id=case.id, to="recommended", mover=Mover(staff=staff), answers=RECOMMEND,
                          now=clock.now())  # fmt: skip
        with pytest.raises(Forbidden):
            move_case(session, case_id=case.id, to="recommended", mover=Mover(user_id=case.user_id),
                      answers=RECOMMEND, now=clock.now())  # fmt: skip

        move_case(session, case_id=case.id, to="recommended", mover=Mover(staff=boss), answers=RECOMMEND,
                  now=clock.now())  # fmt: skip
        assert case.stage == "recommended"


def test_the_owner_withdraws_open_tasks_end_and_nothing_runs_any_more(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=True)
        move_case(session, case_id=case.id, to="recommended", mover=handler(session, case), answers=RECOMMEND,
                  now=clock.now())  # fmt: skip
        owner = Mover(user_id=case.user_id)
        assert [move.to for move, _ in allowed_moves(session, case, owner)] == ["withdrawn"]

        move_case(session, case_id=case.id, to="withdrawn", mover=owner, now=clock.now())
        move_case(session, case_id=case.id, to="withdrawn", mover=owner, now=clock.now())

        assert (case.status, case.outcome, case.next_due_at) == (CaseStatus.CLOSED, CaseOutcome.WITHDRAWN, None)
        assert {task.state for task in list_tasks(session, case.id)} == {"cancelled"}
        assert all(row.stopped_at for row in list_clocks(session, case.id))
        kinds = list(session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case.id)))
        assert kinds.count("closed") == 1
        assert allowed_moves(session, case, owner) == []


def test_a_closed_case_can_be_taken_up_again_where_it_was(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=True)
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        move_case(session, case_id=case.id, to="withdrawn", mover=Mover(user_id=case.user_id), now=clock.now())

        reopen_case(session, case_id=case.id, staff=boss, now=clock.now())

        assert (case.stage, case.status, case.outcome) == ("submitted", CaseStatus.ACCEPTED, None)
        assert case.next_due_at is not None


def test_what_the_end_of_a_case_cut_off_is_to_be_done_once_it_is_taken_up_again(database, clock):
    with database.unit_of_work() as session:
        bank = make_institution(session, clock.now(), party=Party.BANK)
        case = make_service_case(session, clock.now(), is_taken=True)
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        move_case(session, case_id=case.id, to="recommended", mover=handler(session, case), answers=RECOMMEND,
                  now=clock.now())  # fmt: skip
        wanted = {task.key for task in list_tasks(session, case.id)}
        for _ in range(2):
            move_case(session, case_id=case.id, to="withdrawn", mover=Mover(user_id=case.user_id), now=clock.now())
            reopen_case(session, case_id=case.id, staff=boss, now=clock.now())

        left = [task for task in list_tasks(session, case.id) if task.state != "cancelled"]
        assert sorted(task.key for task in left) == sorted(wanted)
        assert [task.institution_id for task in left if task.key == "review"] == [bank.id]


def test_a_partner_sees_what_its_task_needs_and_nothing_of_the_person(database, clock):
    with database.unit_of_work() as session:
        bank = make_institution(session, clock.now(), party=Party.BANK)
        case = make_service_case(session, clock.now(), is_taken=True)
        move_case(session, case_id=case.id, to="recommended", mover=handler(session, case), answers=RECOMMEND,
                  now=clock.now())  # fmt: skip
        task = next(each for each in list_tasks(session, case.id) if each.key == "review")
        partner = make_staff(session, clock.now(), role=Role.PARTNER)
        partner.institution_id = bank.id

        shown = dict(shown_to_party(task))
        assert "联系电话" not in shown and shown["金额"] == 3_000_000

        refuse_task(session, staff=partner, public_id=task.public_id, note="不接受这类专利", version=task.version,
                    now=clock.now())  # fmt: skip
        assert session.get(CaseTask, task.id).state == "refused"
        told = session.scalars(select(StaffNotification.text).where(StaffNotification.staff_id == case.assignee_id))
        assert any("银行审批办不了" in text for text in told)

        other = make_staff(session, clock.now(), role=Role.PARTNER)
        with pytest.raises(NotFound):
            report_task(session, staff=other, public_id=task.public_id, answers={}, version=1, now=clock.now())


def test_a_clock_reminds_once_and_says_once_that_it_is_over(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=True)
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        row = list_clocks(session, case.id)[0]
        check_clock(session, row.id, clock.now())
        clock.set(row.due_at - timedelta(hours=4))
        for _ in range(2):
            check_clock(session, row.id, clock.now())
        clock.set(row.due_at + timedelta(minutes=1))
        for _ in range(2):
            check_clock(session, row.id, clock.now())

        told = list(session.scalars(select(StaffNotification).where(StaffNotification.kind == "clock")))
        assert sorted(item.staff_id for item in told) == sorted([case.assignee_id, case.assignee_id, boss.id])
        assert row.overdue_at == clock.now()
        assert service_of(case.kind).clock(row.key).name in told[0].text


def test_nobody_works_for_the_other_side(database, clock):
    with database.unit_of_work() as session:
        conflicted = make_staff(session, clock.now(), skills=["financing"])
        bank = make_institution(session, clock.now(), party=Party.BANK, conflicts=["广州云测科技有限公司"])
        other = make_service_case(session, clock.now(), values={**PLEDGE, "company": "佛山某某陶瓷有限公司"})
        other.opponent, other.assignee_id = "广州云测科技有限公司", conflicted.id
        case = make_service_case(session, clock.now())

        assert (case.status, case.assignee_id) == (CaseStatus.ESCALATED, None)
        assert bank.id not in {task.institution_id for task in list_tasks(session, case.id)}
