"""Payloads in WeChat's two forms, read back by an independent parser."""

from typing import Any

import pytest
import xmltodict

from adapters.wechat.passive import PayloadRefused, render_passive, to_customer_service
from models import Platform

MENU = {
    "kind": "menu",
    "head": "您要哪个?",
    "items": [{"id": "c-1", "title": "查专利"}, {"id": "c-2", "title": "问&政策"}],
    "tail": "直接回数字也行",
}
CARD = {"kind": "card", "title": "标题", "description": "描述", "url": "https://u", "picture_url": "https://p"}
PAGE = {"kind": "page", "title": "我的案件", "app_id": "wxmini", "path": "pages/case?id=1", "thumb_media_id": "t-1"}


def rendered(payload: dict[str, Any]) -> dict[str, Any]:
    xml = render_passive(payload, to_openid="oUser1", from_id="gh_sim", created_at=1700000101)
    fields: dict[str, Any] = xmltodict.parse(xml, strip_whitespace=False)["xml"]
    assert (fields["ToUserName"], fields["FromUserName"]) == ("oUser1", "gh_sim")
    assert fields["CreateTime"] == "1700000101"
    return fields


def test_a_text_answers_with_sender_and_receiver_swapped() -> None:
    fields = rendered({"kind": "text", "text": "收到😀", "carries": [3]})

    assert (fields["MsgType"], fields["Content"]) == ("text", "收到😀")


@pytest.mark.parametrize(
    "text", ["x]]></Content><MsgType>image</MsgType>", "]]>", "]]]]>>", "<![CDATA[x]]>", "&amp;<b>", " 留空 "]
)
def test_checklist_18_user_text_round_trips_and_injects_nothing(text: str) -> None:
    fields = rendered({"kind": "text", "text": text})

    assert (fields["MsgType"], fields["Content"]) == ("text", text)
    assert list(fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]


def test_checklist_18_control_characters_never_reach_the_xml() -> None:
    assert rendered({"kind": "text", "text": "a\x00\x0b\ufffe\ud800b"})["Content"] == "ab"


def test_checklist_17_a_text_over_the_limit_is_refused_not_cut() -> None:
    assert len(rendered({"kind": "text", "text": "a" * 2048})["Content"]) == 2048

    with pytest.raises(PayloadRefused) as caught:
        rendered({"kind": "text", "text": "a" * 2049})

    assert caught.value.errcode == 45002


@pytest.mark.parametrize(
    ("payload", "errcode"), [({"kind": "text", "text": " \x00"}, 44004), ({"kind": "hologram"}, 40008), ({}, 40008)]
)
def test_what_wechat_would_drop_is_refused(payload: dict[str, Any], errcode: int) -> None:
    with pytest.raises(PayloadRefused) as caught:
        rendered(payload)

    assert caught.value.errcode == errcode


def test_a_passive_menu_is_numbered_lines_that_can_be_tapped() -> None:
    lines = rendered(MENU)["Content"].split("\n")

    assert lines == [
        "您要哪个?",
        '1. <a href="weixin://bizmsgmenu?msgmenucontent=%E6%9F%A5%E4%B8%93%E5%88%A9&msgmenuid=c-1">查专利</a>',
        '2. <a href="weixin://bizmsgmenu?msgmenucontent=%E9%97%AE%26%E6%94%BF%E7%AD%96&msgmenuid=c-2">问&政策</a>',
        "直接回数字也行",
    ]


def test_a_long_passive_menu_does_without_links() -> None:
    items = [{"id": f"c-{n}", "title": "石墨烯散热膜及其制备方法" * 2} for n in range(12)]

    content = rendered({"kind": "menu", "head": "找到:", "items": items})["Content"]

    assert content.split("\n")[12] == "12. " + "石墨烯散热膜及其制备方法" * 2
    assert "weixin:" not in content


def test_cards_images_pages_and_transfers() -> None:
    news = rendered(CARD)
    assert (news["MsgType"], news["ArticleCount"]) == ("news", "1")
    assert news["Articles"]["item"] == {
        "Title": "标题",
        "Description": "描述",
        "PicUrl": "https://p",
        "Url": "https://u",
    }
    assert rendered({"kind": "image", "media_id": "m"})["Image"] == {"MediaId": "m"}
    assert rendered({"kind": "transfer"})["MsgType"] == "transfer_customer_service"
    assert rendered({"kind": "transfer", "kf_account": "a@gh"})["TransInfo"] == {"KfAccount": "a@gh"}
    assert rendered(PAGE)["Content"] == (
        '<a data-miniprogram-appid="wxmini" data-miniprogram-path="pages/case?id=1">我的案件</a>'
    )


def test_customer_service_forms_of_an_official_account() -> None:
    assert to_customer_service({"kind": "text", "text": "在的", "carries": [1]}) == {
        "msgtype": "text", "text": {"content": "在的"}}  # fmt: skip
    assert to_customer_service(MENU) == {"msgtype": "msgmenu", "msgmenu": {
        "head_content": "您要哪个?", "tail_content": "直接回数字也行",
        "list": [{"id": "c-1", "content": "查专利"}, {"id": "c-2", "content": "问&政策"}]}}  # fmt: skip
    assert to_customer_service(CARD) == {"msgtype": "news", "news": {"articles": [
        {"title": "标题", "description": "描述", "url": "https://u", "picurl": "https://p"}]}}  # fmt: skip
    assert to_customer_service(PAGE) == {"msgtype": "miniprogrampage", "miniprogrampage": {
        "title": "我的案件", "appid": "wxmini", "pagepath": "pages/case?id=1", "thumb_media_id": "t-1"}}  # fmt: skip
    assert to_customer_service({"kind": "image", "media_id": "m"}) == {"msgtype": "image", "image": {"media_id": "m"}}


def test_a_mini_program_gets_what_it_can_show() -> None:
    mini = Platform.MINI_PROGRAM

    assert to_customer_service(MENU, mini)["text"]["content"] == "您要哪个?\n1. 查专利\n2. 问&政策\n直接回数字也行"
    assert to_customer_service(CARD, mini) == {"msgtype": "link", "link": {
        "title": "标题", "description": "描述", "url": "https://u", "thumb_url": "https://p"}}  # fmt: skip
    assert "appid" not in to_customer_service(PAGE, mini)["miniprogrampage"]


@pytest.mark.parametrize("platform", list(Platform))
def test_what_custom_send_has_no_form_for_is_refused(platform: Platform) -> None:
    for kind in ("transfer", "hologram"):
        with pytest.raises(PayloadRefused):
            to_customer_service({"kind": kind}, platform)
    with pytest.raises(PayloadRefused):
        to_customer_service({"kind": "text", "text": "a" * 2049}, platform)
