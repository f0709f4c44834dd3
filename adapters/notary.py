"""A notary's office over the interface of docs/notary.md: JSON, both directions signed with a shared secret."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from core.notary import NotaryError, NotaryFiling, NotaryReceipt, NotaryRefusal, NotaryState

TIMEOUT = (3.05, 20)
MAX_REPLY_BYTES = 64 * 1024
# An answer older or younger than this is a repetition of somebody else's.
MOST_SKEW_SECONDS = 300
TIME, SIGNATURE = "X-ZhiQiao-Time", "X-ZhiQiao-Signature"


def sign_request(secret: str, at: int, method: str, path: str, body: bytes) -> str:
    """The signature of what we send: over time, method, path and the body's hash."""
    return _sign(secret, f"{at}\n{method}\n{path}\n{hashlib.sha256(body).hexdigest()}")


def sign_reply(secret: str, at: int, request_signature: str, body: bytes) -> str:
    """The signature of what comes back: bound to the very request that it answers."""
    return _sign(secret, f"{at}\n{request_signature}\n{hashlib.sha256(body).hexdigest()}")


def _sign(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class _Reply(BaseModel):
    """What an office answers; what it says beyond is not read."""

    model_config = ConfigDict(extra="ignore")

    receipt_number: str = Field(min_length=1, max_length=80)
    state: NotaryState
    at: AwareDatetime
    certificate_number: str = Field("", max_length=80)
    reason: str = Field("", max_length=200)


def filing_body(filing: NotaryFiling) -> dict[str, Any]:
    """The JSON of a filing. The thing itself stays where it is: only its hash and token go out."""
    return {
        "case_number": filing.case_number,
        "title": filing.title,
        "kind": filing.kind,
        "holder": filing.holder,
        "sha256": filing.sha256,
        "stamped_at": filing.stamped_at.isoformat(),
        "token": base64.b64encode(filing.token).decode(),
    }


class HttpNotary:
    """`name` is the office's, as people know it."""

    def __init__(self, url: str, secret: str, name: str, *, now: Callable[[], float] = time.time) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._name = name
        self._now = now
        self._http = requests.Session()
        self._http.trust_env = False

    def submit(self, filing: NotaryFiling) -> NotaryReceipt:
        """File it, or learn how far the filing of this key is. Raises NotaryError."""
        body = json.dumps(filing_body(filing), ensure_ascii=False, sort_keys=True).encode()
        return self._call("PUT", f"{self._url}/filings/{quote(filing.key, safe='')}", body)

    def _call(self, method: str, url: str, body: bytes) -> NotaryReceipt:
        at = int(self._now())
        signature = sign_request(self._secret, at, method, urlsplit(url).path, body)
        headers = {"Content-Type": "application/json", TIME: str(at), SIGNATURE: signature}
        try:
            with self._http.request(
                method, url, data=body, headers=headers, timeout=TIMEOUT, stream=True, allow_redirects=False
            ) as response:
                answer = response.raw.read(MAX_REPLY_BYTES + 1, decode_content=True)
                status, given = response.status_code, response.headers
        except (requests.RequestException, OSError) as error:
            raise NotaryError(type(error).__name__) from error
        if status not in {200, 201, 202, 422} or len(answer) > MAX_REPLY_BYTES:
            raise NotaryError(f"status {status}")
        self._check_signature(given.get(TIME, ""), given.get(SIGNATURE, ""), signature, answer)
        if status == 422:
            raise NotaryRefusal("the office does not take this filing")
        return self._read(answer)

    def _check_signature(self, at: str, given: str, request_signature: str, body: bytes) -> None:
        if not (at.isascii() and at.isdigit() and len(at) <= 12 and abs(int(at) - self._now()) <= MOST_SKEW_SECONDS):
            raise NotaryError("the answer's time is missing or not now")
        wanted = sign_reply(self._secret, int(at), request_signature, body)
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise NotaryError("the answer's signature is not the office's")

    def _read(self, body: bytes) -> NotaryReceipt:
        try:
            reply = _Reply.model_validate_json(body)
        except ValidationError as error:
            raise NotaryError("the answer cannot be read") from error
        return NotaryReceipt(
            number=reply.receipt_number,
            state=reply.state,
            office=self._name,
            at=reply.at,
            certificate=reply.certificate_number,
            reason=reply.reason,
        )


class NoNotary:
    """Stands where no office is configured: nothing is filed, and nothing pretends to be."""

    def submit(self, filing: NotaryFiling) -> NotaryReceipt:
        raise NotaryError("NOTARY_URL is not set")
