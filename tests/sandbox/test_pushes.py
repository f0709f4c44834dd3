"""Contract items 1, 10, 15-18: how pushes go out, and what a person sees of the answers."""

import threading
import time

import pytest
from wechatpy.utils import check_signature

from sandbox.replies import FAULT_NOTICE
from tests.sandbox.conftest import (
    ORIGINAL_ID,
    PATIENCE,
    TOKEN,
    Product,
    Received,
    Sandbox,
    plain_reply,
    wait_for,
)


@pytest.fixture(autouse=True)
def follower(sandbox: Sandbox, product: Product) -> None:
    sandbox.do("follow")
    product.pushes.clear()


def test_push_looks_as_wechat_sends_it(sandbox: Sandbox, product: Product) -> None:
    sandbox.do("text", text="你好😀]]></Content>")

    push = product.pushes[0]
    query = push.query
    assert query.keys() == {"signature", "timestamp", "nonce", "openid", "encrypt_type", "msg_signature"}
    check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
    assert (push.headers["User-Agent"], push.headers["Content-Type"]) == ("Mozilla/4.0", "text/xml")
    assert b"FromUserName" not in push.body
    assert "你好😀]]]]><![CDATA[></Content>" in push.plain
    assert f"<FromUserName><![CDATA[{query['openid']}]]></FromUserName>" in push.plain


def test_passive_reply_is_shown_and_success_shows_nothing(sandbox: Sandbox, product: Product) -> None:
    answers = iter([b"success", b"", None])
    product.respond = lambda push: push.text("收到") if (answer := next(answers)) is None else answer

    outcomes = [sandbox.do("text", text="你好")["outcome"] for _ in range(3)]

    assert outcomes == ["nothing", "nothing", "reply"]
    assert sandbox.texts() == ["收到"]
    assert sandbox.texts("system") == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok": true}',
        b"<html>oops</html>",
        b"<xml><ToUserName>",
        b'"success"',
        b"\xef\xbb\xbfsuccess",
        b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><a>&a;</a></xml>',
    ],
)
def test_15_malformed_answer_shows_the_notice_at_once(sandbox: Sandbox, product: Product, body: bytes) -> None:
    product.respond = lambda push: body

    result = sandbox.do("text", text="你好")

    assert (result["outcome"], len(result["attempts"])) == ("fault", 1)
    assert sandbox.texts("system") == [FAULT_NOTICE]


def test_16_safe_mode_takes_no_plain_reply_and_no_wrong_signature(sandbox: Sandbox, product: Product) -> None:
    def forged(push: Received) -> bytes:
        return push.text("假的").replace(b"<Nonce><![CDATA[774411", b"<Nonce><![CDATA[774412")

    product.respond = lambda push: plain_reply(push.query["openid"], "<Content>明文</Content>").encode()
    assert sandbox.do("text", text="一")["outcome"] == "fault"
    product.respond = forged
    assert sandbox.do("text", text="二")["outcome"] == "fault"

    assert sandbox.texts() == []


def test_reply_to_somebody_else_is_a_fault(sandbox: Sandbox, product: Product) -> None:
    def misdirected(push: Received) -> bytes:
        push.query["openid"] = "oSomebodyElse"
        return push.text("给别人的")

    product.respond = misdirected

    assert "ToUserName" in sandbox.do("text", text="你好")["reason"]


@pytest.mark.parametrize("mode", ["compatible", "plaintext"])
def test_other_modes_show_plain_fields_and_take_plain_replies(sandbox: Sandbox, product: Product, mode: str) -> None:
    sandbox.tool("apps/official", mode=mode)
    product.respond = lambda push: plain_reply(push.query["openid"], "<Content>明文</Content>").encode()

    sandbox.do("text", text="你好")

    body = product.pushes[0].body.decode()
    assert "<Content><![CDATA[你好]]></Content>" in body
    assert ("<Encrypt>" in body) is (mode == "compatible")
    assert sandbox.texts() == ["明文"]


