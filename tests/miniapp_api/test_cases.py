"""Requests through the API: filed once, followed, withdrawn, judged, and nobody else's to see."""

from collections.abc import Callable
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from core.clock import FixedClock
from models import (
    Case,
    Company,
    Delivery,
    DeliveryState,
    FormDraft,
    MemberRole,
    Membership,
    MemberState,
    Staff,
    StaffNotification,
    User,
)
from services.casework.assignment import take_case
from services.casework.moves import Mover, move_case
from services.casework.tasks import list_tasks, report_task
from services.catalogue import service_of
from services.catalogue.fields import Reads, fields_of
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.services.casework.test_financing import INSURANCE
from tests.services.casework.test_news import WANTS
from tests.support.casework import PLEDGE, make_institution
from tests.support.staff import make_staff

SERVICE = "pledge_financing"
RECOMMENDED = {"bank": "演示银行", "reason": "利率低", "is_register_clear": True}


def file_case(phone: Phone, **changes: Any) -> str:
    answer = phone.post("/cases", {"service": SERVICE, "form": {**PLEDGE, **changes}})
    assert answer.status_code == 201, answer.get_json()
    return str(answer.get_json()["number"])


def take(resources: Resources, clock: FixedClock, number: str) -> int:
    """A fitting member of staff takes the case; answers who."""
    with resources.database.unit_of_work() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        staff = make_staff(session, clock.now(), skills=["financing"])
        take_case(session, staff=staff, case_id=case.id, now=clock.now())
        return staff.id


def move(resources: Resources, clock: FixedClock, number: str, staff_id: int, to: str, **answers: Any) -> None:
    with resources.database.unit_of_work() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        mover = Mover(session.get_one(Staff, staff_id))
        move_case(session, case_id=case.id, to=to, mover=mover, answers=answers, now=clock.now())


def make_colleagues(resources: Resources, clock: FixedClock, *roles: MemberRole) -> None:
    """The people who logged in, in this order, act for the company of the form in these roles."""
    with resources.database.unit_of_work() as session:
        company = session.scalars(select(Company).where(Company.name == PLEDGE["company"])).one()
        for user, role in zip(session.scalars(select(User).order_by(User.id)), roles, strict=True):
            session.add(
                Membership(
                    user_id=user.id, company_id=company.id, role=role, state=MemberState.ACTIVE, created_at=clock.now()
                )
            )


def test_a_request_is_filed_and_told(phone: Phone, resources: Resources, clock: FixedClock) -> None:
    with resources.database.unit_of_work() as session:
        staff_id = make_staff(session, clock.now(), skills=["financing"]).id
    answer = phone.post("/cases", {"service": SERVICE, "form": PLEDGE})
    answer.close()

    assert answer.status_code == 201
    body = answer.get_json()
    assert body["number"] == "RZ261123-0001"
    assert body["number"] in body["message"]
    assert body["findings"][-1]["level"] == "gap"
    with resources.database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert (case.kind, case.channel, case.form) == (SERVICE, "mini_program", PLEDGE)
        offered = session.scalars(select(StaffNotification).where(StaffNotification.kind == "case_assigned")).one()
        assert (offered.staff_id, offered.case_id) == (staff_id, case.id)
        assert session.scalars(select(Delivery)).one().state == DeliveryState.SENT
    told = phone.get("/cases/RZ261123-0001/messages").get_json()["items"]
    assert [each["text"] for each in told] == [body["message"]]


def test_a_draft_is_filed_once(phone: Phone, resources: Resources) -> None:
    version = phone.put(f"/services/{SERVICE}/draft", {"values": PLEDGE, "version": 0}).get_json()["version"]
    wrong = phone.post("/cases", {"service": SERVICE, "draft_version": version + 1})
    first = phone.post("/cases", {"service": SERVICE, "draft_version": version}, key="file-0001")

    again = phone.post("/cases", {"service": SERVICE, "draft_version": version}, key="file-0001")
    later = phone.post("/cases", {"service": SERVICE, "draft_version": version})

    assert (wrong.status_code, first.status_code, again.status_code, later.status_code) == (409, 201, 201, 409)
    assert again.get_json() == first.get_json()
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        assert session.scalar(select(func.count()).select_from(FormDraft)) == 0


