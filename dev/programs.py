"""The programs of a development run: what each is started with, and how one sees that it serves."""

import json
import sys
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import redis

from dev.servers import Valkey
from dev.supervisor import Program
from services.job_names import Queue

WEB_WORKERS = 2
# Each open console holds a thread for its live stream.
WEB_THREADS = 64
HEARTBEAT = "zhiqiao:heartbeat:scheduler"
# Loopback is never reached through a proxy, whatever the environment says.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(url: str, data: Mapping[str, Any] | None = None, *, timeout: float = 2.0) -> Any:
    """The JSON at `url` (POST where `data` is given), or None where it does not answer with success."""
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    try:
        with _opener.open(request, timeout=timeout) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def valkey(folder: Path, port: int, environment: Mapping[str, str]) -> Program:
    server = Valkey(folder, port)
    folder.mkdir(parents=True, exist_ok=True)
    return Program(
        "valkey", "队列和缓存", server.command(), environment, lambda _pid: _answers(server.url), stops_last=True
    )


def web(url: str, port: int, environment: Mapping[str, str]) -> Program:
    command = [
        sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}",
        "--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS), "--graceful-timeout", "3",
        "wsgi:app",
    ]  # fmt: skip
    return Program(
        "web", "网页和接口", command, environment, lambda _pid: call(f"{url}/readyz", timeout=0.5) is not None
    )


def workers(environment: Mapping[str, str]) -> list[Program]:
    """One for each queue."""
    return [
        Program(
            f"worker-{queue}",
            f"后台任务({queue})",
            [sys.executable, "worker.py", queue.value],
            environment,
            _is_registered(environment["REDIS_URL"], queue),
        )
        for queue in Queue
    ]


def scheduler(environment: Mapping[str, str]) -> Program:
    def beat() -> bytes | None:
        found: bytes | None = _read(environment["REDIS_URL"], lambda client: client.get(HEARTBEAT))
        return found

    # The last run's may still be there: only another one tells that this scheduler lives.
    before = beat()
    command = [sys.executable, "worker.py", "--schedule"]
    return Program("scheduler", "定时任务", command, environment, lambda _pid: beat() not in (None, before))


def sandbox(url: str, port: int, target: str, state: Path, environment: Mapping[str, str]) -> Program:
    command = [
        sys.executable, "-m", "sandbox", "--port", str(port), "--target", target, "--state", str(state),
    ]  # fmt: skip
    return Program(
        "sandbox",
        "微信沙箱",
        command,
        environment,
        lambda _pid: call(f"{url}/sandbox/api/health", timeout=0.5) is not None,
    )


def _is_registered(redis_url: str, queue: Queue) -> Callable[[int], bool]:
    def check(pid: int) -> bool:
        names = _read(redis_url, lambda client: client.smembers("rq:workers")) or set()
        return any(name.decode().startswith(f"rq:worker:{queue}-{pid}-") for name in names)

    return check


def _answers(redis_url: str) -> bool:
    return bool(_read(redis_url, lambda client: client.ping()))


def _read(redis_url: str, ask: Callable[[redis.Redis], Any]) -> Any:
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1) as client:
            return ask(client)
    except redis.RedisError:
        return None
