"""The door for WeChat's pushes: verifies, decrypts and seals. Whatever comes in, only CallbackRejected comes out."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from adapters.wechat import crypto
from adapters.wechat.body import MalformedBody, parse_body, parse_text
from adapters.wechat.text import cdata

Mode = Literal["plaintext", "compatible", "safe"]
MAX_BODY_BYTES = 64 * 1024
SUCCESS = "success"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class CallbackRejected(Exception):
    """A push that is not answered: the HTTP status to give, and the reason for the log (never content)."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class OpenedPush:
    """A verified push. `key` is the AES key that opened it, None for one that came in plain text."""

    fields: dict[str, Any] = field(repr=False)
    is_json: bool = False
    key: bytes | None = field(default=None, repr=False)


class Callback:
    """The push settings of one WeChat app, as entered in its console.

    `mode` says which pushes are taken: safe takes encrypted ones only; compatible and plaintext take both, as the
    query's encrypt_type says, so that the console can be switched while messages arrive.
    """

    max_body_bytes = MAX_BODY_BYTES

    def __init__(
        self,
        app_id: str,
        token: str,
        aes_key: str | None,
        previous_aes_key: str | None,
        mode: Mode,
        max_age_seconds: int = 600,
    ) -> None:
        if not token:
            # The signature of an empty token can be computed by anyone.
            raise ValueError("The push token must not be empty.")
        if mode not in ("plaintext", "compatible", "safe"):
            raise ValueError(f"Unknown push mode {mode!r}.")
        if mode != "plaintext" and not aes_key:
            raise ValueError(f"The {mode} mode needs an EncodingAESKey.")
        self._app_id = app_id
        self._token = token
        self._keys = [crypto.decode_key(key) for key in (aes_key, previous_aes_key) if key]
        self._mode = mode
        self._max_age_seconds = max_age_seconds

    def verify_url(self, args: Mapping[str, str], now: datetime) -> str:
        """The echostr to answer with, exactly as it came, when the address is entered in the console."""
        self._check_signature(args, now)
        return _argument(args, "echostr")

    def open(self, args: Mapping[str, str], body: bytes, content_type: str, now: datetime) -> OpenedPush:
        """The fields of a genuine push. XML or JSON is told by the body: what `content_type` says varies."""
        if len(body) > self.max_body_bytes:
            raise CallbackRejected(413, "body too large")
        timestamp, nonce = self._check_signature(args, now)
        encrypt_type = _argument(args, "encrypt_type", default="raw")
        if encrypt_type not in ("aes", "raw", ""):
            raise CallbackRejected(400, "unknown encrypt_type")
        is_encrypted = encrypt_type == "aes"
        if not is_encrypted and self._mode == "safe":
            raise CallbackRejected(403, "plaintext push in safe mode")
        try:
            fields, is_json = parse_body(body)
            if not is_encrypted:
                return OpenedPush(fields, is_json)
            text, key = self._decrypt(args, fields, timestamp, nonce)
            # The plain fields beside Encrypt are not covered by msg_signature: only what was decrypted counts.
            inner, _ = parse_text(text)
        except MalformedBody as problem:
            raise CallbackRejected(400, str(problem)) from None
        return OpenedPush(inner, is_json, key)

    def seal(self, opened: OpenedPush, reply_xml: str, now: datetime, nonce: str) -> str:
        """The HTTP answer to a push: a reply encrypted with the key that opened it; `success` and "" stay plain."""
        if opened.key is None or reply_xml in ("", SUCCESS):
            return reply_xml
        encrypted = crypto.encrypt(opened.key, self._app_id, reply_xml, secrets.token_bytes(crypto.RANDOM_BYTES))
        timestamp = int(now.timestamp())
        signature = crypto.sign(self._token, str(timestamp), nonce, encrypted)
        if opened.is_json:
            envelope = {"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": timestamp, "Nonce": nonce}
            return json.dumps(envelope, ensure_ascii=False)
        return (
            f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _check_signature(self, args: Mapping[str, str], now: datetime) -> tuple[str, str]:
        signature, timestamp, nonce = (_argument(args, name) for name in ("signature", "timestamp", "nonce"))
        if not _TIMESTAMP.fullmatch(timestamp):
            raise CallbackRejected(400, "timestamp is not a number")
        if not crypto.is_signed(signature, self._token, timestamp, nonce):
            raise CallbackRejected(403, "wrong signature")
        if abs(now.timestamp() - int(timestamp)) > self._max_age_seconds:
            raise CallbackRejected(403, "timestamp too old or too new")
        return timestamp, nonce

    def _decrypt(
        self, args: Mapping[str, str], fields: dict[str, Any], timestamp: str, nonce: str
    ) -> tuple[str, bytes]:
        encrypted = fields.get("Encrypt")
        if not isinstance(encrypted, str) or not encrypted:
            raise CallbackRejected(400, "Encrypt is missing")
        if not crypto.is_signed(_argument(args, "msg_signature"), self._token, timestamp, nonce, encrypted):
            raise CallbackRejected(403, "wrong msg_signature")
        for key in self._keys:
            try:
                return crypto.decrypt(key, self._app_id, encrypted), key
            except crypto.CannotDecrypt:
                continue
        raise CallbackRejected(403, "no key opens it")


def _argument(args: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """One query argument. Repeated ones are refused: proxies and frameworks disagree on which of them counts."""
    getlist = getattr(args, "getlist", None)
    values = getlist(name) if getlist is not None else args.get(name, ())
    if isinstance(values, str):
        return values
    if len(values) > 1:
        raise CallbackRejected(400, f"{name} is repeated")
    if values:
        return str(values[0])
    if default is None:
        raise CallbackRejected(400, f"{name} is missing")
    return default
