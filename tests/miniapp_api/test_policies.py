"""Law and policy through the API: passages with sources, by day and region."""

import pytest

from tests.miniapp_api.conftest import Phone


def test_a_passage_comes_with_all_that_a_citation_needs(phone: Phone, law: None) -> None:
    item = phone.get("/policies", q="外观设计专利权的期限").get_json()["items"][0]

    assert (item["document"], item["label"]) == ("专利法", "第四十二条")
    assert "十五年" in item["text"]
    assert item["source"] == "全国人大常委会"
    assert (item["valid_from"], item["valid_to"], item["checked_at"]) == ("2021-06-01", None, "2026-11-20")
    assert 0 <= item["score"] <= 1


def test_what_was_not_in_force_on_that_day_is_not_found(phone: Phone, law: None) -> None:
    assert phone.get("/policies", q="外观设计专利权的期限", on="2021-05-31").get_json()["items"] == []


def test_a_regions_own_rules_are_for_that_region(phone: Phone, law: None) -> None:
    def documents(**query: str) -> set[str]:
        return {item["document"] for item in phone.get("/policies", q="发明专利授权资助", **query).get_json()["items"]}

    assert "佛山市专利资助办法" in documents(region="广东省佛山市")
    assert "佛山市专利资助办法" not in documents(region="广东省广州市")


def test_pages_together_are_the_list(phone: Phone, law: None) -> None:
    query = {"q": "专利权", "region": "广东省佛山市"}
    whole = phone.get("/policies", **query).get_json()
    assert len(whole["items"]) > 1 and whole["next_cursor"] is None

    parts, cursor = [], None
    while True:
        page = phone.get("/policies", **query, limit=1, **({"cursor": cursor} if cursor else {})).get_json()
        parts += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert [item["label"] for item in parts] == [item["label"] for item in whole["items"]]


def test_a_cursor_of_another_question_is_refused(phone: Phone, law: None) -> None:
    cursor = phone.get("/policies", q="专利权", limit=1).get_json()["next_cursor"]
    assert cursor

    answer = phone.get("/policies", q="年费", limit=1, cursor=cursor)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("query", "field"),
    [({}, "q"), ({"q": " "}, "q"), ({"q": "年费", "on": "昨天"}, "on"), ({"q": "x", "limit": 21}, "limit")],
)
def test_a_wrong_parameter_is_named(phone: Phone, query: dict[str, str], field: str) -> None:
    answer = phone.get("/policies", **query)

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == [field]
