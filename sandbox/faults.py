"""Faults to order: which path, what goes wrong, how many times, before or after the call took effect."""

import threading
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

API_KINDS = {"delay", "http_status", "cut_json", "errcode", "reset"}
PUSH_KINDS = {"delay", "duplicate", "drop_response", "retry_anyway", "hold_retries", "bad_signature", "stale_timestamp"}


class Fault(BaseModel):
    """One rule. `value` is seconds (delay, stale_timestamp), a status, an errcode, bytes to keep (cut_json) or copies
    (duplicate). `times` 0 means until removed (hold_retries keeps the next try back for so long). A path under
    /wechat is a push, any other an API call."""

    model_config = ConfigDict(extra="forbid")

    path: str = "/"
    kind: Literal[
        "delay",
        "http_status",
        "cut_json",
        "errcode",
        "reset",
        "duplicate",
        "drop_response",
        "retry_anyway",
        "hold_retries",
        "bad_signature",
        "stale_timestamp",
    ]
    value: float = 0
    times: int = Field(default=1, ge=0)
    after_effect: bool = False
    id: int = 0
    used: int = 0

    @property
    def is_spent(self) -> bool:
        return bool(self.times) and self.used >= self.times


class Faults:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()
        self._count = 0

    def add(self, rule: Fault) -> Fault:
        with self._lock:
            self._count += 1
            rule.id = self._count
            self._rules.append(rule)
        return rule

    def remove(self, rule_id: int) -> None:
        with self._lock:
            self._rules = [rule for rule in self._rules if rule.id != rule_id]

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.model_dump() for rule in self._rules if not rule.is_spent]

    def holds(self, rule: Fault) -> bool:
        """Whether a rule that hit a request is still in force."""
        with self._lock:
            return rule in self._rules

    def take(self, path: str, kinds: set[str]) -> list[Fault]:
        """The rules of these kinds that hit this request; each counts as used once."""
        taken = []
        with self._lock:
            for rule in self._rules:
                if path.startswith(rule.path) and rule.kind in kinds and not rule.is_spent:
                    rule.used += 1
                    taken.append(rule)
            self._rules = [rule for rule in self._rules if not rule.is_spent]
        return taken