def test_a_form_filed_twice_under_one_key_is_one_case(phone: Phone, resources: Resources) -> None:
    answers = [phone.post("/cases", {"service": SERVICE, "form": PLEDGE}, key="file-0001") for _ in range(2)]

    assert answers[0].get_json() == answers[1].get_json()
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"service": SERVICE, "form": {**PLEDGE, "amount": "很多"}}, "amount"),
        ({"service": SERVICE, "form": {}}, "amount"),
        ({"service": SERVICE, "form": {**PLEDGE, "colour": "红"}}, "colour"),
        ({"service": "nothing", "form": PLEDGE}, "service"),
        ({"service": SERVICE}, "body"),
        ({"service": SERVICE, "form": PLEDGE, "draft_version": 1}, "body"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(phone: Phone, body: dict[str, Any], field: str) -> None:
    refused = phone.post("/cases", body)

    assert refused.status_code == 422
    assert not refused.get_json()["error"]["fields"][field].isascii()


def test_half_a_draft_is_not_filed_and_stays(phone: Phone) -> None:
    version = phone.put(f"/services/{SERVICE}/draft", {"values": {"amount": 1}, "version": 0}).get_json()["version"]

    refused = phone.post("/cases", {"service": SERVICE, "draft_version": version})

    assert refused.status_code == 422
    assert phone.get(f"/services/{SERVICE}/draft").get_json()["version"] == version


def test_a_case_shows_where_it_stands(phone: Phone, resources: Resources, clock: FixedClock) -> None:
    number = file_case(phone)
    with resources.database.unit_of_work() as session:
        make_institution(session, clock.now(), party="valuer", name="演示评估行")
    staff_id = take(resources, clock, number)
    move(resources, clock, number, staff_id, "recommended", **RECOMMENDED)

    body = phone.get(f"/cases/{number}").get_json()

    assert (body["stage"], body["stage_name"]) == ("recommended", "评担险贷")
    assert body["says"] == "评估、担保、保险和银行在同时办理。"
    assert body["form"] == PLEDGE
    assert [(each["name"], each["label"], each["text"]) for each in body["answers"]][:7] == [
        ("amount", "金额", "300万元"),
        ("term_months", "期限", "12个月"),
        ("patents", "质押专利", "CN202110123456.7"),
        ("has_co_owners", "有共有人", "否"),
        ("is_encumbered", "已质押或查封", "否"),
        ("use", "用途", "日常周转"),
        ("linked", "一起办", "只要贷款"),
    ]
    assert body["handler"]
    assert body["moves"] == [{"to": "withdrawn", "name": "撤回", "missing": "", "asks": []}]
    assert [each["key"] for each in body["missing_documents"]][:2] == ["licence", "certificate"]
    assert {"name": "专利评估", "party": "评估机构", "state": "open"} in body["tasks"]
    assert [(each["name"], each["state"]) for each in body["steps"]] == [
        ("待预审", "done"), ("评担险贷", "now"), ("待登记", "ahead"), ("待放款", "ahead"), ("还款中", "ahead"),
        ("待注销登记", "ahead"), ("已结清", "ahead"),
    ]  # fmt: skip
    said = [each["text"] for each in body["history"]]
    assert said[0] == "已提交" and "评担险贷" in said and "专利评估开始办理" in said
    # Neither a partner's name, nor what staff wrote for staff, nor our own time limits.
    assert "演示评估行" not in str(body) and "利率低" not in str(body)
    assert body["clocks"] == []


def test_a_task_done_is_progress_without_its_report(phone: Phone, resources: Resources, clock: FixedClock) -> None:
    number = file_case(phone)
    staff_id = take(resources, clock, number)
    move(resources, clock, number, staff_id, "recommended", **RECOMMENDED)
    with resources.database.unit_of_work() as session:
        case = session.scalars(select(Case)).one()
        task = next(row for row in list_tasks(session, case.id) if row.key == "valuation")
        report_task(
            session, staff=session.get_one(Staff, staff_id), public_id=task.public_id, version=task.version,
            answers={"value_low": 7654321, "value_high": 8765432}, now=clock.now(),
        )  # fmt: skip

    body = phone.get(f"/cases/{number}").get_json()

    assert {"name": "专利评估", "party": "评估机构", "state": "done"} in body["tasks"]
    assert "专利评估已完成" in [each["text"] for each in body["history"]]
    assert "7654321" not in str(body)


def test_a_case_is_withdrawn_by_its_owner(phone: Phone) -> None:
    number = file_case(phone)
    version = phone.get(f"/cases/{number}").get_json()["version"]

    stale = phone.post(f"/cases/{number}/moves", {"to": "withdrawn", "version": version + 1})
    done = phone.post(f"/cases/{number}/moves", {"to": "withdrawn", "version": version})
    again = phone.post(f"/cases/{number}/moves", {"to": "withdrawn", "version": version})

    assert (stale.status_code, done.status_code, again.status_code) == (409, 200, 200)
    body = done.get_json()
    assert (body["status"], body["outcome"], body["moves"]) == ("closed", "withdrawn", [])
    assert body["missing_documents"] == []


@pytest.mark.parametrize(("to", "status"), [("recommended", 403), ("settled", 409), ("nowhere", 409)])
def test_an_owner_does_only_what_is_an_owners_to_do(phone: Phone, to: str, status: int) -> None:
    number = file_case(phone)
    version = phone.get(f"/cases/{number}").get_json()["version"]

    assert phone.post(f"/cases/{number}/moves", {"to": to, "version": version}).status_code == status
    assert phone.get(f"/cases/{number}").get_json()["version"] == version


def test_work_is_judged_when_it_is_done(phone: Phone) -> None:
    number = file_case(phone)
    early = phone.put(f"/cases/{number}/satisfaction", {"score": 3})
    version = phone.get(f"/cases/{number}").get_json()["version"]
    phone.post(f"/cases/{number}/moves", {"to": "withdrawn", "version": version})

    scores = [phone.put(f"/cases/{number}/satisfaction", {"score": score}).status_code for score in (1, 3, 3, 4, 0)]

    assert (early.status_code, scores) == (409, [200, 200, 200, 422, 422])
    body = phone.get(f"/cases/{number}").get_json()
    assert body["satisfaction"] == 3
    assert [line["text"] for line in body["history"]][-2:] == ["您的评价:不满意", "您的评价:满意"]


def test_the_list_turns_pages_and_tells_open_from_closed(phone: Phone) -> None:
    numbers = [file_case(phone) for _ in range(3)]
    phone.post(f"/cases/{numbers[0]}/moves", {"to": "withdrawn", "version": 99})
    version = phone.get(f"/cases/{numbers[0]}").get_json()["version"]
    phone.post(f"/cases/{numbers[0]}/moves", {"to": "withdrawn", "version": version})

    first = phone.get("/cases", limit=2).get_json()
    second = phone.get("/cases", limit=2, cursor=first["next_cursor"]).get_json()

    assert [each["number"] for each in first["items"] + second["items"]] == numbers[::-1]
    assert second["next_cursor"] is None
    assert [each["number"] for each in phone.get("/cases", state="closed").get_json()["items"]] == numbers[:1]
    assert len(phone.get("/cases", state="open").get_json()["items"]) == 2
    assert phone.get("/cases", state="open", cursor=first["next_cursor"]).status_code == 400


def test_a_handoff_is_no_request(phone: Phone) -> None:
    number = phone.post("/handoffs", {"reason": "想问开放许可"}).get_json()["case_number"]

    assert phone.get("/cases").get_json()["items"] == []
    assert phone.get(f"/cases/{number}").status_code == 404


def test_a_strangers_case_looks_like_a_missing_one(log_in: Callable[..., Phone]) -> None:
    number = file_case(log_in("oMini1"))
    # Whoever writes the same company's name in a form is no colleague.
    stranger = log_in("oMini2")
    file_case(stranger)

    for path, body in (("", None), ("/messages", None), ("/moves", {"to": "withdrawn", "version": 1})):
        answers = []
        for name in (number, "RZ261123-9999"):
            address = f"/cases/{name}{path}"
            answers.append(stranger.post(address, body) if body else stranger.get(address))
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].get_json() == answers[1].get_json()
    assert stranger.put(f"/cases/{number}/satisfaction", {"score": 3}).status_code == 404
    assert stranger.post(f"/cases/{number}/messages", {"text": "您好"}).status_code == 404


