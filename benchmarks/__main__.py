"""`make bench`: every figure in one run, printed and written to docs/benchmarks.md with machine, date and commit."""

import json
import platform
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import handoffs, language, turns
from benchmarks.load import LoadResult

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Runs one after the other, so that no figure disturbs another."""
    print("turns …", file=sys.stderr)
    turn_figures = turns.run()
    print("hand-offs …", file=sys.stderr)
    handoff_figures = handoffs.run()
    print("search (a process of its own) …", file=sys.stderr)
    search = json.loads(
        subprocess.run(
            [sys.executable, "-m", "benchmarks.search"], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT
        ).stdout
    )
    print("language (three processes of their own) …", file=sys.stderr)
    understood = language.run()
    parts = [_head(), _turns(turn_figures), _handoffs(handoff_figures), _search(search), _language(understood)]
    text = "\n".join(parts)
    TARGET.write_text(text, encoding="utf-8")
    print(text)


def _head() -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    return (
        "# Benchmarks\n\n`make bench` wrote this file. Every figure comes from one run on one machine; the baseline"
        " stands beside it.\n\n"
        f"- Machine: {_processor()}, {_cores()} cores, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}; load generator, servers, database and queue share it\n"
        f"- Date: {datetime.now(UTC):%Y-%m-%d}\n- Commit: {commit.stdout.strip() or 'unknown'}\n"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def _cores() -> int:
    return len([line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("processor")])


def _turns(figures: dict[str, Any]) -> str:
    echoes = [figures["echo"].requests_per_second, figures["echo again"].requests_per_second]
    base = sum(echoes) / len(echoes)
    lines = [
        "\n## Turns through the webhook (safe mode, 50 concurrent, SQLite)\n",
        "Echo: bare Flask + wechatpy on the same server settings; it stores nothing.\n",
        "| what | requests/s | of the echo | p50 ms | p99 ms | failed | goal |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    goals = {"menu or FAQ turn": "≥ 0.5, p99 < 300 ms", "search turn": "≥ 0.25, p99 < 300 ms"}
    for name, result in figures.items():
        if isinstance(result, LoadResult):
            row = asdict(result)
            lines.append(
                f"| {name} | {row['requests_per_second']:.0f} | {row['requests_per_second'] / base:.2f}"
                f" | {row['p50_ms']:.0f} | {row['p99_ms']:.0f} | {row['failed']} | {goals.get(name, '')} |"
            )
    lines += ["\nMemory of each part with its children (proportional share, MB), after the load:\n"]
    lines += ["| part | MB |", "| --- | ---: |"]
    lines += [f"| {name} | {megabytes} |" for name, megabytes in figures["memory_mb"].items()]
    return "\n".join(lines)


def _handoffs(figures: dict[str, Any]) -> str:
    return "\n".join(
        [
            "\n## Hand-off to staff notified\n",
            "| asked per second | p50 ms | p99 ms | max ms | never within 30 s | goal |",
            "| ---: | ---: | ---: | ---: | ---: | --- |",
            f"| {figures['sent_per_second']:.0f} | {figures['p50_ms'] or 0:.0f} | {figures['p99_ms'] or 0:.0f}"
            f" | {figures['max_ms'] or 0:.0f} | {figures['never']} | p99 < 2,000 ms at 50/s |",
        ]
    )


def _search(figures: dict[str, Any]) -> str:
    lines = ["\n## Search over 100,000 generated patents\n", "| figure | value |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in _flat(figures)]
    return "\n".join([*lines, "\nGoals: p99 < 20 ms; p99 at most twice raw tantivy's on the same index.\n"])


LANGUAGE = {
    "parse": ("a sentence understood", "jieba cutting it", "p95 < 40 ms"),
    "search": ("a search turn over 100,000 patents: understood and found", "tantivy on the same queries", ""),
    "ask": ("a question of law answered", "BM25 over the same index", "p95 < 600 ms"),
}


def _language(figures: dict[str, Any]) -> str:
    lines = ["\n## Sentences understood, searched for and answered (one process, one thread, milliseconds)\n"]
    lines += ["| what | n | p50 | p95 | p99 | goal |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    memory = ["\nMemory of each process (resident, MB):\n"]
    for name, (what, beside, goal) in LANGUAGE.items():
        found = figures[name]
        for shown, key, aim in ((what, "ours", goal), (beside, "baseline", "")):
            row = found[key]
            lines.append(
                f"| {shown} | {found['count']} | {row['p50_ms']} | {row['p95_ms']} | {row['p99_ms']} | {aim} |"
            )
        memory.append(f"- {name}: " + ", ".join(f"{each} {size}" for each, size in found["memory_mb"].items()))
    return "\n".join([*lines, *memory, f"\nQuestions of law were asked of {figures['ask']['knowledge']}.\n"])


def _flat(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name}, ")
        else:
            found.append((prefix + name, round(value, 2) if isinstance(value, float) else value))
    return found


if __name__ == "__main__":
    main()
