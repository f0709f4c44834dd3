"""Whatever bytes arrive, the door answers with a push or a CallbackRejected, and a push is always plain data."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wechat.callback import CallbackRejected
from adapters.wechat.push import Push, parse_push
from tests.adapters.wechat.pushes import (
    NOW,
    VECTOR_MESSAGE,
    callback,
    encrypted_push,
    envelope,
    plain_args,
    sealed_args,
)

TAGS = ["MsgType", "Event", "EventKey", "Content", "MsgId", "CreateTime", "FromUserName", "List", "Encrypt",
        "SendPicsInfo", "PicList", "item", "ScanCodeInfo", "SubscribeMsgPopupEvent", "PublishEventInfo",
        "RevokeInfo", "detail", "result"]  # fmt: skip
WORDS = ["text", "event", "voice", "location", "subscribe", "wxa_media_check", "subscribe_msg_popup_event",
         "pic_weixin", "user_authorization_revoke", "PUBLISHJOBFINISH",
         "1e400", "qrscene_", "", "\x00", "\ud800"]  # fmt: skip
LEAVES = st.one_of(st.sampled_from(WORDS), st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.none())
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(TAGS) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = st.dictionaries(st.sampled_from(TAGS) | st.text(max_size=4), VALUES, max_size=8)
SNIPPETS = st.sampled_from(
    [b"<xml>", b"</xml>", b"<Content>", b"<![CDATA[", b"]]>", b"<!DOCTYPE", b"&x;", b"{", b'{"MsgType":', b"[", b"\xff"]
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.lists(st.one_of(SNIPPETS, st.binary(max_size=6)), max_size=30).map(b"".join),
    FIELDS.map(lambda fields: json.dumps(fields).encode()),
    st.tuples(st.integers(0, len(VECTOR_MESSAGE) - 1), st.binary(max_size=4)).map(
        lambda cut: VECTOR_MESSAGE.encode()[: cut[0]] + cut[1] + VECTOR_MESSAGE.encode()[cut[0] + 1 :]
    ),
)


def check_plain(push: Push) -> None:
    """A push must go into a JSON column and a text column of either database."""
    text = json.dumps(push.to_dict(), ensure_ascii=False, allow_nan=False)
    text.encode()
    assert "\\u0000" not in text
    assert Push.from_dict(json.loads(text)) == push
    assert len(push.dedupe_key("wxA")) <= 200
    push.dedupe_key("wxA").encode()


def push_through(args: dict[str, Any], body: bytes) -> None:
    try:
        opened = callback("compatible").open(args, body, "text/xml", NOW)
    except CallbackRejected as rejection:
        assert rejection.status in (400, 403, 413)
        return
    check_plain(parse_push(opened.fields))


@settings(max_examples=400, deadline=None)
@given(BODIES)
def test_no_plain_body_breaks_the_door(body: bytes) -> None:
    push_through(plain_args(), body)
    push_through(plain_args(encrypt_type="aes", msg_signature="0" * 40), body)


@settings(max_examples=200, deadline=None)
@given(BODIES)
def test_no_decrypted_body_breaks_the_door(body: bytes) -> None:
    push_through(*encrypted_push(body.decode("utf-8", "ignore")))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ABCabc019+/=", max_size=200))
def test_no_cipher_text_breaks_the_door(encrypted: str) -> None:
    push_through(sealed_args(encrypted), envelope(encrypted))


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["signature", "timestamp", "nonce", "encrypt_type", "msg_signature", "echostr"]),
        st.text(max_size=20),
        max_size=6,
    )
)
def test_no_query_breaks_the_door(args: dict[str, str]) -> None:
    push_through(args, VECTOR_MESSAGE.encode())
    push_through({**plain_args(), **args}, VECTOR_MESSAGE.encode())
    with pytest.raises(CallbackRejected):
        callback().verify_url(args, NOW)


@settings(max_examples=500, deadline=None)
@given(FIELDS)
def test_no_fields_break_the_parser(fields: dict[str, Any]) -> None:
    check_plain(parse_push(fields))


def test_depth_does_not_break_the_parser() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = {"a": [deep]}

    check_plain(parse_push({"MsgType": "event", "Event": "new", "Info": deep}))
