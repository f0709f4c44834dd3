"""A new service is one short file: asked for in chat, filed over the API, seen by staff, counted in statistics."""

from pathlib import Path

import pytest
from sqlalchemy import select

import services.catalogue
from models import Case, Role, Staff
from services.casework.access import get_case_for
from services.casework.clocks import list_clocks
from services.casework.moves import Mover, allowed_moves
from services.casework.statistics import months_back, service_figures
from tests.support import example_service
from tests.support.staff import make_staff

FORM = {
    "office": "sme", "subject": "电动车换电柜", "company": "广州云测科技有限公司", "region": "广东省广州市",
    "phone": "13800138000",
}  # fmt: skip


@pytest.fixture
def with_example(monkeypatch):
    """The example's line in the catalogue."""
    monkeypatch.setattr(services.catalogue, "SERVICES", (*services.catalogue.SERVICES, example_service.SERVICE))
    services.catalogue.declared.cache_clear()
    yield
    monkeypatch.undo()
    services.catalogue.declared.cache_clear()


def test_the_file_is_shorter_than_eighty_lines():
    assert len(Path(example_service.__file__).read_text(encoding="utf-8").splitlines()) < 80


@pytest.mark.usefixtures("with_example")
def test_it_works_in_chat_api_for_staff_and_in_statistics(phone, database, clock):
    with database.unit_of_work() as session:
        handler = make_staff(session, clock.now(), skills=["patent"])
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
    begun = phone.post("/ask", {"text": "我想办快速预审"}).get_json()
    assert "您属于哪一类?" in begun["answer"]
    assert "要加快审查的是什么产品?" in phone.post("/ask", {"text": "小微企业"}).get_json()["answer"]
    draft = phone.get("/services/fast_track/draft").get_json()
    assert draft["values"]["office"] == "sme"

    assert "fast_track" in {each["key"] for each in phone.get("/services").get_json()["items"]}
    filed = phone.post("/cases", {"service": "fast_track", "form": FORM}, key="example-0001")
    assert filed.status_code == 201, filed.get_json()
    number = filed.get_json()["number"]
    assert number.startswith("YS")

    with database.unit_of_work() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert case.assignee_id == handler.id
        assert get_case_for(session, session.get_one(Staff, handler.id), number).results["check"][0]["level"] == "fine"
        assert [row.key for row in list_clocks(session, case.id)] == ["check"]
        moves = {move.to: missing for move, missing in allowed_moves(session, case, Mover(staff=handler))}
        assert moves == {"done": "还差营业执照", "refused": "", "withdrawn": ""}
        figures = {row.kind: row.filed for row in service_figures(session, boss, months_back(clock.now(), 1))}
        assert figures == {"fast_track": 1}
