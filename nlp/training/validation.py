"""Five-fold cross-validation: what the model makes of sentences that it has not seen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from nlp.intent_features import FeatureExtractor
from nlp.intent_model import judgement
from nlp.training.calibration import Reliability, calibration_error, fit_temperature, reliability
from nlp.training.examples import Example
from nlp.training.fitting import LABELS, Features, fit, meaning_of, opening_of
from nlp.training.variation import vary

FOLDS, SEED = 5, 0


@dataclass(frozen=True)
class Judged:
    """A held-out sentence and what was made of it."""

    example: Example
    intent: str | None
    act: str | None
    confidence: float
    choices: tuple[str, ...] = ()

    @property
    def is_offered(self) -> bool:
        """Whether what was wanted is among the first three choices."""
        return (self.example.intent or self.example.act) in self.choices

    @property
    def is_right(self) -> bool:
        return (self.intent, self.act) == (self.example.intent, self.example.act)


@dataclass(frozen=True)
class Validation:
    """Every sentence judged by a model that had not seen it, and the temperatures that fit all folds."""

    judged: list[Judged]
    temperatures: tuple[float, float]
    bins: list[Reliability]

    @property
    def intent_accuracy(self) -> float:
        return _share(row.intent == row.example.intent for row in self.judged)

    @property
    def act_accuracy(self) -> float:
        return _share(row.act == row.example.act for row in self.judged)

    @property
    def calibration_error(self) -> float:
        return calibration_error(self.bins)

    @property
    def accuracy(self) -> float:
        return _share(row.is_right for row in self.judged)

    def by_source(self) -> dict[str, tuple[int, float]]:
        """For each file: sentences, and the share of which intent and act are right."""
        counts = Counter(row.example.source for row in self.judged)
        right = Counter(row.example.source for row in self.judged if row.is_right)
        return {source: (counts[source], right[source] / counts[source]) for source in sorted(counts)}

    def confusions(self) -> list[tuple[str, str, list[Judged]]]:
        """(wanted, got, sentences), most often first; a bare act counts as its act, in brackets."""
        pairs: dict[tuple[str, str], list[Judged]] = {}
        for row in self.judged:
            wanted, got = _name(row.example.intent, row.example.act), _name(row.intent, row.act)
            if wanted != got:
                pairs.setdefault((wanted, got), []).append(row)
        return sorted(((*pair, rows) for pair, rows in pairs.items()), key=lambda row: (-len(row[2]), row[:2]))


def _name(intent: str | None, act: str | None) -> str:
    return intent or f"({act})"


def _share(hits: Iterable[bool]) -> float:
    values = list(hits)
    return sum(values) / len(values)


def validate(examples: Sequence[Example], features: Mapping[str, Features], extractor: FeatureExtractor) -> Validation:
    """Judge every sentence by a model of the other folds. Temperatures of a fold come from the other folds' margins,
    so that the calibration error is of held-out sentences too."""
    margins = np.zeros((len(examples), len(LABELS)), dtype=np.float32)
    fold_of = np.zeros(len(examples), dtype=int)
    strata = [f"{example.intent}/{example.act if example.intent is None else ''}" for example in examples]
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for fold, (train, test) in enumerate(splitter.split(np.zeros(len(examples)), strata)):
        own = [examples[index] for index in train]
        varied = vary(own)
        rows = [features[example.text] for example in own] + [extractor.features(example.text) for example in varied]
        model = fit([*own, *varied], rows).model()
        for index in test:
            margins[index], fold_of[index] = model.margins(features[examples[index].text]), fold
    temperatures = _temperatures(margins, examples)
    judged, confidences = _judge(examples, margins, fold_of)
    right = np.array([row.is_right for row in judged])
    return Validation(judged, temperatures, reliability(confidences, right))


def _temperatures(margins: npt.NDArray[np.float32], examples: Sequence[Example]) -> tuple[float, float]:
    wishes = [row for row, example in enumerate(examples) if example.intent is not None]
    meanings = np.array([meaning_of(example) for example in examples])
    openings = np.array([opening_of(examples[row]) for row in wishes])
    split = LABELS.meanings
    return fit_temperature(margins[:, :split], meanings), fit_temperature(margins[wishes, split:], openings)


def _judge(
    examples: Sequence[Example], margins: npt.NDArray[np.float32], fold_of: npt.NDArray[np.int64]
) -> tuple[list[Judged], npt.NDArray[np.float64]]:
    judged: list[Judged | None] = [None] * len(examples)
    for fold in range(FOLDS):
        others = [index for index in range(len(examples)) if fold_of[index] != fold]
        temperatures = _temperatures(margins[others], [examples[index] for index in others])
        for index in np.flatnonzero(fold_of == fold).tolist():
            judged[index] = _best(examples[index], margins[index], temperatures)
    complete = [row for row in judged if row is not None]
    return complete, np.array([row.confidence for row in complete])


def _best(example: Example, margins: npt.NDArray[np.float32], temperatures: tuple[float, float]) -> Judged:
    read = judgement(margins, LABELS, temperatures)
    ranked = sorted([*read.intents[:3], *read.bare_acts[:3]], key=lambda item: -item[1])
    choices = tuple(label for label, _ in ranked[:3])
    if read.is_bare_act:
        act, chance = read.bare_acts[0]
        return Judged(example, None, act, chance, choices)
    intent, chance = read.intents[0]
    return Judged(example, intent, read.openings[0][0], chance * read.openings[0][1], choices)
