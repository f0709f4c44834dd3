"""The rest of the fake API: messages of every kind, menu, typing, media, users, the mini-program (55, 57, 58, 60)."""

import hashlib
import hmac
import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.sandbox.conftest import MINI_ID, MINI_SECRET, Sandbox

SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@pytest.fixture(autouse=True)
def talking(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    sandbox.do("text", text="你好")


def openid(sandbox: Sandbox, app: str = "official") -> str:
    return str(sandbox.read("users/lin")["openid_official" if app == "official" else "openid_mini"])


def send(sandbox: Sandbox, kind: str, payload: Any, app: str = "official") -> int:
    body = {"touser": openid(sandbox, app), "msgtype": kind, kind: payload}
    return int(sandbox.call(SEND, body, app=app)["errcode"])


def upload(sandbox: Sandbox, kind: str, content: bytes = PNG, filename: str = "a.png") -> dict[str, Any]:
    query = {"access_token": sandbox.stable_token()["access_token"], "type": kind}
    files = {"media": (filename, content, "image/png")}
    url = f"{sandbox.url}/cgi-bin/media/upload"
    answer: dict[str, Any] = sandbox.session.post(url, params=query, files=files, timeout=10).json()
    return answer


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("text", {"content": ""}, 44004),
        ("text", "no object", 47001),
        ("link", {"title": "t", "url": "u"}, 40008),
        ("nonsense", {}, 40008),
        ("image", {"media_id": "never"}, 40007),
        ("news", {"articles": [{"title": "一"}]}, 0),
        ("news", {"articles": [{"title": "一"}, {"title": "二"}]}, 45008),
        ("news", {"articles": []}, 44003),
        ("msgmenu", {"head_content": "选", "list": [{"id": "1", "content": "甲"}], "tail_content": ""}, 0),
        ("msgmenu", {"head_content": "选", "list": []}, 47001),
        ("mpnewsarticle", {"article_id": "A1"}, 0),
        ("wxcard", {"card_id": "C1"}, 0),
    ],
)
def test_official_account_messages_by_kind(sandbox: Sandbox, kind: str, payload: Any, expected: int) -> None:
    assert send(sandbox, kind, payload) == expected


def test_mini_program_has_its_own_kinds(sandbox: Sandbox) -> None:
    sandbox.do("text", text="你好", app="miniprogram")

    assert send(sandbox, "link", {"title": "指南", "url": "https://example.com"}, "miniprogram") == 0
    assert send(sandbox, "news", {"articles": [{"title": "一"}]}, "miniprogram") == 40008
    assert sandbox.texts(app="miniprogram") == ["指南"]


def test_32_unicode_escapes_are_shown_as_they_stand(sandbox: Sandbox) -> None:
    body = '{"touser":"%s","msgtype":"text","text":{"content":"\\u4f60\\n好"}}' % openid(sandbox)  # noqa: UP031

    assert sandbox.call(SEND, body.encode())["errcode"] == 0
    assert sandbox.texts() == ["\\u4f60\n好"]


