"""A call's own deadline: client libraries time out per read, so a server that drips could hold us for ever."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from core.errors import UpstreamUnavailable

Result = TypeVar("Result")


def run_before(seconds: float, work: Callable[[threading.Event], Result], *, message: str) -> Result:
    """What `work` gives, or UpstreamUnavailable with `message` when the time is over.

    `work` runs in a thread of its own and gets an event that is set when nobody waits any more.
    Whatever it raises is raised here.
    """
    given_up = threading.Event()
    outcome: dict[str, Any] = {}

    def run() -> None:
        try:
            outcome["result"] = work(given_up)
        except BaseException as error:  # carried over to the thread that waits
            outcome["error"] = error

    # A daemon: a server that never lets go must not keep the process from ending.
    thread = threading.Thread(target=run, name="upstream-call", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if thread.is_alive():
        given_up.set()
        raise UpstreamUnavailable(message)
    if "error" in outcome:
        raise outcome["error"]
    result: Result = outcome["result"]
    return result
