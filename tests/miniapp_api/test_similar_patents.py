"""Patents like the one on the screen, through the API: why each is there, never another copy of it, pages that hold."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.miniapp_api.conftest import Phone, make_patent

FILM = "一种石墨烯散热膜及其制备方法"
COOLING = ["H05K 7/20"]
OTHER_FIRM = [{"name": "深圳样例电子有限公司", "type": "enterprise"}]


@pytest.fixture
def cooling(add_patents: Callable[..., None]) -> None:
    add_patents(
        make_patent("CN110000001A", FILM, ipc_codes=COOLING, application_number="CN202110000001.3"),
        make_patent("CN110000001B", FILM, ipc_codes=COOLING, application_number="CN202110000001.3"),
        make_patent("CN110000002B", "石墨烯散热膜贴合设备", ipc_codes=["H05K 7/20"], applicants=OTHER_FIRM),
        make_patent("CN110000003B", "电子设备用散热膜", ipc_codes=["H05K 1/02"], applicants=OTHER_FIRM),
        make_patent("CN110000004B", "含盐废水处理方法", ipc_codes=["C02F 1/44"]),
    )


def similar(phone: Phone, number: str, **query: Any) -> dict[str, Any]:
    answer = phone.get(f"/patents/{number}/similar", **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_similar_patents_come_the_most_alike_first_each_with_its_reason(phone: Phone, cooling: None) -> None:
    answer = similar(phone, "CN110000001B")

    assert [item["number"] for item in answer["items"]] == ["CN110000002B", "CN110000003B"]
    first, second = answer["items"]
    assert (first["shared_class"], second["shared_class"]) == ("H05K 7/20", "H05K")
    assert first["matched_words"] == ["石墨烯", "散热膜"]
    assert "H05K 7/20" in first["reason"] and "石墨烯" in first["reason"] and "散热膜" in second["reason"]
    assert (answer["total"], answer["next_cursor"]) == (2, None)
    assert first["status"].startswith("有效") and first["data_date"] == "2026-11-20"


def test_any_number_of_the_patent_will_do(phone: Phone, cooling: None) -> None:
    assert similar(phone, "202110000001.3") == similar(phone, "CN110000001B")


def test_nothing_similar_is_an_empty_list(phone: Phone, cooling: None) -> None:
    assert similar(phone, "CN110000004B") == {"items": [], "next_cursor": None, "total": 0}


@pytest.mark.parametrize("number", ["CN999999999B", "nonsense", "a%00b"])
def test_a_number_nobody_has_is_not_found(phone: Phone, number: str) -> None:
    answer = phone.get(f"/patents/{number}/similar")

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "not_found")


def test_pages_hold_together_while_a_more_similar_patent_is_added(
    phone: Phone, add_patents: Callable[..., None]
) -> None:
    def film(number: int, title: str = "石墨烯散热薄膜") -> Any:
        firm = [{"name": f"样例{number}有限公司", "type": "enterprise"}]
        filed = date(2020, 1, 1 + number % 28)
        return make_patent(f"CN11000{number:04d}B", title, ipc_codes=COOLING, applicants=firm, application_date=filed)

    add_patents(make_patent("CN110000001B", FILM, ipc_codes=COOLING), *(film(number) for number in range(2, 9)))
    first = similar(phone, "CN110000001B", limit=3)
    add_patents(film(20, FILM))

    seen, cursor = [item["number"] for item in first["items"]], first["next_cursor"]
    while cursor:
        page = similar(phone, "CN110000001B", limit=3, cursor=cursor)
        seen += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert seen == [f"CN11000{number:04d}B" for number in range(2, 9)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "utility_model"}, ["CN210000006U"]),
        ({"legal_status": "lapsed"}, ["CN110000005B"]),
        ({"sort": "newest"}, ["CN110000005B", "CN210000006U", "CN110000002B"]),
        ({"sort": "oldest"}, ["CN110000002B", "CN210000006U", "CN110000005B"]),
        ({"kind": "design"}, []),
    ],
)
def test_conditions_and_order_hold(
    phone: Phone, add_patents: Callable[..., None], query: dict[str, str], expected: list[str]
) -> None:
    shared: dict[str, Any] = {"ipc_codes": COOLING, "applicants": OTHER_FIRM}
    add_patents(
        make_patent("CN110000001B", FILM, ipc_codes=COOLING),
        make_patent("CN110000002B", "石墨烯散热膜贴合机", application_date=date(2019, 1, 1), **shared),
        make_patent("CN110000005B", "石墨烯散热膜", legal_status="lapsed", application_date=date(2022, 1, 1), **shared),
        make_patent("CN210000006U", "散热膜", kind="utility_model", application_date=date(2020, 1, 1), **shared),
    )

    assert [item["number"] for item in similar(phone, "CN110000001B", **query)["items"]] == expected


def test_a_cursor_of_another_patent_or_order_is_refused(phone: Phone, cooling: None) -> None:
    cursor = similar(phone, "CN110000001B", limit=1)["next_cursor"]

    for answer in (
        phone.get("/patents/CN110000002B/similar", cursor=cursor),
        phone.get("/patents/CN110000001B/similar", cursor=cursor, sort="newest"),
    ):
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "51"}, {"sort": "best"}, {"q": "石墨烯"}])
def test_a_wrong_parameter_is_named(phone: Phone, cooling: None, query: dict[str, str]) -> None:
    answer = phone.get("/patents/CN110000001B/similar", **query)

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == list(query)
