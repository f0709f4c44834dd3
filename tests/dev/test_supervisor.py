"""The supervisor with real processes: what dies is started again, and nothing is ever left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev.supervisor import GaveUp, Program, Supervisor
from tests.conftest import ROOT

SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(600)"
# A leader with a child of its own, as gunicorn and RQ's workers have.
WITH_CHILD = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
STUBBORN = (
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(600)"
)


def program(name: str, code: str, is_healthy: Callable[[int], bool] = lambda _pid: True) -> Program:
    return Program(name, name, [sys.executable, "-c", code], dict(os.environ), is_healthy)


def group_members(group: int) -> list[int]:
    """Living processes of a process group; zombies do not count."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, tmp_path / "log", said.append)
    yield supervisor
    supervisor.stop()


def tend_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    def tended() -> bool:
        supervisor.tend()
        return condition()

    wait_for(tended)


def test_a_killed_program_is_started_again_and_its_children_are_not_left(
    supervisor: Supervisor, said: list[str]
) -> None:
    supervisor.start(program("web", WITH_CHILD))
    first = supervisor.pids()["web"]
    wait_for(lambda: len(group_members(first)) == 2)

    os.kill(first, signal.SIGKILL)
    tend_until(supervisor, lambda: supervisor.pids()["web"] != first)

    assert group_members(first) == []
    assert said == ["web退出了(信号9),正在重新启动。"]


def test_output_goes_to_a_log_of_its_own(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program("web", SLEEPER))

    wait_for(lambda: (tmp_path / "log" / "web.log").read_text() == "up\n")


def test_waiting_ends_when_every_program_serves(supervisor: Supervisor) -> None:
    serving_from = time.monotonic() + 0.5
    supervisor.start(program("slow", SLEEPER, lambda _pid: time.monotonic() > serving_from))
    supervisor.start(program("quick", SLEEPER))
    seen: list[tuple[list[str], int]] = []

    supervisor.wait_until_healthy(10, lambda waiting, healthy: seen.append((waiting, healthy)))

    assert (["slow"], 1) in seen
    assert seen[-1] == ([], 2)


def test_a_program_that_cannot_start_is_named_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    supervisor.start(program("web", "raise SystemExit('DATABASE_URL is missing')", lambda _pid: False))

    with pytest.raises(GaveUp, match=r"web启动不了。日志:log/web\.log\n.*DATABASE_URL is missing"):
        supervisor.wait_until_healthy(60, lambda _waiting, _healthy: None)


def test_a_program_that_never_serves_is_given_up(supervisor: Supervisor) -> None:
    supervisor.start(program("web", SLEEPER, lambda _pid: False))

    with pytest.raises(GaveUp, match="web一直没有就绪"):
        supervisor.wait_until_healthy(0.3, lambda _waiting, _healthy: None)


def test_stopping_ends_even_what_refuses_and_its_children(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("dev.supervisor.POLITE_SECONDS", 0.5)
    supervisor.start(program("stubborn", STUBBORN))
    supervisor.start(program("family", WITH_CHILD))
    groups = list(supervisor.pids().values())
    wait_for(lambda: (tmp_path / "log" / "stubborn.log").read_text() == "up\n")
    wait_for(lambda: len(group_members(groups[1])) == 2)

    began = time.monotonic()
    supervisor.stop()

    assert time.monotonic() - began < 5
    assert [group_members(group) for group in groups] == [[], []]


def test_kill_9_of_the_supervisor_leaves_no_program(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from dev.supervisor import Program, Supervisor
        supervisor = Supervisor(Path({str(tmp_path)!r}), Path({str(tmp_path)!r}) / "log")
        supervisor.start(Program("web", "web", [sys.executable, "-c", {SLEEPER!r}], {{}}, lambda pid: True))
        print(supervisor.pids()["web"], flush=True)
        supervisor.run()
    """)
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    wait_for(lambda: (tmp_path / "log" / "web.log").exists() and group_members(child) == [child])

    parent.kill()
    parent.wait()
    parent.stdout.close()

    wait_for(lambda: group_members(child) == [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_supervisor_stops_everything_in_order(tmp_path: Path, number: signal.Signals) -> None:
    script = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from dev.supervisor import Program, StopRequested, Supervisor, stop_on_signals
        stop_on_signals()
        supervisor = Supervisor(Path({str(tmp_path)!r}), Path({str(tmp_path)!r}) / "log")
        for name in ("web", "worker"):
            supervisor.start(Program(name, name, [sys.executable, "-c", {WITH_CHILD!r}], {{}}, lambda pid: True))
        print(*supervisor.pids().values(), flush=True)
        try:
            supervisor.run()
        except StopRequested:
            supervisor.stop()
            print("stopped", flush=True)
    """)
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    groups = [int(word) for word in parent.stdout.readline().split()]
    wait_for(lambda: all(len(group_members(group)) == 2 for group in groups))

    parent.send_signal(number)
    answer, _ = parent.communicate(timeout=10)

    assert answer == "stopped\n"
    assert [group_members(group) for group in groups] == [[], []]
