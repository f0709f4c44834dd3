"""Letters of the patent office through the API: written down once, listed by pages, extended, closed."""

import pytest

from core.clock import FixedClock
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.custody import NUMBER
from tests.support.rights import make_right


@pytest.fixture
def right_id(phone: Phone, resources: Resources, clock: FixedClock) -> str:
    with resources.database.unit_of_work() as session:
        make_right(session, clock.now())
    return str(phone.post("/custody-rights", {"rights": [{"number": NUMBER}]}).get_json()["added"][0]["id"])


def record(phone: Phone, right_id: str, **fields: object) -> dict[str, object]:
    answer = phone.post(f"/custody-rights/{right_id}/letters", {"received_on": "2026-11-20", **fields})
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


def test_a_letter_has_its_last_day_its_articles_and_what_follows(phone: Phone, right_id: str) -> None:
    letter = record(phone, right_id, kind="first_action")

    assert (letter["due_on"], letter["number"], letter["kind_label"]) == ("2027-03-22", NUMBER, "第一次审查意见")
    assert {"law": "专利法", "article": "第三十七条"} in letter["articles"]  # type: ignore[operator]
    assert "视为撤回" in str(letter["missed"])
    assert phone.get("/custody-letters").get_json()["items"] == [letter]


def test_a_repeated_call_writes_down_one_letter(phone: Phone, right_id: str) -> None:
    body = {"kind": "correction", "received_on": "2026-11-20"}
    path = f"/custody-rights/{right_id}/letters"

    first, again = (phone.post(path, body, key="letter-key-1").get_json() for _ in range(2))

    assert first == again
    assert len(phone.get("/custody-letters").get_json()["items"]) == 1


def test_an_extension_moves_the_day_and_an_answer_closes_it(phone: Phone, right_id: str) -> None:
    letter = record(phone, right_id, kind="correction")
    path = f"/custody-letters/{letter['id']}"

    longer = phone.put(path, {"version": 1, "extended_months": 1}).get_json()
    assert (longer["due_on"], longer["version"]) == ("2027-02-22", 2)
    assert phone.put(path, {"version": 1, "state": "done"}).status_code == 409
    assert phone.put(path, {"version": 2, "state": "done"}).get_json()["state"] == "done"
    assert phone.get("/custody-letters").get_json()["items"] == []
    assert [each["id"] for each in phone.get("/custody-letters", is_open="false").get_json()["items"]] == [letter["id"]]


@pytest.mark.parametrize("body", [{"version": 1}, {"version": 1, "extended_months": 1, "state": "done"}])
def test_one_change_at_a_time(phone: Phone, right_id: str, body: dict[str, object]) -> None:
    letter = record(phone, right_id, kind="correction")

    assert phone.put(f"/custody-letters/{letter['id']}", body).status_code == 422


def test_many_letters_come_by_pages_the_nearest_first(phone: Phone, right_id: str) -> None:
    for day in range(1, 6):
        record(phone, right_id, kind="registration", received_on=f"2026-11-0{day}")

    days, cursor = [], ""
    while True:
        page = phone.get("/custody-letters", limit=2, **({"cursor": cursor} if cursor else {})).get_json()
        days += [each["due_on"] for each in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert days == sorted(days) and len(days) == 5