def test_colleagues_see_the_companys_cases_and_who_runs_it_decides(
    log_in: Callable[..., Phone], resources: Resources, clock: FixedClock
) -> None:
    mine, member, owner = log_in("oMini1"), log_in("oMini2"), log_in("oMini3")
    number = file_case(mine)
    make_colleagues(resources, clock, MemberRole.MEMBER, MemberRole.MEMBER, MemberRole.OWNER)

    seen = member.get(f"/cases/{number}").get_json()
    version = seen["version"]

    assert [each["number"] for each in member.get("/cases").get_json()["items"]] == [number]
    assert (seen["is_mine"], seen["moves"]) == (False, [])
    assert "phone" not in seen["form"] and seen["form"]["amount"] == PLEDGE["amount"]
    assert "phone" not in {each["name"] for each in seen["answers"]}
    refused = member.post(f"/cases/{number}/moves", {"to": "withdrawn", "version": version})
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "forbidden")
    assert owner.post(f"/cases/{number}/moves", {"to": "withdrawn", "version": version}).status_code == 200


def test_what_the_api_refuses_a_colleague_the_chat_refuses_too(
    log_in: Callable[..., Phone], resources: Resources, clock: FixedClock
) -> None:
    mine, member, owner = log_in("oMini1"), log_in("oMini2"), log_in("oMini3")
    number = file_case(mine)
    make_colleagues(resources, clock, MemberRole.MEMBER, MemberRole.MEMBER, MemberRole.OWNER)

    def say(phone: Phone, text: str) -> str:
        answer = phone.post("/ask", {"text": text}).get_json()
        assert "answer" in answer, (text, answer)
        return str(answer["answer"])

    for text in ("撤回", f"撤回 {number}"):
        assert say(member, text) == f"{number} 由提交的同事或企业负责人来办。"
    assert "确认" not in say(member, "确认")
    assert say(owner, "撤回") == f"要撤回质押融资 {number} 吗?"
    move(resources, clock, number, take(resources, clock, number), "declined", reason="不在服务范围")
    assert mine.get(f"/cases/{number}").get_json()["stage"] == "declined"

    assert member.put(f"/cases/{number}/satisfaction", {"score": 1}).status_code == 403
    say(member, "不满意")
    assert mine.get(f"/cases/{number}").get_json()["satisfaction"] is None
    assert say(owner, "满意").startswith("谢谢")
    assert mine.get(f"/cases/{number}").get_json()["satisfaction"] == 3


