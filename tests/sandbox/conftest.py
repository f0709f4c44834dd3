"""A running sandbox, and a tiny product for it to talk to: it decrypts with wechatpy, a third opinion on the crypto."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from pydantic import SecretStr
from wechatpy.crypto import WeChatCrypto

from sandbox.serving import serve
from sandbox.settings import SandboxSettings
from sandbox.world import World
from tests.support.http_server import LocalServer

TOKEN = "SandboxToken01"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wxsim0000000000a1"
SECRET = "official-app-secret-of-tests"
MINI_ID = "wxsim0000000000b2"
MINI_SECRET = "miniprogram-app-secret-of-tests"
ORIGINAL_ID = "gh_sim000001"
HOUR = 3600
PATIENCE = 20.0
"""Seconds for a push where no test is about its taking too long: a busy machine must not look like silence."""

Responder = Callable[["Received"], bytes | tuple[int, bytes]]


class Received:
    """One push as the product got it, decrypted where it was encrypted."""

    def __init__(self, path: str, query: dict[str, str], body: bytes, headers: dict[str, str]) -> None:
        self.path, self.query, self.body, self.headers = path, query, body, headers
        self.crypto = WeChatCrypto(TOKEN, AES_KEY, MINI_ID if path.endswith("miniprogram") else APP_ID)
        self.plain = body.decode()
        if query.get("encrypt_type") == "aes":
            self.plain = self.crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
            self.plain = self.plain if isinstance(self.plain, str) else self.plain.decode()

    def answer(self, inner: str, *, message_type: str = "text") -> bytes:
        """An encrypted passive reply; `inner` follows MsgType."""
        plain = plain_reply(self.query["openid"], inner, message_type=message_type)
        return self.crypto.encrypt_message(plain, "774411", "1700000001").encode()

    def text(self, content: str) -> bytes:
        return self.answer(f"<Content><![CDATA[{content}]]></Content>")


def plain_reply(openid: str, inner: str, *, message_type: str = "text") -> str:
    return (
        f"<xml><ToUserName><![CDATA[{openid}]]></ToUserName><FromUserName><![CDATA[{ORIGINAL_ID}]]></FromUserName>"
        f"<CreateTime>1700000001</CreateTime><MsgType><![CDATA[{message_type}]]></MsgType>{inner}</xml>"
    )


class Product:
    """Answers pushes as a test tells it to, and remembers them."""

    def __init__(self) -> None:
        self.pushes: list[Received] = []
        self.respond: Responder = lambda push: b"success"
        self.verify: Callable[[dict[str, str]], tuple[int, bytes]] = lambda query: (200, query["echostr"].encode())
        product = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply(*product.verify(dict(parse_qsl(urlsplit(self.path).query))))

            def do_POST(self) -> None:
                where = urlsplit(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                push = Received(where.path, dict(parse_qsl(where.query)), body, dict(self.headers.items()))
                product.pushes.append(push)
                answer = product.respond(push)
                self.reply(*(answer if isinstance(answer, tuple) else (200, answer)))

            def reply(self, status: int, body: bytes) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the sandbox had hung up: the answer was late

            def log_message(self, *_: Any) -> None:
                pass

        self.server = LocalServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Sandbox:
    """The sandbox over HTTP, as a test or the product uses it."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.world = World(settings)
        self.server = serve(self.world, 0)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.session = requests.Session()
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.session.close()
        self.server.shutdown()
        self.server.server_close()
        self.world.close()

    def tool(self, path: str, /, **data: Any) -> Any:
        answer = self.session.post(f"{self.url}/sandbox/api/{path}", json=data, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def read(self, path: str) -> Any:
        answer = self.session.get(f"{self.url}/sandbox/api/{path}", timeout=30)
        answer.raise_for_status()
        return answer.json()

    def do(self, action: str, /, **data: Any) -> Any:
        return self.tool(f"users/lin/{action}", **data)

    def chat(self, app: str = "official") -> list[dict[str, Any]]:
        chat: list[dict[str, Any]] = self.read(f"users/lin/chat?app={app}")
        return chat

    def texts(self, sender: str = "account", app: str = "official") -> list[str]:
        return [line["text"] for line in self.chat(app) if line["from"] == sender]

    def advance(self, seconds: float) -> None:
        self.tool("clock", advance_seconds=seconds)

    def stable_token(self, *, force: bool = False, app_id: str = APP_ID, secret: str = SECRET) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": force}
        answer: dict[str, Any] = self.session.post(f"{self.url}/cgi-bin/stable_token", json=body, timeout=30).json()
        return answer

    def call(self, path: str, body: Any = None, *, app: str = "official", **query: Any) -> dict[str, Any]:
        """An API call with a living token; `body` bytes go as they are, None is a GET."""
        ids = (APP_ID, SECRET) if app == "official" else (MINI_ID, MINI_SECRET)
        token = self.stable_token(app_id=ids[0], secret=ids[1])["access_token"]
        query = {"access_token": token, **query}
        if body is None:
            answer = self.session.get(self.url + path, params=query, timeout=30)
        elif isinstance(body, bytes):
            answer = self.session.post(self.url + path, params=query, data=body, timeout=30)
        else:
            # WeChat shows escapes as they stand, so Chinese must go as UTF-8.
            data = json.dumps(body, ensure_ascii=False).encode()
            answer = self.session.post(self.url + path, params=query, data=data, timeout=30)
        assert answer.status_code == 200
        result: dict[str, Any] = answer.json()
        return result

    def send_text(self, content: str, app: str = "official", touser: str | None = None) -> int:
        person = self.read("users/lin")
        openid = touser or person["openid_official" if app == "official" else "openid_mini"]
        body = {"touser": openid, "msgtype": "text", "text": {"content": content}}
        return int(self.call("/cgi-bin/message/custom/send", body, app=app)["errcode"])


@pytest.fixture
def product() -> Iterator[Product]:
    product = Product()
    yield product
    product.stop()


def settings_for(target: str, state_path: Path | None = None, **changes: Any) -> SandboxSettings:
    values: dict[str, Any] = {
        "target": target,
        "state_path": state_path,
        "push_timeout_seconds": PATIENCE,
        "environment": "test",
        "wechat_official_app_id": APP_ID,
        "wechat_official_app_secret": SecretStr(SECRET),
        "wechat_official_token": SecretStr(TOKEN),
        "wechat_official_aes_key": SecretStr(AES_KEY),
        "wechat_official_mode": "safe",
        "wechat_official_original_id": ORIGINAL_ID,
        "wechat_miniprogram_app_id": MINI_ID,
        "wechat_miniprogram_app_secret": SecretStr(MINI_SECRET),
        "wechat_miniprogram_token": SecretStr(TOKEN),
        "wechat_miniprogram_aes_key": SecretStr(AES_KEY),
    }
    return SandboxSettings(**{**values, **changes})


@pytest.fixture
def push_timeout() -> float:
    return PATIENCE


@pytest.fixture
def sandbox(product: Product, push_timeout: float) -> Iterator[Sandbox]:
    """A sandbox with one person, lin, who does not follow yet."""
    sandbox = Sandbox(settings_for(product.url, push_timeout_seconds=push_timeout))
    sandbox.tool("users", name="lin")
    yield sandbox
    sandbox.stop()


def wait_for(condition: Callable[[], Any], seconds: float = 5) -> Any:
    """What the condition gives once it is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")
