"""A broker's licence: on record with its end and who checked it, a condition where the place's rule says so."""

from datetime import date, timedelta

import pytest

from core.errors import Conflict, InvalidInput
from models import CaseStatus, RecordState, Role, Staff
from services.casework.assignment import assign_cases, hand_on, take_case
from services.casework.brokers import unlicensed_names
from services.casework.case_view import view_case
from services.dated_data.editing import approve_record
from services.staff import update_staff
from tests.services.casework.test_financing import INSURANCE, go
from tests.support.casework import PLEDGE, RECOMMEND, make_service_case
from tests.support.dated_data import make_record
from tests.support.staff import make_staff

FOSHAN = {**PLEDGE, "region": "广东省佛山市"}


def licence(session, now, person: Staff, **columns):
    values = {"username": person.username, "number": "粤经纪001", "issuer": "演示协会", "proof": "看了证书原件"}
    return make_record(session, now, kind="broker_licence", key=f"{person.username}-{columns.get('valid_to')}",
                       name=person.display_name, region="全国", values=values, **columns)  # fmt: skip


def demand(session, now, region: str = "广东省广州市"):
    return make_record(session, now, kind="broker_rule", key=region, region=region, values={"needs_licence": True})


def test_where_the_rule_demands_a_licence_only_who_has_one_is_drawn_takes_or_gets_a_case(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        boss = make_staff(session, now, role=Role.SUPERVISOR, is_available=False)
        without, ended, good = (make_staff(session, now, skills=["financing"]) for _ in range(3))
        licence(session, now, ended, valid_to=now.date() - timedelta(days=1))
        licence(session, now, good, valid_to=now.date() + timedelta(days=400))
        demand(session, now)

        assert [make_service_case(session, now).assignee_id for _ in range(3)] == [good.id] * 3
        elsewhere = {make_service_case(session, now, values=FOSHAN).assignee_id for _ in range(3)}
        assert elsewhere - {good.id}, "no rule there: everybody is drawn"

        case = make_service_case(session, now)
        with pytest.raises(Conflict, match="经纪资质"):
            case.status, case.assignee_id = CaseStatus.ESCALATED, None
            take_case(session, staff=without, case_id=case.id, now=now)
        take_case(session, staff=good, case_id=case.id, now=now)
        for person in (without, ended):
            with pytest.raises(InvalidInput) as refused:
                hand_on(session, staff=good, case_id=case.id, to_staff_id=person.id, note="", promised="无", now=now)
            assert "经纪资质" in refused.value.message and set(refused.value.fields) == {"to"}
        given = assign_cases(session, staff=boss, chosen={case.id: case.version}, to_staff_id=without.id, now=now)
        assert (given.given, given.refused) == (0, [case.number])

        # When nobody with a licence is there, supervisors hear of it as of any case that nobody takes.
        good.is_available = False
        waiting = make_service_case(session, now)
        assert (waiting.assignee_id, waiting.status) == (None, CaseStatus.ESCALATED)


@pytest.mark.parametrize(
    ("has_licence", "is_demanded", "days", "said", "is_warning"),
    [
        (True, False, 400, "粤经纪001(演示协会),2027年12月28日到期,王核对核对", False),
        (True, True, 20, "快到期了", True),
        (False, False, 0, "没有登记有效的经纪资质;当地没有登记必须有的规定", False),
        (False, True, 0, "请转给有资质的同事", True),
    ],
)
def test_the_page_says_what_is_on_record_of_whoever_has_the_case(
    database, clock, has_licence, is_demanded, days, said, is_warning
):
    with database.unit_of_work() as session:
        now = clock.now()
        checker = make_staff(session, now, role=Role.SUPERVISOR, display_name="王核对", is_available=False)
        case = make_service_case(session, now, is_taken=True)
        handler = session.get_one(Staff, case.assignee_id)
        if has_licence:
            licence(session, now, handler, valid_to=now.date() + timedelta(days=days), approved_by_id=checker.id)
        if is_demanded:
            demand(session, now)
        session.flush()
        line = view_case(session, handler, case, now).licence
        insurance = make_service_case(session, now, kind="ip_insurance", values=INSURANCE, is_taken=True)
        other = view_case(session, session.get_one(Staff, insurance.assignee_id), insurance, now).licence
        new = make_staff(session, now)
        marked = unlicensed_names(session, case, [handler, new], now)
        assert unlicensed_names(session, insurance, [handler, new], now) == frozenset()

    assert line is not None and said in line.text and line.is_warning is is_warning
    assert other is None
    # Whom the case could be given to: marked where that tells something.
    without = {new.username} if has_licence else {handler.username, new.username}
    assert marked == (without if has_licence or is_demanded else set())


def test_a_licence_is_approved_only_for_somebody_who_works_here(database, clock):
    with database.unit_of_work() as session:
        author, other = (make_staff(session, clock.now(), role=Role.SUPERVISOR) for _ in range(2))
        gone = make_staff(session, clock.now())
        gone.is_active = False
        for person, is_known in ((gone, False), (other, True)):
            record = licence(session, clock.now(), person, state=RecordState.PENDING, author_id=author.id)
            if is_known:
                approve_record(session, staff=other, record_id=record.id, version=record.version, now=clock.now())
                assert record.state == RecordState.APPROVED
            else:
                with pytest.raises(Conflict, match="登录名"):
                    approve_record(session, staff=other, record_id=record.id, version=record.version, now=clock.now())


def test_whoever_gets_a_case_reads_what_is_open_what_was_promised_and_the_next_date(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        admin = make_staff(session, now, role=Role.ADMINISTRATOR, is_available=False)
        case = make_service_case(session, now, is_taken=True)
        first = session.get_one(Staff, case.assignee_id)
        second = make_staff(session, now, skills=["financing"])
        go(session, case, "recommended", now, RECOMMEND)
        assert view_case(session, first, case, now).handover is None
        with pytest.raises(InvalidInput) as refused:
            hand_on(session, staff=first, case_id=case.id, to_staff_id=second.id, note="", promised=" ", now=now)
        assert set(refused.value.fields) == {"promised"}
        hand_on(session, staff=first, case_id=case.id, to_staff_id=second.id, note="银行催过一次",
                promised="周五前给利率", now=now)  # fmt: skip
        take_case(session, staff=second, case_id=case.id, now=now)
        read = view_case(session, second, case, now).handover

        lines = dict(read.lines)
        assert lines["交出"] == first.display_name and lines["当时阶段"] == "评担险贷"
        assert "银行审批:还没指定机构" in lines["没办完"] and "还差营业执照" in lines["没办完"]
        assert "质押合同" not in lines["没办完"], "nobody has it yet"
        assert (lines["答应过企业"], lines["留言"]) == ("周五前给利率", "银行催过一次")
        assert lines["下一个日期"].startswith("评担险贷,") and lines["下一个日期"].endswith("到期")

        # Who leaves cannot say what was promised; what is open goes along all the same.
        update_staff(session, by=admin, staff_id=second.id, display_name="走了", role=Role.AGENT, skills=["financing"],
                     regions=[], is_active=False, now=now)  # fmt: skip
        take_case(session, staff=first, case_id=case.id, now=now)
        lines = dict(view_case(session, first, case, now).handover.lines)
        assert (lines["交出"], lines["答应过企业"]) == ("走了", "没写") and "还差营业执照" in lines["没办完"]


def test_of_two_licences_the_one_that_holds_longer_counts(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=True)
        handler = session.get_one(Staff, case.assignee_id)
        for until in (date(2028, 1, 1), date(2027, 1, 1)):
            licence(session, clock.now(), handler, valid_to=until)
        assert "2028年1月1日到期" in view_case(session, handler, case, clock.now()).licence.text
