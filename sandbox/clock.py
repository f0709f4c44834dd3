"""The virtual clock: real time plus an offset that the tools move."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class VirtualClock:
    """Seconds since 1970 as WeChat sees them. `read_offset` answers how far they are from the machine's."""

    def __init__(self, read_offset: Callable[[], float]) -> None:
        self._read_offset = read_offset

    def now(self) -> float:
        return time.time() + self._read_offset()

    def seconds(self) -> int:
        """Whole seconds, as in CreateTime."""
        return int(self.now())

    def iso(self) -> str:
        return iso(self.now())


def iso(at: float) -> str:
    """An aware ISO 8601 time in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def offset_for(at: str) -> float:
    """The offset that makes it now what an aware ISO time says; ValueError for a naive or broken one."""
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError("an aware time is required")
    return moment.timestamp() - time.time()
