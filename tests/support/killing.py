"""Runs a part of the product so that a test can have it killed (kill -9 of itself) just before or after a named step.

`python -m tests.support.killing FOLDER gunicorn|worker.py ARGUMENTS...` wraps the steps below, then runs the part as
always. Nothing happens until a test puts a trap into FOLDER (`set_trap`); the first process to reach the step takes
the trap away and dies, so that whoever comes after it goes on.
"""

import contextlib
import functools
import importlib
import os
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# A step's name → where the function that does it is looked up when it is called.
STEPS = {
    "intake": "bot.webhook:PushEndpoint._take_in",
    "intake transaction": "bot.webhook:receive_push",
    "compose": "bot.turn:TurnRunner._compose",
    "finishing transaction": "bot.turn:TurnRunner._speak",
    "finish": "bot.turn:TurnRunner._finish",
    "confirm": "services.passive_answers:PassiveAnswers.confirm",
    "claim": "services.deliveries:_claim_next",
    "send": "adapters.wechat.client:WeChatClient.send",
    "deliver": "jobs.deliveries:send_waiting",
    "enqueue": "jobs.relay:_enqueue",
    "rescue deliveries": "jobs.schedule:rescue_stuck_deliveries",
    "look for lost jobs": "jobs.relay:_is_alive",
    "route": "services.routing:route_case",
    "offer": "services.routing:offer_case",
    "remind": "services.casework.clocks:_remind",
    "mailing portion": "services.notices.mailing_steps:advance",
    "mailing send": "services.notices.mailing_steps:send_waiting",
    "staff reply": "console.views.conversations:reply_to_user",
    "staff reply answered": "console.views.conversations:_after",
}
# Functions that jobs.runtime turns into jobs, known to RQ by name: between their end and the note that they are done.
JOBS = {
    "route job": "jobs.cases:route_case",
    "clock job": "jobs.cases:check_clock",
    "turn job": "jobs.turns:run_turn",
    "lapse job": "jobs.training:lapse_offers",
    "booking told": "jobs.training:tell_booking",
    "broadcast job": "jobs.training:broadcast",
    "mailing job": "jobs.notices:send_mailing",
}


def set_trap(folder: Path, when: str, step: str, *, whole: bool = False) -> None:
    """`when` is before or after; `whole` kills the part with all its processes, not only the one that does the step."""
    if when not in {"before", "after"} or step not in {*STEPS, *JOBS}:
        raise ValueError(f"{when} {step}")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("sprung-*"):
        old.unlink()
    written = folder / "trap.tmp"
    written.write_text(f"{when}|{step}|{'whole' if whole else 'one'}")
    written.rename(folder / "trap")


def is_sprung(folder: Path) -> bool:
    """Whether a process took the trap away and is dead."""
    if (folder / "trap").exists():
        return False
    return not any(_is_alive(int(file.name.removeprefix("sprung-"))) for file in folder.glob("sprung-*"))


def _is_alive(pid: int) -> bool:
    try:
        # The name before it may hold spaces; a zombie has only not been asked for yet.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _pass(folder: Path, when: str, step: str) -> None:
    trap = folder / "trap"
    with contextlib.suppress(FileNotFoundError):
        wanted_when, wanted_step, how = trap.read_text().split("|")
        if (wanted_when, wanted_step) == (when, step):
            trap.rename(folder / f"sprung-{os.getpid()}")  # one process only gets it
            if how == "whole":
                os.killpg(os.getpgid(0), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)


def _stepped(function: Callable[..., Any], folder: Path, step: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        _pass(folder, "before", step)
        result = function(*args, **kwargs)
        _pass(folder, "after", step)
        return result

    return run


def _wrap_jobs(folder: Path) -> None:
    from jobs import runtime

    names = {where.replace(":", "."): step for step, where in JOBS.items()}

    def stepping(make_job: Callable[..., Any]) -> Callable[..., Any]:
        def make(function: Callable[..., None]) -> Callable[..., None]:
            step = names.get(f"{function.__module__}.{function.__qualname__}")
            return make_job(_stepped(function, folder, step) if step else function)

        return make

    runtime.outbox_job, runtime.atomic_job = stepping(runtime.outbox_job), stepping(runtime.atomic_job)


def _wrap(folder: Path) -> None:
    _wrap_jobs(folder)
    for step, where in STEPS.items():
        module_name, _, path = where.partition(":")
        owner: Any = importlib.import_module(module_name)
        *parents, name = path.split(".")
        for parent in parents:
            owner = getattr(owner, parent)
        setattr(owner, name, _stepped(getattr(owner, name), folder, step))


def main() -> None:
    folder, program, *arguments = sys.argv[1:]
    sys.argv = [program, *arguments]
    _wrap(Path(folder))
    if program == "gunicorn":
        runpy.run_module("gunicorn", run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
