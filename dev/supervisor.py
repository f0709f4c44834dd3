"""Keeps the programs of a development run alive: starts them, starts a dead one again, and leaves none behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

RESTARTS_ALLOWED = 20
WITHIN_SECONDS = 120.0
LONGEST_PAUSE = 3.0
POLITE_SECONDS = 6.0
POLL_SECONDS = 0.1
LOG_BYTES_KEPT = 5_000_000
STARTS_ALLOWED = 3
SET_PARENT_DEATH_SIGNAL = 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Program:
    """What to run and how to see that it serves. `title` is what people read."""

    name: str
    title: str
    command: Sequence[str]
    environment: Mapping[str, str]
    is_healthy: Callable[[int], bool]
    # Stopped after all others: they need it to end in order.
    stops_last: bool = False


@dataclass
class Child:
    """A started program and what became of it."""

    program: Program
    process: subprocess.Popen[bytes]
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS_ALLOWED))
    start_at: float | None = None


class GaveUp(RuntimeError):
    """A program died again and again, or never became healthy; the message says which and where its log is."""


class StopRequested(BaseException):
    """Ctrl-C, or a polite request of the system to end."""


def stop_on_signals() -> None:
    """From now on SIGINT, SIGTERM and SIGHUP raise StopRequested in the main thread."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        raise StopRequested

    for number in STOP_SIGNALS:
        signal.signal(number, on_signal)


def end_with_parent() -> Callable[[], None]:
    """What a child does before its program starts so that even kill -9 of its parent ends it, where the system can."""
    prctl = ctypes.CDLL(None).prctl if sys.platform.startswith("linux") else None
    parent = os.getpid()

    def before_start() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if prctl is not None:
            prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
            if os.getppid() != parent:  # it died before we had asked
                os._exit(1)

    return before_start


class Supervisor:
    """Runs programs, each in a process group of its own, their output in `log_folder`/NAME.log."""

    def __init__(self, root: Path, log_folder: Path, say: Callable[[str], None] = print) -> None:
        self._root = root
        self._logs = log_folder
        self._say = say
        self._children: dict[str, Child] = {}
        self._before_start = end_with_parent()
        log_folder.mkdir(parents=True, exist_ok=True)

    def start(self, program: Program) -> None:
        """Start a program; its log is begun anew once it has grown large."""
        log = self.log_of(program)
        if log.exists() and log.stat().st_size > LOG_BYTES_KEPT:
            log.replace(log.with_suffix(".old.log"))
        # A signal between the start and the entry would leave a child that nobody stops.
        with _signals_held():
            self._children[program.name] = Child(program, self._spawn(program))

    def log_of(self, program: Program) -> Path:
        return self._logs / f"{program.name}.log"

    def pids(self) -> dict[str, int]:
        """The process of each program, by its name."""
        return {name: child.process.pid for name, child in self._children.items()}

    def wait_until_healthy(self, seconds: float, progress: Callable[[list[str], int], None]) -> None:
        """Wait for every program; `progress` is told the titles still awaited and how many serve."""
        deadline = time.monotonic() + seconds
        waiting = dict(self._children)
        while waiting:
            for name, child in list(waiting.items()):
                if child.process.poll() is None and child.program.is_healthy(child.process.pid):
                    del waiting[name]
            progress([child.program.title for child in waiting.values()], len(self._children) - len(waiting))
            if waiting and time.monotonic() > deadline:
                raise GaveUp(self._advice(next(iter(waiting.values())).program, "一直没有就绪"))
            for child in waiting.values():
                if len(child.deaths) >= STARTS_ALLOWED:
                    raise GaveUp(self._advice(child.program, "启动不了"))
            self.tend()
            time.sleep(POLL_SECONDS)

    def run(self) -> None:
        """Start again whatever dies; returns never, raises GaveUp or StopRequested."""
        while True:
            self.tend()
            time.sleep(POLL_SECONDS)

    def tend(self) -> None:
        """One look at every child: bury the dead, start again those whose pause is over."""
        now = time.monotonic()
        for child in self._children.values():
            if child.start_at is None and child.process.poll() is not None:
                self._bury(child, now)
            if child.start_at is not None and now >= child.start_at:
                with _signals_held():
                    child.process, child.start_at = self._spawn(child.program), None

    def stop(self) -> None:
        """End everything, politely first; a second Ctrl-C ends it at once."""
        try:
            for last in (False, True):
                self._stop([child for child in self._children.values() if child.program.stops_last is last])
        except StopRequested:
            pass
        finally:
            for child in self._children.values():
                _kill_group(child.process.pid, signal.SIGKILL)
                child.process.wait()
            self._children.clear()

    def _stop(self, children: list[Child]) -> None:
        for child in children:
            # The leader tells its own children; told twice, gunicorn's workers would drop what they are answering.
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + POLITE_SECONDS
        while time.monotonic() < deadline and any(child.process.poll() is None for child in children):
            time.sleep(0.05)
        for child in children:
            _kill_group(child.process.pid, signal.SIGKILL)
            child.process.wait()

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        with self.log_of(program).open("ab") as log:
            return subprocess.Popen(
                program.command,
                cwd=self._root,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self._before_start,
            )

    def _bury(self, child: Child, now: float) -> None:
        # Its children would hold its port, or go on working beside the one that is started next.
        _kill_group(child.process.pid, signal.SIGKILL)
        recent = [at for at in child.deaths if now - at < WITHIN_SECONDS]
        if len(recent) >= RESTARTS_ALLOWED:
            raise GaveUp(self._advice(child.program, f"{WITHIN_SECONDS:.0f}秒内退出了{len(recent) + 1}次"))
        child.deaths.append(now)
        child.start_at = now + min(0.1 * 2 ** len(recent), LONGEST_PAUSE)
        self._say(f"{child.program.title}退出了({_describe(child.process.returncode)}),正在重新启动。")

    def _advice(self, program: Program, problem: str) -> str:
        log = self.log_of(program)
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:] if log.exists() else []
        return "\n".join([f"{program.title}{problem}。日志:{os.path.relpath(log, self._root)}", *tail])


@contextmanager
def _signals_held() -> Iterator[None]:
    """Signals that arrive inside the block are delivered after it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


def _kill_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def _describe(code: int) -> str:
    return f"信号{-code}" if code < 0 else f"退出码{code}"
