"""Finds passages over the written questions: what is asked there is answered by the article behind it."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cached_property

import numpy as np

from nlp.law_names import find_references, short_name
from nlp.ports import Retriever
from nlp.question import is_answered_in_kind
from nlp.question_index import Nearness, QuestionIndex, Vector
from nlp.segmenter import normalise
from nlp.types import PassageText

NEAREST_QUESTIONS = 200
MOST_PLACES = 30
REMEMBERED = 64
# From here on a lead speaks of what is asked, not only of the same article.
NEAR_BY_WORDS, NEAR_BY_BOTH = 0.3, 0.5
# So much nearer counts a line that gives what is asked for; lines about as near are both said.
IN_KIND, NEARLY, MOST_LEADS = 0.1, 0.1, 2
# What the second and third nearest question of a passage add to the nearest.
VOTES = (1.0, 0.3, 0.3)
# Above every BM25 score, below an article that the question names.
BONUS = 400.0


class QuestionBook:
    """The written questions by the article that answers them, and how near each is to what is asked."""

    def __init__(self, index: QuestionIndex) -> None:
        self._index = index
        self._remembered: OrderedDict[str, Nearness] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def _places(self) -> list[str]:
        return [f"{short_name(each.law)}{each.article}" for each in self._index.questions]

    @cached_property
    def _by_place(self) -> dict[str, list[int]]:
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, place in enumerate(self._places):
            numbers[place].append(number)
        return numbers

    def nearness(self, text: str) -> Nearness:
        """Worked out once for what retriever, ranker and answer ask in turn."""
        with self._lock:
            known = self._remembered.get(text)
        if known is None:
            known = self._index.nearness(text)
            with self._lock:
                self._remembered[text] = known
                while len(self._remembered) > REMEMBERED:
                    self._remembered.popitem(last=False)
        return known

    def places(self, text: str) -> list[str]:
        """Articles (law and label joined) behind the nearest questions, nearest first."""
        order = _nearest(self.nearness(text).joined)
        return list(dict.fromkeys(self._places[number] for number in order))[:MOST_PLACES]

    def nearest_by_meaning(self, text: str) -> list[tuple[str, str]]:
        """Articles as (law, label) behind the nearest questions by meaning alone: the baseline of the evaluation."""
        meaning = self.nearness(text).meaning
        numbers = _nearest(meaning) if meaning is not None else []
        questions = [self._index.questions[number] for number in numbers]
        return list(dict.fromkeys((short_name(each.law), each.article) for each in questions))

    def of(self, passage: PassageText) -> list[int]:
        """The numbers of the questions that this version of an article answers."""
        return [
            number
            for number in self._by_place.get(f"{passage.document}{passage.label}", ())
            if (passed := self._index.questions[number].passed) is None or passed.isoformat() == passage.version
        ]

    def nearest_lead(self, nearness: Nearness, numbers: Sequence[int]) -> str | None:
        """The line of the nearest among these questions; None where there are none."""
        if not numbers:
            return None
        return self._index.questions[max(numbers, key=lambda number: nearness.joined[number])].lead

    def closeness(self, text: str, passage: PassageText) -> float:
        """How near a passage's own questions are: the nearest, and a part of the next two."""
        nearness = self.nearness(text)
        fits = sorted((float(nearness.joined[number]) for number in self.of(passage)), reverse=True)
        return sum(share * fit for share, fit in zip(VOTES, fits, strict=False))

    def leads(self, text: str, passage: PassageText, *, itself: str | None = None) -> tuple[str, ...]:
        """The lines that answer the passage's questions nearest to what is asked, two at most; none where none is near.

        A line with a figure goes before one without where a figure is asked for. `itself` is the question without the
        turns before it: of the near lines, those come first that are near to it too.
        """
        numbers = self.of(passage)
        if not numbers or any(reference.article for reference in find_references(text)):
            return ()  # who names an article wants to read it
        nearness, plain = self.nearness(text), normalise(itself or text)
        least = NEAR_BY_WORDS if nearness.meaning is None else NEAR_BY_BOTH
        joined = nearness.joined
        if itself is not None:
            joined = np.float32(0.5) * (joined + self.nearness(itself).joined)
        fits: dict[str, float] = {}
        for number in numbers:
            lead = self._index.questions[number].lead
            fits[lead] = max(fits.get(lead, 0.0), float(joined[number]))
        near = {
            lead: fit + (IN_KIND if is_answered_in_kind(plain, lead) else 0.0)
            for lead, fit in fits.items()
            if fit >= least
        }
        ordered = sorted(near, key=lambda lead: -near[lead])
        return tuple(lead for lead in ordered[:MOST_LEADS] if near[lead] >= near[ordered[0]] - NEARLY)


class QuestionRetriever:
    """Another retriever's passages and those behind the nearest written questions."""

    def __init__(self, book: QuestionBook, others: Retriever) -> None:
        self._book = book
        self._others = others

    def retrieve(self, question: str, *, on: date, region: str | None, limit: int) -> list[tuple[int, float]]:
        """(passage id, score), best first. Raises UpstreamUnavailable where index or embedder cannot be asked."""
        found = dict(self._others.retrieve(question, on=on, region=region, limit=limit))
        asked_before = self.find_places(self._book.places(question), on=on, region=region)
        for number in asked_before:
            found[number] = found.get(number, 0.0) + BONUS
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[: limit + len(asked_before)]

    def find_places(self, places: Sequence[str], *, on: date, region: str | None) -> list[int]:
        """Articles by name: there is nothing that written questions could add."""
        return self._others.find_places(places, on=on, region=region)


def _nearest(scores: Vector) -> list[int]:
    count = min(NEAREST_QUESTIONS, len(scores))
    best = np.argpartition(-scores, count - 1)[:count]
    return [int(number) for number in best[np.argsort(-scores[best], kind="stable")]]
