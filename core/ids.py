"""Identifiers: opaque tokens, and the business numbers that people read aloud."""

import secrets
from datetime import date


def new_token(nbytes: int = 24) -> str:
    """A URL-safe random token nobody can guess."""
    return secrets.token_urlsafe(nbytes)


def new_public_id() -> str:
    """A 22-character random identifier for rows whose number must not be guessable."""
    return secrets.token_urlsafe(16)


def case_number(service: str, opened_on: date, serial: int) -> str:
    """The number of a case, such as RZ261122-0042: two letters, the day, a serial of that day."""
    return f"{service}{opened_on:%y%m%d}-{serial:04d}"
