"""`make bench`: every figure, printed and written to docs/benchmarks.md with machine, date and commit.

`python -m benchmarks boards notified` measures these parts alone; what the file says of the others stays.
"""

import json
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import boards, handoffs, language, report, service_cases, training, turns

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Part:
    """What measures, and what makes a section of the figures."""

    run: Callable[[], Any]
    shown: Callable[[Any], str]


def _run_apart(module: str) -> Any:
    """In a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", module]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout)


def _run_notified() -> dict[str, Any]:
    return {"handoffs": handoffs.run(), "service_cases": service_cases.run()}


# In the order in which they are measured, one after the other, so that no figure disturbs another.
PARTS = {
    "turns": Part(turns.run, report.turns),
    "notified": Part(_run_notified, report.notified),
    "boards": Part(boards.run, report.boards),
    "training": Part(training.run, report.training),
    "search": Part(partial(_run_apart, "benchmarks.search"), report.search),
    "market": Part(partial(_run_apart, "benchmarks.market"), report.market),
    "market_pages": Part(partial(_run_apart, "benchmarks.market_pages"), report.market_pages),
    "fanout": Part(partial(_run_apart, "benchmarks.fanout"), report.fanout),
    "language": Part(language.run, report.language),
}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := [name for name in wanted if name not in PARTS]:
        sys.exit(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    sections = _sections()
    for name in wanted:
        print(f"{name} …", file=sys.stderr)
        part = PARTS[name]
        measured_on = f"Measured {datetime.now(UTC):%Y-%m-%d} at commit {_commit()} on {_machine()}."
        text = part.shown(part.run()).strip()
        heading, _, rest = text.partition("\n")
        sections[name] = f"{heading}\n\n{measured_on}\n{rest}"
        # After each part: one that fails takes nothing from those before it.
        shown = "\n\n".join(f"<!-- {each} -->\n{sections[each]}" for each in PARTS if each in sections)
        TARGET.write_text(f"{HEAD}\n{shown}\n", encoding="utf-8")
        print(sections[name])


def _sections() -> dict[str, str]:
    """What the file says of each part so far."""
    if not TARGET.exists():
        return {}
    pieces = re.split(r"^<!-- (\w+) -->\n", TARGET.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(pieces[1::2], pieces[2::2], strict=True) if name in PARTS}


HEAD = """# Benchmarks

`make bench` wrote this file; each part is measured alone, one after the other, and says when, at which commit and on
what. The baseline stands beside it. Load generator, servers, database and queue share the machine.
"""


def _machine() -> str:
    system, python = f"{platform.system()} {platform.machine()}", f"Python {platform.python_version()}"
    return f"{_processor()}, {_cores()} cores, {system}, {python}"


def _commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    return asked.stdout.strip() or "unknown"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def _cores() -> int:
    return len([line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("processor")])


if __name__ == "__main__":
    main()
