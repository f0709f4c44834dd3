"""A closed-loop HTTP load over keep-alive connections, bounded in count, on loopback only."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.config import LOOPBACK_HOSTS


@dataclass(frozen=True)
class LoadResult:
    """Throughput in requests a second, latencies in milliseconds, and answers that were not as expected."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    failed: int

    @classmethod
    def of(cls, seconds: list[float], total_seconds: float, failed: int) -> "LoadResult":
        ordered = sorted(seconds) or [0.0]

        def at(share: float) -> float:
            return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

        return cls(len(seconds) / total_seconds, at(0.5), at(0.99), failed)


def run_load(
    host: str,
    port: int,
    make_request: Callable[[int], tuple[str, bytes]],
    is_good: Callable[[int, bytes], bool],
    *,
    count: int,
    concurrency: int,
) -> LoadResult:
    """POST `count` requests with `concurrency` connections, each waiting for its answer before the next."""
    if host not in LOOPBACK_HOSTS:
        raise ValueError("The load goes to this machine only.")
    prepared = [make_request(number) for number in range(count)]
    lock = threading.Lock()
    position = 0
    seconds: list[float] = []
    failed = 0

    def work() -> None:
        nonlocal position, failed
        connection = http.client.HTTPConnection(host, port, timeout=30)
        while True:
            with lock:
                if position >= count:
                    break
                url, body = prepared[position]
                position += 1
            started = time.perf_counter()
            try:
                connection.request("POST", url, body, {"Content-Type": "text/xml"})
                response = connection.getresponse()
                good = is_good(response.status, response.read())
            except (OSError, http.client.HTTPException):
                connection.close()
                good = False
            taken = time.perf_counter() - started
            with lock:
                seconds.append(taken)
                failed += not good
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(concurrency)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return LoadResult.of(seconds, time.perf_counter() - started, failed)
