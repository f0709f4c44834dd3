"""The catalogue's editor: what each service says, changes that one proposes and another approves, bad ones refused."""

import re

import pytest
from sqlalchemy import select

from models import AuditEntry, DatedRecord
from services.catalogue import declared, service_of
from services.catalogue.fields import check_form
from services.catalogue.settings import places_of
from services.dated_data.service_settings import default_values, setting_form
from tests.support.service_settings import noticed_at_once

BASE = {
    "name": "介绍", "region": "全国", "source": "业务会纪要2026年11月", "confidence": "V", "checked_at": "2026-11-20",
    "valid_from": "2026-11-23", "valid_to": "",
}  # fmt: skip
INTRO = "ip_insurance/intro"


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    with noticed_at_once(monkeypatch):
        yield


def version(page) -> str:
    return re.search(r'name="version" value="(\d+)"', page.text)[1]


def proposed(browser, place: str, **values):
    """The place's draft, written and handed in; answers its address and what came back."""
    browser.get("/console/catalogue")
    begun = browser.post("/console/catalogue", {"place": place})
    assert begun.status_code == 303, begun.text
    page = browser.get(begun.location)
    form = {**BASE, **{f"value_{name}": value for name, value in values.items()}, "step": "submit"}
    return begun.location, browser.post(begun.location, {**form, "version": version(page)})


def test_every_service_lists_its_words_and_times_with_their_defaults(signed_in):
    browser = signed_in("agent")
    listed = browser.get("/console/catalogue")
    for key, service in declared().items():
        assert service.name in listed.text
        page = browser.get(f"/console/catalogue/{key}")
        assert page.status_code == 200 and service.intro in page.text and service.submitted in page.text
    loan = browser.get("/console/catalogue/pledge_financing").text
    assert "16个工作小时" in loan and "这一天按合同算,不能改" in loan and "受理新申请" in loan
    assert "法律规定,不能改" in browser.get("/console/catalogue/trademark_filing").text
    assert 'name="place"' not in loan
    assert browser.get("/console/catalogue/nothing").status_code == 404
    assert browser.post("/console/catalogue", {"place": INTRO}).status_code == 403


def test_a_change_is_proposed_by_one_seen_as_a_difference_and_approved_by_another(signed_in, database):
    author, other = signed_in("supervisor"), signed_in("administrator")
    own = declared()["ip_insurance"].intro
    address, answer = proposed(author, INTRO, text=own + "按件投保。")
    assert answer.status_code == 303
    assert service_of("ip_insurance").intro == own
    waiting = author.get("/console/catalogue/ip_insurance").text
    assert "等批准" in waiting and "1处在改" in author.get("/console/catalogue").text
    assert author.post(f"{address}/approve", {"version": version(author.get(address))}).status_code == 403

    page = other.get(address)
    assert "和现在的比" in page.text and "<ins>按件投保。</ins>" in page.text
    assert other.post(f"{address}/approve", {"version": version(page)}).status_code == 303

    shown = other.get("/console/catalogue/ip_insurance").text
    assert service_of("ip_insurance").intro == own + "按件投保。"
    assert f"默认:{own}" in shown and "王芳写,赵磊批准" in shown and "2026年11月23日起" in shown
    with database.reading() as session:
        wanted = select(AuditEntry.action).where(AuditEntry.target.like("record:%"))
        actions = list(session.scalars(wanted.order_by(AuditEntry.id)))
    assert actions == ["record_drafted", "record_saved", "record_submitted", "record_approved"]

    # A second change begins with what holds now, and once it is stopped the declaration speaks again.
    again = author.post("/console/catalogue", {"place": INTRO}).location
    assert again != address and "按件投保。" in author.get(again).text
    assert author.post("/console/catalogue", {"place": INTRO}).location == again
    other.post(f"{address}/retire", {"note": "不用了"})
    other.get("/console/catalogue")
    assert service_of("ip_insurance").intro == own


