"""Known days on which versions of laws begin and end to hold: dated data, since the texts do not carry them."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.yaml_text import read_yaml

DATA = Path(__file__).resolve().parent.parent.parent / "data" / "laws" / "validity.yaml"


@dataclass(frozen=True)
class Validity:
    """When one version of a law holds, and where that is written."""

    law: str
    passed: date
    valid_from: date
    valid_to: date | None
    source: str


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    rows: dict[str, Any] = read_yaml(DATA)
    return rows


@lru_cache(maxsize=1)
def known_validity() -> dict[tuple[str, date], Validity]:
    """By law (short name) and day of passing."""
    found = [
        Validity(row["law"], row["passed"], row["valid_from"], row.get("valid_to"), row["source"])
        for row in _read()["versions"]
    ]
    return {(each.law, each.passed): each for each in found}


def find_validity(law: str, passed: date | None) -> Validity | None:
    """What is known about this version; None where nothing is."""
    return known_validity().get((law, passed)) if passed else None


def find_code(file: str) -> tuple[str, date] | None:
    """The law and day of passing of a code that comes one book a file, by the folder it stands in."""
    folder = file.replace("\\", "/").rsplit("/", 2)[-2:-1]
    for row in _read()["books"]:
        if folder == [row["folder"]]:
            return row["law"], row["passed"]
    return None