def test_a_refused_message_costs_no_allowance(sandbox: Sandbox) -> None:
    for _ in range(3):
        assert sandbox.send_text("知" * 700) == 45002

    assert [sandbox.send_text("好") for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


@pytest.mark.parametrize(("after_effect", "seen"), [(False, ["重试"]), (True, ["重试", "重试"])])
def test_31_system_busy_before_or_after_delivery(sandbox: Sandbox, after_effect: bool, seen: list[str]) -> None:
    sandbox.tool("faults", path=SEND, kind="errcode", value=-1, after_effect=after_effect)

    assert [sandbox.send_text("重试"), sandbox.send_text("重试")] == [-1, 0]
    assert sandbox.texts() == seen


def test_33_typing_needs_a_fresh_action_and_is_not_repeated(sandbox: Sandbox) -> None:
    def typing(command: str = "Typing") -> int:
        return int(sandbox.call(TYPING, {"touser": openid(sandbox), "command": command})["errcode"])

    assert [typing(), typing(), typing("Dance")] == [0, 45081, 45072]
    assert sandbox.read("users/lin")["typing_official"] is True
    sandbox.send_text("好了")
    assert sandbox.read("users/lin")["typing_official"] is False
    assert typing() == 0
    sandbox.advance(16)
    assert typing() == 0
    assert typing("CancelTyping") == 0
    sandbox.advance(20)
    assert typing() == 45080


def test_business_path_types_for_the_mini_program_but_never_sends(sandbox: Sandbox) -> None:
    sandbox.do("text", text="你好", app="miniprogram")
    body = {"touser": openid(sandbox, "miniprogram"), "command": "Typing"}

    assert sandbox.call("/cgi-bin/message/custom/business/typing", body, app="miniprogram")["errcode"] == 0
    path = "/cgi-bin/message/custom/business/send"
    assert sandbox.call(path, {"msgtype": "text"}, app="miniprogram")["errcode"] == 40101


def click(name: str, key: str = "k") -> dict[str, Any]:
    return {"name": name, "type": "click", "key": key}


@pytest.mark.parametrize(
    ("buttons", "expected"),
    [
        ([click("查专利"), {"name": "办业务", "sub_button": [click("质押融资")]}], 0),
        ([click("一"), click("二"), click("三"), click("四")], 40016),
        ([], 40016),
        ([click("知识产权服")], 0),
        ([click("知识产权服务")], 40018),
        ([{"name": "更多", "sub_button": [click(str(number)) for number in range(6)]}], 40023),
        ([{"name": "更多", "sub_button": [click("字" * 21)]}], 40025),
        ([click("键", "k" * 129)], 40019),
        ([{"name": "错", "type": "dance"}], 40017),
        ([{"name": "网页", "type": "view", "url": "ftp://example.com"}], 40055),
        ([{"name": "网页", "type": "view", "url": "https://example.com/" + "a" * 1024}], 40020),
        ([{"name": "深", "sub_button": [{"name": "二", "sub_button": [click("三")]}]}], 40022),
        ("not a list", 40015),
    ],
)
def test_menu_limits(sandbox: Sandbox, buttons: Any, expected: int) -> None:
    assert sandbox.call("/cgi-bin/menu/create", {"button": buttons})["errcode"] == expected


def test_menu_is_read_back_pressed_and_deleted(sandbox: Sandbox) -> None:
    assert sandbox.call("/cgi-bin/menu/get")["errcode"] == 46003
    sandbox.call("/cgi-bin/menu/create", {"button": [{"name": "办业务", "sub_button": [click("质押融资", "loan")]}]})

    menu = sandbox.call("/cgi-bin/menu/get")["menu"]
    sandbox.do("menu", path=[0, 0])

    assert menu["button"][0]["sub_button"] == [{"name": "质押融资", "type": "click", "key": "loan", "sub_button": []}]
    assert '"EventKey": "loan"' in sandbox.read("log")[-1]["request"]
    assert sandbox.call("/cgi-bin/menu/delete")["errcode"] == 0
    assert sandbox.call("/cgi-bin/menu/get")["errcode"] == 46003


def test_menu_with_unicode_escapes_is_refused(sandbox: Sandbox) -> None:
    body = b'{"button":[{"name":"\\u67e5","type":"click","key":"k"}]}'

    assert sandbox.call("/cgi-bin/menu/create", body)["errcode"] == 40033


def test_67_media_lives_three_days(sandbox: Sandbox) -> None:
    media_id = upload(sandbox, "image")["media_id"]
    query = {"access_token": sandbox.stable_token()["access_token"], "media_id": media_id}
    got = sandbox.session.get(f"{sandbox.url}/cgi-bin/media/get", params=query, timeout=10)

    assert (got.content, got.headers["Content-Type"]) == (PNG, "image/png")
    assert send(sandbox, "image", {"media_id": media_id}) == 0
    sandbox.advance(3 * 86400 + 1)
    assert sandbox.call("/cgi-bin/media/get", media_id=media_id)["errcode"] == 40007


def test_print_is_read_from_pictures_that_carry_their_words_and_from_no_other(sandbox: Sandbox) -> None:
    layer = PngInfo()
    layer.add_itxt("zhiqiao-demonstration-text", "专利号\nZL202110123456.7")
    carrying, blank = BytesIO(), BytesIO()
    Image.new("RGB", (8, 6)).save(carrying, "PNG", pnginfo=layer)
    Image.new("RGB", (8, 6)).save(blank, "JPEG")
    url = f"{sandbox.url}/cv/ocr/comm"

    def read(content: bytes | None) -> Any:
        files = {"img": ("a.png", content, "image/png")} if content is not None else None
        query = {"access_token": sandbox.stable_token()["access_token"]}
        return sandbox.session.post(url, params=query, files=files, timeout=10).json()

    assert [item["text"] for item in read(carrying.getvalue())["items"]] == ["专利号", "ZL202110123456.7"]
    assert read(carrying.getvalue())["img_size"] == {"w": 8, "h": 6}
    assert read(blank.getvalue())["items"] == []
    assert read(PNG)["errcode"] == 101002
    assert read(None)["errcode"] == 101000


@pytest.mark.parametrize(
    ("kind", "content", "filename", "expected"),
    [
        ("picture", PNG, "a.png", 40004),
        ("image", PNG, "a.exe", 40005),
        ("image", b"\x00" * (2 * 1024 * 1024 + 1), "a.png", 40009),
        ("thumb", b"\x00" * (64 * 1024 + 1), "a.jpg", 45001),
        ("image", b"", "a.png", 44001),
    ],
)
def test_70_wrong_media_is_refused(sandbox: Sandbox, kind: str, content: bytes, filename: str, expected: int) -> None:
    assert upload(sandbox, kind, content, filename)["errcode"] == expected


def test_followers_and_scene_codes(sandbox: Sandbox) -> None:
    assert sandbox.call("/cgi-bin/user/get")["data"] == {"openid": [openid(sandbox)]}
    scene = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "inv_abc"}}, "expire_seconds": 600}
    assert sandbox.call("/cgi-bin/qrcode/create", scene)["expire_seconds"] == 600
    scene["expire_seconds"] = 2_592_001
    assert sandbox.call("/cgi-bin/qrcode/create", scene)["errcode"] == 40036
    sandbox.do("unfollow")
    info = sandbox.call("/cgi-bin/user/info", openid=openid(sandbox))
    assert info.keys() == {"subscribe", "openid", "unionid"}
    assert info["subscribe"] == 0


