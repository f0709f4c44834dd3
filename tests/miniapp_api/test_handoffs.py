"""Asking for a person through the API: one case, one promise, told and written down."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models import Case, Conversation, Delivery, DeliveryState, IdempotencyRecord, Staff, StaffNotification
from services.cases import accept_case
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.staff import make_staff


def count_cases(resources: Resources) -> int:
    with resources.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def test_a_handoff_has_a_number_and_a_promise_and_staff_are_told(phone: Phone, resources: Resources) -> None:
    with resources.database.unit_of_work() as session:
        staff_id = make_staff(session, resources.clock.now(), skills=["financing"]).id
    answer = phone.post("/handoffs", {"reason": "想用两件发明专利贷款300万", "topic": "financing"})

    assert answer.status_code == 201
    body = answer.get_json()
    assert set(body) == {"case_number", "promised_at", "conversation_id"}
    assert body["case_number"] == "KF261123-0001"
    assert body["promised_at"].startswith("2026-11-23T")
    with resources.database.reading() as session:
        case = session.scalars(select(Case)).one()
        assert (case.topic, case.reason) == ("financing", "requested")
        assert "贷款300万" in str(case.package)
        told = session.scalars(select(StaffNotification)).one()
        assert (told.staff_id, told.kind, told.case_id) == (staff_id, "case_assigned", case.id)


def test_what_was_said_and_promised_is_in_the_conversation(phone: Phone, resources: Resources) -> None:
    answer = phone.post("/handoffs", {"reason": "想问开放许可"})
    answer.close()

    items = phone.get(f"/conversations/{answer.get_json()['conversation_id']}/messages").get_json()["items"]

    assert items[1]["text"] == "想问开放许可"
    assert items[0]["author"] == "bot" and answer.get_json()["case_number"] in items[0]["text"]
    with resources.database.reading() as session:
        assert session.scalars(select(Delivery)).one().state == DeliveryState.SENT


def test_asking_again_finds_the_open_case(phone: Phone, resources: Resources) -> None:
    first = phone.post("/handoffs", {"reason": "想问开放许可"}).get_json()
    second = phone.post("/handoffs", {"reason": "还没人回"}).get_json()

    assert first["case_number"] == second["case_number"]
    assert count_cases(resources) == 1


def test_a_repeated_call_says_it_once(phone: Phone, resources: Resources) -> None:
    first = phone.post("/handoffs", {"reason": "想问开放许可"}, key="key-00000001")
    again = phone.post("/handoffs", {"reason": "想问开放许可"}, key="key-00000001")

    assert (again.status_code, again.get_json()) == (201, first.get_json())
    items = phone.get(f"/conversations/{first.get_json()['conversation_id']}/messages").get_json()["items"]
    assert len(items) == 2


def test_a_complaint_is_routed_as_one(phone: Phone, resources: Resources) -> None:
    phone.post("/handoffs", {"reason": "我要投诉你们的服务"})

    with resources.database.reading() as session:
        assert session.scalars(select(Case)).one().reason == "complaint"


def test_whoever_holds_the_conversation_sees_the_words(phone: Phone, resources: Resources) -> None:
    with resources.database.unit_of_work() as session:
        staff_id = make_staff(session, resources.clock.now()).id
    phone.post("/handoffs", {"reason": "想问开放许可"})
    with resources.database.unit_of_work() as session:
        staff, case = session.get_one(Staff, staff_id), session.scalars(select(Case)).one()
        accept_case(session, staff=staff, case_id=case.id, now=resources.clock.now())

    phone.post("/handoffs", {"reason": "还有一件事"})

    with resources.database.reading() as session:
        assert session.scalars(select(Conversation)).one().unread_count == 1
        kinds = session.scalars(select(StaffNotification.kind).order_by(StaffNotification.id)).all()
        assert kinds == ["case_assigned", "user_message"]


def test_a_wrong_topic_is_named(phone: Phone, resources: Resources) -> None:
    answer = phone.post("/handoffs", {"reason": "想问", "topic": "weather"})

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == ["topic"]
    assert "patent" in answer.get_json()["error"]["fields"]["topic"]
    assert count_cases(resources) == 0


def test_a_call_that_lost_its_key_meanwhile_leaves_no_case(
    phone: Phone, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    understand = resources.understander.understand

    def slowly(*arguments: Any, **named: Any) -> Any:
        with resources.database.unit_of_work() as session:
            # A minute went by and another call took the key up.
            session.scalars(select(IdempotencyRecord)).one().created_at += timedelta(minutes=1)
        return understand(*arguments, **named)

    monkeypatch.setattr(resources.understander, "understand", slowly)

    answer = phone.post("/handoffs", {"reason": "想问开放许可"}, key="key-00000001")

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "idempotency_in_progress")
    assert count_cases(resources) == 0
