"""What can go wrong with stored files, and how they are named; shared by every file store."""

import re
import secrets

# Says nothing about the file, and is safe as a part of any path.
STORAGE_KEY = re.compile(r"[0-9a-f]{32}")
CHUNK = 64 * 1024


class FileStoreError(Exception):
    """The store did not do what it was asked for; trying again may help."""


class FileMissing(FileStoreError):
    """There is no file under this key."""


def new_storage_key() -> str:
    """A random key that nobody can guess."""
    return secrets.token_hex(16)


def check_storage_key(key: str) -> str:
    """The key, where it is one of ours. Raises FileMissing: what is no key names no file."""
    if not STORAGE_KEY.fullmatch(key):
        raise FileMissing("not a key of ours")
    return key
