"""The standard sheet: the same lines each time, what nobody has is missing, and nothing of it is personal."""

import pytest

from core.errors import NotFound
from models import Role
from services.casework.moves import Mover, move_case
from services.casework.sheets import Sheet, has_sheet, make_sheet
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
        "申请金额": "300万元", "期限": "12个月",
    }  # fmt: skip
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


def test_a_service_without_a_sheet_says_so(database, clock):
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now())
        case.form = {}  # as after its owner was erased
        assert not has_sheet(case)
        with pytest.raises(NotFound):
            make_sheet(session, case, clock.now(), for_owner=False)
