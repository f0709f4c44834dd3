"""Firms' credit at the desk: proposed, confirmed by another, answered; everything audited."""

import re

import pytest
from sqlalchemy import select

from models import CreditEvent, CreditPlea, PleaKind
from services.credit.pleas import plead
from tests.support.credit import make_firm


@pytest.fixture
def firm(database, clock):
    with database.unit_of_work() as session:
        return make_firm(session, clock.now())


def form(clock, **other):
    return {
        "kind": "penalty", "source": "佛山市市场监督管理局", "number": "佛市监罚〔2026〕8号",
        "link": "https://example.com/penalty/8", "facts": "虚假宣传专利,罚款2万元。", "evidence": "看过公示的决定书",
        "happened_on": clock.now().date().isoformat(), **other,
    }  # fmt: skip


def test_an_event_is_proposed_confirmed_by_another_and_an_objection_is_answered(
    database, clock, firm, signed_in, browse
):
    author = signed_in("supervisor")
    found = author.get("/console/credit?q=守约").text
    path = re.search(r'href="(/console/credit/companies/[^"]+)"', found)[1]
    assert "没有记录" in author.get(path).text
    refused = author.post(path, form(clock, link=""))
    assert refused.status_code == 422 and "填公开决定的网址" in refused.text and "虚假宣传" in refused.text
    assert author.post(path, form(clock)).status_code == 303
    with database.reading() as session:
        event = session.scalars(select(CreditEvent)).one()
    step = f"/console/credit/events/{event.public_id}"
    assert "自己提的" in author.get("/console/credit").text
    assert author.post(step, {"step": "confirm", "version": event.version}).status_code == 403
    author.get("/console/credit")
    assert author.post(step, {"step": "drop", "note": "", "version": event.version}).status_code == 422

    second = signed_in("administrator")
    assert "虚假宣传" in second.get("/console/credit").text
    assert second.post(step, {"step": "", "version": event.version}).status_code == 422
    assert second.post(step, {"step": "confirm", "version": event.version}).status_code == 303
    assert "信用有提示" in second.get(path).text
    with database.unit_of_work() as session:
        plea = plead(session, firm.owner.id, event.public_id, PleaKind.OBJECTION, "决定已被复议撤销", clock.now())
    assert "决定已被复议撤销" in second.get("/console/credit").text
    answer = f"/console/credit/pleas/{plea.id}"
    assert second.post(answer, {"note": "核对过"}).status_code == 422
    assert second.post(answer, {"answer": "grant", "note": "核对过复议决定书"}).status_code == 303
    shown = second.get(path).text
    assert "异议成立,核对过复议决定书" in shown and "信用良好" in shown
    assert second.post(answer, {"answer": "grant", "note": "再来一次"}).status_code == 409
    audit = second.get("/console/audit").text
    assert "确认企业信用" in audit and "企业信用异议或修复成立" in audit
    with database.reading() as session:
        assert session.scalars(select(CreditPlea.is_granted)).one() is True


def test_what_counts_is_ended_with_its_reason(database, clock, firm, signed_in):
    with database.unit_of_work() as session:
        event = firm.record(session, clock.now())
    browser = signed_in("supervisor")
    assert "计入中的" in browser.get("/console/credit").text
    step = f"/console/credit/events/{event.public_id}"
    assert browser.post(step, {"step": "end", "note": "同名的另一家", "version": event.version}).status_code == 303
    assert "计入中的" not in browser.get("/console/credit").text
    assert browser.post("/console/credit/events/nothing", {"step": "end", "version": 1}).status_code == 404
