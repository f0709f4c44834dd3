"""Contract items 24-30: how many messages an account may send, and until when."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.sandbox.conftest import HOUR, Product, Sandbox


def test_24_sixth_message_after_one_user_message_is_45047(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    sandbox.do("text", text="外观专利保护多少年")

    codes = [sandbox.send_text(f"第{number}条") for number in range(1, 7)]

    assert codes == [0, 0, 0, 0, 0, 45047]
    assert sandbox.texts() == ["第1条", "第2条", "第3条", "第4条", "第5条"]


def test_25_window_of_a_message_ends_after_48_hours(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    sandbox.do("text", text="你好")

    sandbox.advance(48 * HOUR - 5)
    assert sandbox.send_text("还在窗口里") == 0
    sandbox.advance(6)
    assert sandbox.send_text("过了窗口") == 45015


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("click", {"key": "search"}),
        ("tap", {"menu_id": "1", "text": "专利检索"}),
        ("scan", {"scene": "inv_abc"}),
        ("event", {"Event": "scancode_waitmsg", "EventKey": "k", "ScanCodeInfo": {"ScanResult": "x"}}),
    ],
)
def test_26_menu_click_tap_and_scan_give_three_in_a_minute(
    sandbox: Sandbox, action: str, data: dict[str, object]
) -> None:
    sandbox.do("follow")
    sandbox.advance(61)
    assert sandbox.send_text("关注的窗口已过") == 45015

    sandbox.do(action, **data)

    assert [sandbox.send_text(f"{number}") for number in range(4)] == [0, 0, 0, 45047]
    sandbox.advance(61)
    assert sandbox.send_text("一分钟后") == 45015


def test_27_message_at_47_hours_sets_the_count_back_to_five(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    sandbox.do("text", text="一")
    assert [sandbox.send_text("答") for _ in range(4)] == [0, 0, 0, 0]
    sandbox.advance(47 * HOUR)

    sandbox.do("text", text="二")
    sandbox.advance(47 * HOUR)

    assert [sandbox.send_text("答") for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_a_click_neither_adds_to_nor_shortens_a_message_window(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    sandbox.do("text", text="一")
    sandbox.send_text("答")

    sandbox.do("click", key="search")
    window = sandbox.read("users/lin")["window_official"]
    sandbox.advance(2 * HOUR)

    assert window["left"] == 4
    assert sandbox.send_text("两小时后") == 0


def test_a_click_lifts_an_exhausted_window_to_three_until_its_old_end(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    sandbox.do("text", text="一")
    for _ in range(5):
        sandbox.send_text("答")
    assert sandbox.send_text("多了") == 45047

    sandbox.do("click", key="search")
    sandbox.advance(HOUR)

    assert [sandbox.send_text("答") for _ in range(4)] == [0, 0, 0, 45047]


def test_28_unsubscribe_kills_every_window(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    sandbox.do("text", text="你好")

    sandbox.do("unfollow")

    template = {"template_id": "T1", "data": {"thing1": {"value": "年费提醒"}}}
    openid = sandbox.read("users/lin")["openid_official"]
    assert sandbox.send_text("还在吗") == 45015
    assert sandbox.call("/cgi-bin/message/template/send", {"touser": openid, **template})["errcode"] == 43004


def test_29_following_again_gives_three(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    sandbox.do("text", text="你好")
    sandbox.do("unfollow")

    sandbox.do("follow")

    assert [sandbox.send_text("欢迎") for _ in range(4)] == [0, 0, 0, 45047]


def test_30_passive_replies_use_no_allowance(sandbox: Sandbox, product: Product) -> None:
    product.respond = lambda push: push.text("被动回复")
    sandbox.do("follow")
    sandbox.do("text", text="你好")
    sandbox.do("text", text="再来")

    assert sandbox.read("users/lin")["window_official"]["left"] == 5
    assert [line["via"] for line in sandbox.chat() if line["from"] == "account"] == ["passive"] * 3


def test_66_entering_the_mini_program_chat_gives_two_in_a_minute(sandbox: Sandbox) -> None:
    assert sandbox.send_text("没有进来过", app="miniprogram") == 45015

    sandbox.do("enter_tempsession")

    assert [sandbox.send_text("您好", app="miniprogram") for _ in range(3)] == [0, 0, 45047]
    sandbox.do("text", text="想问专利", app="miniprogram")
    assert [sandbox.send_text("请讲", app="miniprogram") for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_the_other_apps_openid_is_unknown(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    openid = sandbox.read("users/lin")["openid_mini"]

    assert sandbox.send_text("走错了", touser=openid) == 40003


def test_34_two_senders_compete_for_the_last_place(sandbox: Sandbox) -> None:
    sandbox.do("follow")
    sandbox.do("text", text="你好")
    for _ in range(4):
        sandbox.send_text("占位")
    token = sandbox.stable_token()["access_token"]
    openid = sandbox.read("users/lin")["openid_official"]
    url = f"{sandbox.url}/cgi-bin/message/custom/send?access_token={token}"
    body = {"touser": openid, "msgtype": "text", "text": {"content": "last"}}

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: requests.post(url, json=body, timeout=10).json()["errcode"], range(8)))

    assert sorted(codes) == [0] + [45047] * 7
    assert sandbox.texts().count("last") == 1
