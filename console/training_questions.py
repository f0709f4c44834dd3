"""The rows of a session's form in which the organiser's questions are written."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.training.questions import MOST_QUESTIONS, Kind

PARTS = ("key", "label", "question", "kind", "choices", "example", "required")
BETWEEN_OPTIONS = re.compile(r"[、,\uff0c;\uff1b/\s]+")
MOST_TYPED = 200


def read_questions(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows in which anything was written, in order."""
    rows = ({part: form.get(_name(place, part), "")[:MOST_TYPED].strip() for part in PARTS} for place in _places())
    return [
        {
            **row,
            "label": " ".join(row["label"].split()),
            "choices": [each for each in BETWEEN_OPTIONS.split(row["choices"]) if each],
            "required": row["required"] == "yes",
        }
        for row in rows
        if row["label"] or row["question"]
    ]


def question_values(questions: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """As the form shows them: those there are, then empty rows."""
    values = {}
    for place in _places():
        blank: dict[str, Any] = {"kind": Kind.TEXT.value, "required": True}
        row = questions[place - 1] if place <= len(questions) else blank
        for part in PARTS:
            value = row.get(part) or ""
            values[_name(place, part)] = "、".join(value) if part == "choices" else str(value)
        values[_name(place, "required")] = "yes" if row.get("required") else ""
    return values


def _places() -> range:
    return range(1, MOST_QUESTIONS + 1)


def _name(place: int, part: str) -> str:
    return f"question_{place}_{part}"
