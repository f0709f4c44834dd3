"""The share of search requests whose whole frame is understood: our own (data/evaluation/searches.jsonl), and those by
another hand (searches_fresh.jsonl), which were measured before anything was mended for them.

A frame is the subject and every condition of the query that the chat would run. Subjects are compared without spaces,
any of `subjects_too` is as good; a condition under `optional` may be left out, or have that value ("*": any).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bot.searching import query_after
from nlp.searching import filters_of
from nlp.types import PatentQuery
from nlp.understanding import Understander

FOLDER = Path(__file__).resolve().parent.parent / "data" / "evaluation"
SEARCHES = FOLDER / "searches.jsonl"
FRESH = FOLDER / "searches_fresh.jsonl"
FILES = {SEARCHES: "search requests of our own", FRESH: "search requests by another hand"}
GOAL = 0.85


def searches_report(path: Path = SEARCHES, understander: Understander | None = None) -> list[str]:
    """Lines of the report: the share and what fell short."""
    share, count, wrong = measure(path, understander or Understander())
    return [
        f"## {path.name}: {FILES.get(path, 'search requests')}",
        "",
        f"Whole frame (subject and every condition) right: {share:.2f} of {count} (goal {GOAL}). Fell short:",
        "",
        *([f"- {line}" for line in wrong] or ["- none"]),
        "",
    ]


def measure(path: Path, understander: Understander) -> tuple[float, int, list[str]]:
    """The share of a file's requests that are right, how many there are, and a line for each that fell short."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    wrong = [row["id"] + " " + row["text"] + ": " + "; ".join(found) for row, found in _judged(rows, understander)]
    return (len(rows) - len(wrong)) / max(len(rows), 1), len(rows), wrong


def _judged(rows: list[dict[str, Any]], understander: Understander) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Only the rows that fell short, with how."""
    for row in rows:
        on = date.fromisoformat(row["at"])
        query = query_after(understander, [*row.get("history", []), row["text"]], on=on)
        found = differences(row, query or PatentQuery())
        if found:
            yield row, found


def differences(row: Mapping[str, Any], query: PatentQuery) -> list[str]:
    """What of a query is not as the row expects it; nothing where the frame is right."""
    found = []
    if _plain(query.topic) not in {_plain(each) for each in (row["subject"], *row.get("subjects_too", ()))}:
        found.append(f"subject {query.topic!r}, not {row['subject']!r}")
    wanted, optional, filters = row["filters"], row.get("optional", {}), filters_of(query)
    for name in sorted(wanted.keys() | filters.keys()):
        accepted = [wanted.get(name)]
        if name in optional:
            accepted += [None, optional[name]]
        value = filters.get(name)
        if value not in accepted and optional.get(name) != "*":
            found.append(f"{name} {value!r}, not {wanted.get(name)!r}")
    return found


def _plain(subject: str) -> str:
    return subject.replace(" ", "").lower()


if __name__ == "__main__":
    print("\n".join(line for path in FILES for line in searches_report(path)))
