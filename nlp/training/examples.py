"""The sentences of data/utterances with their labels."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp.intents import INTENTS
from nlp.normalisation import Normaliser

FOLDER = Path(__file__).parent.parent.parent / "data" / "utterances"
ACTS = ("affirm", "cancel", "deny", "inform", "next_page", "previous_page", "restart", "select_item")
TWO_WISHES, WITH_ACT = "two_wishes", "with_act"


@dataclass(frozen=True)
class Example:
    """A sentence as typed, as the model reads it, and its labels; `source` is the file that it stands in."""

    typed: str
    text: str
    intent: str | None
    act: str | None
    source: str


def read_examples(folder: Path = FOLDER) -> list[Example]:
    """All sentences in the order of the files. ValueError for a label that nobody knows.

    Those of which nothing is left when they are made plain (a lone emoji) are left out: no model sees them.
    """
    normaliser = Normaliser()
    examples = []
    for path in sorted(folder.glob("*.txt")) + sorted((folder / "acts").glob("*.txt")):
        for line in _lines(path):
            intent, act, typed = _labels(path, line)
            if (intent is not None and intent not in INTENTS) or (act is not None and act not in ACTS):
                raise ValueError(f"{path.name}: unknown label in {line!r}")
            plain = normaliser.plain(typed)
            if plain:
                examples.append(Example(typed, normaliser.without_fillers(plain), intent, act, path.stem))
    return examples


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def _labels(path: Path, line: str) -> tuple[str | None, str | None, str]:
    if path.parent.name == "acts":
        return None, path.stem, line
    if path.stem == TWO_WISHES:
        intent, typed = line.split("\t")
        return intent, None, typed
    if path.stem == WITH_ACT:
        intent, act, typed = line.split("\t")
        return intent, act, typed
    # policy_question+articles.txt holds further sentences of policy_question
    return path.stem.partition("+")[0], None, line


def data_hash(folder: Path = FOLDER) -> str:
    """A fingerprint of every file of sentences: the stored model names the one that it was trained on."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.txt")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