def test_followers_are_told_of_together_in_the_order_asked_for(sandbox: Sandbox) -> None:
    path, known = "/cgi-bin/user/info/batchget", openid(sandbox)
    left = str(sandbox.tool("users", name="chen")["openid_official"])

    def ask(*openids: str) -> dict[str, Any]:
        return sandbox.call(path, {"user_list": [{"openid": each, "lang": "zh_CN"} for each in openids]})

    first, second = ask(left, known)["user_info_list"]
    assert first.keys() == {"subscribe", "openid", "unionid"} and first["openid"] == left
    assert second == sandbox.call("/cgi-bin/user/info", openid=known)
    assert ask(known, "oNobody")["errcode"] == 40003
    assert ask(known, openid(sandbox, "miniprogram"))["errcode"] == 40003
    assert len(ask(*[known] * 100)["user_info_list"]) == 100
    assert ask(*[known] * 101)["errcode"] == ask()["errcode"] == 40032
    assert sandbox.call(path, {"user_list": known})["errcode"] == 47001


def login(sandbox: Sandbox, code: str, **changes: str) -> dict[str, Any]:
    query = {"appid": MINI_ID, "secret": MINI_SECRET, "js_code": code, "grant_type": "authorization_code", **changes}
    answer: dict[str, Any] = sandbox.session.get(f"{sandbox.url}/sns/jscode2session", params=query, timeout=10).json()
    return answer


