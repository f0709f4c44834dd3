"""Which Nice classes an owner's words for goods and services fall into: a first help, never the filing itself."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.yaml_text import read_yaml

CLASSES = Path(__file__).resolve().parents[2] / "data" / "nice" / "classes.yaml"
MOST = 4


@dataclass(frozen=True)
class NiceClass:
    """A class by its number, with the words that were found."""

    number: int
    name: str
    found: tuple[str, ...]


@cache
def _read() -> tuple[str, dict[int, tuple[str, tuple[str, ...]]]]:
    data = read_yaml(CLASSES)
    return data["source"], {int(key): (name, tuple(words)) for key, (name, words) in data["classes"].items()}


def class_source() -> str:
    """Where the classes come from, in one line."""
    return _read()[0]


def suggest_classes(goods: str) -> list[NiceClass]:
    """The likeliest classes, those with the longest words first; empty where no word is known."""
    text = goods.lower()
    found = [
        NiceClass(number, name, tuple(word for word in words if word in text))
        for number, (name, words) in _read()[1].items()
    ]
    found = [each for each in found if each.found]
    longest = {each.number: max(len(word) for word in each.found) for each in found}
    return sorted(found, key=lambda each: (-longest[each.number], -len(each.found), each.number))[:MOST]
