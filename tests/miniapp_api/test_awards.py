"""The public list of awards in the mini-program: the same lines as the public page, turned by cursor."""

from models import Case
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.casework import make_service_case

FIRM = {
    "region": "广东省广州市", "staff": 50, "sales": 20_000_000, "research_share": 6.0, "inventions": 2, "patents": 8,
    "years": 4, "company": "广州云测科技有限公司", "may_publish": True, "phone": "13800138000",
}  # fmt: skip


def publish(resources: Resources, first: str, last: str) -> None:
    with resources.database.unit_of_work() as session:
        case: Case = make_service_case(session, resources.clock.now(), kind="programme_application", values=FIRM)
        case.stage = "granted"
        case.results = {
            "chosen": {"programme": "质押融资补助"},
            "granted": {"decision": "同意", "public_from": first, "public_to": last, "objections": "市局"},
        }


def test_what_is_public_is_listed_by_state_and_turned(phone: Phone, resources: Resources) -> None:
    publish(resources, "2026-11-01", "2026-11-07")
    publish(resources, "2026-11-20", "2026-11-27")

    one = phone.get("/awards", limit=1).get_json()
    two = phone.get("/awards", limit=1, cursor=one["next_cursor"]).get_json()

    assert one["items"] == [
        {
            "company": "广州云测科技有限公司", "subject": "质押融资补助", "outcome": "获批",
            "public_from": "2026-11-20", "public_to": "2026-11-27", "objections": "市局", "is_open": True,
        }
    ]  # fmt: skip
    assert [each["is_open"] for each in two["items"]] == [False] and two["next_cursor"] is None
    assert phone.get("/awards", state="ended").get_json()["items"] == two["items"]
    assert phone.get("/awards", state="open", cursor=one["next_cursor"]).status_code == 400
