"""Finds the passages that may answer a question: by the article it names, else by its words, valid on the day asked."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from core.search import IndexPage, IndexQuery, IndexSchema, NumberRange
from nlp.law_names import LawReference, find_references
from nlp.ports import SearchIndex
from nlp.segmenter import Segmenter, normalise
from nlp.word_lists import everyday_words

KNOWLEDGE_SCHEMA = IndexSchema(
    name="knowledge",
    text={"text": 1.0, "title": 1.5, "questions": 2.0, "chapter": 0.5},
    keywords=("kind", "region", "document", "article", "statute", "place"),
    numbers=("valid_from", "valid_to"),
)
EVERYWHERE = "全国"
EARLIEST, LATEST = 0, 99_991_231
GUIDE = "guide"
# Above every BM25 score, so that what the question names comes first.
NAMED_ARTICLE, NAMED_LAW = 1_000.0, 500.0
REGION_LEVEL = re.compile(r".+?(?:特别行政区|自治区|自治州|地区|省|市|盟|区|县|旗)")


def day_number(day: date) -> int:
    """20261122: a day as the index holds it."""
    return day.year * 10_000 + day.month * 100 + day.day


def region_levels(region: str) -> tuple[str, ...]:
    """全国, 广东省, 广东省广州市 for 广东省广州市: whose rules hold there."""
    levels, reached = [EVERYWHERE], ""
    for part in REGION_LEVEL.findall(region) or [region]:
        reached += part
        levels.append(reached)
    return tuple(dict.fromkeys(levels))


@lru_cache(maxsize=2_000)
def _everyday_in(text: str) -> tuple[str, ...]:
    return tuple(legal for said, words in everyday_words().items() if said in text for legal in words)


def legal_words(segmenter: Segmenter, text: str) -> tuple[str, ...]:
    """What statutes call what the text says, cut as the index is."""
    added = [
        word for legal in _everyday_in(normalise(text)) for word in segmenter.cut_for_search(legal.replace("+", " "))
    ]
    return tuple(dict.fromkeys(added))


class Bm25Retriever:
    """The text index, asked twice: guides are few and would drown among the statutes."""

    def __init__(self, index: SearchIndex, segmenter: Segmenter) -> None:
        self._index = index
        self._segmenter = segmenter

    def retrieve(self, question: str, *, on: date, region: str | None, limit: int) -> list[tuple[int, float]]:
        """(passage id, score), best first. Raises UpstreamUnavailable where the index cannot be searched."""
        found: dict[int, float] = {}
        for reference in find_references(question):
            self._add_named(found, reference, question, on, region)
        words = self._words(question)
        if words:
            _add(found, self._search(words, {"kind": [GUIDE]}, on, region, limit // 2))
            _add(found, self._search(words, {}, on, region, limit))
        ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        return ranked[:limit]

    def find_places(self, places: Sequence[str], *, on: date, region: str | None) -> list[int]:
        """Articles by name, law and label joined, as they hold on that day. Raises like `retrieve`."""
        if not places:
            return []
        page = self._search((), {"place": places}, on, region, 2 * len(places))
        return [hit.id for hit in page.hits]

    def _words(self, question: str) -> tuple[str, ...]:
        words = (*self._segmenter.cut_for_search(question), *legal_words(self._segmenter, question))
        return tuple(dict.fromkeys(words))

    def _add_named(
        self, found: dict[int, float], reference: LawReference, question: str, on: date, region: str | None
    ) -> None:
        names = reference.names()
        if reference.article is None:
            page = self._search(self._words(question), {"document": names}, on, region, 10)
            _add(found, page, NAMED_LAW)
            return
        article = {"document": names, "article": [reference.article]}
        _add(found, self._search((), article, on, region, 5), NAMED_ARTICLE)
        resting = {"statute": [f"{name}{reference.article}" for name in names]}
        _add(found, self._search((), resting, on, region, 5), NAMED_LAW)

    def _search(
        self,
        words: tuple[str, ...],
        keywords: Mapping[str, Sequence[str]],
        on: date,
        region: str | None,
        limit: int,
    ) -> IndexPage:
        filters = dict(keywords)
        if region:
            filters["region"] = region_levels(region)
        day = day_number(on)
        valid = {"valid_from": NumberRange(high=day), "valid_to": NumberRange(low=day)}
        return self._index.search(
            IndexQuery(words=words, keywords=filters, numbers=valid, limit=max(limit, 1), count=False)
        )


def _add(found: dict[int, float], page: IndexPage, bonus: float = 0.0) -> None:
    for hit in page.hits:
        found[hit.id] = max(found.get(hit.id, 0.0), hit.score + bonus)
