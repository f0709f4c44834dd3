"""The standard sheet: the same lines each time, what nobody has is missing, and nothing of it is personal."""

import pytest

from core.errors import NotFound
from models import CaseTask, Role, TaskState
from services.casework.moves import Mover, move_case
from services.casework.sheets import Sheet, has_sheet, make_sheet, sheet_for_party
from services.casework.tasks import list_tasks, report_task
from services.catalogue import catalogue, service_of
from services.catalogue.fields import Privacy, fields_of
from services.catalogue.model import Party
from tests.services.casework.test_financing import POOL
from tests.support.casework import PLEDGE, RECOMMEND, make_institution, make_service_case
from tests.support.rights import make_right
from tests.support.staff import make_staff


def lines(sheet: Sheet, part: str) -> dict[str, str | None]:
    (found,) = [each for each in sheet.parts if each.name.startswith(part)]
    return {line.label: line.text for line in found.lines}


def test_what_nobody_has_is_a_line_without_an_answer_that_names_who_would_give_it(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now())
        sheet = make_sheet(session, case, clock.now(), for_owner=True)

    assert lines(sheet, "企业") == {
        "企业名称": "广州云测科技有限公司", "所在地": "广东省广州市南沙区", "统一社会信用代码": None,
    }  # fmt: skip
    assert lines(sheet, "申请") == {"申请金额": "300万元", "期限": "12个月"}
    assert set(lines(sheet, "信用").values()) == {None}
    assert set(lines(sheet, "专利1 CN202110123456.7").values()) == {None}
    assert lines(sheet, "质押")["共有人"] == "没有" and lines(sheet, "质押")["登记簿核对"] is None
    assert lines(sheet, "材料") == {"营业执照": None, "专利证书": None, "近两年财务报表": None}
    assert set(lines(sheet, "机构意见").values()) == {None}
    assert all(line.source for part in sheet.parts for line in part.lines)


