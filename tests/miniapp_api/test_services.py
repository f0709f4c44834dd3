"""The catalogue in the mini-program: forms from declarations, the draft shared with the chat, and what rules say."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from models import Case, FormDraft, User
from services.casework.drafts import find_draft, set_value
from services.catalogue import service_of
from services.catalogue.fields import fields_of
from services.resources import Resources
from tests.miniapp_api.conftest import Phone, make_patent
from tests.support.casework import PLEDGE

DRAFT = "/services/pledge_financing/draft"
CHECK = "/services/pledge_financing/check"


def put(caller: Phone, version: int, /, **values: Any) -> Any:
    return caller.put(DRAFT, {"values": values, "version": version})


def test_the_catalogue_says_what_there_is(phone: Phone) -> None:
    items = {each["key"]: each for each in phone.get("/services").get_json()["items"]}

    assert items["pledge_financing"]["letters"] == "RZ"
    assert "由银行定" in items["pledge_financing"]["intro"]


def test_a_form_is_described_field_by_field(phone: Phone) -> None:
    body = phone.get("/services/pledge_financing").get_json()

    fields = {each["name"]: each for each in body["fields"]}
    assert list(fields) == [field.name for field in fields_of(service_of("pledge_financing").form)]
    assert fields["amount"] == {
        "name": "amount", "label": "金额", "question": "想贷多少?", "example": "300万", "kind": "amount", "choices": [],
        "is_required": True, "only_if": None, "privacy": "parties",
    }  # fmt: skip
    assert {"value": "research", "label": "研发投入"} in fields["use"]["choices"]
    assert fields["phone"]["privacy"] == "personal"
    licence = body["documents"][0]
    assert (licence["key"], licence["reason"], licence["max_bytes"]) == ("licence", "证明借款主体", 20 * 1024 * 1024)
    assert "application/pdf" in licence["media_types"]
    assert body["stages"][0] == {"key": "submitted", "name": "待预审", "outcome": None}
    assert body["stages"][-1]["outcome"] == "withdrawn"


def test_what_the_profile_knows_is_offered(phone: Phone, resources: Resources) -> None:
    with resources.database.unit_of_work() as session:
        session.scalars(select(User)).one().phone = "13800138000"

    assert phone.get("/services/pledge_financing").get_json()["known"] == {"phone": "13800138000"}


@pytest.mark.parametrize("path", ["/services/nothing", "/services/nothing/draft", DRAFT])
def test_what_is_not_there_is_not_found(phone: Phone, path: str) -> None:
    assert phone.get(path).status_code == 404


def test_a_draft_is_kept_and_goes_on_where_it_stopped(phone: Phone) -> None:
    first = put(phone, 0, amount=3_000_000).get_json()
    assert (first["values"], first["current"]) == ({"amount": 3_000_000}, "term_months")

    second = put(phone, first["version"], **PLEDGE)

    assert second.status_code == 200
    assert second.get_json()["current"] is None
    assert phone.get(DRAFT).get_json() == second.get_json()


def test_a_draft_is_the_same_in_chat(phone: Phone, resources: Resources, clock: FixedClock) -> None:
    version = put(phone, 0, amount=3_000_000).get_json()["version"]
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(User.id)).one()
        draft = find_draft(session, user_id, "pledge_financing")
        assert draft is not None
        service = service_of("pledge_financing")
        set_value(session, draft, service, fields_of(service.form)[1], 24, clock.now())

    stale = put(phone, version, amount=1)

    assert (stale.status_code, stale.get_json()["error"]["code"]) == (409, "conflict")
    assert phone.get(DRAFT).get_json()["values"] == {"amount": 3_000_000, "term_months": 24}


@pytest.mark.parametrize("version", [1, 7])
def test_a_draft_that_is_gone_is_not_brought_back_by_an_old_version(phone: Phone, version: int) -> None:
    assert put(phone, version, amount=1).status_code == 409


def test_a_second_new_draft_does_not_replace_the_first(phone: Phone) -> None:
    put(phone, 0, amount=3_000_000)

    assert put(phone, 0, amount=1).status_code == 409


def test_a_value_that_cannot_be_used_is_named_and_nothing_is_lost(phone: Phone) -> None:
    version = put(phone, 0, amount=3_000_000).get_json()["version"]

    refused = put(phone, version, amount="很多", term_months=12, colour="红")

    assert refused.status_code == 422
    fields = refused.get_json()["error"]["fields"]
    assert fields == {"amount": "金额没看明白。直接说数字就行,比如:300万。", "colour": "没有这一项。"}
    assert phone.get(DRAFT).get_json()["version"] == version


def test_a_dropped_draft_is_gone(phone: Phone, resources: Resources) -> None:
    put(phone, 0, amount=3_000_000)

    assert phone.delete(DRAFT).status_code == 204

    assert phone.delete(DRAFT).status_code == 404
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FormDraft)) == 0


def test_nobody_sees_the_draft_of_somebody_else(log_in: Callable[..., Phone]) -> None:
    put(log_in("oMini1"), 0, amount=3_000_000)
    other = log_in("oMini2")

    assert other.get(DRAFT).status_code == 404
    assert other.delete(DRAFT).status_code == 404


def test_a_draft_says_until_when_it_is_kept(phone: Phone, clock: FixedClock) -> None:
    body = put(phone, 0, amount=3_000_000).get_json()

    assert body["kept_until"] == (clock.now() + timedelta(days=14)).isoformat().replace("+00:00", "Z")


def test_a_check_tells_what_rules_find_and_stores_nothing(
    phone: Phone, resources: Resources, add_patents: Callable[..., None]
) -> None:
    add_patents(make_patent("CN110000001B", "一种石墨烯散热膜", application_number="CN202110123456.7"))

    answer = phone.post(CHECK, {"form": PLEDGE})

    assert answer.status_code == 200
    findings = answer.get_json()["findings"]
    assert [each["level"] for each in findings] == ["fine", "gap", "gap"]
    assert "一种石墨烯散热膜" in findings[0]["text"]
    with resources.database.reading() as session:
        for table in (Case, FormDraft):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_check_of_half_a_form_names_what_is_missing(phone: Phone) -> None:
    refused = phone.post(CHECK, {"form": {"amount": 3_000_000}})

    assert refused.status_code == 422
    assert refused.get_json()["error"]["fields"]["term_months"] == "还差期限。"


@pytest.mark.parametrize(
    "value", [{"a": 1}, [[1]], "x\x00y", "x" * 2001, ["x"] * 51, float("inf"), "\ud800", [None, "\ud800"], 10**400]
)
def test_an_odd_value_is_refused_by_name(phone: Phone, value: Any) -> None:
    headers = {**phone.headers(), "Content-Type": "application/json"}
    for method, path, name in (("PUT", DRAFT, "values"), ("POST", CHECK, "form")):
        body = json.dumps({name: {"amount": value}} | ({"version": 0} if name == "values" else {}))

        refused = phone.client.open(f"/api/v1{path}", method=method, data=body, headers=headers)

        assert refused.status_code in {400, 422}, refused.text
        assert set(refused.get_json()["error"]) == {"code", "message", "fields"}
