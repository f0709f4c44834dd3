"""The mini-program over HTTP: a code from WeChat, a question, a person, and the person's answer."""

from typing import Any

import requests
from playwright.sync_api import expect


class Client:
    """What the mini-program does with the API."""

    def __init__(self, web_url: str) -> None:
        self._url = f"{web_url}/api/v1"
        self._session = requests.Session()

    def log_in(self, code: str) -> None:
        tokens = self.post("login", code=code)
        assert tokens["expires_in"] > 0
        self._session.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    def post(self, path: str, key: str = "", **body: str) -> dict:
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._session.post(f"{self._url}/{path}", json=body, headers=headers, timeout=15)
        assert answer.ok, answer.text
        return answer.json()

    def put(self, path: str, **body: Any) -> dict:
        answer = self._session.put(f"{self._url}/{path}", json=body, timeout=15)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, path: str, **query: str) -> requests.Response:
        return self._session.get(f"{self._url}/{path}", params=query, timeout=15)


def code_for(product, name: str) -> str:
    answer = requests.post(f"{product.stack.sandbox_url}/sandbox/api/miniprogram/code", json={"user": name}, timeout=5)
    return answer.json()["code"]


def test_login_ask_hand_off_and_read_what_the_agent_answers(product, open_desk):
    desk = open_desk(product.hire("陈敏"))
    client = Client(product.stack.web_url)
    client.log_in(code_for(product, "夏冰"))

    asked = client.post("ask", text="外观专利保护多少年")
    assert "15年" in asked["answer"]
    assert asked["citations"], asked
    handed = client.post("handoffs", key="hand-off-1", reason="想找专员看质押材料")
    assert client.post("handoffs", key="hand-off-1", reason="想找专员看质押材料") == handed
    assert handed["conversation_id"] == asked["conversation_id"]
    assert handed["case_number"].startswith("KF")
    assert client.get("patents", q="石墨烯").json()["items"]

    expect(desk.rows).to_have_count(1)
    desk.open_first()
    expect(desk.page.locator("#side")).to_contain_text(handed["case_number"])
    expect(desk.page.locator("#messages")).to_contain_text("想找专员看质押材料")
    desk.accept()
    desk.note("只给同事看")
    desk.page.get_by_role("tab", name="回复").click()
    sent = desk.reply("材料清单6份,我发您。")
    # WeChat gives no allowance for somebody who never opened its chat.
    expect(sent.locator(".delivery")).to_contain_text("在站内信")

    path = f"conversations/{handed['conversation_id']}/messages"
    messages = client.get(path).json()["items"]
    assert [(each["author"], each["staff"], each["text"]) for each in messages[:1]] == [
        ("staff", "陈敏", "材料清单6份,我发您。")
    ]
    assert "只给同事看" not in str(messages)
    # Reading it is what delivers it.
    expect(sent.locator(".delivery")).to_have_text("已送达")

    stranger = Client(product.stack.web_url)
    stranger.log_in(code_for(product, "路人"))
    assert stranger.get(path).status_code == 404
    assert Client(product.stack.web_url).get(path).status_code == 401
