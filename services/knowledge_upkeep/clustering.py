"""Groups sentences by meaning: average linkage over unit vectors, a chunk at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Calibrated on the 374 questions of the guides with multilingual-e5-small: at 0.91 the groups hold two thirds of their
# members from one guide, and the rest from guides of the same subject; lower, all questions on patents run together.
ALIKE = 0.91
# The pairwise table of one chunk: 1,200 squared is 12 MB and about two seconds.
CHUNK = 1_200

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Grouping:
    """For each sentence the number of its group, and its mean likeness to the group's members (1.0 alone)."""

    labels: list[int]
    closeness: list[float]


def group_by_meaning(vectors: Vectors, *, alike: float = ALIKE, chunk: int = CHUNK) -> Grouping:
    """Group unit vectors, shape (n, d): two groups are one where their members are alike on average.

    What comes first counts most: later chunks join the groups of earlier ones where they fit, else form their own.
    Deterministic; the same vectors in the same order give the same groups.
    """
    labels = np.full(len(vectors), -1)
    means = np.zeros((0, vectors.shape[1] if len(vectors) else 0))
    for start in range(0, len(vectors), chunk):
        rows = np.arange(start, min(start + chunk, len(vectors)))
        rows = rows[~_join(vectors, rows, labels, means, alike)]
        for members in _linked(vectors[rows], alike):
            labels[rows[members]] = labels.max() + 1
        means = _means(vectors, labels)
    sizes = np.bincount(labels) if len(labels) else np.zeros(0)
    closeness = [float(vectors[row] @ means[label]) if sizes[label] > 1 else 1.0 for row, label in enumerate(labels)]
    return Grouping([int(label) for label in labels], closeness)


def _join(
    vectors: Vectors, rows: NDArray[np.int_], labels: NDArray[np.int_], means: NDArray[np.float64], alike: float
) -> NDArray[np.bool_]:
    """Put each row into the group that it is most like on average; says of each whether it is like one."""
    if not len(means):
        return np.zeros(len(rows), dtype=bool)
    likeness = vectors[rows] @ means.T
    fits: NDArray[np.bool_] = likeness.max(axis=1) >= alike
    labels[rows[fits]] = likeness.argmax(axis=1)[fits]
    return fits


def _means(vectors: Vectors, labels: NDArray[np.int_]) -> NDArray[np.float64]:
    """Each group's mean vector, shape (groups, d): a dot product with it is the mean likeness to the members."""
    known = labels >= 0
    sums = np.zeros((int(labels.max()) + 1, vectors.shape[1]))
    np.add.at(sums, labels[known], vectors[known])
    return sums / np.bincount(labels[known])[:, None]


def _linked(vectors: Vectors, alike: float) -> list[list[int]]:
    """Average linkage: the two groups most alike become one until none are alike enough."""
    count = len(vectors)
    if count == 0:
        return []
    likeness = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(likeness, -1.0)
    sizes = np.ones(count)
    members: dict[int, list[int]] = {number: [number] for number in range(count)}
    best = likeness.max(axis=1)
    while True:
        one = int(best.argmax())
        if best[one] < alike:
            break
        other = int(likeness[one].argmax())
        _merge(likeness, sizes, one, other)
        members[one] += members.pop(other)
        best = likeness.max(axis=1)
    return [sorted(each) for each in sorted(members.values(), key=lambda each: (-len(each), min(each)))]


def _merge(likeness: NDArray[np.float64], sizes: NDArray[np.float64], one: int, other: int) -> None:
    joined = (likeness[one] * sizes[one] + likeness[other] * sizes[other]) / (sizes[one] + sizes[other])
    likeness[one, :] = likeness[:, one] = joined
    likeness[other, :] = likeness[:, other] = -1.0
    likeness[one, one] = likeness[one, other] = likeness[other, one] = -1.0
    sizes[one] += sizes[other]


def to_bytes(vector: Sequence[float]) -> bytes:
    """A vector as it is stored: 32-bit floats, least significant byte first."""
    return np.asarray(vector, dtype="<f4").tobytes()


def from_bytes(rows: Sequence[bytes]) -> Vectors:
    """The vectors, shape (n, d); all rows must be equally long."""
    return np.frombuffer(b"".join(rows), dtype="<f4").reshape(len(rows), -1).astype(np.float32)
