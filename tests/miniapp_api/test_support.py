"""Funds and help for service firms in the mini-program: the lines of the chat, with what each rests on."""

from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.dated_data import load_reference


def test_the_place_s_own_come_first_and_each_says_what_it_rests_on(phone: Phone, resources: Resources) -> None:
    with resources.database.unit_of_work() as session:
        load_reference(session, resources.clock.now())

    funds = phone.get("/support", kind="operating_fund", region="广东省广州市").get_json()["items"]
    helped = phone.get("/support", kind="institution_support", region="上海市").get_json()["items"]

    assert [each["region"] for each in funds] == ["广东省", "全国"]
    assert funds[0]["confidence"] == "V2" and "知识产权报2017年报道" in funds[0]["source"]
    assert any("口径不同,不能相加" in note for note in funds[1]["notes"])
    assert {each["name"] for each in helped} == {
        "知识产权运营机构股权投资扶持", "10个省份的运营机构股权投资扶持"
    }  # fmt: skip
    assert phone.get("/support", kind="programme").status_code == 422
