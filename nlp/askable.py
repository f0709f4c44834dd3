"""Whether a sentence is the kind of question that laws and guides answer: learnt from questions of both sorts.

What a text cannot answer has its own way of being asked: which firm is cheapest, what will be next year, how much this
district pays, what your company earns. The model weighs runs of one to three letters; dev/train_ranker.py makes it.
"""

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from nlp.segmenter import normalise

MODEL = Path(__file__).resolve().parent.parent / "data" / "models" / "askable.json"
LONGEST_RUN = 3


class AskableModel:
    """A logistic regression over weighted letter runs, scaled to length one."""

    def __init__(self, weights: Mapping[str, tuple[float, float]], bias: float) -> None:
        """`weights` holds (rarity, weight) for each run of letters."""
        self._weights = weights
        self._bias = bias

    @classmethod
    def load(cls, path: Path = MODEL) -> "AskableModel":
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls({run: (rarity, weight) for run, rarity, weight in data["runs"]}, data["bias"])

    def score(self, text: str) -> float:
        """Log-odds that such a question can be answered; about 2 for most that can, below 0 for most that cannot."""
        found = [self._weights[run] for run in set(letter_runs(text)) if run in self._weights]
        length = math.sqrt(sum(rarity * rarity for rarity, _ in found)) or 1.0
        return self._bias + sum(rarity * weight for rarity, weight in found) / length


def letter_runs(text: str) -> Iterator[str]:
    """Every run of one to three letters, spaces and signs dropped."""
    letters = "".join(letter for letter in normalise(text) if letter.isalnum())
    for size in range(1, LONGEST_RUN + 1):
        for start in range(len(letters) - size + 1):
            yield letters[start : start + size]


@cache
def default_askable() -> AskableModel:
    """The model in the repository, read once a process."""
    return AskableModel.load()
