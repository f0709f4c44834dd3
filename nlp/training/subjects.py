"""The judge of subjects: sentences of data/subjects, in which the subject stands in brackets, to a chain of two states.

A conditional random field, fitted by L-BFGS; its forward and backward sums run over all sentences at once.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from scipy.optimize import minimize

from nlp.intent_features import ANY_DAY
from nlp.normalisation import Normaliser
from nlp.segmenter import Segmenter
from nlp.slots import SlotFinder
from nlp.slots.subjects import MANIFEST, WEIGHTS, SubjectFinder, SubjectModel, spans

FOLDER = Path(__file__).parent.parent.parent / "data" / "subjects"
MARKED = re.compile(r"\[(.*?)\]")
# How strongly weights are held near nought, how often a feature must be seen, and when the fit is near enough.
# Chosen by cross-validation.
RESTRAINT, SEEN_AT_LEAST, STEPS = 1.0, 2, 80
LARGEST = 127
FOLDS = 5
# Sums of weights beyond this are certain either way; their powers would not fit into a number.
CERTAIN = 30.0

Rows = list[list[str]]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MarkedSentence:
    """A plain sentence, what it wants, and which of its characters are the subject."""

    text: str
    intent: str
    inside: list[bool]


@dataclass(frozen=True)
class Seen:
    """A marked sentence with what the judge sees of it: features a character, the grammar's answer, what is left."""

    sentence: MarkedSentence
    rows: Rows
    by_grammar: str
    left: str

    def is_subject(self, words: str) -> bool:
        """Whether these words are the marked subject, spaces and case apart."""
        wanted = "".join(spans(self.sentence.text, self.sentence.inside))
        return _plain(words) == _plain(wanted)

    def is_subject_of(self, model: SubjectModel) -> bool:
        """Whether the model finds the marked subject."""
        return self.is_subject("".join(spans(self.left, model.inside(self.rows))))


def read_marked(folder: Path = FOLDER) -> list[MarkedSentence]:
    """All marked sentences, a file an intent. ValueError where a mark is lost when the sentence is made plain."""
    normaliser, found = Normaliser(), []
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = normaliser.without_fillers(normaliser.plain(line.replace("[", "").replace("]", "")))
            inside, start = [False] * len(text), 0
            for marked in MARKED.findall(line):
                words = normaliser.plain(marked)
                place = text.find(words, start)
                if place < 0:
                    raise ValueError(f"{path.name}: {marked!r} is not in {text!r}")
                start = place + len(words)
                inside[place:start] = [not character.isspace() for character in words]
            if text:
                found.append(MarkedSentence(text, path.stem, inside))
    return found


