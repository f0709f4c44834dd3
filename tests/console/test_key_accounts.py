"""Key accounts at the desk."""

from sqlalchemy import select

from models import KeyAccount
from tests.support.credit import make_firm


def test_a_firm_is_found_marked_and_unmarked(database, clock, signed_in, people) -> None:
    with database.unit_of_work() as session:
        public_id = make_firm(session, clock.now()).company.public_id
    browser = signed_in("supervisor")
    assert "还没有重点客户" in browser.get("/console/key-accounts").text
    assert "佛山守约" in browser.get("/console/key-accounts?q=守约").text
    path = f"/console/key-accounts/{public_id}"
    form = {"tier": "key", "reason": "每年采购三次以上", "manager": people["agent"].id, "q": "守约"}
    refused = browser.post(path, {**form, "reason": ""})
    assert refused.status_code == 422 and "写2到200个字" in refused.text
    assert browser.post(path, form).status_code == 303
    assert "陈敏负责" in browser.get("/console/key-accounts").text
    assert browser.post(path, {"step": "unmark"}).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(KeyAccount)).all() == []