def test_what_goes_with_a_case_begins_with_its_values_and_both_name_each_other(phone: Phone) -> None:
    loan = phone.post("/cases", {"service": SERVICE, "form": PLEDGE}).get_json()["number"]
    companion = phone.get(f"/cases/{loan}").get_json()["companions"][0]
    assert companion["service"] == "ip_insurance"
    assert companion["known"] == {name: PLEDGE[name] for name in ("patents", "company", "region", "phone")}

    form = {**companion["known"], "cover": "enforcement", "insured_sum": 500_000, "has_dispute": False}
    wanted = {"service": "ip_insurance", "form": form, "together_with": loan}
    other = phone.post("/cases", wanted).get_json()["number"]
    strange = phone.post("/cases", {**wanted, "together_with": "RZ991231-0001"})

    assert phone.get(f"/cases/{loan}").get_json()["linked"] == [other]
    shown = phone.get(f"/cases/{other}").get_json()
    assert shown["linked"] == [loan] and shown["history"][-1]["text"] == f"和 {loan} 一起办"
    assert strange.status_code == 404 and len(phone.get("/cases").get_json()["items"]) == 2


def test_news_that_go_with_a_request_are_turned_off(phone: Phone) -> None:
    loan = phone.post("/cases", {"service": SERVICE, "form": PLEDGE}).get_json()["number"]
    number = phone.post("/cases", {"service": "incubation", "form": WANTS}).get_json()["number"]

    answer = phone.put(f"/cases/{number}/news", {"wanted": False})

    assert answer.get_json()["form"]["tell_vacancy"] is False
    assert answer.get_json()["news"] == {"name": "空房", "wanted": False}
    for wanted in (False, True):
        assert phone.put(f"/cases/{loan}/news", {"wanted": wanted}).status_code == 200
        assert phone.get(f"/cases/{loan}").get_json()["news"] == {"name": "补贴窗口", "wanted": wanted}
    insured = phone.post("/cases", {"service": "ip_insurance", "form": INSURANCE}).get_json()["number"]
    assert phone.get(f"/cases/{insured}").get_json()["news"] is None
    assert phone.put(f"/cases/{insured}/news", {"wanted": False}).status_code == 409


def test_the_sheet_is_for_its_owner_and_a_service_without_one_has_none(phone: Phone, resources: Resources) -> None:
    sheet = phone.get(f"/cases/{file_case(phone)}/sheet").get_json()
    checkup = {"service": "incubation", "form": WANTS}
    other = phone.get(f"/cases/{phone.post('/cases', checkup).get_json()['number']}/sheet")

    said = {line["label"]: line["text"] for part in sheet["parts"] for line in part["lines"]}
    assert (said["申请金额"], said["统一社会信用代码"]) == ("300万元", None)
    assert other.status_code == 404 and "资料表" in other.get_json()["error"]["message"]


def test_a_health_checks_plan_is_kept_with_its_days_and_goes_into_the_owners_calendar(phone: Phone) -> None:
    answers = {each.name: True for each in fields_of(service_of("health_check").form) if each.reads is Reads.YES_NO}
    firm = {name: PLEDGE[name] for name in ("company", "region", "phone")}
    form = {**answers, "fees_paid": False, "has_ledger": False, **firm}
    number = phone.post("/cases", {"service": "health_check", "form": form}).get_json()["number"]

    planned = [each["due"] for each in phone.get(f"/cases/{number}").get_json()["findings"]]
    file = phone.get(f"/cases/{number}/calendar")

    assert planned == ["2026-11-30", "2027-01-22"]
    assert file.mimetype == "text/calendar"
    events = Calendar.from_ical(file.data).walk("VEVENT")
    assert [each.decoded("dtstart").isoformat() for each in events] == planned
    assert [str(each["summary"]) for each in events] == [
        "查年费:过期6个月内补缴还来得及", "建台账:号码、到期日、年费日、负责人",
    ]  # fmt: skip
    assert phone.get(f"/cases/{file_case(phone)}/calendar").status_code == 409
