"""How much a word tells: rare words in the knowledge base weigh more than common ones."""

import math
from typing import Protocol

from core.search import IndexQuery
from nlp.ports import SearchIndex

MOST_WORDS = 20_000
# The weights are taken anew when the index has grown or shrunk by so much.
NOTABLE_CHANGE = 0.05
UNKNOWN_SIZE = 1_000


class WordWeights(Protocol):
    """Gives each word a weight above 0; larger means rarer."""

    def weigh(self, word: str) -> float: ...

    def is_unknown(self, word: str) -> bool:
        """Whether no text has the word."""

    def refresh(self) -> None:
        """Look whether the texts behind the weights have changed; called once a question."""


class IndexWordWeights:
    """Inverse document frequency, counted by the index itself and remembered in the process."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._size = 0
        self._counts: dict[str, int] = {}

    def refresh(self) -> None:
        """Raises UpstreamUnavailable like any search."""
        size = self._index.search(IndexQuery(limit=1)).total or 0
        if abs(size - self._size) > NOTABLE_CHANGE * max(self._size, 1):
            self._size, self._counts = size, {}

    def weigh(self, word: str) -> float:
        """Raises UpstreamUnavailable like any search."""
        return math.log(1 + max(self._size, UNKNOWN_SIZE) / (self.count(word) + 1))

    def is_unknown(self, word: str) -> bool:
        """Raises UpstreamUnavailable like any search."""
        return self.count(word) == 0

    def count(self, word: str) -> int:
        """How many texts have the word, as counted since the last refresh that found a notable change.

        Raises UpstreamUnavailable like any search.
        """
        known = self._counts.get(word)
        if known is None:
            if len(self._counts) >= MOST_WORDS:
                self._counts.clear()
            known = self._index.search(IndexQuery(words=(word,), limit=1)).total or 0
            self._counts[word] = known
        return known
