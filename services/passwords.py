"""Passwords of staff: Argon2id, the same work for a name that does not exist."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import InvalidInput, RateLimited

MIN_LENGTH = 10
MAX_LENGTH = 128
# Without letters and digits that look alike: a first password is read from a screen once.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"

# Each check takes 64 MB and a core for a moment: a flood of logins must not take the whole process.
CHECKS_AT_ONCE = 2
LONGEST_WAIT_SECONDS = 3.0

_hasher = PasswordHasher()
_places = threading.BoundedSemaphore(CHECKS_AT_ONCE)


@contextmanager
def place_for_check() -> Iterator[None]:
    """Wait for one's turn to have a password checked. Raises RateLimited where too many wait."""
    if not _places.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise RateLimited("现在登录的人太多,请过几秒再试。")
    try:
        yield
    finally:
        _places.release()


def first_password() -> str:
    """A random password to be changed at the first login."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def is_password(stored: str | None, given: str) -> bool:
    """Compare; for an unknown name (`stored` None) the same work is done for nothing."""
    try:
        return _hasher.verify(stored or _nobody(), given[:MAX_LENGTH]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether the parameters have been raised since."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex(16))


def check_new_password(password: str, *, username: str, old_hash: str) -> None:
    """Raises InvalidInput that says what is wrong with a chosen password."""

    def refuse(reason: str) -> None:
        raise InvalidInput(reason, fields={"new_password": reason})

    if len(password) < MIN_LENGTH:
        refuse(f"至少{MIN_LENGTH}个字符。")
    if len(password) > MAX_LENGTH:
        refuse(f"最多{MAX_LENGTH}个字符。")
    if username.lower() in password.lower():
        refuse("密码里不要带用户名。")
    if len(set(password)) < 5:
        refuse("太简单了,请多用几种字符。")
    if is_password(old_hash, password):
        refuse("不能和原密码一样。")
