"""`make run` as a newcomer meets it: it comes up, mends itself after every kill -9, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.serial, pytest.mark.timeout(600)]

PARTS = {
    "worker.py turns": "后台任务(turns)",
    "worker.py cases": "后台任务(cases)",
    "worker.py --schedule": "定时任务",
    "gunicorn": "网页和接口",
    "valkey-server": "队列和缓存",
    "sandbox --port": "微信沙箱",
}


def wait_for(condition: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError("did not happen in time")


class Run:
    """One `python -m dev.run` with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "terminal.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # Without an index the law package is missed at once: nothing here may need a network.
        environment = {**os.environ, "VAR_DIR": str(self.folder), "PIP_NO_INDEX": "1"}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dev.run"], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        wait_for(lambda: "知桥已启动" in self.said() or self.process.poll() is not None, 240)
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """The first address it prints is the product's."""
        return re.findall(r"http://127\.0\.0\.1:\d+", self.said())[0]

    def is_whole(self) -> bool:
        try:
            answer = requests.get(f"{self.url}/readyz", timeout=2).json()
        except (requests.RequestException, ValueError):
            return False
        return answer["status"] == "ready" and set(answer["checks"].values()) == {"ok"}

    def child(self, part: str) -> int | None:
        """The process that the run itself started for a part."""
        assert self.process is not None
        listed = subprocess.run(
            ["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
        ).stdout.splitlines()[1:]
        found = [line.split(None, 2) for line in listed]
        return next((int(pid) for pid, ppid, args in found if int(ppid) == self.process.pid and part in args), None)

    def left_over(self) -> list[str]:
        """Living processes that carry this run's folder in their environment."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if f"VAR_DIR={self.folder}\0".encode() in (entry / "environ").read_bytes():
                        found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
                except OSError:
                    continue
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = Run(tmp_path_factory.mktemp("run"))
    run.start()
    yield run
    if run.process is not None and run.process.poll() is None:
        run.stop(signal.SIGKILL)


def test_it_comes_up_whole_and_says_where(running: Run) -> None:
    assert running.is_whole()
    said = running.said()
    assert "admin" in said and "/console" in said and "/api/v1/docs" in said
    assert "没有通过" not in said

    phone = re.findall(r"http://127\.0\.0\.1:\d+/$", said, re.MULTILINE)[0]
    apps = wait_for(
        lambda: (found := requests.get(f"{phone}sandbox/api/apps", timeout=2).json())["official"]["menu"] and found, 20
    )
    assert apps["official"]["mode"] == "safe"


@pytest.mark.parametrize("part", PARTS)
def test_what_is_killed_comes_back_by_itself(running: Run, part: str) -> None:
    before = running.child(part)
    assert before is not None

    os.kill(before, signal.SIGKILL)

    wait_for(lambda: running.child(part) not in (None, before), 15)
    wait_for(running.is_whole, 60)
    assert f"{PARTS[part]}退出了(信号9)" in running.said()


def test_a_second_run_in_the_same_folder_is_refused(running: Run) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "dev.run"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(running.folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert second.returncode == 1
    assert "已经有一个在运行" in second.stdout


def test_ctrl_c_ends_all_within_ten_seconds_and_the_data_is_kept(running: Run) -> None:
    began = time.monotonic()
    code = running.stop()

    assert code == 0
    assert time.monotonic() - began < 10
    assert running.left_over() == []

    running.start()
    assert "新增" not in running.said()
    assert running.is_whole()


def test_even_kill_9_of_the_run_itself_leaves_nothing(running: Run) -> None:
    running.stop(signal.SIGKILL)

    wait_for(lambda: running.left_over() == [], 30)
