"""The subject of a wish: a judge learned from marked sentences says which characters are it, the grammar advises.

The grammar of topics.py knows words and phrases, and what it does not know it takes for the subject. The learned judge
(`make train`, data/subjects) reads the grammar's answer beside characters, words and clauses, and has the last word.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.segmenter import Segmenter
from nlp.slots.scan import TAKEN
from nlp.slots.subject_features import character_features
from nlp.slots.topics import TopicFinder

FOLDER = Path(__file__).parent.parent.parent / "data" / "models"
WEIGHTS, MANIFEST = "subjects.npz", "subjects.json"
# A longer text is a document, not a wish: the grammar alone reads it.
LONGEST_TEXT = 160
# Who searches nearly always names something: where the judge sees nothing, what the grammar has left is it more often
# than not (by cross-validation). Every other wish often has no subject.
NAMES_SOMETHING = frozenset({"patent_search"})


@dataclass(frozen=True)
class SubjectModel:
    """A chain over characters with two states, outside and inside the subject.

    `weights` is what a feature says for inside; `steps` is (2, 2): from outside or inside to outside or inside.
    """

    weights: Mapping[str, float]
    steps: npt.NDArray[np.float64]

    def inside(self, rows: Sequence[Sequence[str]]) -> list[bool]:
        """The likeliest run of states, as whether each character is inside."""
        scores = [sum(self.weights.get(name, 0.0) for name in row) for row in rows]
        if not scores:
            return []
        (stay_out, enter), (leave, stay_in) = self.steps.tolist()
        outside, within = 0.0, scores[0]
        came: list[tuple[bool, bool]] = []
        for score in scores[1:]:
            came.append((within + leave > outside + stay_out, within + stay_in > outside + enter))
            outside, within = (
                max(outside + stay_out, within + leave),
                max(outside + enter, within + stay_in) + score,
            )
        states = [within > outside]
        for from_inside in reversed(came):
            states.append(from_inside[states[-1]])
        return states[::-1]


class SubjectFinder:
    """Subject words of a wish, space separated. Pure after construction."""

    def __init__(self, segmenter: Segmenter, grammar: TopicFinder, model: SubjectModel | None = None) -> None:
        self._segmenter = segmenter
        self._grammar = grammar
        self._given = model

    def find(self, text: str, left: str, intent: str) -> str:
        """The subject, or an empty string. `left` is `text` with TAKEN where another slot stands."""
        by_grammar = self._grammar.find(left, intent)
        if len(text) != len(left) or len(text) > LONGEST_TEXT:
            return by_grammar
        model = self._given or default_model()
        inside = model.inside(self.features(text, left, by_grammar, intent))
        found = " ".join(
            word for span in spans(left, inside) for word, _ in self._segmenter.tag(span) if any(map(str.isalnum, word))
        )
        return found or (by_grammar if intent in NAMES_SOMETHING else "")

    def features(self, text: str, left: str, by_grammar: str, intent: str) -> list[list[str]]:
        """What the judge sees of each character."""
        return character_features(text, left, places_of(by_grammar, left), intent, self._segmenter)


def spans(left: str, inside: Sequence[bool]) -> list[str]:
    """The stretches that are inside; what another slot has taken is never part of one."""
    kept = "".join(character if is_inside else TAKEN for character, is_inside in zip(left, inside, strict=True))
    return [span for span in kept.split(TAKEN) if span.strip()]


def places_of(words: str, left: str) -> list[bool]:
    """Which characters of `left` are the given words, in their order."""
    places, start, lower = [False] * len(left), 0, left.lower()
    for word in words.split():
        found = lower.find(word, start)
        if found >= 0:
            start = found + len(word)
            places[found:start] = [True] * len(word)
    return places


def read_model(folder: Path = FOLDER) -> SubjectModel:
    """The stored model; OSError or KeyError where its files are missing or not ours."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
        names = arrays["vocabulary"].tobytes().decode("utf-8").split("\n")
        weights = (arrays["weights"].astype(np.float64) * manifest["scale"]).tolist()
    return SubjectModel(dict(zip(names, weights, strict=True)), np.array(manifest["steps"]))


@lru_cache(maxsize=1)
def default_model() -> SubjectModel:
    """The product's model, loaded on first use and shared within the process."""
    return read_model()
