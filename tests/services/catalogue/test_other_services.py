"""Filing, analysis, incubation, programmes and the health check: what their rules say, and the ways they go."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import china_date
from core.errors import Conflict, Forbidden, InvalidInput
from models import CaseOutcome, Message, Role, Staff
from services.case_records import add_event
from services.casework.clocks import check_clock, list_clocks
from services.casework.moves import Mover, move_case
from services.casework.tasks import list_tasks, report_task
from services.catalogue import service_of
from services.catalogue.facts import Facts, Level
from services.catalogue.fields import Reads, fields_of
from services.catalogue.incubation_checks import said_vacancy
from services.catalogue.nice_classes import suggest_classes
from services.dated_data.loading import load_records
from tests.services.casework.test_financing import add_document
from tests.support.casework import make_service_case
from tests.support.dated_data import make_record
from tests.support.staff import make_staff

FIRM = {"company": "广州云测科技有限公司", "region": "广东省广州市南沙区", "phone": "13800138000"}
MARK = {"mark": "云泉", "goods": "水龙头和花洒", "classes": "11、35", "in_use": "soon", **FIRM}
PATENT = {"title": "一种阀芯", "kind": "method", "made_by": "own", "disclosed": True, **FIRM}
ANALYSIS = {"type": "freedom_to_operate", "subject": "换电柜", "purpose": "launch", **FIRM}
PROJECT = {
    "wants": ["space", "capital"], "sector": "energy", "project": "污水除盐", "stage": "样机", "area": 200,
    "funding": 5_000_000, "knows_risk": True, **FIRM,
}  # fmt: skip
FIGURES = {
    "staff": 50, "sales": 20_000_000, "research_share": 6, "inventions": 2, "patents": 8, "years": 4, **FIRM
}  # fmt: skip
DATA = Path(__file__).resolve().parents[3] / "data" / "reference"


def findings(database, clock, kind, form, *, on: date | None = None, is_loaded: bool = False):
    with database.unit_of_work() as session:
        if is_loaded:
            load_records(session, DATA, now=clock.now())
        check = service_of(kind).check
        return check(Facts(session, form, form["region"], on or china_date(clock.now())))


def mover_of(session, case) -> Mover:
    return Mover(staff=session.get(Staff, case.assignee_id))


@pytest.mark.parametrize(
    ("goods", "first"),
    [("水龙头和花洒", 11), ("手机软件", 9), ("女装和童装", 25), ("餐饮奶茶店", 43), ("软件开发", 42), ("白酒", 33)],
)
def test_an_owner_s_goods_find_their_nice_class(goods, first):
    assert suggest_classes(goods)[0].number == first


def test_a_mark_kept_without_use_is_stopped_with_the_article_in_force(database, clock):
    hoarded = {**MARK, "in_use": "no_plan"}

    for on, article in ((date(2026, 12, 31), "《商标法》第四条、第十九条"), (date(2027, 1, 1), "《商标法》第十九条")):
        stop = next(
            each for each in findings(database, clock, "trademark_filing", hoarded, on=on) if each.level is Level.STOP
        )
        assert stop.source == article


def test_a_class_that_does_not_exist_is_said(database, clock):
    said = [each.text for each in findings(database, clock, "trademark_filing", {**MARK, "classes": "46"})]

    assert any("没有第46类" in text for text in said)


def test_a_published_method_hears_of_novelty_and_of_the_right_kind(database, clock):
    said = {each.source: each.text for each in findings(database, clock, "patent_filing", PATENT)}

    assert "6个月" in said["《专利法》第二十二条、第二十四条"]
    assert "只能申请发明" in said["《专利法》第二条"]


def test_what_was_bought_is_not_filed_as_one_s_own(database, clock):
    found = findings(database, clock, "patent_filing", {**PATENT, "made_by": "bought"})

    assert any(each.level is Level.STOP and "第二十条" in each.source for each in found)


def test_many_filings_of_one_firm_are_pointed_out(database, clock):
    with database.unit_of_work() as session:
        for _ in range(10):
            make_service_case(session, clock.now(), kind="patent_filing", values=PATENT)

    said = [each.text for each in findings(database, clock, "patent_filing", PATENT)]
    assert any("90天内已经提了10件" in text for text in said)


def test_a_report_is_quoted_accepted_by_the_owner_and_read_by_a_second_person(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind="analysis", values=ANALYSIS, is_taken=True)
        mover, owner = mover_of(session, case), Mover(user_id=case.user_id)
        boss = Mover(staff=make_staff(session, clock.now(), role=Role.SUPERVISOR))
        now = clock.now()
        move_case(session, case_id=case.id, to="scoped", mover=mover, answers={"scope": "中国有效专利"}, now=now)
        quote = {"price": 12_000, "working_days": 10}
        move_case(session, case_id=case.id, to="quoted", mover=mover, answers=quote, now=now)
        told = session.scalars(select(Message.text).where(Message.case_id == case.id)).all()[-1]
        assert "报价(元):1万2000元" in told or "12,000元" in told

        move_case(session, case_id=case.id, to="in_work", mover=owner, now=now)
        task = list_tasks(session, case.id)[0]
        report_task(session, staff=mover.staff, public_id=task.public_id, answers={"summary": "有2件要避开"},
                    version=task.version, now=now)  # fmt: skip
        with pytest.raises(Conflict, match="分析报告"):
            move_case(session, case_id=case.id, to="review", mover=mover, now=now)
        case.stage = "review"  # the file itself is shown in the tests of documents
        add_event(session, case, "moved", now, staff_id=mover.staff.id, before="in_work", to="review")
        session.flush()
        with pytest.raises(Conflict, match="两个人看过"):
            move_case(session, case_id=case.id, to="delivered", mover=mover, answers={"opinion": "可以"}, now=now)
        move_case(session, case_id=case.id, to="delivered", mover=boss, answers={"opinion": "可以"}, now=now)
        move_case(session, case_id=case.id, to="accepted", mover=owner, now=now)
        assert case.outcome == "done"


def test_an_office_action_starts_the_clock_of_its_own_day(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind="trademark_filing", values=MARK, is_taken=True)
        case.stage = "filed"
        session.flush()
        move_case(
            session, case_id=case.id, to="office_action", mover=mover_of(session, case), now=clock.now(),
            answers={"what": "补正通知", "answer_by": "2027-01-08"},
        )  # fmt: skip

        row = next(each for each in list_clocks(session, case.id) if each.key == "answer")
        assert china_date(row.due_at) == date(2027, 1, 8)


def test_rooms_that_fit_are_named_with_the_reason_and_capital_with_its_risk(database, clock):
    found = findings(database, clock, "incubation", PROJECT, is_loaded=True)
    said = [each.text for each in found]

    assert any("南沙智造孵化园" in text and "空420平方米" in text and "收这个行业" in text for text in said)
    assert not any("生物医药" in text for text in said)
    unaware = findings(database, clock, "incubation", {**PROJECT, "knows_risk": False})
    assert any(each.level is Level.STOP for each in unaware)


def taken_in(session, now, **changes):
    """A project whose owner and an incubator have met, and its handler."""
    case = make_service_case(session, now, kind="incubation", values={**PROJECT, **changes}, is_taken=True)
    handler = Mover(staff=session.get(Staff, case.assignee_id))
    move_case(session, case_id=case.id, to="matching", mover=handler, now=now)
    met = {"partner": "演示园", "why": "收这个行业"}
    move_case(session, case_id=case.id, to="introduced", mover=handler, answers=met, now=now)
    move_case(session, case_id=case.id, to="meeting", mover=Mover(user_id=case.user_id), now=now)
    return case, handler


def test_a_project_in_an_incubator_stays_a_case_until_it_graduates_or_leaves(database, clock):
    admission = {"incubator": "演示园", "admitted_on": "2026-12-01", "until": "2028-11-30"}
    ends = {
        "graduated": {"graduated_on": "2028-11-20", "summary": "自建厂房,年产200台"},
        "left": {"left_on": "2027-05-01", "reason": "搬到客户旁边"},
    }
    with database.unit_of_work() as session:
        now = clock.now()
        room = make_record(session, now, kind="incubator_space", values={"incubator": "演示园", "vacant_area": 420})
        for to, answers in ends.items():
            case, handler = taken_in(session, now)
            facts = Facts(session, case.form, case.region, china_date(now), case.results)
            assert said_vacancy(facts, room) is not None
            move_case(session, case_id=case.id, to="in_incubator", mover=handler, answers=admission, now=now)
            assert case.outcome is None
            # Who has a room hears of no vacancies any more.
            assert said_vacancy(replace(facts, results=case.results), room) is None

            (stay,) = [row for row in list_clocks(session, case.id) if row.stopped_at is None]
            check_clock(session, stay.id, stay.due_at - timedelta(days=60, hours=14))
            said = select(Message.text).where(Message.case_id == case.id).order_by(Message.id.desc())
            assert "孵化期2028年11月30日到期" not in session.scalars(said).first()
            check_clock(session, stay.id, stay.due_at - timedelta(days=59, hours=12))
            assert "孵化期2028年11月30日到期" in session.scalars(said).first()
            if to == "graduated":
                for stage, year in (("renewed", 2029), ("renewed_again", 2030), ("renewed", 2031)):
                    until = {"until": f"{year}-11-30"}
                    move_case(session, case_id=case.id, to=stage, mover=handler, answers=until, now=now)
                    (again,) = [row for row in list_clocks(session, case.id) if row.stopped_at is None]
                    assert china_date(again.due_at) == date(year, 11, 30)
                with pytest.raises(InvalidInput, match="2031年11月30日"):
                    move_case(session, case_id=case.id, to="renewed_again", mover=handler, answers=until, now=now)
            move_case(session, case_id=case.id, to=to, mover=handler, answers=answers, now=now)
            assert (case.stage, case.outcome) == (to, CaseOutcome.DONE)
            assert list(answers.values())[-1] in session.scalars(said).first()


def test_only_a_project_that_looks_for_a_room_is_taken_into_an_incubator(database, clock):
    with database.unit_of_work() as session:
        case, handler = taken_in(session, clock.now(), wants=["capital"], area=None)
        with pytest.raises(InvalidInput) as refused:
            move_case(session, case_id=case.id, to="in_incubator", mover=handler, now=clock.now(),
                      answers={"incubator": "演示园", "admitted_on": "2026-12-01"})  # fmt: skip
        assert "谈成" in refused.value.fields["incubator"]
        move_case(session, case_id=case.id, to="admitted", mover=handler, answers={"summary": "投了500万"},
                  now=clock.now())  # fmt: skip
        assert case.outcome == CaseOutcome.DONE


def test_a_place_without_programmes_promises_nothing(database, clock):
    found = findings(database, clock, "programme_application", FIGURES)

    assert [each.level for each in found] == [Level.GAP]
    assert "专员查当地最新通知" in found[0].text


def test_a_health_check_becomes_a_plan_with_days_the_most_urgent_first(database, clock):
    names = [field.name for field in _yes_no_fields()]
    bad = {**dict.fromkeys(names, True), "fees_paid": False, "has_ledger": False, **FIRM}

    found = findings(database, clock, "health_check", bad)

    assert [each.text for each in found] == [
        "2026年11月30日前:查年费:过期6个月内补缴还来得及。",
        "2027年1月22日前:建台账:号码、到期日、年费日、负责人。",
    ]
    fine = findings(database, clock, "health_check", {**dict.fromkeys(names, True), **FIRM})
    assert [each.level for each in fine] == [Level.FINE]


def _yes_no_fields():
    return [field for field in fields_of(service_of("health_check").form) if field.reads is Reads.YES_NO]


def test_programmes_are_compared_condition_by_condition_and_none_is_promised(database, clock):
    found = findings(database, clock, "programme_application", FIGURES, is_loaded=True)
    fitting = [each for each in found if each.level is Level.FINE and "基金" not in each.text]
    lacking = {each.text.split(":", 1)[0]: each.text for each in found if each.level is Level.GAP}

    assert any(each.text.startswith("科技型中小企业评价入库:数字条件都对得上") for each in fitting)
    assert all("由主管部门定" in each.text and each.source for each in fitting)
    assert lacking["南沙高价值专利培育(演示数据)"].endswith("还差 有效发明至少3,您是2。")
    assert not any("许昌" in each.text or "佛山" in each.text for each in found)


def test_a_closed_window_is_a_gap(database, clock):
    foshan = {**FIGURES, "region": "广东省佛山市南海区"}

    found = findings(database, clock, "programme_application", foshan, is_loaded=True)

    assert any("佛山专利奖配套" in each.text and "2026年10月15日已关" in each.text for each in found)


def test_funds_are_shown_with_their_figures_time_to_who_seeks_money_and_nobody_is_promised_any(database, clock):
    found = {
        kind: findings(database, clock, kind, form, is_loaded=True)
        for kind, form in (("incubation", PROJECT), ("programme_application", FIGURES))
    }

    for kind, lines in found.items():
        said = {each.text.split(":")[0]: each for each in lines if "基金" in each.text}
        guangdong = said["广东省重点产业知识产权运营基金"]
        assert guangdong.text.endswith(
            "预计总规模30亿元,首期计划募资5亿元,是2017年报道的数,怎么对接由专员核实。投不投由基金定。"
        ), kind
        assert "以官方最新公布为准" in guangdong.source
        assert next(iter(said)).startswith("南沙专利运营基金(演示数据)"), kind
    medicine = findings(database, clock, "incubation", {**PROJECT, "sector": "medicine"})
    assert not any("南沙专利运营基金" in each.text for each in medicine)


def test_what_service_firms_may_get_is_shown_to_them_only(database, clock):
    firm = {**FIGURES, "company": "广州某某知识产权运营有限公司"}

    to_them = [each.text for each in findings(database, clock, "programme_application", firm, is_loaded=True)]
    to_others = [each.text for each in findings(database, clock, "programme_application", FIGURES)]

    assert any("重点扶持20家" in text and text.endswith("能不能拿到由国家知识产权局、财政部定。") for text in to_them)
    assert not any("运营机构" in text for text in to_others)


def test_money_is_paid_and_asked_back_by_two_people_and_never_more_than_came(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        case = make_service_case(session, now, kind="programme_application", values=FIGURES, is_taken=True)
        handler = mover_of(session, case)
        boss = Mover(staff=make_staff(session, now, role=Role.SUPERVISOR))
        case.stage = "filed"
        paid = {"amount": 200_000, "paid_on": "2026-11-20", "check_by": "2027-06-30"}
        reclaim = {"reason": "项目没有完成", "amount": 300_000, "return_by": "2027-08-02"}
        returned = {"amount": 200_000, "returned_on": "2027-07-20"}

        def go(to: str, mover: Mover, answers: dict) -> None:
            move_case(session, case_id=case.id, to=to, mover=mover, answers=answers, now=now)

        go("granted", handler, {"decision": "资助20万元"})
        for key in ("payment", "reclaim_notice", "return_receipt"):
            add_document(session, case, key, now)
        with pytest.raises(Forbidden):
            go("paid", handler, paid)
        go("paid", boss, paid)
        assert due_days(session, case) == {"accounting": date(2027, 6, 30)}
        with pytest.raises(InvalidInput, match="到账的是20万元"):
            go("reclaim_asked", boss, reclaim)
        go("reclaim_asked", boss, {**reclaim, "amount": 200_000})
        assert due_days(session, case) == {"return": date(2027, 8, 2)}
        told = session.scalars(select(Message.text).where(Message.case_id == case.id)).all()[-1]
        assert "怎么提异议以通知为准" in told and "项目没有完成" in told and "2027年8月2日" in told
        with pytest.raises(Conflict, match="另一位同事"):
            go("reclaimed", boss, returned)
        other = Mover(staff=make_staff(session, now, role=Role.SUPERVISOR))
        with pytest.raises(InvalidInput, match="全部退回"):
            go("reclaimed", other, {**returned, "amount": 100_000})
        go("reclaimed", other, returned)
        assert (case.stage, case.outcome) == ("reclaimed", "refused")


def due_days(session, case) -> dict[str, date]:
    return {row.key: china_date(row.due_at) for row in list_clocks(session, case.id) if row.stopped_at is None}
