"""Starts parts of the product out of a process that has loaded it: the seconds that loading takes are spent once.

A part is a fork of that process. It has a session, an environment and a log of its own and runs the program that its
command names, so it lives, works and dies as one that was started from nothing; `tests/dev/test_run.py` tests those.
"""

import json
import os
import runpy
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy.orm import configure_mappers

ROOT = Path(__file__).resolve().parents[2]
# What subprocess, too, says of a process whose end it was not told.
UNKNOWN = 0


class Part:
    """A running part, asked as a `subprocess.Popen` is. How it ended is known to the process that has loaded it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)

    def poll(self) -> int | None:
        ended, _, _ = select.select([self._handle], [], [], 0)
        return UNKNOWN if ended else None

    def wait(self) -> int:
        select.select([self._handle], [], [])
        return UNKNOWN

    def __del__(self) -> None:
        os.close(self._handle)


class Nursery:
    """The process that has loaded the product; it ends with this one."""

    def __init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=ROOT, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Part:
        """`command` as subprocess takes it; its interpreter is this one."""
        assert self._process.stdin is not None and self._process.stdout is not None
        wanted = {"arguments": list(command[1:]), "environment": dict(environment), "log": str(log)}
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return Part(int(self._process.stdout.readline()))


@cache
def nursery() -> Nursery:
    return Nursery()


def _load() -> None:
    import worker  # noqa: F401  (and with it the whole product)
    from core.memory import keep_for_good
    from nlp.elsewhere import leads_elsewhere
    from nlp.question_index import QuestionIndex
    from nlp.segmenter import default_segmenter
    from nlp.understanding import Understander

    configure_mappers()
    QuestionIndex(default_segmenter()).nearness("专利")
    leads_elsewhere("专利")
    Understander().understand("找石墨烯散热膜的发明专利", at=date(2026, 11, 23))
    # What a part's collector would look through is memory that it no longer shares with this process.
    keep_for_good()


def _become(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """The program that a Python interpreter with these arguments would be."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    for number, where, flags in ((0, os.devnull, os.O_RDONLY), (1, log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)):
        opened = os.open(where, flags, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    os.dup2(1, 2)
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


def main() -> None:
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks it how its children ended
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(**json.loads(line))
            return
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
