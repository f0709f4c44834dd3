"""Dated data and institutions in the console, used by their own buttons; each role sees and does what is its own."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import CaseTask, DatedRecord, Institution, RecordState, TaskState
from services.catalogue.model import Party
from services.dated_data.kinds import ALL
from services.dated_data.lookup import find_records
from tests.support.casework import make_institution, make_service_case
from tests.support.dated_data import load_reference, make_record

FORM = {
    "name": "南沙贴息", "region": "南沙", "source": "区通知〔2026〕1号", "confidence": "V", "checked_at": "2026-11-20",
    "valid_from": "2026-11-23", "valid_to": "", "value_item": "interest", "value_share": "40", "value_cap": "200,000",
    "value_years": "", "value_authority": "", "value_window_from": "", "value_window_to": "", "value_conditions": "",
}  # fmt: skip


@pytest.fixture
def draft(signed_in, database) -> int:
    """A record that the supervisor has begun."""
    browser = signed_in("supervisor")
    browser.get("/console/records?kind=subsidy_scheme")
    answer = browser.post("/console/records", {"kind": "subsidy_scheme"})
    assert answer.status_code == 303
    return int(answer.location.rsplit("/", 1)[1])


def saved(browser, record_id: int, **changes):
    page = browser.get(f"/console/records/{record_id}")
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    return browser.post(f"/console/records/{record_id}", {**FORM, "version": version, **changes})


def state(database, record_id: int) -> str:
    with database.reading() as session:
        return session.get(DatedRecord, record_id).state


def test_every_kind_has_its_page_its_form_and_its_words_while_it_is_empty(signed_in):
    browser = signed_in("supervisor")
    for kind in ALL:
        page = browser.get(f"/console/records?kind={kind.key}")
        assert page.status_code == 200 and f"还没有{kind.name}" in page.text
        if kind.values_by_key is not None:
            continue  # begun from the page of the service
        made = browser.post("/console/records", {"kind": kind.key})
        form = browser.get(made.location)
        assert form.status_code == 200 and "提交批准" in form.text
    assert browser.get("/console/records?kind=wish").status_code == 404


def test_a_draft_is_written_submitted_and_approved_by_somebody_else(signed_in, database, clock, draft):
    author = signed_in("supervisor")
    assert saved(author, draft, step="submit").status_code == 303
    page = author.get(f"/console/records/{draft}")
    assert "等另一位主管或管理员批准" in page.text and ">批准</button>" not in page.text
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    assert author.post(f"/console/records/{draft}/approve", {"version": version}).status_code == 403

    other = signed_in("administrator")
    page = other.get(f"/console/records/{draft}")
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    assert other.post(f"/console/records/{draft}/approve", {"version": version}).status_code == 303

    with database.reading() as session:
        (found,) = find_records(session, "subsidy_scheme", region="南沙", on=clock.now().date())
        assert found.values == {"item": "interest", "share": 40.0, "cap": 200_000}
    audit = other.get("/console/audit").text
    assert "批准数据" in audit and "提交数据批准" in audit


def test_what_was_typed_wrongly_comes_back_with_the_reason_beside_it(signed_in, database, draft):
    refused = saved(signed_in("supervisor"), draft, value_share="很多", source="", name="保留这个名称")

    assert refused.status_code == 422
    assert "必填" in refused.text and 'value="很多"' in refused.text and "保留这个名称" in refused.text
    assert state(database, draft) == RecordState.DRAFT


def test_a_stale_page_is_refused_and_a_reason_is_needed_to_send_back_or_retire(signed_in, database, draft):
    author, other = signed_in("supervisor"), signed_in("administrator")
    assert saved(author, draft, version="0").status_code == 409
    saved(author, draft, step="submit")
    other.get(f"/console/records/{draft}")
    assert other.post(f"/console/records/{draft}/reject", {"note": " "}).status_code == 422
    assert other.post(f"/console/records/{draft}/reject", {"note": "缺文号"}).status_code == 303
    assert "退回原因:缺文号" in author.get(f"/console/records/{draft}").text
    author.post(f"/console/records/{draft}/retire", {"note": "不要了"})
    assert state(database, draft) == RecordState.RETIRED


def test_of_two_who_write_one_draft_the_later_one_sees_both_and_loses_nothing(signed_in, database, draft):
    first, second = signed_in("supervisor"), signed_in("administrator")
    seen = re.search(r'name="version" value="(\d+)"', first.get(f"/console/records/{draft}").text)[1]
    saved(second, draft, value_share="50", name="同事的名称")

    refused = saved(first, draft, value_share="60", version=seen)

    assert refused.status_code == 409 and "再交一次就用您写的" in refused.text
    assert "同事存的" in refused.text and "50%" in refused.text and 'value="60"' in refused.text
    now = re.search(r'name="version" value="(\d+)"', refused.text)[1]
    assert now != seen and saved(first, draft, value_share="60", version=now).status_code == 303
    with database.reading() as session:
        assert session.get(DatedRecord, draft).values["share"] == 60
    # Handed in meanwhile: it cannot be written any more, and what was typed is still there to be copied.
    saved(second, draft, step="submit", value_share="70")
    late = saved(first, draft, value_share="80", version=now)
    assert late.status_code == 409 and "您写的" in late.text and "80" in late.text


def test_a_version_of_what_holds_is_begun_and_what_is_due_is_checked(signed_in, database, clock):
    with database.unit_of_work() as session:
        old = make_record(session, clock.now(), checked_at=clock.now().date().replace(year=2025)).id
    browser = signed_in("supervisor")
    assert "该核对" in browser.get("/console/records?kind=subsidy_scheme").text
    browser.post(f"/console/records/{old}/checked", {"checked_at": "2026-11-23"})
    page = browser.get("/console/records?kind=subsidy_scheme").text
    assert "该核对" not in page and "2026年11月23日核对 · 王芳" in page

    new = browser.post(f"/console/records/{old}/version").location
    assert "各版本" in browser.get(new).text


def test_agents_read_and_change_nothing(signed_in, database, clock, draft):
    with database.unit_of_work() as session:
        load_reference(session, clock.now())
        record = session.scalars(select(DatedRecord).where(DatedRecord.kind == "bank_product")).first().id
        institution = session.scalars(select(Institution)).first().id
    browser = signed_in("agent")
    page = browser.get("/console/records")
    assert page.status_code == 200 and "演示银行·专利贷" in page.text and "新建" not in page.text
    assert "提交批准" not in browser.get(f"/console/records/{record}").text
    assert browser.get("/console/institutions").status_code == 200
    assert "保存" not in browser.get(f"/console/institutions/{institution}").text
    for path, data in (
        ("/console/records", {"kind": "risk_share"}),
        (f"/console/records/{record}", FORM),
        (f"/console/records/{record}/version", {}),
        (f"/console/records/{record}/retire", {"note": "x"}),
        (f"/console/records/{record}/checked", {"checked_at": "2026-11-23"}),
        ("/console/institutions", {"name": "某某银行", "party": "bank"}),
        (f"/console/institutions/{institution}", {"name": "某某银行", "party": "bank"}),
    ):
        assert browser.post(path, data).status_code == 403, path


def test_an_institution_is_added_changed_and_taken_out_of_use(signed_in, database):
    browser = signed_in("supervisor")
    browser.get("/console/institutions")
    fields = {
        "name": "某某银行",
        "party": "bank",
        "regions": "南沙、佛山",
        "conflicts": "甲公司\n乙公司",
        "is_active": "yes",
    }
    assert browser.post("/console/institutions", fields).status_code == 303
    with database.reading() as session:
        row = session.scalars(select(Institution)).one()
        assert (row.regions, row.conflicts) == (["广东省广州市南沙区", "广东省佛山市"], ["甲公司", "乙公司"])
    taken = browser.post("/console/institutions", fields)
    assert taken.status_code == 409 and "已经有这个名称的机构" in taken.text
    assert browser.post("/console/institutions", {"name": "某", "party": "club"}).status_code == 422
    browser.post(f"/console/institutions/{row.id}", {**fields, "is_active": ""})
    assert "停用" in browser.get("/console/institutions").text
    assert browser.get("/console/institutions/999").status_code == 404


def test_an_expert_is_written_by_one_and_seated_by_another(signed_in, database):
    author, other = signed_in("supervisor"), signed_in("administrator")
    author.get("/console/records?kind=expert")
    number = int(author.post("/console/records", {"kind": "expert"}).location.rsplit("/", 1)[1])
    typed = {"name": "周工", "region": "广州", "source": "专家库聘书", "value_skills": ["enforcement", "patent"],
             "value_conflicts": "佛山某某五金厂", "valid_to": "2027-11-22", "step": "submit"}  # fmt: skip
    page = author.get(f"/console/records/{number}").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    form = {name: value for name, value in FORM.items() if not name.startswith("value_")}
    assert author.post(f"/console/records/{number}", {**form, **typed, "version": version}).status_code == 303

    page = other.get(f"/console/records/{number}").text
    assert "维权援助" in page and "佛山某某五金厂" in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert other.post(f"/console/records/{number}/approve", {"version": version}).status_code == 303

    assert "周工" in other.get("/console/institutions?party=expert").text


def test_an_institutions_page_says_what_became_of_its_tasks(signed_in, database, clock):
    with database.unit_of_work() as session:
        bank = make_institution(session, clock.now(), party=Party.BANK)
        number = bank.id
        for state, ended in ((TaskState.DONE, 2), (TaskState.DONE, 9), (TaskState.REFUSED, 1), (TaskState.OPEN, None)):
            case = make_service_case(session, clock.now())
            session.add(
                CaseTask(
                    public_id=f"task-{case.id}", case_id=case.id, key="review", party=Party.BANK, state=state,
                    institution_id=bank.id, created_at=clock.now(), due_at=clock.now() + timedelta(days=5),
                    ended_at=clock.now() + timedelta(days=ended) if ended else None,
                )
            )  # fmt: skip
    page = signed_in("supervisor").get(f"/console/institutions/{number}").text
    assert "派过4件:办好2件、没接1件、在办1件,其中超期1件;办好一件一般5天" in page
