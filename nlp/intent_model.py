"""The trained judge of intents and acts: one matrix of weights, read with numpy (trained by `make train`)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from nlp.acts import ActFinder
from nlp.intent_features import FeatureExtractor
from nlp.intents import PatternClassifier
from nlp.segmenter import default_segmenter
from nlp.slots import SlotFinder

FOLDER = Path(__file__).parent.parent / "data" / "models"
WEIGHTS, MANIFEST = "understanding.npz", "understanding.json"
# What is less likely than this is not worth offering.
LEAST = 0.01

Label = TypeVar("Label", str, str | None)


@dataclass(frozen=True)
class Judgement:
    """What a sentence may be, with probabilities, best first.

    A sentence is a wish or nothing but an act; `openings` are the acts that a wish may open with (不对 我要…), None for
    none.
    """

    intents: tuple[tuple[str, float], ...]
    bare_acts: tuple[tuple[str, float], ...]
    openings: tuple[tuple[str | None, float], ...]

    @property
    def is_bare_act(self) -> bool:
        """Whether an act alone is likelier than any wish."""
        return bool(self.bare_acts) and self.bare_acts[0][1] > self.intents[0][1]

    def is_wish(self, confidence: float, intent: str | None = None) -> bool:
        """Whether a wish (that one, where named) is this likely."""
        best = self.intents[0] if self.intents else ("", 0.0)
        return best[1] >= confidence and intent in {None, best[0]}


class LinearModel:
    """Two linear judges over the same named features. Pure after construction.

    `weights` is (features, labels) in whole numbers of -127 to 127, `scales` and `bias` are (labels,). Labels are first
    the intents and the bare acts, which one judge weighs against each other, then the openings.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        weights: npt.NDArray[np.int8],
        scales: npt.NDArray[np.float32],
        bias: npt.NDArray[np.float32],
        *,
        labels: "Labels",
        temperatures: tuple[float, float],
    ) -> None:
        self._vocabulary = vocabulary
        self._weights = weights
        self._scales = scales
        self._bias = bias
        self._labels = labels
        self._temperatures = temperatures

    def margins(self, features: Mapping[str, float]) -> npt.NDArray[np.float32]:
        """The sum of weights for each label, (labels,)."""
        known = [(self._vocabulary[name], value) for name, value in features.items() if name in self._vocabulary]
        if not known:
            return self._bias
        rows = np.array([row for row, _ in known])
        values = np.array([value for _, value in known], dtype=np.float32)
        sums: npt.NDArray[np.float32] = (values @ self._weights[rows].astype(np.float32)) * self._scales + self._bias
        return sums

    def judge(self, features: Mapping[str, float]) -> Judgement:
        """Calibrated probabilities."""
        return judgement(self.margins(features), self._labels, self._temperatures)


@dataclass(frozen=True)
class Labels:
    """What the columns of the weights stand for, in order."""

    intents: tuple[str, ...]
    bare_acts: tuple[str, ...]
    openings: tuple[str | None, ...]

    @property
    def meanings(self) -> int:
        """How many columns the first judge has."""
        return len(self.intents) + len(self.bare_acts)

    def __len__(self) -> int:
        return self.meanings + len(self.openings)


def judgement(margins: npt.NDArray[np.float32], labels: Labels, temperatures: tuple[float, float]) -> Judgement:
    """Margins (labels,) as probabilities."""
    meanings = [float(chance) for chance in softmax(margins[: labels.meanings] / temperatures[0])]
    openings = [float(chance) for chance in softmax(margins[labels.meanings :] / temperatures[1])]
    split = len(labels.intents)
    return Judgement(
        _ranked(labels.intents, meanings[:split]),
        _ranked(labels.bare_acts, meanings[split:]),
        _ranked(labels.openings, openings),
    )


def _ranked(labels: Sequence[Label], chances: Sequence[float]) -> tuple[tuple[Label, float], ...]:
    return tuple(sorted(zip(labels, chances, strict=True), key=lambda item: (-item[1], item[0] or "")))


def softmax(margins: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Probabilities along the last axis."""
    powers = np.exp(np.asarray(margins, dtype=np.float64) - np.max(margins, axis=-1, keepdims=True))
    shares: npt.NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


class TrainedClassifier:
    """Judges plain sentences by the model of data/models."""

    def __init__(self, model: LinearModel, extractor: FeatureExtractor) -> None:
        self._model = model
        self._extractor = extractor

    def judge(self, text: str) -> Judgement:
        """What a plain sentence may be."""
        return self._model.judge(self._extractor.features(text))

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Every plausible intent, best first."""
        return [(intent, chance) for intent, chance in self.judge(text).intents if chance >= LEAST]


def read_model(folder: Path = FOLDER) -> LinearModel:
    """The stored model; OSError or KeyError where its files are missing or not ours."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
        names = arrays["vocabulary"].tobytes().decode("utf-8").split("\n")
        weights, scales, bias = arrays["weights"], arrays["scales"], arrays["bias"]
    return LinearModel(
        {name: row for row, name in enumerate(names)},
        weights,
        scales,
        bias,
        labels=Labels(tuple(manifest["intents"]), tuple(manifest["bare_acts"]), tuple(manifest["openings"])),
        temperatures=(manifest["temperatures"]["meaning"], manifest["temperatures"]["opening"]),
    )


def default_extractor() -> FeatureExtractor:
    """The features that the stored model was trained on."""
    segmenter = default_segmenter()
    return FeatureExtractor(segmenter, SlotFinder(segmenter), PatternClassifier(), ActFinder())


@lru_cache(maxsize=1)
def default_classifier() -> TrainedClassifier:
    """The product's classifier, loaded on first use and shared within the process."""
    return TrainedClassifier(read_model(), default_extractor())
