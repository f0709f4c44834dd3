"""Pushes as WeChat sends them: XML, signed and, in safe mode, encrypted, by a crypto library the product does not use
on this path."""

import itertools
from typing import Any
from xml.sax.saxutils import escape

import xmltodict
from flask.testing import FlaskClient
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner
from werkzeug.test import TestResponse

from core.clock import Clock, SystemClock

OFFICIAL_ID = "gh_zhiqiao"
NOW = 1_763_900_000
_msg_ids = itertools.count(7_000_000_000_000_000_001)


def text_fields(openid: str, text: str, **extra: Any) -> dict[str, Any]:
    """A user's text message with a fresh MsgId."""
    return {
        "ToUserName": OFFICIAL_ID,
        "FromUserName": openid,
        "CreateTime": NOW,
        "MsgType": "text",
        "Content": text,
        "MsgId": next(_msg_ids),
        **extra,
    }


def event_fields(openid: str, event: str, event_key: str = "", **extra: Any) -> dict[str, Any]:
    """An event; `CreateTime` may be given to make two events differ."""
    return {
        "ToUserName": OFFICIAL_ID,
        "FromUserName": openid,
        "CreateTime": NOW,
        "MsgType": "event",
        "Event": event,
        "EventKey": event_key,
        **extra,
    }


def to_xml(fields: dict[str, Any]) -> str:
    def element(name: str, value: Any) -> str:
        if isinstance(value, dict):
            return f"<{name}>{''.join(element(k, v) for k, v in value.items())}</{name}>"
        if isinstance(value, list):
            return "".join(element(name, item) for item in value)
        return f"<{name}>{escape(str(value))}</{name}>"

    return "<xml>" + "".join(element(k, v) for k, v in fields.items()) + "</xml>"


def signature(token: str, *parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(token, *parts)
    return str(signer.signature)


class Pusher:
    """Plays WeChat's push server against the product, in safe mode."""

    def __init__(self, app_id: str, token: str, aes_key: str, path: str = "/wechat/official") -> None:
        self.app_id, self.token, self.path = app_id, token, path
        self.clock: Clock = SystemClock()
        self._crypto = WeChatCrypto(token, aes_key, app_id)

    def request(self, fields: dict[str, Any], at: int | None = None) -> tuple[str, bytes]:
        """The URL and the body of one push; sending the same pair again is WeChat's retry."""
        timestamp, nonce = str(at or int(self.clock.now().timestamp())), "774411"
        encrypted = self._crypto.encrypt_message(to_xml(fields), nonce, timestamp)
        outer = xmltodict.parse(encrypted)["xml"]
        query = (
            f"signature={signature(self.token, timestamp, nonce)}&timestamp={timestamp}&nonce={nonce}"
            f"&openid={fields.get('FromUserName', '')}&encrypt_type=aes&msg_signature={outer['MsgSignature']}"
        )
        body = to_xml({"ToUserName": OFFICIAL_ID, "Encrypt": outer["Encrypt"]})
        return f"{self.path}?{query}", body.encode()

    def push(self, client: FlaskClient, fields: dict[str, Any]) -> TestResponse:
        url, body = self.request(fields)
        return client.post(url, data=body, content_type="text/xml")

    def opened(self, body: str) -> dict[str, Any]:
        """A passive reply decrypted and parsed; {} for a bare success."""
        if body in {"", "success"}:
            return {}
        outer = xmltodict.parse(body)["xml"]
        plain = self._crypto.decrypt_message(body, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
        parsed: dict[str, Any] = xmltodict.parse(plain)["xml"]
        return parsed

    def say(self, client: FlaskClient, openid: str, text: str) -> str:
        """Send a text and answer what the bot said passively ("" for a bare success)."""
        response = self.push(client, text_fields(openid, text))
        assert response.status_code == 200, response.status_code
        return str(self.opened(response.get_data(as_text=True)).get("Content", ""))
