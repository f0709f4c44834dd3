"""Commands of the language layer, JSON Lines in and out, in the same order: `python -m nlp parse|search|ask`."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from importlib import import_module
from typing import Any, TextIO

from core.clock import SystemClock, china_date
from nlp.asking import answer_row
from nlp.searching import search_row
from nlp.slots.selection import applicant_type_apart
from nlp.understanding import Understander


class _BadLine(ValueError):
    """A line that is no request; the message says why."""


Handle = Callable[[Any, str, date, list[str]], dict[str, Any]]


def handle_line(line: str, today: date, handle: Handle) -> dict[str, Any]:
    """One input object to one output object; a bad line gives {"error"} with the id where there is one."""
    identity: Any = None
    try:
        row = _object(line)
        identity = row.get("id")
        text, at, history = _text(row), _date(row, today), _history(row)
    except _BadLine as error:
        return {"error": str(error)} if identity is None else {"id": identity, "error": str(error)}
    return handle(identity, text, at, history)


def parse_line(line: str, understander: Understander, today: date) -> dict[str, Any]:
    """A sentence to its intent, act and slots."""
    return handle_line(line, today, partial(_parse, understander))


def _parse(understander: Understander, identity: Any, text: str, at: date, history: list[str]) -> dict[str, Any]:
    understood = understander.understand(text, at=at, history=history)
    slots, applicant_type = applicant_type_apart(understood.slots)
    answer: dict[str, Any] = {
        "id": identity,
        "text": text,
        "intent": understood.intent,
        "confidence": understood.confidence,
        "slots": slots,
        "act": understood.act,
    }
    if applicant_type:
        answer["applicant_type"] = applicant_type
    if understood.exclude:
        answer["exclude"] = dict(understood.exclude)
    return answer


def _object(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadLine(f"not JSON: {type(error).__name__}") from None
    if not isinstance(row, dict):
        raise _BadLine("not a JSON object")
    return row


def _text(row: dict[str, Any]) -> str:
    text = row.get("text")
    if not isinstance(text, str):
        raise _BadLine('"text" must be a string')
    return text


def _date(row: dict[str, Any], today: date) -> date:
    if row.get("at") is None:
        return today
    try:
        return date.fromisoformat(row["at"])
    except (TypeError, ValueError):
        raise _BadLine('"at" must be an ISO date') from None


def _history(row: dict[str, Any]) -> list[str]:
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(item, str) for item in history):
        raise _BadLine('"history" must be a list of strings')
    return history


def parse_lines(lines: TextIO) -> Iterator[dict[str, Any]]:
    """Answers in the order of the lines; blank lines are passed over."""
    understander, today = Understander(), china_date(SystemClock().now())
    for line in lines:
        if line.strip():
            yield parse_line(line, understander, today)


def ask_lines(lines: TextIO) -> Iterator[dict[str, Any]]:
    """Answers out of the database and index that DATABASE_URL and VAR_DIR name."""
    return _answered_by("open_knowledge", answer_row, lines)


def search_lines(lines: TextIO) -> Iterator[dict[str, Any]]:
    """Lists of patents out of the database and index that DATABASE_URL and VAR_DIR name."""
    return _answered_by("open_patents", search_row, lines)


def _answered_by(opener: str, as_row: Callable[[Any, Any], dict[str, Any]], lines: TextIO) -> Iterator[dict[str, Any]]:
    # The composition root opens database and index; this layer knows neither, so it is looked up by name.
    today = china_date(SystemClock().now())
    with getattr(import_module("app"), opener)() as answer:

        def handle(identity: Any, text: str, at: date, history: list[str]) -> dict[str, Any]:
            return as_row(identity, answer(text, at, history))

        for line in lines:
            if line.strip():
                yield handle_line(line, today, handle)


COMMANDS: dict[str, tuple[Callable[[TextIO], Iterator[dict[str, Any]]], str]] = {
    "parse": (parse_lines, "sentences to intent, act and slots"),
    "search": (search_lines, "search requests to lists of patents, with the conditions as understood"),
    "ask": (ask_lines, "questions of law and policy to answers with their sources"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 where every line was read, whatever it held."""
    parser = argparse.ArgumentParser(prog="python -m nlp", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_run, text) in COMMANDS.items():
        commands.add_parser(name, help=text)
    run, _help = COMMANDS[parser.parse_args(arguments).command]
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for answer in run(sys.stdin):
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