def data_hash(folder: Path = FOLDER) -> str:
    """A fingerprint of every file: the stored model names the one that it was trained on."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.txt")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def see(sentences: Sequence[MarkedSentence], segmenter: Segmenter) -> list[Seen]:
    """What the judge sees of the sentences; those that correct themselves are read in halves and left out."""
    slots = SlotFinder(segmenter)
    finder = SubjectFinder(segmenter, slots.topics)
    seen = []
    for sentence in sentences:
        left = slots.read(sentence.text, ANY_DAY).left
        if len(left) == len(sentence.text):
            by_grammar = slots.topics.find(left, sentence.intent)
            rows = finder.features(sentence.text, left, by_grammar, sentence.intent)
            seen.append(Seen(sentence, rows, by_grammar, left))
    return seen


def fit(seen: Sequence[Seen]) -> SubjectModel:
    """The model that makes the marks likeliest."""
    seen = sorted(seen, key=lambda each: -len(each.rows))
    counts = Counter(name for each in seen for row in each.rows for name in row)
    names = sorted(name for name, count in counts.items() if count >= SEEN_AT_LEAST)
    chains = _Chains(seen, {name: column for column, name in enumerate(names)})
    found = minimize(chains.loss, np.zeros(len(names) + 4), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    return SubjectModel(dict(zip(names, found[:-4].tolist(), strict=True)), found[-4:].reshape(2, 2))


class _Chains:
    """All sentences, longest first, character by character: the first characters of all, then the second ones, …"""

    def __init__(self, seen: Sequence[Seen], columns: dict[str, int]) -> None:
        lengths = np.array([len(each.rows) for each in seen])
        self._active = [int((lengths > step).sum()) for step in range(int(lengths.max()))]
        self._offsets = np.concatenate([[0], np.cumsum(self._active)])
        starts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
        order = np.concatenate([starts[:active] + step for step, active in enumerate(self._active)])
        self._matrix = _matrix(seen, columns)[order]
        self._turned = self._matrix.T.tocsr()
        self._inside = np.concatenate([np.array(each.sentence.inside, dtype=int) for each in seen])[order]
        self._steps_seen = np.zeros((2, 2))
        for before, here in self._pairs():
            np.add.at(self._steps_seen, (self._inside[before], self._inside[here]), 1)
        self._inside_seen = self._turned @ self._inside

    def _pairs(self) -> Iterator[tuple[slice, slice]]:
        """Where the characters of one step stand, and before them those of the step before, of the same sentences."""
        for step in range(1, len(self._active)):
            count, before, here = self._active[step], self._offsets[step - 1], self._offsets[step]
            yield slice(before, before + count), slice(here, here + count)

    def loss(self, parameters: Floats) -> tuple[float, Floats]:
        """How surprising the marks are under these parameters, and the slope."""
        weights, steps = parameters[:-4], parameters[-4:].reshape(2, 2)
        scores = np.clip(self._matrix @ weights, -CERTAIN, CERTAIN)
        powers, moves = np.stack([np.ones_like(scores), np.exp(scores)], axis=1), np.exp(steps)
        forward, scale = powers.copy(), np.empty(len(scores))
        first = slice(0, self._active[0])
        scale[first] = forward[first].sum(axis=1)
        forward[first] /= scale[first, None]
        for before, here in self._pairs():
            forward[here] *= forward[before] @ moves
            scale[here] = forward[here].sum(axis=1)
            forward[here] /= scale[here, None]
        backward, steps_expected = np.ones_like(forward), np.zeros((2, 2))
        for before, here in reversed(list(self._pairs())):
            coming = powers[here] * backward[here] / scale[here, None]
            backward[before] = coming @ moves.T
            steps_expected += moves * (forward[before].T @ coming)
        likely = (forward * backward)[:, 1]
        surprise = np.log(scale).sum() - (scores * self._inside).sum() - (steps * self._steps_seen).sum()
        slope = np.concatenate([self._turned @ likely - self._inside_seen, (steps_expected - self._steps_seen).ravel()])
        return float(surprise + 0.5 * RESTRAINT * (parameters @ parameters)), slope + RESTRAINT * parameters


def _matrix(seen: Sequence[Seen], columns: dict[str, int]) -> sparse.csr_matrix:
    places, ends = [], [0]
    for each in seen:
        for row in each.rows:
            places += [columns[name] for name in row if name in columns]
            ends.append(len(places))
    return sparse.csr_matrix((np.ones(len(places)), places, ends), shape=(len(ends) - 1, len(columns)))


def cross_validate(seen: Sequence[Seen]) -> tuple[float, float]:
    """The share of subjects right by grammar alone, and by the judge of the other folds."""
    right = 0
    for fold in range(FOLDS):
        model = fit([each for place, each in enumerate(seen) if place % FOLDS != fold])
        right += sum(each.is_subject_of(model) for each in seen[fold::FOLDS])
    return sum(each.is_subject(each.by_grammar) for each in seen) / len(seen), right / len(seen)


def store(folder: Path, model: SubjectModel, sentences: int) -> None:
    """Write weights and manifest into `folder`; the same data gives the same files."""
    names = list(model.weights)
    weights = np.array([model.weights[name] for name in names])
    scale = float(np.abs(weights).max()) / LARGEST
    small = np.rint(weights / scale).astype(np.int8)
    kept = small != 0
    vocabulary = "\n".join(name for name, keep in zip(names, kept, strict=True) if keep)
    np.savez_compressed(
        folder / WEIGHTS,
        vocabulary=np.frombuffer(vocabulary.encode("utf-8"), dtype=np.uint8),
        weights=small[kept],
    )
    manifest = {
        "data_sha256": data_hash(),
        "sentences": sentences,
        "features": int(kept.sum()),
        "scale": round(scale, 8),
        "steps": np.round(model.steps, 5).tolist(),
        "versions": {name: version(name) for name in ("numpy", "rjieba", "scipy")},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _plain(words: str) -> str:
    return "".join(words.split()).lower()