def test_json_format_goes_out_as_json(sandbox: Sandbox, product: Product) -> None:
    sandbox.tool("apps/official", mode="plaintext", data_format="json")

    sandbox.do("text", text="你好")

    push = product.pushes[0]
    assert push.headers["Content-Type"] == "application/json"
    assert '"Content": "你好"' in push.plain
    assert f'"ToUserName": "{ORIGINAL_ID}"' in push.plain


def test_17_2048_bytes_are_shown_and_2049_vanish(sandbox: Sandbox, product: Product) -> None:
    product.respond = lambda push: push.text("知" * 682 + "ab")
    sandbox.do("text", text="正好")
    assert sandbox.texts() == ["知" * 682 + "ab"]

    product.respond = lambda push: push.text("知" * 683)
    result = sandbox.do("text", text="多一个字节")

    assert (result["outcome"], sandbox.texts("system")) == ("dropped", [])
    assert len(sandbox.texts()) == 1


def test_17_the_api_answers_45002_from_2049_bytes(sandbox: Sandbox) -> None:
    sandbox.do("text", text="你好")

    assert [sandbox.send_text("知" * 682 + "ab"), sandbox.send_text("知" * 683)] == [0, 45002]


def test_news_is_one_card_for_a_message_and_up_to_eight_for_a_click(sandbox: Sandbox, product: Product) -> None:
    def news(push: Received) -> bytes:
        items = "".join(
            f"<item><Title>第{number}条</Title><Description/><PicUrl/><Url>https://example.com</Url></item>"
            for number in range(2)
        )
        return push.answer(f"<ArticleCount>2</ArticleCount><Articles>{items}</Articles>", message_type="news")

    product.respond = news

    assert sandbox.do("text", text="图文")["outcome"] == "dropped"
    assert sandbox.do("click", key="news")["outcome"] == "reply"
    assert sandbox.texts() == ["第0条\n第1条"]


def test_duplicate_pushes_arrive_together_with_one_body_and_show_one_reply(sandbox: Sandbox, product: Product) -> None:
    together = threading.Barrier(8)

    def meet(push: Received) -> bytes:
        together.wait(timeout=PATIENCE)
        return push.text("一次")

    product.respond = meet
    sandbox.tool("faults", path="/wechat/official", kind="duplicate", value=8)

    sandbox.do("text", text="你好")

    assert len(product.pushes) == 8
    assert len({push.body for push in product.pushes}) == 1
    assert sandbox.texts() == ["一次"]


def test_wrong_signature_and_old_timestamp_can_be_ordered(sandbox: Sandbox, product: Product) -> None:
    sandbox.tool("apps/official", mode="plaintext")
    sandbox.tool("faults", path="/wechat", kind="bad_signature")
    sandbox.do("text", text="假")
    sandbox.tool("faults", path="/wechat", kind="stale_timestamp", value=3600)
    sandbox.do("text", text="旧")

    assert product.pushes[0].query["signature"] == "0" * 40
    assert abs(time.time() - 3600 - int(product.pushes[1].query["timestamp"])) < 5


def test_21_tap_carries_the_menu_id(sandbox: Sandbox, product: Product) -> None:
    sandbox.do("tap", menu_id="law42", text="看原文")

    assert "<bizmsgmenuid><![CDATA[law42]]></bizmsgmenuid>" in product.pushes[0].plain


def test_scan_of_a_stranger_follows_and_of_a_follower_scans(sandbox: Sandbox, product: Product) -> None:
    sandbox.do("scan", scene="inv_abc")
    sandbox.do("unfollow")
    sandbox.do("scan", scene="inv_abc")

    scan, _, subscribe = (push.plain for push in product.pushes)
    assert "<Event><![CDATA[SCAN]]></Event><EventKey><![CDATA[inv_abc]]>" in scan
    assert "<Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[qrscene_inv_abc]]>" in subscribe
    openid = sandbox.read("users/lin")["openid_official"]
    info = sandbox.call("/cgi-bin/user/info", openid=openid)
    assert (info["subscribe_scene"], info["qr_scene_str"]) == ("ADD_SCENE_QR_CODE", "inv_abc")


