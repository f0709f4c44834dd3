"""Saved searches through the API: kept, listed, run again with the difference, deleted; only one's own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.clock import FixedClock
from core.errors import UpstreamUnavailable
from models import LegalStatus
from services.resources import Resources
from tests.miniapp_api.conftest import Phone, make_patent

WANTED = {"q": "广东有效的石墨烯散热膜专利"}


@pytest.fixture
def films(add_patents: Callable[..., None]) -> None:
    add_patents(
        make_patent("CN110000001B", "一种石墨烯散热膜及其制备方法"),
        make_patent("CN110000002B", "石墨烯散热膜", region="广东省深圳市"),
        make_patent("CN110000003B", "石墨烯散热膜", legal_status=LegalStatus.LAPSED),
    )


@pytest.fixture
def saved(phone: Phone, films: None) -> dict[str, Any]:
    answer = phone.post("/saved-searches", WANTED)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def names(phone: Phone) -> list[str]:
    return [item["name"] for item in phone.get("/saved-searches").get_json()["items"]]


def test_a_sentence_is_saved_as_its_subject_and_conditions(saved: dict[str, Any]) -> None:
    assert saved["name"] == "石墨烯散热膜 · 有效 · 广东省"
    assert {(item["name"], item["value"]) for item in saved["conditions"]} == {
        ("q", "石墨烯 散热膜"),
        ("legal_status", "active"),
        ("region", "广东省"),
    }
    assert saved["last_total"] == 2
    assert saved["last_looked_at"] == saved["saved_at"]


def test_the_same_search_saved_twice_is_one_also_where_filters_say_it(phone: Phone, saved: dict[str, Any]) -> None:
    again = phone.post("/saved-searches", {"q": "石墨烯散热膜", "legal_status": "active", "region": "广东省"})

    assert again.status_code == 201
    assert again.get_json()["id"] == saved["id"]
    assert names(phone) == [saved["name"]]


def test_a_repeated_create_has_one_effect_and_one_answer(phone: Phone, films: None, clock: FixedClock) -> None:
    first = phone.post("/saved-searches", WANTED, key="save-0001")
    assert phone.delete(f"/saved-searches/{first.get_json()['id']}").status_code == 204
    clock.advance(timedelta(minutes=5))
    second = phone.post("/saved-searches", WANTED, key="save-0001")

    assert second.get_json() == first.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert names(phone) == []
    assert phone.post("/saved-searches", {"q": "电池"}, key="save-0001").status_code == 422


def test_running_it_again_says_how_many_more_there_are(
    phone: Phone, saved: dict[str, Any], add_patents: Callable[..., None], clock: FixedClock
) -> None:
    add_patents(*(make_patent(f"CN11000001{place}B", "石墨烯散热膜") for place in range(3)))
    clock.advance(timedelta(minutes=30))
    path = f"/saved-searches/{saved['id']}/results"

    first = phone.get(path, limit=2).get_json()
    second = phone.get(path, limit=2, cursor=first["next_cursor"]).get_json()
    later = phone.get(path).get_json()

    assert first["total"] == 5
    assert first["since_last"] == {"total": 2, "looked_at": saved["last_looked_at"], "difference": 3}
    assert first["conditions"] == saved["conditions"]
    assert second["since_last"] is None
    assert {item["number"] for item in first["items"]}.isdisjoint(item["number"] for item in second["items"])
    assert (later["since_last"]["total"], later["since_last"]["difference"]) == (5, 0)
    assert phone.get("/saved-searches").get_json()["items"][0]["last_total"] == 5


def test_what_a_class_adds_is_shown_but_not_compared(phone: Phone, add_patents: Callable[..., None]) -> None:
    add_patents(
        make_patent("CN110000001B", "一种太空舱用的门锁", ipc_codes=["E05B47/00"]),
        make_patent("CN110000002B", "指静脉开启装置", ipc_codes=["E05B47/00"]),
    )
    saved = phone.post("/saved-searches", {"q": "太空舱门锁"}).get_json()

    results = phone.get(f"/saved-searches/{saved['id']}/results").get_json()

    assert saved["last_total"] == 1
    assert (results["total"], results["added"]) == (2, 1)
    assert (results["since_last"]["total"], results["since_last"]["difference"]) == (1, 0)


def test_a_search_that_failed_was_not_looked_at(
    phone: Phone, saved: dict[str, Any], resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise UpstreamUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(resources.patent_index, "search", away)
        assert phone.get(f"/saved-searches/{saved['id']}/results").status_code == 503
        assert phone.post("/saved-searches", {"q": "电池"}).status_code == 503

    assert phone.get("/saved-searches").get_json()["items"] == [saved]


def test_the_list_has_the_newest_first_and_pages(phone: Phone, films: None) -> None:
    for place in range(5):
        phone.post("/saved-searches", {"applicant": f"演示{place}公司"})

    found: list[str] = []
    cursor = None
    while cursor is not None or not found:
        page = phone.get("/saved-searches", limit=2, **({"cursor": cursor} if cursor else {})).get_json()
        found += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert found == [f"演示{place}公司" for place in (4, 3, 2, 1, 0)]


def test_the_twenty_first_is_refused_with_a_code_of_its_own(phone: Phone, films: None) -> None:
    for place in range(20):
        assert phone.post("/saved-searches", {"applicant": f"演示{place}公司"}).status_code == 201

    answer = phone.post("/saved-searches", {"applicant": "再多一个公司"}, key="one-too-many")

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "saved_searches_full")
    phone.delete(f"/saved-searches/{phone.get('/saved-searches').get_json()['items'][0]['id']}")
    assert phone.post("/saved-searches", {"applicant": "再多一个公司"}, key="one-too-many").status_code == 201


@pytest.mark.parametrize("body", [{}, {"sort": "newest"}, {"q": " "}, {"q": "电池", "limit": 5}, {"q": "电池", "x": 1}])
def test_a_search_for_nothing_or_with_unknown_fields_is_refused(phone: Phone, films: None, body: dict) -> None:
    assert phone.post("/saved-searches", body).status_code == 422
    assert names(phone) == []


def test_a_strangers_search_looks_like_a_missing_one(
    phone: Phone, log_in: Callable[..., Phone], saved: dict[str, Any]
) -> None:
    stranger = log_in("oMini0000000000000000000099")

    for number in (saved["id"], "no-such-search", "9" * 500, "%F0%9F%98%80"):
        assert stranger.get(f"/saved-searches/{number}/results").status_code == 404
        assert stranger.delete(f"/saved-searches/{number}").status_code == 404
    missing = stranger.get("/saved-searches/no-such-search/results").get_json()

    assert stranger.get(f"/saved-searches/{saved['id']}/results").get_json() == missing
    assert names(stranger) == []
    assert names(phone) == [saved["name"]]


def test_a_cursor_of_another_list_or_person_is_refused(
    phone: Phone, log_in: Callable[..., Phone], saved: dict[str, Any]
) -> None:
    phone.post("/saved-searches", {"q": "石墨烯"})
    own = phone.get("/saved-searches", limit=1).get_json()["next_cursor"]
    results = phone.get(f"/saved-searches/{saved['id']}/results", limit=1).get_json()["next_cursor"]

    assert phone.get(f"/saved-searches/{saved['id']}/results", cursor=own).status_code == 400
    assert phone.get("/patents", q="石墨烯散热膜", cursor=results).status_code == 400
    assert log_in("oMini2").get("/saved-searches", cursor=own).status_code == 400


def test_a_deleted_search_is_gone(phone: Phone, saved: dict[str, Any]) -> None:
    assert phone.delete(f"/saved-searches/{saved['id']}").status_code == 204

    assert names(phone) == []
    assert phone.delete(f"/saved-searches/{saved['id']}").status_code == 404
    assert phone.get(f"/saved-searches/{saved['id']}/results").status_code == 404


def test_what_was_saved_in_the_mini_program_is_there_in_its_chat(phone: Phone, saved: dict[str, Any]) -> None:
    answer = phone.post("/ask", {"text": "我保存的检索"}).get_json()

    assert saved["name"] in answer["answer"]


def test_a_saved_search_gets_a_frequency_and_is_one_of_the_watches_until_it_is_deleted(
    phone: Phone, saved: dict[str, Any]
) -> None:
    assert saved["pace"] is None
    assert phone.put(f"/saved-searches/{saved['id']}", {"pace": "weekly"}).get_json()["pace"] == "weekly"
    (watch,) = phone.get("/watches").get_json()["items"]
    assert (watch["kind"], watch["name"], watch["pace"]) == ("search", saved["name"], "weekly")
    assert phone.put(f"/watches/{watch['id']}", {"pace": "monthly"}).get_json()["pace"] == "monthly"
    assert [item["pace"] for item in phone.get("/saved-searches").get_json()["items"]] == ["monthly"]
    same = phone.post("/watches", {"kind": "search", "name": "广东有效的石墨烯散热膜专利", "pace": "off"}).get_json()
    assert (same["id"], same["pace"]) == (watch["id"], "off")
    assert phone.put(f"/saved-searches/{saved['id']}", {"pace": "often"}).status_code == 422
    phone.delete(f"/saved-searches/{saved['id']}")
    assert phone.get("/watches").get_json()["items"] == []
