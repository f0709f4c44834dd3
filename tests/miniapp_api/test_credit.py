"""A firm's credit by the API: its own people read it, whoever runs it answers."""

from sqlalchemy import select

from core.clock import FixedClock
from models import Company, Membership
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.credit import make_firm


def test_the_owner_reads_what_counts_and_objects(phone: Phone, resources: Resources, clock: FixedClock) -> None:
    now = clock.now()
    claimed = phone.post("/companies", {"name": "佛山云测科技有限公司"})
    with resources.database.unit_of_work() as session:
        firm = make_firm(session, now)
        firm.company = session.scalars(select(Company).join(Membership).where(Company.name.contains("云测"))).one()
        firm.company.credit_code = "91440101MA59AAAA3L"
        event = firm.record(session, now).public_id
    path = f"/companies/{claimed.get_json()['id']}/credit"
    shown = phone.get(path).get_json()
    assert (shown["band"], shown["band_label"], shown["kept_deals"]) == ("noted", "有提示", 0)
    assert len(shown["rules"]) == 5 and "第一千零二十九条" in shown["basis"]
    one = shown["events"][0]
    assert (one["standing"], one["may_object"], one["link"]) == ("counts", True, "https://example.com/wenshu/123")
    assert phone.put(f"/credit-events/{event}/objection", {"text": "短"}).status_code == 422
    objected = phone.put(f"/credit-events/{event}/objection", {"text": "判决已被二审撤销"}).get_json()
    assert (objected["standing"], objected["may_object"], objected["pleas"][0]["is_granted"]) == (
        "suspended",
        False,
        None,
    )
    assert phone.get(path).get_json()["band"] == "good"
    assert phone.put(f"/credit-events/{event}/repair", {"text": "款已付清"}).status_code == 409
