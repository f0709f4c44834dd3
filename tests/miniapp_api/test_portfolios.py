"""An applicant's portfolio through the API, in counts that the mini-program draws."""

from collections.abc import Callable
from datetime import date

import pytest

from models import LegalStatus, PatentKind
from tests.miniapp_api.conftest import Phone, make_patent

OWNER = "广州演示材料有限公司"


@pytest.fixture
def patents(add_patents: Callable[..., None]) -> None:
    add_patents(
        make_patent("CN110000001B", "石墨烯散热膜", ipc_codes=["C01B 32/18", "H01M 4/02"]),
        make_patent("CN110000003B", "石墨烯电极", legal_status=LegalStatus.LAPSED, ipc_codes=["C01B 32/19"]),
        make_patent(
            "CN210000004U", "散热装置", kind=PatentKind.UTILITY_MODEL, application_date=date(2023, 5, 1),
            legal_status=LegalStatus.UNKNOWN,
        ),
        make_patent("CN110000005B", "废水处理", applicants=[{"name": "佛山清流环保有限公司"}]),
    )  # fmt: skip


def test_an_applicant_s_patents_are_counted(phone: Phone, patents: None) -> None:
    answer = phone.get(f"/applicants/{OWNER}/portfolio")

    assert answer.status_code == 200
    assert answer.get_json() == {
        "applicant": OWNER,
        "names": [OWNER],
        "total": 3,
        "by_year": [{"year": 2021, "count": 2}, {"year": 2023, "count": 1}],
        "by_kind": [
            {"kind": "invention", "label": "发明", "count": 2},
            {"kind": "utility_model", "label": "实用新型", "count": 1},
        ],
        "by_status": [
            {"legal_status": "active", "label": "有效", "count": 1},
            {"legal_status": "lapsed", "label": "失效", "count": 1},
            {"legal_status": "unknown", "label": "状态不详", "count": 1},
        ],
        "by_field": [
            {"ipc": "C01B", "label": "碳和非金属化合物", "count": 2},
            {"ipc": "H01M", "label": "电池", "count": 1},
        ],
        "data_date": "2026-11-20",
        "is_demo": True,
    }


def test_part_of_a_name_will_do(phone: Phone, patents: None) -> None:
    answer = phone.get("/applicants/清流环保/portfolio").get_json()

    assert (answer["applicant"], answer["names"], answer["total"]) == ("清流环保", ["佛山清流环保有限公司"], 1)


def test_an_applicant_without_patents_is_not_found(phone: Phone, patents: None) -> None:
    answer = phone.get("/applicants/没有这家有限公司/portfolio")

    assert answer.status_code == 404
    assert "没有这家有限公司" in answer.get_json()["error"]["message"]


@pytest.mark.parametrize("name", ["%20", "长" * 121])
def test_what_can_be_no_name_is_refused_in_chinese(phone: Phone, name: str) -> None:
    answer = phone.client.get(f"/api/v1/applicants/{name}/portfolio", headers=phone.headers())

    assert answer.status_code == 422
    assert not answer.get_json()["error"]["fields"]["name"].isascii()


def test_it_is_for_who_has_logged_in(phone: Phone) -> None:
    assert phone.client.get(f"/api/v1/applicants/{OWNER}/portfolio").status_code == 401
