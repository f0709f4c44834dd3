"""The share of our own search requests (data/evaluation/searches.jsonl) whose whole frame is understood.

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

SEARCHES = Path(__file__).resolve().parent.parent / "data" / "evaluation" / "searches.jsonl"
GOAL = 0.85


def searches_report(path: Path = SEARCHES, understander: Understander | None = None) -> list[str]:
    """Lines of the report: the share and what fell short."""
    understander = understander or Understander()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    wrong = [row["id"] + " " + row["text"] + ": " + "; ".join(found) for row, found in _judged(rows, understander)]
    share = (len(rows) - len(wrong)) / max(len(rows), 1)
    return [
        f"## {path.name}: search requests of our own",
        "",
        f"Whole frame (subject and every condition) right: {share:.2f} of {len(rows)} (goal {GOAL}). Fell short:",
        "",
        *([f"- {line}" for line in wrong] or ["- none"]),
        "",
    ]


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
    print("\n".join(searches_report()))