def test_each_line_is_filled_by_whoever_knows_it(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        make_right(session, now, grant_date=None, ipc_codes=["C01B32/184"])
        make_institution(session, now, party=Party.VALUER)
        case = make_service_case(session, now, is_taken=True)
        staff = make_staff(session, now, role=Role.SUPERVISOR)
        move_case(session, case_id=case.id, to="recommended", mover=Mover(staff=staff), now=now,
                  answers={**RECOMMEND, "revenue": 12_000_000, "debt_ratio": 41.5, "loans": "无"})  # fmt: skip
        valuation = next(task for task in list_tasks(session, case.id) if task.key == "valuation")
        report_task(session, staff=staff, public_id=valuation.public_id, version=valuation.version, now=now,
                    answers={"value_low": 4_000_000, "value_high": 5_000_000})  # fmt: skip
        ours, theirs = (make_sheet(session, case, now, for_owner=each) for each in (False, True))

    credit = lines(ours, "信用")
    assert (credit["上年营业收入"], credit["资产负债率"], credit["现有借款"]) == ("1,200万元", "41.5%", "无")
    assert credit["纳税信用等级"] is None and credit["征信报告"] is None
    patent = lines(ours, "专利1")
    assert (patent["类型"], patent["到期日"], patent["授权日"]) == ("发明", "2041年3月15日", None)
    assert patent["剩余保护期"] == "14年3个月" and patent["年费缴到哪天"] is None
    # It was looked up then; the sheet is made later, when the pledge itself may stand in the register.
    assert lines(ours, "质押")["登记簿核对"] == "预审时查过,没有质押、查封、未缴年费"
    assert lines(ours, "机构意见")["专利评估"] == "评估下限400万元;评估上限500万元"
    # What a party said is between it and staff; the owner reads how far it is.
    assert lines(theirs, "机构意见")["专利评估"] == "已完成"


def test_the_price_of_one_party_stands_on_the_owners_sheet_and_on_none_that_others_get(database, clock):
    now = clock.now()
    with database.unit_of_work() as session:
        for party in (Party.VALUER, Party.GUARANTOR, Party.INSURER):
            make_institution(session, now, party=party)
        case = make_service_case(session, now, values={**PLEDGE, "linked": "all"}, is_taken=True)
        staff = make_staff(session, now, role=Role.SUPERVISOR)
        move_case(session, case_id=case.id, to="recommended", mover=Mover(staff=staff), now=now,
                  answers={**RECOMMEND, "revenue": 12_000_000, "debt_ratio": 41.5, "loans": "无"})  # fmt: skip
        opinion = next(task for task in list_tasks(session, case.id) if task.key == "guarantee")
        report_task(session, staff=staff, public_id=opinion.public_id, version=opinion.version, now=now,
                    answers={"limit": 3_210_000, "rate": 1.7})  # fmt: skip
        printed, theirs = (make_sheet(session, case, now, for_owner=each) for each in (False, True))
        others = [sheet_for_party(session, task, now) for task in list_tasks(session, case.id)]

    assert lines(theirs, "机构意见")["担保意见"] == "额度321万元;费率(年%)1.7%"
    assert lines(printed, "机构意见")["担保意见"] == "已答复,条件只给企业"
    assert not any("321" in repr(sheet) or "1.7" in repr(sheet) for sheet in (printed, *others))


def test_nothing_that_is_not_for_parties_is_on_any_sheet(database, clock):
    asked = {"pledge_financing": PLEDGE, "securitisation": POOL}
    assert asked.keys() == {key for key, service in catalogue().items() if service.sheet is not None}
    with database.unit_of_work() as session:
        for kind, values in asked.items():
            case = make_service_case(session, clock.now(), kind=kind, values=values)
            said = repr(make_sheet(session, case, clock.now(), for_owner=False))
            fields = fields_of(service_of(kind).form)
            hidden = [values[field.name] for field in fields if field.ask.privacy is not Privacy.PARTIES]
            assert hidden and not any(str(value) in said for value in hidden)


SHOWN = {
    "valuation": {"企业", "专利1 CN202110123456.7", "质押", "材料"},
    "guarantee": {"企业", "申请", "信用", "专利1 CN202110123456.7", "材料"},
    "review": {"企业", "申请", "信用", "专利1 CN202110123456.7", "质押", "材料"},
    "insurance_quote": None, "investor": None,
}  # fmt: skip


def test_a_party_reads_the_parts_of_the_sheet_that_its_task_is_about_as_long_as_it_has_the_task(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        for party in (Party.VALUER, Party.GUARANTOR, Party.BANK, Party.INSURER, Party.INVESTOR):
            make_institution(session, now, party=party)
        case = make_service_case(session, now, values={**PLEDGE, "linked": "all"}, is_taken=True)
        staff = make_staff(session, now, role=Role.SUPERVISOR)
        move_case(session, case_id=case.id, to="recommended", mover=Mover(staff=staff), now=now,
                  answers={**RECOMMEND, "revenue": 12_000_000})  # fmt: skip
        tasks = {task.key: task for task in list_tasks(session, case.id)}
        sheets = {key: sheet_for_party(session, tasks[key], now) for key in SHOWN}
        task = tasks["valuation"]
        report_task(session, staff=staff, public_id=task.public_id, version=task.version, now=now,
                    answers={"value_low": 4_000_000, "value_high": 5_000_000})  # fmt: skip
        bank, done = sheet_for_party(session, tasks["review"], now), sheet_for_party(session, task, now)
        tasks["guarantee"].state = TaskState.REFUSED
        refused = sheet_for_party(session, tasks["guarantee"], now)

    assert {key: sheet and {part.name for part in sheet.parts} for key, sheet in sheets.items()} == SHOWN
    assert lines(sheets["review"], "信用")["上年营业收入"] == "1,200万元"
    # The firm's accounts are for staff; what the valuer says is between it and staff.
    assert lines(sheets["review"], "材料").keys() == {"营业执照", "专利证书"}
    assert "400万元" not in repr(bank) and "300万元" not in repr(sheets["valuation"])
    assert done is not None and refused is None


def test_no_task_reads_more_of_the_form_on_the_sheet_than_it_may_see(database, clock):
    with database.unit_of_work() as session:
        for kind, values in {"pledge_financing": PLEDGE, "securitisation": POOL}.items():
            service, case = service_of(kind), make_service_case(session, clock.now(), kind=kind, values=values)
            for task in (each for each in service.tasks if each.sheet):
                row = CaseTask(case=case, key=task.key, party=task.party, state=TaskState.OPEN)
                sheet = sheet_for_party(session, row, clock.now())
                said = {line.label: line.text for part in sheet.parts for line in part.lines if line.text is not None}
                labels = {"申请金额": "amount", "想融金额": "amount", "期限": "term_months", "企业名称": "company",
                          "所在地": "region", "共有人": "has_co_owners", "已质押或查封": "is_encumbered",
                          "年许可收入": "yearly_income"}  # fmt: skip
                assert said.keys() <= labels.keys(), "a new line: say which field it is from"
                assert {labels[label] for label in said} <= set(task.sees), (kind, task.key)


def test_a_service_without_a_sheet_says_so(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now())
        case.form = {}  # as after its owner was erased
        assert not has_sheet(case)
        with pytest.raises(NotFound):
            make_sheet(session, case, clock.now(), for_owner=False)
