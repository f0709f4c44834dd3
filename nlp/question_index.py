"""Which written questions are nearest to what is asked: by words and letters, and by meaning too once vectors are."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.ports import Embedder
from nlp.question_bank import PlainQuestion, all_questions
from nlp.segmenter import Segmenter, normalise

Vector = NDArray[np.float32]
QUERY, PASSAGE = "query", "passage"
# Pairs of letters carry what words miss: slips of the keyboard, clipped words, words cut otherwise.
PAIR_WEIGHT = 0.6
LEAD_SHARE = 0.3
# e5's cosines of any two texts lie close together; what is below says nothing.
LEAST_COSINE, LEAST_LEAD_COSINE, COSINE_RANGE = 0.8, 0.78, 0.2
# A job computes the vectors while questions are asked already.
LOOK_EVERY_SECONDS = 30


class StoredVectors(Protocol):
    """Vectors by text, as adapters.vector_store keeps them."""

    def find(self, texts: Sequence[str], *, kind: str) -> tuple[Vector, NDArray[np.bool_]]: ...


@dataclass(frozen=True)
class Nearness:
    """How near each written question and its lead are, 0 to 1: by words, and by meaning (None without vectors)."""

    words: Vector
    lead_words: Vector
    meaning: Vector | None
    lead_meaning: Vector | None

    @cached_property
    def joined(self) -> Vector:
        """One figure a question. The shares are those that found most articles first among our own questions."""
        if self.meaning is None or self.lead_meaning is None:
            return self.words + np.float32(LEAD_SHARE) * self.lead_words
        halves = np.float32(0.5) * (self.words + self.meaning)
        return halves + np.float32(LEAD_SHARE) * (self.lead_words + self.lead_meaning)


class QuestionIndex:
    """All written questions in memory; a search costs about a millisecond beside the embedding.

    They are read and counted when first asked for, which takes a second; most processes never need them.
    """

    def __init__(
        self,
        segmenter: Segmenter,
        questions: Sequence[PlainQuestion] | None = None,
        *,
        vectors: StoredVectors | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        """`questions` are the product's own unless given."""
        self._given = questions
        self._segmenter = segmenter
        self._vectors = vectors
        self._embedder = embedder
        self._matrices: tuple[Vector, Vector] | None = None
        self._look_at = 0.0

    @cached_property
    def questions(self) -> tuple[PlainQuestion, ...]:
        return all_questions() if self._given is None else tuple(self._given)

    @cached_property
    def leads(self) -> tuple[str, ...]:
        """Each lead once; `_lead_of` says which one a question has."""
        return tuple(dict.fromkeys(each.lead for each in self.questions))

    @cached_property
    def _lead_of(self) -> NDArray[np.int32]:
        number = {lead: place for place, lead in enumerate(self.leads)}
        return np.array([number[each.lead] for each in self.questions], dtype=np.int32)

    @cached_property
    def _table(self) -> "_TermTable":
        return _count_terms(tuple(each.text for each in self.questions), self._segmenter)

    @cached_property
    def _lead_table(self) -> "_TermTable":
        return _count_terms(self.leads, self._segmenter)

    def nearness(self, text: str) -> Nearness:
        """Raises UpstreamUnavailable where an embedder is there and does not answer."""
        terms = _terms(text, self._segmenter)
        words, lead_words = self._table.scores(terms), self._lead_table.scores(terms)[self._lead_of]
        matrices = self._known_vectors()
        if matrices is None or self._embedder is None:
            return Nearness(words, lead_words, None, None)
        asked = np.asarray(self._embedder.embed([text], kind=QUERY)[0], dtype=np.float32)
        meaning = _spread(matrices[0] @ asked, LEAST_COSINE)
        return Nearness(words, lead_words, meaning, _spread(matrices[1] @ asked, LEAST_LEAD_COSINE)[self._lead_of])

    def _known_vectors(self) -> tuple[Vector, Vector] | None:
        """Of questions and leads, once every one is there; until then words alone serve."""
        if self._matrices is None and self._vectors is not None and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_EVERY_SECONDS
            questions, known = self._vectors.find([each.text for each in self.questions], kind=QUERY)
            leads, known_leads = self._vectors.find(self.leads, kind=PASSAGE)
            if known.size and known.all() and known_leads.all():
                self._matrices = (questions, leads)
        return self._matrices


def _terms(text: str, segmenter: Segmenter) -> Counter[str]:
    plain = normalise(text)
    letters = "".join(letter for letter in plain if letter.isalnum())
    terms = Counter(segmenter.cut_for_search(plain))
    for start in range(len(letters) - 1):
        terms["_" + letters[start : start + 2]] += 1
    return terms


@lru_cache(maxsize=8)
def _count_terms(texts: tuple[str, ...], segmenter: Segmenter) -> "_TermTable":
    """Counted once a process, whoever asks."""
    return _TermTable([_terms(text, segmenter) for text in texts])


class _TermTable:
    """Cosines of weighted terms, rare ones weighing more, over a fixed list of texts."""

    def __init__(self, documents: Sequence[Counter[str]]) -> None:
        having = Counter(term for terms in documents for term in terms)
        total = len(documents) or 1
        self._size = len(documents)
        self._unknown = float(np.log(1 + total))
        self._rarity = {term: float(np.log(1 + total / count)) for term, count in having.items()}
        rows: dict[str, list[int]] = defaultdict(list)
        weights: dict[str, list[float]] = defaultdict(list)
        for number, terms in enumerate(documents):
            for term, weight in self._weigh(terms).items():
                rows[term].append(number)
                weights[term].append(weight)
        self._postings = {
            term: (np.array(rows[term], dtype=np.int32), np.array(weights[term], dtype=np.float32)) for term in rows
        }

    def scores(self, terms: Counter[str]) -> Vector:
        scores = np.zeros(self._size, dtype=np.float32)
        for term, weight in self._weigh(terms).items():
            if term in self._postings:
                rows, weights = self._postings[term]
                scores[rows] += np.float32(weight) * weights
        return scores

    def _weigh(self, terms: Counter[str]) -> dict[str, float]:
        weighed = {
            term: self._rarity.get(term, self._unknown) * (PAIR_WEIGHT if term.startswith("_") else 1.0)
            for term in terms
        }
        length = sum(weight * weight for weight in weighed.values()) ** 0.5 or 1.0
        return {term: weight / length for term, weight in weighed.items()}


def _spread(cosines: Vector, least: float) -> Vector:
    spread: Vector = np.clip((cosines - least) / COSINE_RANGE, 0.0, 1.0).astype(np.float32)
    return spread
