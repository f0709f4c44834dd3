"""The door for pushes: what gets in, what is refused, and with which status."""

import base64
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from werkzeug.datastructures import MultiDict

from adapters.wechat import crypto
from adapters.wechat.callback import Callback, CallbackRejected, Mode, OpenedPush
from adapters.wechat.push import parse_push
from tests.adapters.wechat.pushes import (
    AES_KEY,
    APP_ID,
    NONCE,
    NOW,
    OTHER_KEY,
    SIGNATURE,
    TIMESTAMP,
    TOKEN,
    VECTOR_ENCRYPTED,
    VECTOR_MESSAGE,
    VECTOR_SIGNATURE,
    callback,
    encrypted_push,
    envelope,
    plain_args,
    sealed_args,
    sign,
)

PLAIN = VECTOR_MESSAGE.encode()
JSON_MESSAGE = json.dumps(
    {"ToUserName": "gh_sim", "FromUserName": "oUser1", "CreateTime": "1700000000", "MsgType": "text",
     "Content": "你好😀", "MsgId": 7000000000000000001},
    ensure_ascii=False,
)  # fmt: skip


def rejected(args: Any, body: bytes, mode: Mode = "safe", previous: str | None = None) -> CallbackRejected:
    with pytest.raises(CallbackRejected) as caught:
        callback(mode, previous).open(args, body, "text/xml", NOW)
    return caught.value


@pytest.mark.parametrize("echo", ["5837397576500011341", "<b>&\"'", "表情😀 +/=%00", ""])
def test_checklist_01_echostr_comes_back_exactly(echo: str) -> None:
    args = {"signature": SIGNATURE, "timestamp": TIMESTAMP, "nonce": NONCE, "echostr": echo}

    assert callback().verify_url(args, NOW) == echo


@pytest.mark.parametrize("wrong", ["", SIGNATURE[:-1], SIGNATURE.upper(), SIGNATURE + "0", "签名", "\ud800"])
def test_checklist_01_a_wrong_signature_is_refused(wrong: str) -> None:
    args = {"signature": wrong, "timestamp": TIMESTAMP, "nonce": NONCE, "echostr": "1"}

    with pytest.raises(CallbackRejected) as caught:
        callback().verify_url(args, NOW)

    assert caught.value.status == 403


@pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce", "echostr"])
def test_checklist_01_missing_arguments_are_refused(missing: str) -> None:
    args = {"signature": SIGNATURE, "timestamp": TIMESTAMP, "nonce": NONCE, "echostr": "1"}
    del args[missing]

    with pytest.raises(CallbackRejected) as caught:
        callback().verify_url(args, NOW)

    assert (caught.value.status, caught.value.reason) == (400, f"{missing} is missing")


@pytest.mark.parametrize("repeated", ["signature", "timestamp", "nonce", "encrypt_type", "msg_signature"])
def test_checklist_02_repeated_arguments_are_refused(repeated: str) -> None:
    args, body = encrypted_push(VECTOR_MESSAGE)
    many = MultiDict([*args.items(), (repeated, args[repeated])])

    assert rejected(many, body).status == 400
    assert callback().open(MultiDict(args), body, "", NOW).fields["FromUserName"] == "oUser1"


@pytest.mark.parametrize("mode", ["plaintext", "compatible", "safe"])
def test_checklist_02_a_post_with_a_bad_signature_is_refused(mode: Mode) -> None:
    args, body = encrypted_push(VECTOR_MESSAGE)

    assert rejected({**args, "signature": "0" * 40}, body, mode).status == 403
    assert rejected({**args, "msg_signature": "0" * 40}, body, mode).status == 403
    # The plain signature is no substitute for the one over the cipher text.
    assert rejected({**args, "msg_signature": args["signature"]}, body, mode).status == 403


@pytest.mark.parametrize(("seconds", "accepted"), [(600, True), (601, False), (-600, True), (-601, False)])
def test_checklist_03_timestamps_count_for_ten_minutes_either_way(seconds: int, accepted: bool) -> None:
    args, body = encrypted_push(VECTOR_MESSAGE)
    at = NOW.replace(second=20, microsecond=0) + timedelta(seconds=seconds)  # 1700000000 is :20

    if accepted:
        assert callback().open(args, body, "", at).fields
        return
    with pytest.raises(CallbackRejected) as caught:
        callback().open(args, body, "", at)
    assert caught.value.status == 403


