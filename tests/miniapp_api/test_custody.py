"""Rights in custody through the API: lists, tables, versions, repeated calls, the calendar."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO

import pytest
from werkzeug.test import TestResponse

from core.clock import FixedClock
from models import Role
from services.custody.proofs import decide_proof
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.custody import NUMBER
from tests.support.rights import make_right
from tests.support.sample_files import multipart
from tests.support.staff import make_staff


@pytest.fixture
def record(resources: Resources, clock: FixedClock) -> None:
    with resources.database.unit_of_work() as session:
        make_right(session, clock.now())


def test_a_list_keeps_the_good_numbers_and_explains_the_others(phone: Phone, record: None) -> None:
    body = {"rights": [{"number": NUMBER}, {"number": "CN202110123465.7"}, {"number": "12345678", "kind": "trademark"}]}

    answer = phone.post("/custody-rights", body)

    found = answer.get_json()
    assert answer.status_code == 201
    assert [each["number"] for each in found["added"]] == [NUMBER, "12345678"]
    assert found["added"][0]["due_label"] == "第7年年费2,000元,最晚2027年3月15日"
    assert (found["refused"][0]["repairs"], found["refused"][0]["row"]) == ([NUMBER], None)
    again = phone.post("/custody-rights", body).get_json()
    assert (again["added"], len(again["known"])) == ([], 2)


def test_a_repeated_call_has_one_effect_and_one_answer(phone: Phone, record: None) -> None:
    body = {"rights": [{"number": NUMBER}]}

    first = phone.post("/custody-rights", body, key="custody-key-1")
    second = phone.post("/custody-rights", body, key="custody-key-1")

    assert first.get_json() == second.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert phone.get("/custody-rights").get_json()["total"] == 1


def test_one_right_has_five_years_a_ladder_and_consequences_with_articles(phone: Phone, record: None) -> None:
    public_id = phone.post("/custody-rights", {"rights": [{"number": NUMBER}]}).get_json()["added"][0]["id"]

    found = phone.get(f"/custody-rights/{public_id}").get_json()

    assert [(each["year"], each["payable_fen"] // 100) for each in found["fees"]] == [
        (7, 2000), (8, 2000), (9, 2000), (10, 4000), (11, 4000),
    ]  # fmt: skip
    assert [step["surcharge_fen"] // 100 for step in found["fees"][0]["late"]] == [0, 100, 200, 300, 400, 500]
    assert {"law": "专利法实施细则", "article": "第一百一十五条"} in found["articles"]
    assert all(each["article"] for each in found["effects"])
    assert (found["is_paid_assumed"], found["is_demo"]) == (True, True)
    calendar = phone.get("/custody-fees").get_json()
    assert (calendar["total_fen"], calendar["by_year"][0]) == (1_400_000, {"year": 2027, "total_fen": 200_000})


def test_a_change_needs_the_version_that_was_seen(phone: Phone, record: None) -> None:
    right = phone.post("/custody-rights", {"rights": [{"number": NUMBER}]}).get_json()["added"][0]
    path = f"/custody-rights/{right['id']}"

    changed = phone.put(path, {"version": right["version"], "reduction": "single", "paid_year": 7})

    assert (changed.status_code, changed.get_json()["due_label"]) == (200, "第8年年费300元,最晚2028年3月15日")
    assert phone.put(path, {"version": right["version"], "paid_year": 8}).status_code == 409
    assert phone.put(path, {"version": 2, "filed_on": "2020-01-01"}).status_code == 409
    assert phone.put(path, {"version": 2, "paid_year": 19}).status_code == 422
    proof = phone.put(f"{path}/proof", {"version": 2, "basis": "certificate"})
    assert (proof.status_code, proof.get_json()["proof"]) == (200, "submitted")
    assert phone.delete(path).status_code == 204
    assert phone.get(path).status_code == 404


@pytest.mark.parametrize(("is_proved", "told"), [(True, None), (False, "登记簿上是另一家")])
def test_the_owner_reads_why_not_and_nothing_of_what_staff_wrote_with_a_yes(
    phone: Phone, record: None, resources: Resources, clock: FixedClock, is_proved: bool, told: str | None
) -> None:
    right = phone.post("/custody-rights", {"rights": [{"number": NUMBER}]}).get_json()["added"][0]
    path = f"/custody-rights/{right['id']}"
    asked = phone.put(f"{path}/proof", {"version": right["version"], "basis": "register"}).get_json()

    with resources.database.unit_of_work() as session:
        decide_proof(
            session, staff=make_staff(session, clock.now(), role=Role.SUPERVISOR), public_id=right["id"],
            is_proved=is_proved, reason="登记簿上是另一家", version=asked["version"], now=clock.now(),
        )  # fmt: skip

    assert phone.get(path).get_json()["proof_reason"] == told


def send(phone: Phone, table: str) -> TestResponse:
    body, kind = multipart({"file": (BytesIO(table.encode()), "rights.csv")})
    return phone.client.post("/api/v1/custody-imports", data=body, content_type=kind, headers=phone.headers())


def test_a_table_is_taken_row_by_row_and_exported_again(
    phone: Phone, record: None, log_in: Callable[..., Phone]
) -> None:
    table = f"专利号,专利类型,名称\r\n{NUMBER},发明,散热膜\r\nCN202110123456.5,,\r\nCN110000001B,秘密,=1+1\r\n"

    answer = send(phone, table)

    assert answer.status_code == 201, answer.get_json()
    assert [each["number"] for each in answer.get_json()["added"]] == [NUMBER]
    assert [each["row"] for each in answer.get_json()["refused"]] == [3, 4]
    errors = answer.get_json()["error_file"]
    head, first, second = csv.reader(StringIO(errors.lstrip("\ufeff")))
    assert head == ["原表第几行", "没收的原因", "是不是这个号码", "专利号", "专利类型", "名称"]
    assert [first[0], first[2], first[3]] == ["3", NUMBER, "CN202110123456.5"]
    assert second[3:] == ["CN110000001B", "秘密", "'=1+1"]
    mended = send(phone, errors.replace("秘密", "发明")).get_json()
    assert ([each["number"] for each in mended["added"]], mended["refused"][0]["row"]) == (["CN110000001B"], 2)
    assert mended["error_file"].splitlines()[0].count("原表第几行") == 1
    assert send(phone, f"专利号\r\n{NUMBER}\r\n").get_json()["error_file"] is None
    exported = phone.get("/custody-export")
    assert exported.mimetype == "text/csv" and NUMBER in exported.get_data(as_text=True)
    assert NUMBER not in log_in("oMiniOther").get("/custody-export").get_data(as_text=True)


def test_a_product_is_told_what_protects_it_and_what_is_missing(phone: Phone, record: None) -> None:
    body = {"rights": [{"number": NUMBER}, {"number": "12345678", "kind": "trademark"}]}
    patent, mark = phone.post("/custody-rights", body).get_json()["added"]

    phone.put(f"/custody-rights/{patent['id']}", {"version": 1, "product": " 散热膜 "})

    found = phone.get("/custody-products").get_json()
    [film] = found["items"]
    assert (film["name"], [each["number"] for each in film["rights"]], found["unassigned"]) == ("散热膜", [NUMBER], 1)
    assert [(gap["key"], gap["article"]["law"]) for gap in film["gaps"]] == [
        ("trademark", "商标法"), ("copyright", "著作权法"),
    ]  # fmt: skip
    phone.put(f"/custody-rights/{mark['id']}", {"version": 1, "product": "散热膜"})
    assert [gap["key"] for gap in phone.get("/custody-products").get_json()["items"][0]["gaps"]] == ["copyright"]
    phone.put(f"/custody-rights/{patent['id']}", {"version": 2, "product": ""})
    found = phone.get("/custody-products").get_json()
    assert ([gap["key"] for gap in found["items"][0]["gaps"]], found["unassigned"]) == (["patent", "copyright"], 1)
