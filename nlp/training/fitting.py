"""Fitting the two linear judges: features to a sparse matrix, one-against-the-rest machines, small whole numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from sklearn.svm import LinearSVC

from nlp.intent_model import Labels, LinearModel
from nlp.intents import INTENTS
from nlp.training.examples import ACTS, Example

# How little the machines are held back; chosen by cross-validation among 0.5, 1, 2, 4.
FREEDOM = 2.0
SEED = 0
# A feature seen in one sentence only says nothing about others.
SEEN_AT_LEAST = 2
LARGEST = 127

Features = Mapping[str, float]
LABELS = Labels(tuple(sorted(INTENTS)), ACTS, (*ACTS, None))


@dataclass(frozen=True)
class Weights:
    """What is stored: names of the features in order, and the arrays of a LinearModel."""

    names: list[str]
    weights: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def model(self, temperatures: tuple[float, float] = (1.0, 1.0)) -> LinearModel:
        """The model that these weights make."""
        return LinearModel(
            {name: row for row, name in enumerate(self.names)},
            self.weights,
            self.scales,
            self.bias,
            labels=LABELS,
            temperatures=temperatures,
        )


def fit(examples: Sequence[Example], features: Sequence[Features]) -> Weights:
    """Weights for both judges from sentences and their features, which stand in the same order."""
    seen = Counter(name for row in features for name in row)
    names = sorted(name for name, count in seen.items() if count >= SEEN_AT_LEAST)
    matrix = _matrix(features, {name: column for column, name in enumerate(names)})
    wishes = [row for row, example in enumerate(examples) if example.intent is not None]
    parts = [
        _machine(matrix, [meaning_of(example) for example in examples], LABELS.meanings),
        _machine(matrix[wishes], [opening_of(examples[row]) for row in wishes], len(LABELS.openings)),
    ]
    weights = np.hstack([part[0] for part in parts])
    bias = np.concatenate([part[1] for part in parts])
    scales = np.abs(weights).max(axis=0) / LARGEST
    scales[scales == 0] = 1.0
    small = np.rint(weights / scales).astype(np.int8)
    kept = np.abs(small).max(axis=1) > 0
    return Weights(
        [name for name, keep in zip(names, kept, strict=True) if keep],
        small[kept],
        scales.astype(np.float32),
        bias.astype(np.float32),
    )


def meaning_of(example: Example) -> int:
    """The column of an example's intent, or of its act where it is nothing else."""
    if example.intent is not None:
        return LABELS.intents.index(example.intent)
    return len(LABELS.intents) + LABELS.bare_acts.index(example.act or "")


def opening_of(example: Example) -> int:
    """The column, among the openings, of the act that a wish opens with."""
    return LABELS.openings.index(example.act)


def _matrix(features: Sequence[Features], columns: Mapping[str, int]) -> sparse.csr_matrix:
    places, values, ends = [], [], [0]
    for row in features:
        for name, value in row.items():
            if name in columns:
                places.append(columns[name])
                values.append(value)
        ends.append(len(places))
    matrix = sparse.csr_matrix((values, places, ends), shape=(len(features), len(columns)), dtype=np.float64)
    matrix.sort_indices()
    return matrix


def _machine(
    matrix: sparse.csr_matrix, labels: Sequence[int], count: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(features, labels) weights and (labels,) bias; a label without sentences is never chosen."""
    machine = LinearSVC(C=FREEDOM, random_state=SEED, tol=1e-3).fit(matrix, labels)
    weights = np.zeros((matrix.shape[1], count))
    bias = np.full(count, -10.0)
    weights[:, machine.classes_] = machine.coef_.T
    bias[machine.classes_] = machine.intercept_
    return weights, bias
