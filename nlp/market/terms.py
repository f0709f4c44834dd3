"""Words and pairs of letters of many posts, weighed by BM25, as flat arrays: 100,000 texts take milliseconds."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.segmenter import Segmenter, normalise

Scores = NDArray[np.float32]
K1, B = 1.2, 0.75
PAIR = "_"
NO_PLACES, NO_SCORES = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)


def terms_of(text: str, segmenter: Segmenter) -> list[str]:
    """Words, and pairs of letters, which carry what is cut otherwise or misspelt. A pair has a mark before it."""
    plain = normalise(text)
    pairs = [
        PAIR + run[start : start + 2]
        for run in "".join(sign if sign.isalnum() else " " for sign in plain).split()
        for start in range(len(run) - 1)
    ]
    return [*segmenter.cut_for_search(plain), *pairs]


class TermTable:
    """BM25 over a list of texts that only grows. How long a text is in general is counted when it is built."""

    def __init__(self, documents: Iterable[Sequence[str]]) -> None:
        rows: dict[str, list[int]] = {}
        counts: dict[str, list[int]] = {}
        lengths = []
        for number, terms in enumerate(documents):
            lengths.append(len(terms))
            for term, count in Counter(terms).items():
                rows.setdefault(term, []).append(number)
                counts.setdefault(term, []).append(count)
        self.size = len(lengths)
        self._mean_length = max(sum(lengths) / len(lengths), 1.0) if lengths else 1.0
        damping = self._damping(np.array(lengths, dtype=np.float32))
        self._postings: dict[str, tuple[NDArray[np.int32], Scores]] = {}
        while rows:
            term, numbers = rows.popitem()
            places = np.array(numbers, dtype=np.int32)
            often = np.array(counts.pop(term), dtype=np.float32)
            self._postings[term] = (places, often * np.float32(K1 + 1) / (often + damping[places]))

    def add(self, terms: Sequence[str]) -> None:
        """One more text, under the next number."""
        damping = self._damping(np.array([len(terms)], dtype=np.float32))
        for term, count in Counter(terms).items():
            places, often = self._postings.get(term, (NO_PLACES, NO_SCORES))
            said = np.float32(count) * np.float32(K1 + 1) / (np.float32(count) + damping)
            self._postings[term] = (np.append(places, np.int32(self.size)), np.append(often, said))
        self.size += 1

    def scores(self, terms: Iterable[str]) -> Scores:
        """For each text the share of the terms' weight that it has, about 0 to 1."""
        scores = np.zeros(self.size, dtype=np.float32)
        whole = 0.0
        for term in sorted(set(terms)):  # in one order, so that sums are the same every time
            weight = self.weigh(term)
            whole += weight * (K1 + 1)
            found = self._postings.get(term)
            if found is not None:
                scores[found[0]] += np.float32(weight) * found[1]
        return scores / np.float32(whole or 1.0)

    def weigh(self, term: str) -> float:
        """How much a term tells: one that no text has tells most."""
        found = self._postings.get(term)
        count = 0 if found is None else len(found[0])
        return math.log(1 + (self.size - count + 0.5) / (count + 0.5))

    def _damping(self, lengths: Scores) -> Scores:
        damping: Scores = (K1 * (1 - B + B * lengths / self._mean_length)).astype(np.float32)
        return damping
