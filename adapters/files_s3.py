"""Files in any service that speaks S3's REST API: path-style addresses, Signature Version 4, plain requests."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO
from urllib.parse import quote, urlsplit

import requests

from core.files import CHUNK, FileMissing, FileStoreError, check_storage_key

TIMEOUT = (3.05, 30)
EMPTY = hashlib.sha256(b"").hexdigest()
ALGORITHM = "AWS4-HMAC-SHA256"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class S3Files:
    """One bucket. It must be private: whoever may read a file is decided by us, for each reading."""

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        access_key: str,
        secret_key: str,
        region: str,
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._base = f"{endpoint.rstrip('/')}/{quote(bucket, safe='')}"
        self._access_key = access_key
        self._secret_key = secret_key
        self._region = region
        self._now = now
        self._http = requests.Session()
        # What the environment says about proxies and logins is not for the store.
        self._http.trust_env = False

    def put(self, key: str, content: IO[bytes], *, size: int, sha256: str) -> None:
        """Keep what `content` holds from its present position; the service refuses what has another hash."""
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        response = self._send("PUT", key, sha256, content=_Exactly(content, size), headers=headers)
        with response:
            _check(response)

    def read(self, key: str) -> Iterator[bytes]:
        """The file in pieces. Raises FileMissing at the call, not at the first piece."""
        response = self._send("GET", key, EMPTY)
        try:
            _check(response)
        except BaseException:
            response.close()
            raise
        return _pieces(response)

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is removed already."""
        with self._send("DELETE", key, EMPTY) as response:
            if response.status_code != 404:
                _check(response)

    def _send(
        self,
        method: str,
        key: str,
        payload_hash: str,
        content: "_Exactly | None" = None,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        url = f"{self._base}/{check_storage_key(key)}"
        signed = sign(
            method, url, payload_hash, at=self._now(), access_key=self._access_key, secret_key=self._secret_key,
            region=self._region,
        )  # fmt: skip
        try:
            return self._http.request(
                method, url, headers={**(headers or {}), **signed}, data=content, timeout=TIMEOUT, stream=True,
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise FileStoreError(type(error).__name__) from error


class _Exactly:
    """A body of announced length: requests sends it in pieces and not as chunks, which S3 does not take."""

    def __init__(self, content: IO[bytes], size: int) -> None:
        self._content = content
        self._left = size
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read(CHUNK):
            yield chunk

    def read(self, count: int = -1) -> bytes:
        chunk = self._content.read(min(self._left, count) if count >= 0 else self._left)
        self._left -= len(chunk)
        return chunk


def sign(
    method: str, url: str, payload_hash: str, *, at: datetime, access_key: str, secret_key: str, region: str
) -> dict[str, str]:
    """The headers that prove a request (Signature Version 4, in headers, one payload hash)."""
    parts = urlsplit(url)
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    signed = {"host": parts.netloc, "x-amz-content-sha256": payload_hash, "x-amz-date": stamp}
    names = ";".join(signed)
    head = "".join(f"{name}:{value}\n" for name, value in signed.items())
    canonical = "\n".join((method, parts.path, parts.query, head, names, payload_hash))
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    to_sign = "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = b"AWS4" + secret_key.encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    credential = f"Credential={access_key}/{scope}"
    authorization = f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={key.hex()}"
    return {"x-amz-content-sha256": payload_hash, "x-amz-date": stamp, "Authorization": authorization}


def _check(response: requests.Response) -> None:
    if response.status_code == 404:
        raise FileMissing("no such file")
    if not 200 <= response.status_code < 300:
        raise FileStoreError(f"status {response.status_code}")


def _pieces(response: requests.Response) -> Iterator[bytes]:
    with response:
        try:
            # As it came over the line: an object of ours is never compressed on the way.
            yield from response.iter_content(CHUNK)
        except requests.RequestException as error:
            raise FileStoreError(type(error).__name__) from error
