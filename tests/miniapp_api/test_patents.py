"""Patents through the API: a sentence becomes conditions, filters rule over it, pages hold together."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from models import LegalStatus, PatentKind
from tests.miniapp_api.conftest import GUANGZHOU, Phone, make_patent

FILM = "一种石墨烯散热膜及其制备方法"


@pytest.fixture
def graphene(add_patents: Callable[..., None]) -> None:
    add_patents(
        make_patent("CN110000001B", FILM),
        make_patent("CN110000002B", "石墨烯导热垫片", region="广东省深圳市"),
        make_patent("CN110000003B", "石墨烯电极", legal_status=LegalStatus.LAPSED),
        make_patent("CN210000004U", "石墨烯散热装置", kind=PatentKind.UTILITY_MODEL),
        make_patent(
            "CN110000005B",
            "含盐废水处理方法",
            applicants=[{"name": "佛山清流环保有限公司", "type": "enterprise"}],
            ipc_codes=["C02F1/44"],
            application_date=date(2023, 5, 1),
            is_demo=False,
        ),
    )


def numbers(phone: Phone, **query: Any) -> set[str]:
    answer = phone.get("/patents", **query)
    assert answer.status_code == 200, answer.text
    return {item["number"] for item in answer.get_json()["items"]}


def test_a_sentence_becomes_conditions_that_are_shown(phone: Phone, graphene: None) -> None:
    answer = phone.get("/patents", q="广州有效的石墨烯发明专利").get_json()

    assert [item["number"] for item in answer["items"]] == ["CN110000001B"]
    assert {(item["name"], item["label"]) for item in answer["conditions"]} == {
        ("q", "石墨烯"),
        ("region", GUANGZHOU),
        ("legal_status", "有效"),
        ("kind", "发明"),
    }


def test_an_item_says_what_it_is_and_why_it_is_there(phone: Phone, graphene: None) -> None:
    item = phone.get("/patents", q="石墨烯散热膜").get_json()["items"][0]

    assert item["title"] == FILM
    assert item["applicants"] == ["广州演示材料有限公司"]
    assert item["application_date"] == "2021-03-15"
    assert item["status"].startswith("有效") and "2041" in item["status"]
    assert "石墨烯" in item["matched_words"]
    assert item["is_demo"] is True
    assert item["data_date"] == "2026-11-20"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "utility_model"}, {"CN210000004U"}),
        ({"legal_status": "lapsed"}, {"CN110000003B"}),
        ({"legal_status": "granted", "kind": "invention", "q": "石墨烯电极"}, {"CN110000003B"}),
        ({"region": "广东省深圳市"}, {"CN110000002B"}),
        ({"applicant": "佛山清流环保"}, {"CN110000005B"}),
        ({"ipc": "C02F"}, {"CN110000005B"}),
        ({"date_from": "2023-05-01"}, {"CN110000005B"}),
        ({"date_to": "2023-04-30", "kind": "utility_model"}, {"CN210000004U"}),
        ({"date_from": "2021-03-16", "date_to": "2023-04-30"}, set()),
        ({"q": "CN110000002B"}, {"CN110000002B"}),
    ],
)
def test_each_filter_holds(phone: Phone, graphene: None, query: dict[str, str], expected: set[str]) -> None:
    assert numbers(phone, **query) == expected


def test_a_filter_rules_over_the_sentence(phone: Phone, graphene: None) -> None:
    assert numbers(phone, q="广州的石墨烯专利", region="广东省深圳市") == {"CN110000002B"}


def test_sorting_by_date(phone: Phone, graphene: None) -> None:
    answer = phone.get("/patents", region=GUANGZHOU, sort="newest", limit=1).get_json()

    assert answer["items"][0]["number"] == "CN110000005B"


def test_nothing_found_is_an_empty_list_with_its_conditions(phone: Phone, graphene: None) -> None:
    answer = phone.get("/patents", q="量子纠缠", region="海南省海口市").get_json()

    assert (answer["items"], answer["next_cursor"], answer["total"]) == ([], None, 0)
    assert answer["conditions"]


@pytest.fixture
def locks(add_patents: Callable[..., None]) -> None:
    titles = ("一种太空舱用的门锁", "指静脉开启装置", "共享单车的锁舌", "锁芯加工夹具")
    add_patents(
        *(make_patent(f"CN11000002{n}B", title, ipc_codes=["E05B47/00"]) for n, title in enumerate(titles)),
        make_patent("CN110000030B", "一种指纹模组", ipc_codes=["E05B49/00"], legal_status=LegalStatus.LAPSED),
        make_patent("CN110000031B", "含盐废水处理方法", ipc_codes=["C02F1/44"]),
    )


def test_a_subject_that_finds_few_is_widened_by_its_class_as_in_chat(phone: Phone, locks: None) -> None:
    answer = phone.get("/patents", q="太空舱门锁的有效专利").get_json()

    assert answer["items"][0]["number"] == "CN110000020B"
    assert {item["number"] for item in answer["items"][1:]} == {f"CN11000002{n}B" for n in (1, 2, 3)}
    assert (answer["total"], answer["added"], answer["widened_by"]) == (4, 3, "E05B 锁")
    assert {item["name"] for item in answer["conditions"]} == {"q", "legal_status"}


def test_pages_of_a_widened_list_go_on_with_what_the_first_one_answered(phone: Phone, locks: None) -> None:
    seen: list[str] = []
    cursor = None
    while len(seen) < 10:
        page = phone.get("/patents", q="太空舱门锁", limit=1, **({"cursor": cursor} if cursor else {})).get_json()
        assert (page["total"], page["added"], page["widened_by"]) == (5, 4, "E05B 锁")
        seen += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 5


def test_nothing_is_widened_where_the_conditions_alone_hide_the_subject(phone: Phone, locks: None) -> None:
    answer = phone.get("/patents", q="太空舱门锁", kind="design").get_json()

    assert (answer["items"], answer["total"], answer["added"], answer["widened_by"]) == ([], 0, 0, None)


def test_a_way_of_trade_that_no_patent_tells_is_shown_as_not_applied(phone: Phone, graphene: None) -> None:
    plain = phone.get("/patents", q="石墨烯散热").get_json()
    answer = phone.get("/patents", q="愿意许可的石墨烯散热专利 不要质押的").get_json()
    conditions = {(each["name"], each["value"], each["label"], each["is_applied"]) for each in answer["conditions"]}

    assert conditions == {
        ("q", "石墨烯 散热", "石墨烯 散热", True),
        ("trade_mode", "licence", "许可(未筛)", False),
        ("not_trade_mode", "pledge", "不要质押(未筛)", False),
    }
    assert answer["not_applied"].startswith("“许可、质押”没能筛") and "转人工" in answer["not_applied"]
    assert answer["total"] == plain["total"] > 0 and plain["not_applied"] is None
    assert phone.get("/patents", q="可以转让的专利").status_code == 422


def test_words_of_trade_alone_are_searched_as_words(phone: Phone, add_patents: Callable[..., None]) -> None:
    add_patents(make_patent("CN110000040B", "一种股权质押系统"))

    assert numbers(phone, q="股权质押系统") == {"CN110000040B"}


def test_asking_for_nothing_is_refused(phone: Phone) -> None:
    answer = phone.get("/patents")

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == ["q"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "石墨烯", "limit": "0"}, "limit"),
        ({"q": "石墨烯", "limit": "many"}, "limit"),
        ({"kind": "software"}, "kind"),
        ({"date_from": "1700000000"}, "date_from"),
        ({"date_from": "2023-02-30"}, "date_from"),
        ({"date_from": "2023-02-01", "date_to": "2023-01-01"}, "body"),
        ({"q": "长" * 201}, "q"),
        ({"q": "a\x00b"}, "q"),
        ({"ipc": "%"}, "ipc"),
        ({"regions": "广东省"}, "regions"),
    ],
)
def test_a_wrong_filter_is_named_in_chinese(phone: Phone, query: dict[str, str], field: str) -> None:
    answer = phone.get("/patents", **query)

    assert answer.status_code == 422
    [(name, reason)] = answer.get_json()["error"]["fields"].items()
    assert name == field
    assert not reason.isascii()


def test_pages_hold_together_while_patents_are_added(phone: Phone, add_patents: Callable[..., None]) -> None:
    def patent(number: int) -> Any:
        return make_patent(f"CN11000{number:04d}B", "石墨烯薄膜", application_date=date(2020, 1, 1 + number % 28))

    add_patents(*(patent(number) for number in range(12)))
    first = phone.get("/patents", q="石墨烯", sort="newest", limit=5).get_json()
    # Newer than everything: the whole list moves down by three.
    add_patents(*(make_patent(f"CN12000{n:04d}B", "石墨烯薄膜", application_date=date(2024, 1, n)) for n in (1, 2, 3)))

    seen, cursor = [item["number"] for item in first["items"]], first["next_cursor"]
    while cursor:
        page = phone.get("/patents", q="石墨烯", sort="newest", limit=5, cursor=cursor).get_json()
        seen += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert len(seen) == len(set(seen)) == 12


def test_a_cursor_of_another_search_is_refused(phone: Phone, graphene: None) -> None:
    cursor = phone.get("/patents", q="石墨烯", limit=1).get_json()["next_cursor"]

    answer = phone.get("/patents", q="废水", limit=1, cursor=cursor)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "bad_cursor")


def test_one_patent_by_its_number_in_full(phone: Phone, graphene: None) -> None:
    answer = phone.get("/patents/CN110000005B").get_json()

    assert answer["title"] == "含盐废水处理方法"
    assert answer["ipc_codes"] == ["C02F1/44"]
    assert answer["is_demo"] is False
    assert answer["status"] == "有效,2043年5月1日到期"


@pytest.mark.parametrize("number", ["CN999999999B", "nonsense", "a%00b", "%E4%B8%93%E5%88%A9"])
def test_a_number_nobody_has_is_not_found(phone: Phone, number: str) -> None:
    answer = phone.get(f"/patents/{number}")

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "not_found")
