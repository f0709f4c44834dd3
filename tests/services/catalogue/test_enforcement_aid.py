"""Enforcement aid: the limit of three years, what proof is missing, experts in turn and without conflict."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.clock import CHINA, china_date
from core.errors import InvalidInput
from models import DatedRecord, Message, RecordState, Staff
from services.casework.clocks import check_clock, list_clocks
from services.casework.moves import Mover, move_case
from services.casework.tasks import give_task, list_tasks, report_task, shown_to_party
from services.catalogue import service_of
from services.catalogue.enforcement_checks import check_enforcement
from services.catalogue.facts import Facts, Level
from services.catalogue.model import Party
from tests.support.casework import make_institution, make_service_case
from tests.support.dated_data import make_record

AID = {
    "right": "design", "number": "CN202130123456.3", "infringer": "佛山某某五金厂", "place": "online_shop",
    "known_on": "2026-08-03", "facts": "网店在卖和我们一样的水龙头", "evidence": ["screenshot"], "goal": "both",
    "company": "广州云测科技有限公司", "region": "广东省佛山市南海区", "phone": "13800138000",
}  # fmt: skip
CONSULTATION = {
    "field": "enforcement", "question": "网店卖仿品,先投诉还是先公证?", "day": "2026-12-02", "mode": "video",
    "company": AID["company"], "region": AID["region"], "phone": AID["phone"],
}  # fmt: skip


def findings(database, clock, **changes):
    with database.reading() as session:
        return check_enforcement(Facts(session, {**AID, **changes}, AID["region"], china_date(clock.now())))


def test_a_design_in_a_shop_lacks_an_evaluation_report_and_proof(database, clock):
    found = findings(database, clock)
    said = "\n".join(each.text for each in found)

    assert "2029年8月3日" in said
    assert "专利权评价报告" in said and "购买凭证" in said and "实物样品" in said
    assert "平台" in said
    assert all(each.source for each in found if "评价报告" in each.text or "时效" in each.text)


def test_after_three_years_it_stops_with_the_article(database, clock):
    found = findings(database, clock, known_on="2023-01-09")

    stop = next(each for each in found if each.level is Level.STOP)
    assert "2026年1月9日" in stop.text and "第七十四条" in stop.source


@pytest.mark.parametrize(("on", "article"), [(date(2026, 12, 31), "第六十条"), (date(2027, 1, 1), "第七十四条")])
def test_the_trademark_route_names_the_article_of_the_law_in_force(database, on, article):
    with database.reading() as session:
        found = check_enforcement(Facts(session, {**AID, "right": "trademark"}, None, on))

    assert any(each.source == f"《商标法》{article}" for each in found)


def test_the_limitation_runs_as_a_statutory_clock_and_reaches_the_owner(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind="enforcement_aid", values=AID, is_taken=True)
        row = next(each for each in list_clocks(session, case.id) if each.key == "limitation")
        assert row.is_statutory and row.due_at.astimezone(CHINA).date() == date(2029, 8, 3)

        clock.set(row.next_look_at)
        check_clock(session, row.id, clock.now())

        told = session.scalars(select(Message.text).where(Message.case_id == case.id)).all()
        assert any("诉讼时效快到了" in text for text in told)


def test_experts_take_turns_and_the_one_of_the_other_side_is_passed_over(database, clock):
    with database.unit_of_work() as session:
        make_institution(
            session, clock.now(), party=Party.EXPERT, name="甲", skills=["enforcement"], conflicts=["佛山某某五金厂"]
        )
        turn = [
            make_institution(session, clock.now(), party=Party.EXPERT, name=name, skills=["enforcement"]).id
            for name in ("乙", "丙")
        ]
        make_institution(session, clock.now(), party=Party.EXPERT, name="丁", skills=["financing"])
        chosen = []
        for _ in range(4):
            case = make_service_case(session, clock.now(), kind="enforcement_aid", values=AID, is_taken=True)
            mover = Mover(staff=session.get(Staff, case.assignee_id))
            move_case(session, case_id=case.id, to="accepted", mover=mover, now=clock.now())
            chosen.append(list_tasks(session, case.id)[0].institution_id)

        assert chosen == [*turn, *turn]


def test_an_expert_with_the_talent_that_is_asked_for_goes_before_one_who_is_nearer(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        experts = {
            skill: make_institution(session, now, party=Party.EXPERT, name=f"演示{skill}", skills=[skill],
                                    regions=["广东省" if skill == "policy" else "全国"]).id
            for skill in ("policy", "brokerage", "accounting")
        }  # fmt: skip
        for field, wanted in {"market": "brokerage", "financing": "accounting", "policy": "policy"}.items():
            case = make_service_case(session, now, kind="expert_consultation", values={**CONSULTATION, "field": field})
            (task,) = list_tasks(session, case.id)
            assert task.institution_id == experts[wanted]


def test_an_expert_whose_record_does_not_hold_that_day_is_neither_drawn_nor_chosen(database, clock):
    with database.unit_of_work() as session:
        today = china_date(clock.now())
        unseated = [
            make_institution(session, clock.now(), party=Party.EXPERT, name=name, skills=["enforcement"])
            for name in ("过期", "未到", "待批", "退出")
        ]
        columns = (
            {"valid_to": today - timedelta(days=1)}, {"valid_from": today + timedelta(days=1)},
            {"state": RecordState.PENDING}, {"state": RecordState.RETIRED},
        )  # fmt: skip
        for unit, changed in zip(unseated, columns, strict=True):
            record = session.scalars(select(DatedRecord).where(DatedRecord.name == unit.name)).one()
            for name, value in changed.items():
                setattr(record, name, value)

        case = make_service_case(session, clock.now(), kind="enforcement_aid", values=AID, is_taken=True)
        staff = session.get(Staff, case.assignee_id)
        move_case(session, case_id=case.id, to="accepted", mover=Mover(staff=staff), now=clock.now())
        [task] = list_tasks(session, case.id)
        assert task.institution_id is None
        for unit in unseated:
            with pytest.raises(InvalidInput, match="不能接这项任务"):
                give_task(session, staff=staff, public_id=task.public_id, institution_id=unit.id, now=clock.now())

        # The day after, the record of one of them begins.
        tomorrow = clock.now() + timedelta(days=1)
        given = give_task(session, staff=staff, public_id=task.public_id, institution_id=unseated[1].id, now=tomorrow)
        assert given.institution_id == unseated[1].id


def test_the_way_to_a_result_goes_through_the_expert_and_the_units(database, clock):
    opinion = {"route": "行政处理", "opinion": "外观近似,建议先请评价报告再请求处理"}
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind="enforcement_aid", values=AID, is_taken=True)
        mover = Mover(staff=session.get(Staff, case.assignee_id))
        move_case(session, case_id=case.id, to="accepted", mover=mover, now=clock.now())
        task = list_tasks(session, case.id)[0]
        report_task(session, staff=mover.staff, public_id=task.public_id, answers=opinion, version=task.version,
                    now=clock.now())  # fmt: skip
        move_case(session, case_id=case.id, to="coordinating", mover=mover, answers=opinion, now=clock.now())
        assert [each.key for each in list_tasks(session, case.id)] == ["expert", "centre", "authority"]

        move_case(session, case_id=case.id, to="resolved", mover=mover, answers={"summary": "对方已下架并赔偿2万元"},
                  now=clock.now())  # fmt: skip

        last = session.scalars(select(Message.text).where(Message.case_id == case.id).order_by(Message.id)).all()[-1]
        assert last == f"维权援助 {case.number} 有结果了。\n结果:对方已下架并赔偿2万元"
        assert service_of(case.kind).stage(case.stage).name == "待回访"


def test_the_unit_that_the_place_names_gets_its_task_in_its_own_time_and_the_owner_reads_who_leads(database, clock):
    with database.unit_of_work() as session:
        make_record(
            session, clock.now(), kind="region_routing", region="广东省佛山市", source="市局通知",
            values={"lead": "佛山某局", "others": "佛山中心\n佛山调解委", "accept_days": 3},
        )  # fmt: skip
        # By turns and by place the other one would be first.
        make_institution(session, clock.now(), party=Party.AUTHORITY, name="南海某局", regions=["广东省佛山市南海区"])
        lead = make_institution(session, clock.now(), party=Party.AUTHORITY, name="佛山某局")
        expert = make_institution(session, clock.now(), party=Party.EXPERT)
        case = make_service_case(session, clock.now(), kind="enforcement_aid", values=AID, is_taken=True)
        mover = Mover(staff=session.get(Staff, case.assignee_id))
        opinion = {"route": "行政投诉", "opinion": "证据基本够"}
        move_case(session, case_id=case.id, to="accepted", mover=mover, answers={}, now=clock.now())
        [task] = list_tasks(session, case.id)
        assert task.institution_id == expert.id
        report_task(session, staff=mover.staff, public_id=task.public_id, answers=opinion, version=task.version,
                    now=clock.now())  # fmt: skip
        move_case(session, case_id=case.id, to="coordinating", mover=mover, answers=opinion, now=clock.now())

        given = next(each for each in list_tasks(session, case.id) if each.key == "authority")
        assert given.institution_id == lead.id
        # Three working days from Monday 10:00.
        assert given.due_at.astimezone(CHINA).date() == date(2026, 11, 26)
    [said] = [each for each in findings(database, clock) if "牵头" in each.text]
    assert said.text == "广东省佛山市的案子由佛山某局牵头,协同:佛山中心、佛山调解委,3个工作日内受理。"
    assert said.source.startswith("市局通知")


def test_a_report_of_counterfeits_goes_to_the_unit_of_the_sellers_place_without_who_reported_it(database, clock):
    report = {
        "kind": "trademark", "seller": "某某五金店", "where": "大沥镇某某市场", "region": AID["region"],
        "facts": "上周六在卖贴我们商标的水龙头", "stays_hidden": True, "phone": AID["phone"],
    }  # fmt: skip
    with database.unit_of_work() as session:
        make_record(
            session, clock.now(), kind="region_routing", region="广东省佛山市", source="市局通知",
            values={"lead": "佛山某局", "accept_days": 3},
        )  # fmt: skip
        make_institution(session, clock.now(), party=Party.AUTHORITY, name="南海某局", regions=["广东省佛山市南海区"])
        lead = make_institution(session, clock.now(), party=Party.AUTHORITY, name="佛山某局")
        case = make_service_case(session, clock.now(), kind="counterfeit_report", values=report, is_taken=True)
        mover = Mover(staff=session.get(Staff, case.assignee_id))
        move_case(session, case_id=case.id, to="referred", mover=mover, now=clock.now())
        (task,) = list_tasks(session, case.id)
        assert task.institution_id == lead.id
        assert dict(shown_to_party(task)).keys() == {"类型", "卖家", "地点", "所在地", "情况"}

        report_task(session, staff=mover.staff, public_id=task.public_id, answers={"handling": "已受理"},
                    version=task.version, now=clock.now())  # fmt: skip
        move_case(session, case_id=case.id, to="answered", mover=mover, answers={"summary": "已查处"}, now=clock.now())
        told = session.scalars(select(Message.text).where(Message.case_id == case.id).order_by(Message.id)).all()
        assert f"举报 {case.number} 有答复了。\n结果:已查处" in told[-1]


def test_an_appointment_with_an_expert_is_told_and_reminded_of_the_day_before(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind="expert_consultation", values=CONSULTATION, is_taken=True)
        mover = Mover(staff=session.get_one(Staff, case.assignee_id))
        move_case(session, case_id=case.id, to="booked", mover=mover, now=clock.now(),
                  answers={"day": "2026-12-03", "at": "15:00,视频", "expert": "周工"})  # fmt: skip
        told = session.scalars(select(Message.text).where(Message.case_id == case.id)).all()[-1]
        assert "2026年12月3日" in told and "15:00,视频" in told and "周工" in told
        row = next(each for each in list_clocks(session, case.id) if each.key == "appointment")
        clock.set(row.next_look_at)
        looked_at = clock.now().astimezone(CHINA)
        check_clock(session, row.id, clock.now())
        reminded = session.scalars(select(Message.text).where(Message.case_id == case.id)).all()[-1]

    assert china_date(row.due_at) == date(2026, 12, 3)
    # By day, and while there is time to ask somebody else.
    assert looked_at.date() == date(2026, 12, 2) and 8 <= looked_at.hour < 21
    assert "约在2026年12月3日" in reminded
