"""How a push is written and a reply is read: XML or JSON, in plaintext, compatible or safe mode."""

import json
import secrets
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from sandbox.crypto import CryptoError, is_signed, sign
from sandbox.state import AppState
from sandbox.world import App

MAX_REPLY_BYTES = 256 * 1024
NUMBERS = {"CreateTime", "MsgId", "Location_X", "Location_Y", "Scale", "MsgID", "Count", "Latitude", "Longitude"}


class BadReply(ValueError):
    """Not a reply that WeChat would take; the message says why."""


def write_xml(fields: Mapping[str, Any]) -> str:
    """WeChat's own way of XML: text in CDATA, numbers bare."""
    return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>"


def _element(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(key, inner) for key, inner in value.items())}</{name}>"
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if name in NUMBERS and not isinstance(value, str):
        return f"<{name}>{value}</{name}>"
    text = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{text}]]></{name}>"


def write_push(app: App, state: AppState, fields: Mapping[str, Any]) -> tuple[bytes, str]:
    """The body of a push in the app's mode and format, and its ciphertext ('' in plaintext mode)."""
    is_json = state.data_format == "json"
    plain = json.dumps(fields, ensure_ascii=False) if is_json else write_xml(fields)
    if state.mode == "plaintext" or app.cipher is None:
        return plain.encode(), ""
    encrypted = app.cipher.encrypt(plain)
    visible = dict(fields) if state.mode == "compatible" else {"ToUserName": fields["ToUserName"]}
    outer = {**visible, "Encrypt": encrypted}
    return (json.dumps(outer, ensure_ascii=False) if is_json else write_xml(outer)).encode(), encrypted


def push_query(app: App, openid: str, encrypted: str, timestamp: int) -> dict[str, str]:
    """The signed query of one attempt."""
    nonce = str(secrets.randbelow(9_000_000_000) + 1_000_000_000)
    query = {
        "signature": sign(app.token, str(timestamp), nonce),
        "timestamp": str(timestamp),
        "nonce": nonce,
        "openid": openid,
    }
    if encrypted:
        query |= {"encrypt_type": "aes", "msg_signature": sign(app.token, str(timestamp), nonce, encrypted)}
    return query


def read_reply(app: App, state: AppState, body: bytes) -> dict[str, Any]:
    """The fields of a passive reply, decrypted and verified; BadReply for anything WeChat would not take."""
    if len(body) > MAX_REPLY_BYTES:
        raise BadReply("回复太大")
    fields = _read_fields(body, state.data_format == "json")
    if "Encrypt" not in fields:
        if state.mode == "safe":
            raise BadReply("安全模式下回复没有加密")
        return fields
    if state.mode == "plaintext" or app.cipher is None:
        raise BadReply("明文模式下回复却加了密")
    parts = [str(fields.get(name) or "") for name in ("TimeStamp", "Nonce", "Encrypt")]
    if not is_signed(str(fields.get("MsgSignature") or ""), app.token, *parts):
        raise BadReply("回复的 MsgSignature 不对")
    try:
        inner = app.cipher.decrypt(parts[2])
    except CryptoError as error:
        raise BadReply(f"回复解不开: {error}") from error
    return _read_fields(inner.encode(), state.data_format == "json")


def _read_fields(body: bytes, allow_json: bool) -> dict[str, Any]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadReply("回复不是 UTF-8") from error
    if allow_json and text.startswith("{"):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadReply("回复的 JSON 不完整") from error
        return dict(value)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BadReply("回复的 XML 含有 DOCTYPE")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise BadReply("回复不是合法的 XML") from error
    if root.tag != "xml":
        raise BadReply("回复的根元素不是 xml")
    fields: dict[str, Any] = {}
    for child in root:
        if child.tag in fields:
            raise BadReply(f"回复里 {child.tag} 出现两次")
        fields[child.tag] = _read_element(child)
    return fields


def _read_element(element: ElementTree.Element) -> Any:
    children = list(element)
    if not children:
        return element.text or ""
    if all(child.tag == "item" for child in children):
        return [_read_element(child) for child in children]
    return {child.tag: _read_element(child) for child in children}
