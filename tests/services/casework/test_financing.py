"""Financing from the request to its end: the loan that is repaid, the one that is not, and the kin."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from core.clock import CHINA
from core.errors import Conflict, InvalidInput
from models import CaseDocument, CaseOutcome, CaseStatus, CaseTask, Institution, Message, Role, Staff, StaffNotification
from services.casework.access import keys_for_partner
from services.casework.case_view import view_case
from services.casework.clocks import check_clock, list_clocks
from services.casework.investor_tasks import tell_of_shut_out
from services.casework.moves import Mover, move_case
from services.casework.partner_tasks import list_partner_tasks, view_task
from services.casework.tasks import give_task, list_candidates, list_tasks, report_task
from services.catalogue.model import Party
from services.catalogue.pledge_fund import said_state, said_trigger
from services.dated_data.lookup import find_record
from services.privacy import erase_user
from tests.support.casework import PLEDGE, RECOMMEND, make_institution, make_service_case
from tests.support.dated_data import load_reference, make_record
from tests.support.staff import make_staff

TERMS = {"amount": 2_000_000, "rate": 4.0, "term_months": 12}
REGISTERED = {"number": "Y2026980000001", "registered_on": "2026-11-24"}
PAID = {"disbursed_on": "2026-11-25", "due_on": "2027-11-25"}
DEFAULT = {"overdue_on": "2027-11-26", "principal": 1_500_000, "reason": "回款晚了"}
EQUITY = {
    "way": "in_kind", "amount": 5_000_000, "patents": ["CN202110123456.7"], "has_co_owners": False,
    "project": "石墨烯散热膜,小批量供货", "company": "广州云测科技有限公司", "region": "广东省广州市南沙区",
    "phone": "13800138000", "knows_risk": True,
}  # fmt: skip
POOL = {
    "patents": ["CN202110123456.7"], "yearly_income": 1_200_000, "amount": 10_000_000, "has_co_owners": False,
    "is_encumbered": False, "company": "广州云测科技有限公司", "region": "广东省广州市南沙区", "phone": "13800138000",
    "knows_risk": True,
}  # fmt: skip
INSURANCE = {
    "cover": "enforcement", "patents": ["CN202110123456.7"], "insured_sum": 500_000, "has_dispute": True,
    "company": "广州云测科技有限公司", "region": "广东省广州市南沙区", "phone": "13800138000",
}  # fmt: skip
CLAIM = {
    "policy": "演示保单1号", "known_on": "2026-11-20", "what": "网店卖仿品,公证取证了", "loss": 200_000,
    "company": "广州云测科技有限公司", "region": "广东省广州市南沙区", "phone": "13800138000",
}  # fmt: skip


def mover(session, case) -> Mover:
    return Mover(staff=session.get(Staff, case.assignee_id))


def add_document(session, case, key: str, now: datetime) -> None:
    session.add(
        CaseDocument(
            public_id=f"{case.id}-{key}", case_id=case.id, key=key, file_name=f"{key}.pdf",
            media_type="application/pdf", size_bytes=10, sha256="0" * 64, storage_key=f"{case.id}-{key}",
            created_at=now,
        )
    )  # fmt: skip
    session.flush()


def go(session, case, to: str, now: datetime, answers=None) -> None:
    move_case(session, case_id=case.id, to=to, mover=mover(session, case), answers=answers, now=now)


def report(session, case, key: str, answers, now: datetime) -> CaseTask:
    task = next(each for each in list_tasks(session, case.id) if each.key == key)
    return report_task(session, staff=mover(session, case).staff, public_id=task.public_id, answers=answers,
                       version=task.version, now=now)  # fmt: skip


def disbursed(session, now: datetime, *, conversation=None, **changes):
    case = make_service_case(session, now, values={**PLEDGE, **changes}, conversation=conversation, is_taken=True)
    go(session, case, "recommended", now, RECOMMEND)
    report(session, case, "review", TERMS, now)
    go(session, case, "approved", now, TERMS)
    add_document(session, case, "contract", now)
    go(session, case, "registered", now, REGISTERED)
    go(session, case, "disbursed", now, PAID)
    return case


def told(session, case) -> list[str]:
    return list(session.scalars(select(Message.text).where(Message.case_id == case.id).order_by(Message.id)))


def running(session, case):
    return {row.key: row for row in list_clocks(session, case.id) if row.stopped_at is None}


def test_a_loan_is_paid_out_reminded_repaid_and_its_pledge_taken_off_the_register(database, clock):
    with database.unit_of_work() as session:
        case = disbursed(session, clock.now())
        row = running(session, case)["repayment"]
        assert row.due_at == datetime.combine(date(2027, 11, 25), time(23, 59), CHINA)
        assert not row.is_statutory and case.next_due_at == row.due_at
        for days in (30, 7, 1):
            morning_after = row.due_at - timedelta(days=days) + timedelta(hours=8, minutes=1)
            check_clock(session, row.id, morning_after)
            check_clock(session, row.id, morning_after)
        reminders = [text for text in told(session, case) if "2027年11月25日到期" in text]
        assert len(reminders) == 3

        go(session, case, "repaid", clock.now(), {"repaid_on": "2027-11-20"})
        assert set(running(session, case)) == {"deregistration"}
        with pytest.raises(Conflict, match="质押注销证明"):
            go(session, case, "settled", clock.now(), {"deregistered_on": "2027-11-24"})
        dereg = running(session, case)["deregistration"]
        check_clock(session, dereg.id, dereg.due_at - timedelta(days=2))
        assert "办质押注销登记" in told(session, case)[-1]
        add_document(session, case, "release", clock.now())
        go(session, case, "settled", clock.now(), {"deregistered_on": "2027-11-24"})

        assert (case.status, case.outcome) == (CaseStatus.CLOSED, CaseOutcome.DONE)
        assert running(session, case) == {}


def test_an_overdue_loan_is_claimed_from_the_fund_and_what_is_left_is_still_owed(database, clock):
    with database.unit_of_work() as session:
        make_institution(session, clock.now(), party=Party.AUTHORITY)
        case = disbursed(session, clock.now())
        row = running(session, case)["repayment"]
        check_clock(session, row.id, row.due_at + timedelta(minutes=1))
        assert "还款已超时" in " ".join(session.scalars(select(StaffNotification.text)))

        go(session, case, "defaulted", clock.now(), DEFAULT)
        assert "回款晚了" not in " ".join(told(session, case))
        go(session, case, "claimed", clock.now(),
           {"claimed_on": "2028-02-25", "loss": 1_500_000, "overdue_days": 91})  # fmt: skip
        with pytest.raises(Conflict, match="风险补偿"):
            go(session, case, "compensated", clock.now(), {"paid": 750_000, "paid_on": "2028-04-01"})
        report(session, case, "compensation", {"paid": 750_000, "paid_on": "2028-04-01"}, clock.now())
        go(session, case, "compensated", clock.now(), {"paid": 750_000, "paid_on": "2028-04-01"})
        go(session, case, "written_off", clock.now(), {"reason": "企业破产终结"})
        # Who has just lost a company is not asked how they liked the service.
        assert told(session, case)[-1].endswith("原因:企业破产终结")

        assert case.outcome == CaseOutcome.REFUSED
        assert "原因:企业破产终结" in told(session, case)[-1]
        assert case.results["defaulted"]["principal"] == 1_500_000


def compensated(session, case, now: datetime, paid: int, paid_on: str) -> None:
    answers = {"paid": paid, "paid_on": paid_on}
    go(session, case, "defaulted", now, DEFAULT)
    go(session, case, "claimed", now, {"claimed_on": "2028-03-25", "loss": 1_500_000, "overdue_days": 100})
    report(session, case, "compensation", answers, now)
    go(session, case, "compensated", now, answers)


def test_what_a_fund_has_left_is_counted_from_what_it_paid_beside_what_its_record_says(database, clock):
    values = {"authority": "演示局", "share": 50, "min_overdue_days": 90, "balance": 2_000_000,
              "size_on": "2028-04-01", "conditions": "催收后仍未收回", "materials": "借款合同\n催收记录"}  # fmt: skip
    with database.unit_of_work() as session:
        now = clock.now()
        make_institution(session, now, party=Party.AUTHORITY)
        fund = make_record(session, now, kind="compensation_fund", key="gz", name="演示资金", region="广东省广州市",
                           values=values)  # fmt: skip
        make_record(session, now, kind="risk_share", key="rs", values={"guarantor": 30, "bank": 20, "government": 50})
        before, after, erased, elsewhere, pending = (
            disbursed(session, now, **changes) for changes in ({}, {}, {}, {"region": "广东省佛山市"}, {})
        )
        compensated(session, before, now, 750_000, "2028-04-01")
        compensated(session, after, now, 600_000, "2028-04-02")
        compensated(session, erased, now, 500_000, "2028-05-01")
        compensated(session, elsewhere, now, 400_000, "2028-05-01")
        go(session, pending, "defaulted", now, DEFAULT)
        go(session, pending, "claimed", now,
           {"claimed_on": "2028-03-25", "loss": 1_500_000, "overdue_days": 100})  # fmt: skip
        # What was paid stays paid when the loan is written off, or its owner erased.
        go(session, after, "written_off", now, {"reason": "企业破产终结"})
        erase_user(session, erased.user, now)
        session.flush()

        assert said_state(session, fund) == [
            "记录截至2028年4月1日余额200万元。", "本平台的案子此后赔付2笔,共110万元。",
            "按赔付推算还剩90万元;别处的赔付不在内,以管理部门的数为准。", "另有1笔在申请,没算。",
        ]  # fmt: skip
        handler = session.get(Staff, pending.assignee_id)
        notes = view_case(session, handler, pending, now).estimate.notes
        assert "触发条件:逾期满90天;催收后仍未收回。申请材料:借款合同、催收记录。" in notes
        assert any("还剩90万元" in note for note in notes)

        fund.values = {**values, "balance": 1_000_000}
        assert "赔付比记录多10万元,记录要更新。" in said_state(session, fund)
        fund.values = {"authority": "演示局", "size": 9_000_000, "size_on": "2028-03-01"}
        assert said_state(session, fund)[0] == "记录截至2028年3月1日规模900万元。"
        assert said_state(session, fund)[2].startswith("按赔付推算还剩715万元")
        fund.values = {"authority": "演示局"}
        assert said_state(session, fund)[0] == "记录里没有规模和余额,算不出还剩多少。"
        assert said_trigger(fund) == "触发条件:逾期天数没写明。"


def test_what_contradicts_itself_in_a_step_is_named(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), is_taken=True)
        with pytest.raises(InvalidInput) as refused:
            go(session, case, "recommended", clock.now(), {**RECOMMEND, "is_register_clear": False})
        assert set(refused.value.fields) == {"is_register_clear"}
        go(session, case, "recommended", clock.now(), RECOMMEND)
        with pytest.raises(InvalidInput) as refused:
            report(session, case, "valuation", {"value_low": 5_000_000, "value_high": 4_000_000}, clock.now())
        assert set(refused.value.fields) == {"value_high"}
        report(session, case, "review", TERMS, clock.now())
        go(session, case, "approved", clock.now(), TERMS)
        add_document(session, case, "contract", clock.now())
        go(session, case, "registered", clock.now(), REGISTERED)
        with pytest.raises(InvalidInput):
            go(session, case, "disbursed", clock.now(), {**PAID, "due_on": "2026-11-25"})


@pytest.mark.parametrize(
    ("linked", "extra"),
    [
        ("loan_only", set()),
        ("insurance", {"insurance_quote"}),
        ("equity", {"investor"}),
        ("all", {"insurance_quote", "investor"}),
    ],
)
def test_linked_offers_are_asked_for_together_with_the_loan_and_hold_nothing_up(database, clock, linked, extra):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), values={**PLEDGE, "linked": linked}, is_taken=True)
        go(session, case, "recommended", clock.now(), RECOMMEND)

        opened = {task.key for task in list_tasks(session, case.id)}
        assert opened == {"valuation", "guarantee", "insurance", "review"} | extra
        report(session, case, "review", TERMS, clock.now())
        go(session, case, "approved", clock.now(), TERMS)


@pytest.mark.parametrize(("kind", "values"), [("equity_financing", EQUITY), ("securitisation", POOL)])
def test_an_interest_is_filed_only_by_who_says_that_the_risk_is_known(database, clock, kind, values):
    for refusal in ({**values, "knows_risk": False}, {k: v for k, v in values.items() if k != "knows_risk"}):
        with pytest.raises(InvalidInput) as refused, database.unit_of_work() as session:
            make_service_case(session, clock.now(), kind=kind, values=refusal)
        assert set(refused.value.fields) == {"knows_risk"}
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind=kind, values=values)
        assert case.number.startswith("RZ") and case.form["knows_risk"] is True


def test_an_interest_in_investors_ends_with_an_introduction_that_the_owner_closes(database, clock):
    with database.unit_of_work() as session:
        make_institution(session, clock.now(), party=Party.INVESTOR)
        case = make_service_case(session, clock.now(), kind="equity_financing", values=EQUITY, is_taken=True)
        assert "《公司法》第四十八条、第四十九条" in {each["source"] for each in case.results["check"]}
        go(session, case, "matching", clock.now())
        report(session, case, "interest", {"is_interested": True}, clock.now())
        go(session, case, "introduced", clock.now(), {"investor": "演示创投"})
        move_case(session, case_id=case.id, to="ended", mover=Mover(user_id=case.user_id),
                  answers={"note": "谈成了"}, now=clock.now())  # fmt: skip
        assert case.outcome == CaseOutcome.DONE


def test_insurance_is_quoted_and_a_dispute_that_is_there_is_said(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind="ip_insurance", values=INSURANCE, is_taken=True)
        assert "如实告知" in " ".join(each["text"] for each in case.results["check"])
        go(session, case, "quoting", clock.now())
        with pytest.raises(Conflict, match="保险报价"):
            go(session, case, "quoted", clock.now(), {})
        report(session, case, "quote", {"insured_sum": 500_000, "premium": 15_000}, clock.now())
        go(session, case, "quoted", clock.now(),
           {"insurer": "演示财险", "insured_sum": 500_000, "premium": 15_000, "valid_until": "2026-12-31"})  # fmt: skip
        move_case(session, case_id=case.id, to="withdrawn", mover=Mover(user_id=case.user_id), now=clock.now())
        assert case.outcome == CaseOutcome.WITHDRAWN


def test_a_claim_runs_under_the_owners_two_years_and_the_insurers_thirty_days(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now(), kind="insurance_claim", values=CLAIM, is_taken=True)
        limitation = running(session, case)["limitation"]
        assert limitation.is_statutory and limitation.due_at.astimezone(CHINA).date() == date(2028, 11, 20)
        add_document(session, case, "proof", clock.now())
        go(session, case, "notified", clock.now(),
           {"insurer": "演示财险", "notified_on": "2026-11-23", "requested_on": "2026-12-01"})  # fmt: skip
        clocks = running(session, case)
        assert clocks["decision"].due_at.astimezone(CHINA).date() == date(2026, 12, 31)
        assert clocks["limitation"].id == limitation.id
        report(session, case, "decision", {"is_covered": True, "amount": 150_000}, clock.now())
        go(session, case, "paid", clock.now(), {"paid": 150_000, "paid_on": "2027-01-05"})
        assert case.outcome == CaseOutcome.DONE


@pytest.mark.parametrize(
    ("claim", "field", "words"),
    [
        ({"claimed_on": "2028-01-20", "overdue_days": 30}, "overdue_days", "要逾期满90天才能申请,还差60天"),
        ({"claimed_on": "2028-01-20", "overdue_days": 400}, "overdue_days", "从逾期日到申请日只有"),
        ({"claimed_on": "2027-01-20", "overdue_days": 0}, "claimed_on", "早于逾期日"),
    ],
)
def test_a_claim_before_the_funds_days_are_over_is_refused_with_what_is_lacking(database, clock, claim, field, words):
    with database.unit_of_work() as session:
        load_reference(session, clock.now())
        case = disbursed(session, clock.now())
        go(session, case, "defaulted", clock.now(), DEFAULT)

        with pytest.raises(InvalidInput) as refused:
            go(session, case, "claimed", clock.now(), {"loss": 1_500_000, **claim})

        assert words in refused.value.fields[field]
        assert case.stage == "defaulted"


def test_the_case_page_reckons_by_what_the_bank_approved_and_by_the_loss_once_there_is_one(database, clock):
    with database.unit_of_work() as session:
        load_reference(session, clock.now())
        case = disbursed(session, clock.now())
        handler = session.get(Staff, case.assignee_id)

        assert view_case(session, handler, case, clock.now()).estimate.basis.startswith("利率、金额、期限:银行批准的。")
        go(session, case, "defaulted", clock.now(), DEFAULT)
        assert view_case(session, handler, case, clock.now()).estimate.basis.startswith("分担比例:")


def test_only_a_qualified_investor_is_shown_an_equity_project_and_only_as_long_as_the_record_holds(database, clock):
    with database.unit_of_work() as session:
        now, today = clock.now(), clock.now().date()
        unknown = Institution(name="某某创投", party=Party.INVESTOR, is_demonstration=True, created_at=now)
        session.add(unknown)
        qualified = make_institution(session, now, party=Party.INVESTOR)
        case = make_service_case(session, now, kind="equity_financing", values=EQUITY, is_taken=True)
        go(session, case, "matching", now)
        (task,) = list_tasks(session, case.id)
        assert task.institution_id == qualified.id
        with pytest.raises(InvalidInput, match="不能接这项任务"):
            give_task(session, staff=mover(session, case).staff, public_id=task.public_id, institution_id=unknown.id,
                      now=now)  # fmt: skip
        record = find_record(session, "qualified_investor", qualified.name, on=today)
        record.valid_to = today - timedelta(days=1)
        assert list_candidates(session, {Party.INVESTOR}, today) == []

        # What it was given before is closed to it, and whoever has the case hears once that another one is needed.
        login = make_staff(session, now, role=Role.PARTNER)
        login.institution_id = qualified.id
        assert view_task(session, task, now).shown == [] and view_task(session, task, now).is_shut
        assert list_partner_tasks(session, login, is_open=True, now=now)[0].shown == []
        assert keys_for_partner(session, login, case, today) == []
        with pytest.raises(Conflict, match="不再有效"):
            report_task(session, staff=login, public_id=task.public_id, version=task.version, now=now,
                        answers={"is_interested": True})  # fmt: skip
        assert [tell_of_shut_out(session, now) for _ in range(2)] == [1, 0]

        record.valid_to = None
        assert keys_for_partner(session, login, case, today) and view_task(session, task, now).shown
        assert tell_of_shut_out(session, now + timedelta(hours=1)) == 0


def test_a_patent_that_becomes_capital_is_reckoned_in_shares_with_the_makers_part(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(
            session, clock.now(), kind="equity_financing", values={**EQUITY, "other_capital": 15_000_000}, is_taken=True
        )
        unknown = make_service_case(session, clock.now(), kind="equity_financing", values=EQUITY, is_taken=True)
        shown, nothing = (
            view_case(session, session.get_one(Staff, each.assignee_id), each, clock.now()).estimate
            for each in (case, unknown)
        )

    assert nothing is None and shown is not None
    assert "专利作价500万元、其他出资1,500万元,专利占股25%。" in shown.headline and "12.5%的股份" in shown.headline
    # On a phone the headline stands alone: what it holds for goes with it.
    assert "职务成果" in shown.headline and "没有规定和约定" in shown.headline
    assert "《公司法》第四十八条" in shown.notes[0] and "第四十五条" in shown.notes[1]
