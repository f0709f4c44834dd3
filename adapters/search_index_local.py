"""The SearchIndex port without a disk: one that keeps everything in memory, and one that is always down."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from adapters.search_index import UNAVAILABLE
from adapters.search_index_queries import FACET_VALUES, check_query
from core.errors import UpstreamUnavailable
from core.search import IndexDocument, IndexHit, IndexPage, IndexQuery, IndexSchema, NumberRange

SATURATION = 1.2
LENGTH_WEIGHT = 0.75


class LocalIndex:
    """For tests and tools that need no disk: the same filters, facets, sorting and errors, a plain BM25."""

    needs_rebuild = False

    def __init__(self, schema: IndexSchema) -> None:
        self._schema = schema
        self._documents: dict[int, IndexDocument] = {}
        self._words: dict[int, dict[str, Counter[str]]] = {}
        self.last_serial = 0

    def search(self, query: IndexQuery) -> IndexPage:
        check_query(self._schema, query)
        found = [document for document in self._documents.values() if self._matches(document, query)]
        ranked = self._sorted(found, query) if query.sort_by is not None else self._ranked(found, query)
        return IndexPage(
            hits=tuple(ranked[query.offset : query.offset + query.limit]),
            total=len(found) if query.count else None,
            facets={name: _count_values(found, name) for name in query.facets},
        )

    def apply(
        self, documents: Iterable[IndexDocument], deleted_ids: Iterable[int] = (), *, serial: int | None = None
    ) -> int:
        # Read everything first: a source that breaks in the middle must change nothing.
        added = list(documents)
        for document in added:
            self._check_fields(document)
        for document in added:
            self._documents[document.id] = document
            self._words[document.id] = {name: Counter(text.lower().split()) for name, text in document.text.items()}
        for number in deleted_ids:
            self._documents.pop(number, None)
            self._words.pop(number, None)
        if serial is not None:
            self.last_serial = serial
        return len(added)

    def rebuild(self, documents: Iterable[IndexDocument], *, serial: int = 0) -> int:
        beside = LocalIndex(self._schema)
        count = beside.apply(documents)
        self._documents, self._words, self.last_serial = beside._documents, beside._words, serial
        return count

    def mark(self, serial: int) -> None:
        self.last_serial = serial

    def _check_fields(self, document: IndexDocument) -> None:
        for given, known in (
            (document.text, self._schema.text),
            (document.keywords, self._schema.keywords),
            (document.numbers, self._schema.numbers),
        ):
            for name in given:
                if name not in known:
                    raise ValueError(f"The index has no such field: {name}")

    def _has(self, document: IndexDocument, word: str) -> bool:
        return any(word.lower() in words for words in self._words[document.id].values())

    def _matches(self, document: IndexDocument, query: IndexQuery) -> bool:
        if not all(self._has(document, word) for word in query.required):
            return False
        if query.ids is not None and not _within(document.id, query.ids):
            return False
        needed = query.minimum_words or (0 if query.required else 1)
        if query.words and sum(self._has(document, word) for word in query.words) < min(needed, len(query.words)):
            return False
        if not all(_has_any(document, name, values) for name, values in query.keywords.items() if values):
            return False
        if any(_has_any(document, name, values) for name, values in query.excluded.items()):
            return False
        if any(all(self._has(document, word) for word in unwanted) for unwanted in query.excluded_words):
            return False
        return all(_in_range(document.numbers, name, span) for name, span in query.numbers.items())

    def _ranked(self, found: list[IndexDocument], query: IndexQuery) -> list[IndexHit]:
        scores = dict.fromkeys((document.id for document in found), 0.0)
        for word in (*query.required, *query.words):
            for name, weight in self._schema.text.items():
                for number, score in self._word_scores(name, word.lower()).items():
                    if number in scores:
                        scores[number] += weight * score
        return sorted((IndexHit(number, score) for number, score in scores.items()), key=lambda hit: -hit.score)

    def _sorted(self, found: list[IndexDocument], query: IndexQuery) -> list[IndexHit]:
        name = query.sort_by or ""
        having = [document for document in found if name in document.numbers]
        having.sort(key=lambda document: document.numbers[name], reverse=query.descending)
        lacking = [document for document in found if name not in document.numbers]
        return [IndexHit(document.id, 0.0) for document in having + lacking]

    def _word_scores(self, name: str, word: str) -> dict[int, float]:
        fields = {number: words.get(name, Counter()) for number, words in self._words.items()}
        having = {number: counts for number, counts in fields.items() if word in counts}
        if not having:
            return {}
        usual_length = sum(counts.total() for counts in fields.values()) / len(fields)
        rarity = math.log(1 + (len(fields) - len(having) + 0.5) / (len(having) + 0.5))
        scores = {}
        for number, counts in having.items():
            length = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * counts.total() / usual_length
            scores[number] = rarity * counts[word] * (SATURATION + 1) / (counts[word] + SATURATION * length)
        return scores


class FailingIndex:
    """An index that is down, whatever one asks."""

    needs_rebuild = False
    last_serial = 0

    def search(self, query: IndexQuery) -> IndexPage:
        raise UpstreamUnavailable(UNAVAILABLE)

    def apply(
        self, documents: Iterable[IndexDocument], deleted_ids: Iterable[int] = (), *, serial: int | None = None
    ) -> int:
        raise UpstreamUnavailable(UNAVAILABLE)

    def rebuild(self, documents: Iterable[IndexDocument], *, serial: int = 0) -> int:
        raise UpstreamUnavailable(UNAVAILABLE)

    def mark(self, serial: int) -> None:
        raise UpstreamUnavailable(UNAVAILABLE)


def _has_any(document: IndexDocument, name: str, values: Sequence[str]) -> bool:
    return not set(values).isdisjoint(document.keywords.get(name, ()))


def _in_range(numbers: Mapping[str, int], name: str, span: NumberRange) -> bool:
    if span.low is None and span.high is None:
        return True
    return name in numbers and _within(numbers[name], span)


def _within(number: int, span: NumberRange) -> bool:
    return (span.low is None or number >= span.low) and (span.high is None or number <= span.high)


def _count_values(found: list[IndexDocument], name: str) -> tuple[tuple[str, int], ...]:
    counts = Counter(value for document in found for value in set(document.keywords.get(name, ())))
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))[:FACET_VALUES]