def test_55_login_code_works_once_and_for_five_minutes(sandbox: Sandbox) -> None:
    code = sandbox.tool("miniprogram/code", user="lin")["code"]
    late = sandbox.tool("miniprogram/code", user="lin")["code"]
    person = sandbox.read("users/lin")

    session = login(sandbox, code)

    assert "errcode" not in session
    assert (session["openid"], session["unionid"]) == (person["openid_mini"], person["unionid"])
    assert person["openid_mini"] != person["openid_official"]
    assert re.fullmatch(r"o[\w-]{27}", session["openid"])
    assert login(sandbox, code)["errcode"] == 40029
    sandbox.advance(301)
    assert login(sandbox, late)["errcode"] == 40029
    assert login(sandbox, late, secret="wrong")["errcode"] == 40125
    assert login(sandbox, "")["errcode"] == 41008


def test_55_hundred_and_first_login_in_a_minute_is_45011(sandbox: Sandbox) -> None:
    sandbox.tool("clock", now="2026-11-23T10:00:05+08:00")
    codes = [sandbox.tool("miniprogram/code", user="lin")["code"] for _ in range(101)]

    answers = [login(sandbox, code).get("errcode", 0) for code in codes]

    assert answers == [0] * 100 + [45011]


def test_57_session_check(sandbox: Sandbox) -> None:
    session = login(sandbox, sandbox.tool("miniprogram/code", user="lin")["code"])

    def check(key: str) -> int:
        signature = hmac.new(key.encode(), b"", hashlib.sha256).hexdigest()
        query = {"openid": session["openid"], "signature": signature, "sig_method": "hmac_sha256"}
        return int(sandbox.call("/wxa/checksession", app="miniprogram", **query)["errcode"])

    assert [check(session["session_key"]), check("b2xk")] == [0, 87009]


def test_58_phone_code_is_not_the_login_code_and_belongs_to_one_person(sandbox: Sandbox) -> None:
    path = "/wxa/business/getuserphonenumber"
    code = sandbox.tool("miniprogram/phone_code", user="lin")["code"]
    other = sandbox.tool("users", name="chen")["openid_mini"]
    wrong = sandbox.tool("miniprogram/code", user="lin")["code"]

    assert sandbox.call(path, {"code": wrong}, app="miniprogram")["errcode"] == 40029
    assert sandbox.call(path, {"code": code, "openid": other}, app="miniprogram")["errcode"] == 40029
    number = sandbox.call(path, {"code": code}, app="miniprogram")["phone_info"]["phoneNumber"]
    assert number == sandbox.read("users/lin")["phone"]
    assert sandbox.call(path, {"code": code}, app="miniprogram")["errcode"] == 40029


def test_60_content_check(sandbox: Sandbox) -> None:
    path = "/wxa/msg_sec_check"
    sandbox.tool("miniprogram/code", user="lin")
    body = {"version": 2, "openid": openid(sandbox, "miniprogram"), "scene": 2, "content": "求购高盐废水处理技术"}

    def check(**changes: Any) -> dict[str, Any]:
        return sandbox.call(path, {**body, **changes}, app="miniprogram")

    assert check()["result"] == {"suggest": "pass", "label": 100}
    assert check(content="赌博")["result"]["suggest"] == "risky"
    assert check(openid=openid(sandbox))["errcode"] == 43104
    assert check(content="字" * 2501)["errcode"] == 45002
    assert sandbox.call(path, app="miniprogram")["errcode"] == 43302
    sandbox.advance(7201)
    assert check()["errcode"] == 61010


def test_46_one_acceptance_is_one_subscription_message(sandbox: Sandbox) -> None:
    body = {
        "touser": openid(sandbox, "miniprogram"),
        "template_id": "T9",
        "data": {"thing1": {"value": "年费提醒"}, "date2": {"value": "2026年12月7日"}},
    }
    sandbox.do("subscription", template_id="T9", count=2)

    path = "/cgi-bin/message/subscribe/send"
    codes = [sandbox.call(path, body, app="miniprogram")["errcode"] for _ in range(3)]

    assert codes == [0, 0, 43101]