@pytest.mark.parametrize("timestamp", ["", "abc", "1" * 13, "-1700000000", "17000000.0", "\uff11700000000"])
def test_checklist_03_a_timestamp_is_a_plain_number(timestamp: str) -> None:
    problem = rejected(plain_args(timestamp), PLAIN)

    assert problem.status == 400
    assert problem.reason == "timestamp is not a number"


@pytest.mark.parametrize("message", [VECTOR_MESSAGE, JSON_MESSAGE])
@pytest.mark.parametrize("outer_json", [False, True])
@pytest.mark.parametrize("mode", ["compatible", "safe", "plaintext"])
def test_checklist_04_encrypted_pushes_open_in_every_mode(mode: Mode, outer_json: bool, message: str) -> None:
    args, body = encrypted_push(message, as_json=outer_json)

    opened = callback(mode).open(args, body, "", NOW)

    assert (opened.is_json, opened.key) == (outer_json, crypto.decode_key(AES_KEY))
    assert parse_push(opened.fields).text == "你好😀"


@pytest.mark.parametrize("body", [PLAIN, JSON_MESSAGE.encode(), b"\xef\xbb\xbf" + PLAIN])
@pytest.mark.parametrize("encrypt_type", [{}, {"encrypt_type": "raw"}])
@pytest.mark.parametrize("mode", ["plaintext", "compatible"])
def test_checklist_04_plain_pushes_open_outside_safe_mode(
    mode: Mode, encrypt_type: dict[str, str], body: bytes
) -> None:
    opened = callback(mode).open(plain_args(**encrypt_type), body, "text/xml", NOW)

    assert opened.key is None
    assert parse_push(opened.fields).text == "你好😀"


FORGED = "<FromUserName>oVictim</FromUserName><MsgType>text</MsgType><Content>转人工</Content>"


@pytest.mark.parametrize("mode", ["compatible", "safe"])
def test_checklist_05_forged_plain_fields_beside_encrypt_are_ignored(mode: Mode) -> None:
    args, body = encrypted_push(VECTOR_MESSAGE, plain_fields=FORGED)

    push = parse_push(callback(mode).open(args, body, "", NOW).fields)

    assert (push.openid, push.text) == ("oUser1", "你好😀")


def test_checklist_05_safe_mode_takes_no_plain_push_whatever_the_body_says() -> None:
    _, encrypted_body = encrypted_push(VECTOR_MESSAGE, plain_fields=FORGED)

    assert rejected(plain_args(), PLAIN).status == 403
    assert rejected(plain_args(encrypt_type="raw"), encrypted_body).status == 403
    assert rejected(plain_args(encrypt_type="AES"), encrypted_body).status == 400


def test_checklist_05_compatible_mode_does_not_fall_back_to_the_plain_fields() -> None:
    args, body = encrypted_push(VECTOR_MESSAGE, key=OTHER_KEY, plain_fields=FORGED)

    assert rejected(args, body, "compatible").status == 403


def test_checklist_06_the_previous_key_still_opens_and_then_seals() -> None:
    args, body = encrypted_push(VECTOR_MESSAGE, key=OTHER_KEY)
    door = callback(previous=OTHER_KEY)

    opened = door.open(args, body, "", NOW)
    sealed = door.seal(opened, "<xml>收到</xml>", NOW, NONCE)

    assert opened.key == crypto.decode_key(OTHER_KEY)
    encrypted = sealed.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    assert PrpCrypto(crypto.decode_key(OTHER_KEY)).decrypt(encrypted, APP_ID) == "<xml>收到</xml>"


def test_checklist_06_another_key_or_another_app_is_refused() -> None:
    third_key = "Z" * 42 + "A"

    assert rejected(*encrypted_push(VECTOR_MESSAGE, key=third_key), previous=OTHER_KEY).status == 403
    assert rejected(*encrypted_push(VECTOR_MESSAGE, app_id="wxsomebodyelse")).status == 403
    assert rejected(*encrypted_push(VECTOR_MESSAGE, app_id="")).status == 403


BLOCK = b"\x10" * 16


def cipher_of(plain: bytes) -> str:
    return base64.b64encode(PrpCrypto(crypto.decode_key(AES_KEY)).cipher.encrypt(plain)).decode()


