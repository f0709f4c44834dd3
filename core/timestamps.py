"""What a time-stamp authority says, and what can go wrong with it."""

from dataclasses import dataclass
from datetime import datetime


class TimestampError(Exception):
    """No token came, or one that does not hold; trying again may help."""


class TimestampInvalid(TimestampError):
    """The token does not prove this hash."""


@dataclass(frozen=True)
class TimeStamp:
    """An RFC 3161 answer that was checked: `token` is the whole TimeStampResp, as `openssl ts -verify -in` reads it."""

    token: bytes
    at: datetime
    serial: str
    policy: str
    authority: str
