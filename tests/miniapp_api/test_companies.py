"""Acting for a company: claimed by the first, joined with a yes, and never by writing its name alone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from models import Company, Membership, StaffNotification, User
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.miniapp_api.test_cases import file_case
from tests.support.casework import PLEDGE
from tests.support.staff import make_staff

NAME = str(PLEDGE["company"])


def claim(phone: Phone, **changes: Any) -> dict[str, Any]:
    answer = phone.post("/companies", {"name": NAME, "region": "广东省广州市", **changes})
    assert answer.status_code == 201, answer.get_json()
    body: dict[str, Any] = answer.get_json()
    return body


def join(phone: Phone, company_id: str) -> dict[str, Any]:
    answer = phone.post(f"/companies/{company_id}/members")
    assert answer.status_code == 201, answer.get_json()
    body: dict[str, Any] = answer.get_json()
    return body


def members(phone: Phone, company_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = phone.get(f"/companies/{company_id}/members").get_json()["items"]
    return items


def decide(owner: Phone, company_id: str, state: str, role: str | None = None) -> int:
    """Decide on the last who asked."""
    member_id = members(owner, company_id)[-1]["id"]
    body = {"state": state} | ({"role": role} if role else {})
    return owner.put(f"/companies/{company_id}/members/{member_id}", body).status_code


def test_who_names_a_new_company_runs_it(phone: Phone, resources: Resources) -> None:
    body = claim(phone, credit_code="914403001922038216")

    assert (body["role"], body["state"], body["credit_code"]) == ("owner", "active", "914403001922038216")
    assert phone.get("/companies").get_json()["items"] == [body]
    with resources.database.reading() as session:
        assert session.scalars(select(User)).one().company_id == session.scalars(select(Company.id)).one()


def test_claiming_again_changes_nothing(phone: Phone, resources: Resources) -> None:
    first = claim(phone)

    assert claim(phone) == first
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == 1


def test_who_filed_for_a_company_alone_may_claim_it(phone: Phone) -> None:
    file_case(phone)

    assert claim(phone)["state"] == "active"


def test_a_company_that_others_file_for_is_looked_at_by_staff_first(
    log_in: Callable[..., Phone], resources: Resources
) -> None:
    with resources.database.unit_of_work() as session:
        make_staff(session, resources.clock.now(), role="supervisor")
    file_case(log_in("oMini1"))
    other = log_in("oMini2")

    body = claim(other, credit_code="914403001922038216")

    assert (body["role"], body["state"], body["run_by"], body["credit_code"]) == ("owner", "pending", None, None)
    assert other.get("/cases").get_json()["items"] == []
    with resources.database.reading() as session:
        note = session.scalars(select(StaffNotification).where(StaffNotification.kind == "company_claim")).one()
        assert NAME in note.text
        assert session.scalars(select(Company.credit_code)).one() is None


@pytest.mark.parametrize("code", ["914403001922038217", "91440300192203821O"])
def test_a_mistyped_code_is_refused_in_words(phone: Phone, code: str) -> None:
    refused = phone.post("/companies", {"name": NAME, "credit_code": code})

    assert refused.status_code == 422
    assert "营业执照" in refused.get_json()["error"]["fields"]["credit_code"]


def test_one_name_has_one_code(log_in: Callable[..., Phone]) -> None:
    claim(log_in("oMini1"), credit_code="914403001922038216")

    refused = log_in("oMini2").post("/companies", {"name": NAME, "credit_code": "91330100799655058B"})

    assert refused.status_code == 409


def test_a_code_finds_the_company_however_its_name_is_written(log_in: Callable[..., Phone]) -> None:
    company_id = claim(log_in("oMini1"), credit_code="914403001922038216")["id"]

    assert claim(log_in("oMini2"), name="云测科技", credit_code="914403001922038216")["id"] == company_id


def test_a_colleague_sees_the_companys_cases_after_the_yes_and_not_after_leaving(log_in: Callable[..., Phone]) -> None:
    owner, colleague = log_in("oMini1"), log_in("oMini2")
    number = file_case(owner)
    company_id = claim(owner)["id"]

    asked = join(colleague, company_id)
    before = colleague.get(f"/cases/{number}").status_code
    yes = decide(owner, company_id, "active")
    after = colleague.get(f"/cases/{number}").status_code
    left = colleague.delete(f"/companies/{company_id}/membership").status_code

    assert (asked["role"], asked["state"], asked["run_by"]) == ("member", "pending", "微信用户0001 · 尾号8000")
    assert (before, yes, after, left) == (404, 200, 200, 204)
    assert colleague.get(f"/cases/{number}").status_code == 404
    assert colleague.delete(f"/companies/{company_id}/membership").status_code == 404


def test_a_refused_request_is_gone_and_may_be_made_again(log_in: Callable[..., Phone]) -> None:
    owner, other = log_in("oMini1"), log_in("oMini2")
    company_id = claim(owner)["id"]
    join(other, company_id)

    assert decide(owner, company_id, "ended") == 200

    assert other.get("/companies").get_json()["items"] == []
    assert len(members(owner, company_id)) == 1
    assert join(other, company_id)["state"] == "pending"


def test_only_who_runs_it_decides(log_in: Callable[..., Phone]) -> None:
    owner, member, stranger = log_in("oMini1"), log_in("oMini2"), log_in("oMini3")
    company_id = claim(owner)["id"]
    join(member, company_id)
    member_id = members(owner, company_id)[-1]["id"]
    path = f"/companies/{company_id}/members"

    # Who only asked is a stranger still, and cannot let themselves in.
    assert member.put(f"{path}/{member_id}", {"state": "active"}).status_code == 404
    decide(owner, company_id, "active")

    assert member.get(path).status_code == 403
    assert member.put(f"{path}/{member_id}", {"state": "active", "role": "owner"}).status_code == 403
    assert stranger.get(path).status_code == stranger.get("/companies/nobody/members").status_code == 404
    assert owner.put(f"{path}/{'9' * 30}", {"state": "active"}).status_code == 404


def test_a_member_of_one_company_is_not_decided_on_by_another(log_in: Callable[..., Phone]) -> None:
    owner, other = log_in("oMini1"), log_in("oMini2")
    first, second = claim(owner)["id"], claim(other, name="广州另一家有限公司")["id"]
    theirs = members(other, second)[0]["id"]

    assert owner.put(f"/companies/{first}/members/{theirs}", {"state": "ended"}).status_code == 404


def test_somebody_always_runs_a_company_that_has_members(log_in: Callable[..., Phone]) -> None:
    owner, member = log_in("oMini1"), log_in("oMini2")
    company_id = claim(owner)["id"]
    join(member, company_id)
    decide(owner, company_id, "active")
    mine = members(owner, company_id)[0]["id"]

    assert owner.delete(f"/companies/{company_id}/membership").status_code == 409
    assert (
        owner.put(f"/companies/{company_id}/members/{mine}", {"state": "active", "role": "member"}).status_code == 409
    )
    assert decide(owner, company_id, "active", "owner") == 200
    assert owner.delete(f"/companies/{company_id}/membership").status_code == 204
    assert [each["is_me"] for each in members(member, company_id)] == [True]


def test_a_join_repeated_under_one_key_is_one(log_in: Callable[..., Phone]) -> None:
    company_id = claim(log_in("oMini1"))["id"]
    other = log_in("oMini2")
    first, again = (other.post(f"/companies/{company_id}/members", key="join-00001") for _ in range(2))

    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
