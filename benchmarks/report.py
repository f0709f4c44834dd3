"""Figures as sections of docs/benchmarks.md."""

from dataclasses import asdict
from typing import Any

from benchmarks.boards import ROUNDS, PageTimes
from benchmarks.load import LoadResult


def turns(figures: dict[str, Any]) -> str:
    """Turns through the webhook, and memory."""
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


def notified(figures: dict[str, Any]) -> str:
    """From asking to the notice that staff see."""
    lines = [
        "\n## Asked to staff notified\n",
        "| what | asked per second | p50 ms | p99 ms | max ms | never within 30 s | goal |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    shown = {
        "handoffs": ("hand-off in the chat", "p99 < 2,000 ms at 50/s"),
        "service_cases": ("service case filed in the mini-program", "p99 < 2,000 ms at 20/s"),
    }
    for name, (what, goal) in shown.items():
        row = figures[name]
        lines.append(
            f"| {what} | {row['sent_per_second']:.0f} | {row['p50_ms'] or 0:.0f} | {row['p99_ms'] or 0:.0f}"
            f" | {row['max_ms'] or 0:.0f} | {row['never']} | {goal} |"
        )
    return "\n".join(lines)


def boards(figures: dict[str, dict[str, dict[str, PageTimes]]]) -> str:
    """Pages of the console over 100,000 open cases."""
    lines = [
        "\n## Boards with 100,000 open cases (over HTTP, one request at a time, milliseconds)\n",
        f"Goal: every page below 300 ms. Each page {ROUNDS} times; work is processor time of web server and client"
        " (without PostgreSQL's own).\n",
        "| database | who | page | p50 | worst | work |",
        "| --- | --- | --- | ---: | ---: | ---: |",
    ]
    for database, people in figures.items():
        for person, pages in people.items():
            for page, times in pages.items():
                found = f"{times.p50_ms:.0f} | {times.worst_ms:.0f} | {times.work_ms:.0f}"
                lines.append(f"| {database} | {person} | {page} | {found} |")
    return "\n".join(lines)


def training(figures: dict[str, Any]) -> str:
    """Seats wanted by many at once, and a message to everybody."""
    lines = [
        "\n## Bookings of one session, and a message to its participants\n",
        "Everybody wants the same session, so that each waits for the one before; a bare transaction raises a counter",
        "and puts a row in.\n",
        "| database | what | processes | per second | p50 ms | p99 ms |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for database, rows in figures["bookings"].items():
        for row in rows:
            shown = f"{row['per_second']:.0f} | {row['p50_ms']:.1f} | {row['p99_ms']:.1f}"
            lines.append(f"| {database} | {row['what']} | {row['processes']} | {shown} |")
    told = figures["broadcast"]
    lines.append(
        f"\nA message to {told['told']:,} participants: written down with its recipients in"
        f" {told['asked_seconds']:.1f} s, in everybody's app after {told['told_seconds']:.1f} s (SQLite, the whole"
        " product running).\n"
    )
    return "\n".join(lines)


def search(figures: dict[str, Any]) -> str:
    """The index of patents."""
    lines = ["\n## Search over 100,000 generated patents\n", "| figure | value |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in _flat(figures)]
    return "\n".join([*lines, "\nGoals: p99 < 20 ms; p99 at most twice raw tantivy's on the same index.\n"])


LANGUAGE = {
    "parse": ("a sentence understood", "jieba cutting it", "p95 < 40 ms"),
    "search": ("a search turn over 100,000 patents: understood and found", "tantivy on the same queries", ""),
    "ask": ("a question of law answered", "BM25 over the same index", "p95 < 600 ms"),
}


def language(figures: dict[str, Any]) -> str:
    """Understanding, searching, answering."""
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


def market(figures: dict[str, Any]) -> str:
    """Matching in memory over generated offers."""
    return "\n".join(
        [
            f"\n## Matching one post with {figures['offers']:,} (in memory, invented vectors of 384 numbers)\n",
            "Work is processor time; beside other work the rest is waiting. The asking post's vector is not in it.\n",
            "| p50 ms | p95 ms | p99 ms | work ms | goal | 10,000 needs, minutes | work, minutes | goal | add ms"
            " | build s | memory MB |",
            "| ---: | ---: | ---: | ---: | --- | ---: | ---: | --- | ---: | ---: | ---: |",
            f"| {figures['p50_ms']} | {figures['p95_ms']} | {figures['p99_ms']} | {figures['work_ms']} | < 150"
            f" | {figures['night_minutes']} | {figures['night_work_minutes']} | < 60 | {figures['add_ms']}"
            f" | {figures['build_s']} | {figures['memory_mb']} |",
        ]
    )


def market_pages(figures: dict[str, Any]) -> str:
    """The board's searches and the page of matching's quality."""
    lines = [
        f"\n## Market pages over {figures['posts']:,} published posts and {figures['matches']:,} matches\n",
        f"Each {figures['rounds']} times in one process, statements and what is made of them, without HTTP.\n",
        "| database | what | found | p50 ms | p95 ms | goal |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for database in ("postgresql", "sqlite"):
        for name, row in figures[database].items():
            what, goal = ("匹配质量", "< 300 ms") if name == "quality" else (f"board: {name}", "< 200 ms")
            lines.append(f"| {database} | {what} | {row['found']:,} | {row['p50_ms']} | {row['p95_ms']} | {goal} |")
    return "\n".join(lines)


def fanout(figures: dict[str, Any]) -> str:
    """A message to many, beside one RQ job a person."""
    lines = [
        f"\n## A message to {figures['users']:,} people (SQLite, one process; WeChat's own time is not in it)\n",
        f"Of the whole one in twenty can be written to now ({figures['open']:,}); the others find it in the app.",
        "Raw RQ: one job a person that does nothing, enqueued in batches, with a worker that does not fork.\n",
        "| what | people | list written, s | told and sent, s | people/s | messages/s |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for shown, name in (("all can be written to", "sent"), ("the whole", "all")):
        lines.append(
            f"| {shown} | {figures[f'{name}_told']:,} | {figures[f'{name}_list_seconds']}"
            f" | {figures[f'{name}_seconds']} | {figures[f'{name}_per_second']:,}"
            f" | {figures[f'{name}_messages_per_second']:,} |"
        )
    lines.append(f"| raw RQ | | | | | {figures['rq_per_second']:,} jobs/s |")
    lines.append(
        f"\nMemory (resident at most, MB): {figures['memory_before_mb']} after the first {figures['sent_to']:,},"
        f" {figures['memory_mb']} after all.\n"
    )
    return "\n".join(lines)