def test_20_reply_to_one_who_has_left_is_not_shown(sandbox: Sandbox, product: Product) -> None:
    product.respond = lambda push: push.text("再见")

    assert sandbox.do("unfollow")["outcome"] == "dropped"
    assert sandbox.texts() == []


def test_mini_program_takes_no_passive_content(sandbox: Sandbox, product: Product) -> None:
    sandbox.tool("apps/miniprogram", mode="plaintext")
    original = sandbox.read("apps")["miniprogram"]["original_id"]
    product.respond = lambda push: (
        plain_reply(push.query["openid"], "<Content>您好</Content>").replace(ORIGINAL_ID, original).encode()
    )

    result = sandbox.do("text", text="在吗", app="miniprogram")

    assert product.pushes[-1].path == "/wechat/miniprogram"
    assert (result["outcome"], sandbox.texts(app="miniprogram")) == ("dropped", [])


def test_any_event_can_be_pushed_with_nested_fields(sandbox: Sandbox, product: Product) -> None:
    entries = [{"TemplateId": "T1", "SubscribeStatusString": "accept"}, {"TemplateId": "T2"}]
    sandbox.do("event", Event="subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": entries})

    assert "</List><List><TemplateId><![CDATA[T2]]></TemplateId></List>" in product.pushes[0].plain


def test_without_waiting_the_action_answers_at_once(sandbox: Sandbox, product: Product) -> None:
    product.respond = lambda push: (time.sleep(0.3), push.text("稍后"))[1]

    assert sandbox.do("text", text="你好", wait=False) == {"outcome": "sent"}
    assert sandbox.texts() == []
    wait_for(lambda: sandbox.texts() == ["稍后"])


def test_message_ids_differ_even_after_a_reset(sandbox: Sandbox, product: Product) -> None:
    def last_id() -> int:
        return int(product.pushes[-1].plain.partition("<MsgId>")[2].partition("<")[0])

    sandbox.do("text", text="一")
    first = last_id()
    sandbox.tool("reset")
    sandbox.tool("users", name="lin")
    sandbox.do("follow")
    sandbox.do("text", text="二")

    assert last_id() > first > 7 * 10**18


def test_1_url_verification_tells_what_the_product_did(sandbox: Sandbox, product: Product) -> None:
    def honest(query: dict[str, str]) -> tuple[int, bytes]:
        return (403, b"") if query["signature"] == "0" * 40 else (200, query["echostr"].encode())

    assert sandbox.tool("verify")["wrong_signature_refused"] is False
    product.verify = honest
    assert sandbox.tool("verify")["ok"] is True
    product.verify = lambda query: (200, b'"' + query["echostr"].encode() + b'"')
    assert sandbox.tool("verify")["echoed"] is False


def test_template_message_loses_first_and_remark_and_reports_back(sandbox: Sandbox, product: Product) -> None:
    openid = sandbox.read("users/lin")["openid_official"]
    data = {"first": {"value": "您好"}, "thing1": {"value": "年费提醒"}, "remark": {"value": "谢谢"}}
    body = {"touser": openid, "template_id": "T1", "data": data, "client_msg_id": "fee-1"}

    first, again = (sandbox.call("/cgi-bin/message/template/send", body) for _ in range(2))

    assert [first["errcode"], again["errcode"]] == [0, 0]
    assert sandbox.texts() == ["年费提醒"]
    wait_for(lambda: any(f"<MsgID>{first['msgid']}</MsgID>" in push.plain for push in product.pushes))
    body["data"] = {"thing1": {"value": "字" * 21}}
    assert sandbox.call("/cgi-bin/message/template/send", {**body, "client_msg_id": "2"})["errcode"] == 47003
