"""The list of flagged transfers: for supervisors, with a reason, audited; the broker reads it on the deal."""

import pytest
from sqlalchemy import select

from models import Company, Deal, Staff, TransferFlag
from nlp.market.posts import Mode
from services.deals.broker import take_deal
from services.deals.radar import look_for_flags
from tests.support.deals import agree, make_scene, settle
from tests.support.staff import make_staff


@pytest.fixture
def flagged(database, clock, people) -> tuple[str, Staff]:
    """A deal between two of one company, and its broker."""
    now = clock.now()
    with database.unit_of_work() as session:
        broker = make_staff(session, now, display_name="周洽", skills=["market"])
        company = Company(name="佛山关联有限公司", created_at=now)
        session.add(company)
        session.flush()
        scene = make_scene(session, now)
        agree(session, scene, now)
        settle(session, scene, now, mode=Mode.TRANSFER)
        for party in scene.deal.parties:
            party.company_id = company.id
        session.flush()
        look_for_flags(session, scene.deal, now)
        take_deal(session, broker, scene.deal.number, now)
        return scene.deal.number, broker


def test_a_flag_is_decided_by_a_supervisor_and_read_by_the_broker(database, flagged, browse, signed_in):
    number, broker = flagged
    supervisor = signed_in("supervisor")
    page = supervisor.get("/console/transfer-flags").text
    assert "双方有关联" in page and number in page and "只供人看" in page
    with database.reading() as session:
        flag = session.scalars(select(TransferFlag)).one()
    path = f"/console/transfer-flags/{flag.id}"
    assert supervisor.post(path, {"state": "", "version": flag.version}).status_code == 422
    assert supervisor.post(path, {"state": "fine", "note": "", "version": flag.version}).status_code == 422
    assert supervisor.post(path, {"state": "fine", "note": "集团内", "version": flag.version}).status_code == 303
    stale = supervisor.post(path, {"state": "pursue", "note": "再看", "version": flag.version})
    assert stale.status_code == 409 and "刷新" in stale.get_data(as_text=True)
    assert supervisor.post("/console/transfer-flags/999999", {"state": "seen", "version": 1}).status_code == 404
    assert "没问题" in supervisor.get("/console/transfer-flags").text
    assert "转让线索没问题" in supervisor.get("/console/audit").text

    browser = browse()
    assert browser.log_in(broker).status_code == 302
    assert browser.get("/console/transfer-flags").status_code == 403
    shown = browser.get(f"/console/deals/{number}").text
    assert "双方有关联" in shown and "集团内" in shown
    with database.reading() as session:
        assert session.scalars(select(Deal.state)).one() == "agreed"
