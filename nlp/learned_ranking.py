"""Orders passages by a small learned model: nearness to written questions, shared words, what kind of text it is."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nlp.askable import default_askable
from nlp.law_names import find_references
from nlp.ports import Ranker
from nlp.question import is_answered_in_kind
from nlp.question_index import Vector
from nlp.question_retrieval import VOTES, QuestionBook
from nlp.ranking import EVERYWHERE, GUIDE, is_near
from nlp.scope import local_factor, right_factor, scope_factor
from nlp.segmenter import normalise
from nlp.types import PassageText

ENOUGH = 0.33
# From which score on a guide goes before laws, and by how much, with vectors and without: by words alone laws are
# ordered less well, and a guide, written in the words of those who ask, is the safer answer.
SURE_GUIDE, GUIDE_BONUS = {True: 0.65, False: 0.4}, {True: 0.4, False: 0.6}
# Beyond this a passage's own odds say nothing more about whether to answer.
MOST_LOG_ODDS = 8.0
MODEL = Path(__file__).resolve().parent.parent / "data" / "models" / "ranker.json"
FEATURES = (
    "words", "words_voted", "meaning", "meaning_voted", "lead_words", "lead_meaning", "joined", "joined_voted",
    "joined_before_next", "is_nearest", "lexical", "lexical_before_next", "has_questions", "is_near", "is_local",
    "scope", "in_kind", "lead_in_kind",
)  # fmt: skip


@dataclass(frozen=True)
class Regression:
    """A logistic regression."""

    weights: tuple[float, ...]
    bias: float

    def log_odds(self, row: Vector | Sequence[float]) -> float:
        return float(np.dot(row, np.asarray(self.weights, dtype=np.float32))) + self.bias


@dataclass(frozen=True)
class RankingModel:
    """One regression for articles and one for guides, each with vectors and without (then nearness is by words only).

    `answering` turns the passage's log-odds and the question's own (nlp.askable) into the probability that an answer is
    right to give; from `enough` on it is given.
    """

    articles: Mapping[bool, Regression]
    guides: Mapping[bool, Regression]
    answering: Mapping[bool, Regression]
    enough: Mapping[bool, float]

    @classmethod
    def load(cls, path: Path = MODEL) -> "RankingModel":
        """Raises ValueError where the file was trained on other features."""
        data = json.loads(path.read_text(encoding="utf-8"))
        if tuple(data["features"]) != FEATURES:
            raise ValueError("The ranking model was trained on other features: run make train-ranker.")
        parts = {True: data["with_vectors"], False: data["words_only"]}
        return cls(
            articles={key: _regression(part["articles"]) for key, part in parts.items()},
            guides={key: _regression(part["guides"]) for key, part in parts.items()},
            answering={key: _regression(part["answering"]) for key, part in parts.items()},
            enough={key: part["enough"] for key, part in parts.items()},
        )


def _regression(data: Mapping[str, Any]) -> Regression:
    return Regression(tuple(data["weights"]), data["bias"])


@cache
def default_model() -> RankingModel:
    """The model in the repository, read once a process."""
    return RankingModel.load()


class LearnedRanker:
    """Satisfies nlp.ports.Ranker; scores are probabilities that the passage answers."""

    def __init__(self, book: QuestionBook, lexical: Ranker) -> None:
        self._book = book
        self._lexical = lexical

    @cached_property
    def _model(self) -> RankingModel:
        return default_model()

    def rank(self, question: str, passages: Sequence[PassageText]) -> list[tuple[PassageText, float]]:
        """(passage, score), best first. A score of ENOUGH and more says that the passage answers."""
        by_words = self._lexical.rank(question, passages)
        references = find_references(question)
        if any(reference.article for reference in references):
            return by_words  # an article was named: it answers, and nothing else does
        lexical = {passage.passage_id: score for passage, score in by_words}
        scores = self._scores(question, passages, lexical)
        if references:
            # Another law than the one named cannot answer, least of all where the named one does not exist.
            scores = [
                score if lexical[passage.passage_id] else 0.0 for passage, score in zip(passages, scores, strict=True)
            ]
        has_meaning = self._book.nearness(question).meaning is not None
        ranked = zip(passages, scores, strict=True)
        return sorted(ranked, key=lambda pair: (-_preference(pair[0], pair[1], has_meaning), pair[0].passage_id))

    def _scores(self, question: str, passages: Sequence[PassageText], lexical: Mapping[int, float]) -> list[float]:
        has_meaning = self._book.nearness(question).meaning is not None
        asked = default_askable().score(question)
        rows = features(question, passages, self._book, lexical)
        plain = normalise(question)
        return [
            right_factor(plain, passage)
            * local_factor(question, passage)
            * self._score(passage, row, lexical[passage.passage_id], asked, has_meaning)
            for passage, row in zip(passages, rows, strict=True)
        ]

    def _score(self, passage: PassageText, row: Vector, shared: float, asked: float, has_meaning: bool) -> float:
        if passage.kind == GUIDE:
            # Guides are written in the words of those who ask: shared words and their own questions decide.
            return shared
        answers = _bounded(self._model.articles[has_meaning].log_odds(row))
        probability = _sigmoid(self._model.answering[has_meaning].log_odds((answers, asked)))
        return _spread(probability, self._model.enough[has_meaning])


def _preference(passage: PassageText, score: float, has_meaning: bool) -> float:
    """A guide that clearly speaks of what is asked goes before a law: it says what to do, and names the articles."""
    is_sure = passage.kind == GUIDE and score >= SURE_GUIDE[has_meaning]
    return score + (GUIDE_BONUS[has_meaning] if is_sure else 0.0)


def features(
    question: str, passages: Sequence[PassageText], book: QuestionBook, lexical: Mapping[int, float]
) -> Vector:
    """One row of FEATURES for each passage."""
    nearness, plain = book.nearness(question), normalise(question)
    numbers = [book.of(passage) for passage in passages]
    nothing = np.zeros_like(nearness.words)
    meaning = nothing if nearness.meaning is None else nearness.meaning
    lead_meaning = nothing if nearness.lead_meaning is None else nearness.lead_meaning
    joined = [_voted(nearness.joined, each) for each in numbers]
    before = _before_next(joined)
    is_law = [passage.kind != GUIDE for passage in passages]
    shared = [lexical[passage.passage_id] for passage in passages]
    shared_before = _before_next([score if law else 0.0 for score, law in zip(shared, is_law, strict=True)])
    rows = [
        (
            _best(nearness.words, own), _voted(nearness.words, own), _best(meaning, own), _voted(meaning, own),
            _best(nearness.lead_words, own), _best(lead_meaning, own), _best(nearness.joined, own), joined[place],
            before[place], float(before[place] > 0), shared[place], shared_before[place], float(bool(own)),
            float(is_near(passage)), float(passage.region != EVERYWHERE and passage.region not in question),
            scope_factor(plain, passage), float(is_answered_in_kind(plain, passage.text)),
            float(is_answered_in_kind(plain, book.nearest_lead(nearness, own) or passage.text)),
        )
        for place, (passage, own) in enumerate(zip(passages, numbers, strict=True))
    ]  # fmt: skip
    return np.array(rows, dtype=np.float32).reshape(len(passages), len(FEATURES))


def _best(scores: Vector, numbers: Sequence[int]) -> float:
    return max((float(scores[number]) for number in numbers), default=0.0)


def _voted(scores: Vector, numbers: Sequence[int]) -> float:
    ordered = sorted((float(scores[number]) for number in numbers), reverse=True)
    return sum(share * score for share, score in zip(VOTES, ordered, strict=False))


def _before_next(scores: Sequence[float]) -> list[float]:
    """How far each is before the next one, or behind the first."""
    first, second, *_ = [*sorted(scores, reverse=True), 0.0, 0.0]
    return [score - (second if score >= first else first) for score in scores]


def _spread(probability: float, enough: float) -> float:
    """The same order with `enough` at ENOUGH, so that one threshold serves with vectors and without."""
    if probability < enough:
        return ENOUGH * probability / enough
    return ENOUGH + (1 - ENOUGH) * (probability - enough) / (1 - enough)


def _bounded(log_odds: float) -> float:
    return max(min(log_odds, MOST_LOG_ODDS), -MOST_LOG_ODDS)


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(min(value, 30.0), -30.0)))
