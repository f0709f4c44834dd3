"""RFC 3161 time stamps: a hash goes out, a signed token comes back and is checked before anybody relies on it."""

import secrets
from datetime import UTC

import requests
from cryptography import x509
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from core.timestamps import TimeStamp, TimestampError, TimestampInvalid

TIMEOUT = (3.05, 15)
MAX_REPLY_BYTES = 64 * 1024
QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
# SEQUENCE { OBJECT IDENTIFIER 2.16.840.1.101.3.4.2.1 (SHA-256), NULL }
SHA256_ALGORITHM = bytes.fromhex("300d06096086480165030402010500")
CERTIFICATE_WANTED = b"\x01\x01\xff"
DIGEST_BYTES = 32


def _der(tag: int, content: bytes) -> bytes:
    assert len(content) < 128, "the short form of a length is enough for a query"
    return bytes((tag, len(content))) + content


def _der_integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def build_query(digest: bytes, nonce: int) -> bytes:
    """A TimeStampReq for a SHA-256. The library only makes one from the data itself, which never leave the client."""
    if len(digest) != DIGEST_BYTES:
        raise ValueError("not a SHA-256")
    imprint = _der(0x30, SHA256_ALGORITHM + _der(0x04, digest))
    return _der(0x30, _der_integer(1) + imprint + _der_integer(nonce) + CERTIFICATE_WANTED)


class TokenChecker:
    """Says what a token proves, trusting only these roots (PEM)."""

    def __init__(self, roots_pem: bytes, authority: str) -> None:
        self.roots_pem = roots_pem
        self.authority = authority
        self._roots = x509.load_pem_x509_certificates(roots_pem)

    def check(self, token: bytes, digest: bytes, nonce: int | None = None) -> TimeStamp:
        """Raises TimestampInvalid where the token is none, is not signed by whom we trust, or is about another hash."""
        builder = VerifierBuilder(roots=self._roots, nonce=nonce)
        try:
            reply = decode_timestamp_response(token)
            builder.build().verify(reply, digest)
            info = reply.tst_info
        except (ValueError, VerificationError) as error:
            # The library's own words may quote the token; the kind says enough.
            raise TimestampInvalid(type(error).__name__) from error
        return TimeStamp(
            token=token,
            at=info.gen_time.astimezone(UTC),
            serial=f"{info.serial_number:X}",
            policy=info.policy.dotted_string,
            authority=self.authority,
        )


class HttpTimestampAuthority:
    """An authority that speaks the HTTP transport of RFC 3161, section 3.4."""

    def __init__(self, url: str, roots_pem: bytes, name: str) -> None:
        self._url = url
        self._checker = TokenChecker(roots_pem, name)
        self._http = requests.Session()
        self._http.trust_env = False

    @property
    def roots_pem(self) -> bytes:
        return self._checker.roots_pem

    def stamp(self, digest: bytes) -> TimeStamp:
        """A checked token for this SHA-256. Raises TimestampError."""
        nonce = secrets.randbits(63)
        try:
            with self._http.post(
                self._url,
                data=build_query(digest, nonce),
                headers={"Content-Type": QUERY_TYPE, "Accept": REPLY_TYPE},
                timeout=TIMEOUT,
                stream=True,
                allow_redirects=False,
            ) as response:
                reply = response.raw.read(MAX_REPLY_BYTES + 1, decode_content=True)
                status = response.status_code
        except (requests.RequestException, OSError) as error:
            raise TimestampError(type(error).__name__) from error
        if status != 200 or len(reply) > MAX_REPLY_BYTES:
            raise TimestampError(f"status {status}, {len(reply)} bytes")
        return self._checker.check(reply, digest, nonce)

    def check(self, token: bytes, digest: bytes) -> TimeStamp:
        """What a token of this authority proves. Raises TimestampInvalid."""
        return self._checker.check(token, digest)


class NoTimestampAuthority:
    """Stands where none is configured: nothing is stamped, and nothing pretends to be."""

    roots_pem = b""

    def stamp(self, digest: bytes) -> TimeStamp:
        raise TimestampError("TIMESTAMP_URL is not set")

    def check(self, token: bytes, digest: bytes) -> TimeStamp:
        raise TimestampInvalid("TIMESTAMP_URL is not set")
