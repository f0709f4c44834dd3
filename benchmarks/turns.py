"""Turns through the webhook against a bare echo on the same server: throughput, latency, memory."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.load import LoadResult, run_load
from dev.servers import free_port
from tests.support.prepared import prepare_folder
from tests.support.pushes import Pusher, text_fields
from tests.support.stack import Stack

COUNT = 3000
CONCURRENCY = 50
QUESTIONS = {
    "menu or FAQ turn": ("帮助", "你好", "专利年费晚交了怎么办"),
    "search turn": ("找石墨烯散热膜的专利", "广州的有效发明专利 锂电池回收", "查一下水处理的实用新型"),
}


def run() -> dict[str, Any]:
    """All figures of one run, echo first and last so that a drifting machine shows."""
    folder = Path(tempfile.mkdtemp(prefix="zhiqiao-bench-"))
    prepare_folder(folder)
    stack = Stack(folder, database_url=f"sqlite:///{folder / 'zhiqiao.db'}")
    stack.environment["LOG_LEVEL"] = "WARNING"
    try:
        stack.start()
        results: dict[str, Any] = {"echo": _echo(stack)}
        for name, questions in QUESTIONS.items():
            results[name] = _load(stack, stack.web_port, questions)
        results["echo again"] = _echo(stack)
        results["memory_mb"] = {name: _memory_mb(process.pid) for name, process in stack.processes.items()}
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return results


def _echo(stack: Stack) -> LoadResult:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "benchmarks.echo:app", "--bind", f"127.0.0.1:{port}",
         "--worker-class", "gthread", "--workers", str(stack.web_workers), "--threads", "64"],
        env=stack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        stack.wait_for(f"http://127.0.0.1:{port}/healthz")
        return _load(stack, port, ("你好",))
    finally:
        process.terminate()
        process.wait()


def _load(stack: Stack, port: int, questions: tuple[str, ...]) -> LoadResult:
    environment = stack.environment
    pusher = Pusher(
        environment["WECHAT_OFFICIAL_APP_ID"],
        environment["WECHAT_OFFICIAL_TOKEN"],
        environment["WECHAT_OFFICIAL_AES_KEY"],
    )

    def request(number: int) -> tuple[str, bytes]:
        # Two hundred users in turn, so that no conversation waits for itself.
        return pusher.request(text_fields(f"oBench{number % 200:022d}", questions[number % len(questions)]))

    def is_good(status: int, body: bytes) -> bool:
        return status == 200 and b"<Encrypt>" in body

    run_load("127.0.0.1", port, request, is_good, count=300, concurrency=10)
    return run_load("127.0.0.1", port, request, is_good, count=COUNT, concurrency=CONCURRENCY)


def _memory_mb(group: int) -> int:
    """Resident memory of a part with its children, each counted by its proportional share."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(status.read_text().rsplit(")", 1)[1].split()[2]) != group:
                continue
            rollup = (status.parent / "smaps_rollup").read_text()
        except (OSError, ValueError):
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total // 1024
