"""The sandbox's virtual clock, so that in development both sides live at the same time."""

import threading
import time
from datetime import timedelta

import requests

from core.logs import get_logger

log = get_logger(__name__)

FRESH_SECONDS = 1.0


class SandboxOffset:
    """How far the sandbox's clock is from the machine's; zero while the sandbox cannot be reached.

    Read at most once a second, by one thread at a time; the others go on with the last value.
    """

    def __init__(self, base_url: str) -> None:
        self._url = f"{base_url}/sandbox/api/clock"
        self._offset = timedelta(0)
        self._read_at = float("-inf")
        self._reading = threading.Lock()

    def __call__(self) -> timedelta:
        if time.monotonic() - self._read_at > FRESH_SECONDS and self._reading.acquire(blocking=False):
            try:
                self._offset = self._fetch()
                self._read_at = time.monotonic()
            finally:
                self._reading.release()
        return self._offset

    def _fetch(self) -> timedelta:
        try:
            answer = requests.get(self._url, timeout=(0.5, 1)).json()
            return timedelta(seconds=float(answer["offset_seconds"]))
        except (requests.RequestException, ValueError, KeyError, TypeError):
            log.debug("sandbox_clock_unreachable")
            return self._offset
