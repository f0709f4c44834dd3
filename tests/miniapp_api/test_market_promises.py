"""The details of an offer by the API."""

from core.clock import FixedClock
from models import PostSide
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.market import make_post
from tests.support.people import make_identity

SECRET = "轴承座上贴三个片,采样每秒两千次。"


def test_details_come_with_the_promise_alone(phone: Phone, resources: Resources, clock: FixedClock) -> None:
    with resources.database.unit_of_work() as session:
        seller = make_identity(session, clock.now()).user_id
        post = make_post(session, seller, clock.now(), side=PostSide.OFFER, title="轴承监测", details=SECRET)
        path = f"/market/board/{post.public_id}"
    shown = phone.get(path)
    assert shown.get_json()["has_details"] is True and SECRET not in shown.get_data(as_text=True)
    before = phone.get(f"{path}/details").get_json()
    assert before["details"] is None and "保密约定(第1版)" in before["promise_text"]
    assert phone.put(f"{path}/promise", {"version": 2}).status_code == 409
    assert phone.put(f"{path}/promise", {"version": 1}).get_json()["details"] == SECRET
    after = phone.get(f"{path}/details").get_json()
    assert (after["details"], after["promised_version"]) == (SECRET, 1)