def test_a_change_after_one_was_stopped_begins_with_the_default_that_holds_again(signed_in):
    author, other = signed_in("supervisor"), signed_in("administrator")
    address, _ = proposed(author, INTRO, text="只办整包。")
    other.post(f"{address}/approve", {"version": version(other.get(address))})
    other.post(f"{address}/retire", {"note": "不用了"})

    begun = author.get(author.post("/console/catalogue", {"place": INTRO}).location).text

    assert declared()["ip_insurance"].intro in begun and "只办整包。" not in begun


def test_every_default_that_may_be_changed_is_a_value_that_may_be_saved():
    for service in declared().values():
        for place in places_of(service):
            if not place.locked:
                assert check_form(setting_form(place.key), default_values(place)), place.key


@pytest.mark.parametrize(
    ("place", "values", "sentence"),
    [
        ("pledge_financing/submitted", {"text": "{promised}前联系您。"}, "要写上{number}"),
        ("pledge_financing/submitted", {"text": "单号 {number},{weather}"}, "认不出{weather},这里只能用"),
        ("pledge_financing/submitted", {"text": "单号 {number"}, "花括号要成对写,比如 {number}"),
        ("pledge_financing/submitted", {"text": "单号 {number:>9}"}, "认不出{number}"),
        ("pledge_financing/submitted", {"text": "单号 {number.real}"}, "认不出{number.real}"),
        ("pledge_financing/intro", {"text": "单号 {number}"}, "这里不能用花括号"),
        ("pledge_financing/intro", {"text": ""}, "还差文字。"),
        ("pledge_financing/hours/prescreen", {"hours": "0"}, "填1到2000的整数。"),
        ("pledge_financing/hours/parties", {"hours": "20"}, "太短:到期前3天要提醒,时限要比它长"),
        ("pledge_financing/offer", {"offer": "paused", "reason": ""}, "暂停要写原因,企业会看到"),
    ],
)
def test_what_would_not_work_is_refused_beside_the_field_with_what_was_typed(signed_in, place, values, sentence):
    _, answer = proposed(signed_in("supervisor"), place, **values)

    assert answer.status_code == 422 and sentence in answer.text.replace("&gt;", ">")
    typed = next(iter(values.values()))
    assert typed.replace(">", "&gt;") in answer.text


@pytest.mark.parametrize(
    ("place", "status", "sentence"),
    [
        ("trademark_filing/hours/answer", 409, "这个期限由法律规定,不能改"),
        ("pledge_financing/hours/repayment", 409, "这一天按合同算,不能改"),
        ("pledge_financing/letters", 404, "没有这一处"),
        ("nothing/intro", 404, "没有这一处"),
    ],
)
def test_what_the_law_or_a_contract_says_is_nobodys_to_set(signed_in, database, place, status, sentence):
    browser = signed_in("supervisor")
    browser.get("/console/catalogue")
    answer = browser.post("/console/catalogue", {"place": place})

    assert answer.status_code == status and sentence in answer.text
    assert browser.post("/console/records", {"kind": "service_setting"}).status_code == 404
    with database.reading() as session:
        assert session.scalars(select(DatedRecord)).all() == []


def test_a_pause_is_shown_in_the_list_and_a_time_counts_once_approved(signed_in):
    author, other = signed_in("supervisor"), signed_in("administrator")
    for place, values in (
        ("pledge_financing/offer", {"offer": "paused", "reason": "合作银行在换系统"}),
        ("pledge_financing/hours/prescreen", {"hours": "24"}),
    ):
        address, answer = proposed(author, place, **values)
        assert answer.status_code == 303, answer.text
        assert other.post(f"{address}/approve", {"version": version(other.get(address))}).status_code == 303
    assert "暂停受理" in other.get("/console/catalogue").text
    page = other.get("/console/catalogue/pledge_financing").text
    assert "暂停受理 · 合作银行在换系统" in page and "24个工作小时" in page and "默认:16个工作小时" in page
    assert service_of("pledge_financing").clock("prescreen").working_hours == 24