DAMAGED = {
    "not base64": "!!!!",
    "not ASCII": "密文",
    "url-safe base64": VECTOR_ENCRYPTED.replace("+", "-"),
    "cut": VECTOR_ENCRYPTED[:-20],
    "half a block": base64.b64encode(b"x" * 24).decode(),
    "padding of zero": cipher_of(b"r" * 16 + b"\0\0\0\1x" + APP_ID.encode() + b"\0" * 10),
    "padding above 32": cipher_of(b"r" * 32 + b"!" * 64),
    "padding that differs": cipher_of(b"r" * 16 + b"\0\0\0\1x" + APP_ID.encode() + b"\1" * 9 + b"\x0a"),
    "nothing inside": cipher_of(BLOCK + BLOCK),
    "length beyond the end": cipher_of(b"r" * 16 + b"\0\1\0\0x" + APP_ID.encode() + b"\x0a" * 10),
    "not UTF-8": cipher_of(b"r" * 16 + b"\0\0\0\1\xff" + APP_ID.encode() + b"\x0a" * 10),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_checklist_06_damaged_cipher_text_is_refused(name: str) -> None:
    encrypted = DAMAGED[name]

    assert rejected(sealed_args(encrypted), envelope(encrypted)).status == 403


def test_checklist_06_cipher_text_must_be_there_once() -> None:
    args, body = encrypted_push(VECTOR_MESSAGE)
    twice = body.replace(b"</xml>", b"<Encrypt>x</Encrypt></xml>")

    assert rejected(args, twice).status == 400
    assert rejected(args, PLAIN).status == 400
    assert rejected(args, b'{"Encrypt": 5}').status == 400
    assert rejected({k: v for k, v in args.items() if k != "msg_signature"}, body).status == 400


def test_checklist_07_vectors_of_the_contract() -> None:
    key = crypto.decode_key(AES_KEY)

    assert crypto.sign(TOKEN, TIMESTAMP, NONCE) == SIGNATURE
    assert crypto.encrypt(key, APP_ID, VECTOR_MESSAGE, b"0123456789abcdef") == VECTOR_ENCRYPTED
    assert crypto.sign(TOKEN, TIMESTAMP, NONCE, VECTOR_ENCRYPTED) == VECTOR_SIGNATURE
    assert crypto.decrypt(key, APP_ID, VECTOR_ENCRYPTED) == VECTOR_MESSAGE
    args = plain_args(encrypt_type="aes", msg_signature=VECTOR_SIGNATURE)
    assert callback().open(args, envelope(VECTOR_ENCRYPTED), "text/xml", NOW).fields["Content"] == "你好😀"


@pytest.mark.parametrize("answer", ["success", ""])
def test_checklist_16_success_and_nothing_stay_plain(answer: str) -> None:
    args, body = encrypted_push(VECTOR_MESSAGE)
    opened = callback().open(args, body, "", NOW)

    assert callback().seal(opened, answer, NOW, NONCE) == answer


def test_checklist_16_a_reply_is_sealed_so_that_wechat_can_open_it() -> None:
    args, body = encrypted_push(VECTOR_MESSAGE)

    sealed = callback().seal(callback().open(args, body, "", NOW), "<xml>回复😀</xml>", NOW, "n-1")

    signature = sealed.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    assert WeChatCrypto(TOKEN, AES_KEY, APP_ID).decrypt_message(
        sealed, signature, str(int(NOW.timestamp())), "n-1"
    ) == "<xml>回复😀</xml>"  # fmt: skip
    assert f"<TimeStamp>{int(NOW.timestamp())}</TimeStamp>" in sealed


def test_checklist_16_a_json_push_gets_a_json_envelope() -> None:
    args, body = encrypted_push(JSON_MESSAGE, as_json=True)

    sealed = json.loads(callback().seal(callback().open(args, body, "", NOW), "回复", NOW, "n-1"))

    assert sealed["MsgSignature"] == sign(TOKEN, str(sealed["TimeStamp"]), "n-1", sealed["Encrypt"])
    assert PrpCrypto(crypto.decode_key(AES_KEY)).decrypt(sealed["Encrypt"], APP_ID) == "回复"


def test_checklist_16_a_plain_push_gets_a_plain_reply() -> None:
    opened = callback("compatible").open(plain_args(), PLAIN, "", NOW)

    assert callback("compatible").seal(opened, "<xml/>", NOW, NONCE) == "<xml/>"


ENTITIES = '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
MALICIOUS = {
    "doctype": f"{ENTITIES}<xml><Content>&b;</Content></xml>",
    "bare doctype": "<!DOCTYPE xml><xml><Content>1</Content></xml>",
    "lower case": "<!doctype xml><xml><Content>1</Content></xml>",
    "external entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>',
    "after a declaration": f'<?xml version="1.0"?>\n{ENTITIES}<xml><Content>&b;</Content></xml>',
    "after a comment": f"<!-- <![CDATA[ -->{ENTITIES}<xml><Content>&b;</Content></xml>",
    "inside the root": f"<xml>{ENTITIES}<Content>&b;</Content></xml>",
    "unknown entity": "<xml><Content>&nbsp;</Content></xml>",
    "deep": "<xml>" + "<a>" * 200 + "</a>" * 200 + "</xml>",
    "very deep": "<xml>" + "<a>" * 8000 + "</a>" * 8000 + "</xml>",
    "deep JSON": '{"a":' * 200 + "1" + "}" * 200,
    "very deep JSON": '{"a":' + "[" * 30000 + "]" * 30000 + "}",
    "infinite JSON": '{"MsgId": 1e999}',
    "not a number": '{"MsgId": NaN}',
    "wrong root": "<html><body/></html>",
    "JSON list": "[1]",
    "empty": "",
    "blank": "   ",
    "cut XML": VECTOR_MESSAGE[:-8],
    "cut JSON": JSON_MESSAGE[:-3],
    "control character": "<xml><Content>\x01</Content></xml>",
}


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("name", MALICIOUS)
def test_checklist_19_hostile_bodies_are_refused_fast(name: str, encrypted: bool) -> None:
    text = MALICIOUS[name]
    args, body = encrypted_push(text) if encrypted else (plain_args(), text.encode())
    body = body if len(body) <= 65536 else body[:65536]
    started = time.perf_counter()

    problem = rejected(args, body, "compatible")

    assert problem.status == 400
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "gb18030"])
def test_checklist_19_other_encodings_hide_nothing(encoding: str) -> None:
    hidden = f'<?xml version="1.0" encoding="{encoding}"?>{ENTITIES}<xml><Content>你&b;</Content></xml>'

    assert rejected(plain_args(), hidden.encode(encoding), "plaintext").status == 400


