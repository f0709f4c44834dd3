"""The request log: every call and every push, secrets and tokens masked before they are kept."""

import re
import secrets
import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.clock import VirtualClock, iso

KEPT = 2000
TEXT_LIMIT = 4000
MASK = "***"

_SECRET_NAMES = (
    r"(?:access_|refresh_)?token|(?:app)?secret|js_code|code|session_key|component_access_token|phoneNumber"
    r"|purePhoneNumber|new_session_key"
)
_JSON_SECRET = re.compile(rf'("(?:{_SECRET_NAMES})"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_QUERY_SECRET = re.compile(rf"((?:^|[?&])(?:{_SECRET_NAMES})=)[^&\s\"]*", re.IGNORECASE)


def new_rid() -> str:
    """A request id in WeChat's form."""
    return "-".join(secrets.token_hex(4) for _ in range(3))


@dataclass
class Entry:
    """One line of the log; `kind` is call (product to WeChat) or push (WeChat to product)."""

    kind: str
    path: str
    outcome: str
    at: float
    duration_ms: float
    rid: str = ""
    method: str = "POST"
    query: str = ""
    request: str = ""
    response: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    id: int = 0

    def seen(self) -> dict[str, Any]:
        return {**asdict(self), "at": iso(self.at)}


class Journal:
    """The last entries, newest last. `secrets_to_hide` are masked wherever they appear."""

    def __init__(self, clock: VirtualClock, secrets_to_hide: list[str]) -> None:
        self._clock = clock
        self._secrets = [secret for secret in secrets_to_hide if secret]
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._count = 0

    def mask(self, text: str) -> str:
        """The text without secrets and tokens, cut to a readable length."""
        text = _QUERY_SECRET.sub(rf"\g<1>{MASK}", _JSON_SECRET.sub(rf'\g<1>"{MASK}"', text))
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"

    def add(self, entry: Entry) -> None:
        entry.at = entry.at or self._clock.now()
        entry.query, entry.request, entry.response = map(self.mask, (entry.query, entry.request, entry.response))
        with self._lock:
            self._count += 1
            entry.id = self._count
            self._entries.append(entry)

    def after(self, last_id: int = 0, limit: int = 200) -> list[dict[str, Any]]:
        """Entries newer than `last_id`, the newest `limit` of them, oldest first."""
        with self._lock:
            fresh = [entry for entry in self._entries if entry.id > last_id]
        return [entry.seen() for entry in fresh[-limit:]]

    def find_rid(self, rid: str) -> Entry | None:
        with self._lock:
            return next((entry for entry in self._entries if entry.rid and entry.rid == rid), None)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