def test_checklist_19_a_large_body_is_refused_before_anything_is_computed() -> None:
    assert rejected({}, b"x" * 65537).status == 413
    assert rejected({}, b"x" * 10_000_000).status == 413
    assert rejected({}, b"x" * 65536).status == 400


def test_a_user_may_write_about_doctypes() -> None:
    text = VECTOR_MESSAGE.replace("你好😀", "<!DOCTYPE html><!ENTITY x>怎么写")

    fields = callback("plaintext").open(plain_args(), text.encode(), "", NOW).fields

    assert fields["Content"] == "<!DOCTYPE html><!ENTITY x>怎么写"


def test_an_empty_token_or_a_bad_key_stops_the_start() -> None:
    for arguments in (
        (APP_ID, "", AES_KEY, None, "safe"),
        (APP_ID, TOKEN, None, None, "safe"),
        (APP_ID, TOKEN, AES_KEY[:-1], None, "safe"),
        (APP_ID, TOKEN, AES_KEY, "!" * 43, "safe"),
        (APP_ID, TOKEN, AES_KEY, None, "sicher"),
    ):
        with pytest.raises(ValueError, match=r".+"):
            Callback(*arguments)  # type: ignore[arg-type]


def test_what_was_opened_does_not_print_content_or_key() -> None:
    shown = repr(OpenedPush({"Content": "秘密"}, key=b"geheim"))

    assert "秘密" not in shown
    assert "geheim" not in shown


def test_opening_a_safe_mode_text_takes_well_under_a_millisecond() -> None:
    args, body = encrypted_push(VECTOR_MESSAGE)
    door = callback()
    best = 1.0
    for _ in range(30):
        started = time.perf_counter()
        door.open(args, body, "", NOW)
        best = min(best, time.perf_counter() - started)

    assert best < 0.0003
