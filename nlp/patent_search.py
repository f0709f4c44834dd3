"""Finds patents: the subject's words must match, all of them or at least most; filters always hold."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from core.search import IndexPage, IndexQuery, NumberRange
from nlp.ipc import normalise_ipc
from nlp.ipc_titles import IpcTitles
from nlp.patent_index import GRANTED, applicant_core
from nlp.patent_numbers import parse_number
from nlp.ports import SearchIndex
from nlp.region_levels import split_region
from nlp.segmenter import STOP_WORDS, Segmenter, normalise
from nlp.standing_search import StandingSearch
from nlp.types import PatentMatch, PatentPage, PatentQuery

# Words that nearly every patent has: they rank, but nothing is asked of them.
GENERIC_WORDS = frozenset(
    "方法 装置 系统 设备 技术 专利 制备 产品 相关 应用 领域 工艺 方面 关于 有关 用于 基于 结构 发明 使用 一款".split()  # noqa: SIM905 (a list of words reads better as a line)
)
# A subject that finds fewer may be widened by its subclass.
FEW = 3
FACETS = ("kind", "legal_status", "year", "applicant", "region", "ipc")


class PatentSearch:
    """Search over the index of patents; knows nothing of rows or users."""

    def __init__(self, index: SearchIndex, segmenter: Segmenter, ipc_titles: IpcTitles | None = None) -> None:
        self._index = index
        self._segmenter = segmenter
        self._ipc_titles = ipc_titles or IpcTitles(segmenter)

    def search(self, query: PatentQuery, *, with_facets: bool = False) -> PatentPage:
        """One page with the count of all matches; facets, which cost several times the search, only if asked for.

        Raises UpstreamUnavailable where the index cannot be searched."""
        page = self._search(query, with_facets=with_facets)
        return self._with_class(page, query, query.or_ipc) if query.or_ipc and page.total < FEW else page

    def widened(self, query: PatentQuery) -> PatentQuery | None:
        """The query with the subclass that its subject's words name as an alternative; None where they name none, or
        a class is a condition already."""
        named = None if query.ipc or not query.topic.strip() else self._ipc_titles.of_subject(query.topic)
        return replace(query, or_ipc=named.code, offset=0) if named else None

    @property
    def segmenter(self) -> Segmenter:
        """How it cuts what it is asked, and how what it finds must have been cut."""
        return self._segmenter

    @property
    def last_serial(self) -> int:
        """How far changes of patents have come into the index."""
        return self._index.last_serial

    def standing(self, query: PatentQuery) -> StandingSearch:
        """What `search` asks today, without its subclass, to be asked again among a few. Raises UpstreamUnavailable."""
        page, asked, words = self._ask(query, replace(self._with_conditions(query), limit=0, offset=0))
        return StandingSearch(
            self._index, query, asked if page.total else None, lambda few: self._explained(few, query, asked, words)
        )

    def _search(self, query: PatentQuery, *, with_facets: bool = False) -> PatentPage:
        page, asked, words = self._ask(query, self._with_conditions(query, with_facets=with_facets))
        return self._explained(page, query, asked, words)

    def _ask(self, query: PatentQuery, base: IndexQuery) -> tuple[IndexPage, IndexQuery, tuple[str, ...]]:
        """What the strictest way of asking finds that finds anything, that way, and the words of the subject in it."""
        ways = self._ways(query, base)
        asked, words = next(ways)
        page = self._index.search(asked)
        while not page.total and (following := next(ways, None)) is not None:
            asked, words = following
            page = self._index.search(asked)
        return page, asked, words

    def _ways(self, query: PatentQuery, base: IndexQuery) -> Iterator[tuple[IndexQuery, tuple[str, ...]]]:
        wanted = self._content_words(query.topic)
        if not wanted:
            yield base, ()
            return
        pieces = tuple(dict.fromkeys(self._segmenter.cut_for_search(query.topic)))
        helpful = tuple(word for word in pieces if word not in wanted)
        yield replace(base, required=wanted, words=helpful), wanted
        # No patent has every word: most of them will do, else most of the shorter words within them.
        for words in (wanted, pieces):
            yield replace(base, words=words, minimum_words=_most(len(words))), words

    def _explained(self, page: IndexPage, query: PatentQuery, asked: IndexQuery, words: tuple[str, ...]) -> PatentPage:
        if not words or asked.required:
            return _page(page, query, {hit.id: words for hit in page.hits} if words else {})
        return _page(page, query, self._matched(page, words))

    def _with_class(self, page: PatentPage, query: PatentQuery, code: str) -> PatentPage:
        """The page with the other patents of the subclass below it; every condition holds for them too."""
        by_words = self._search(replace(query, offset=0, limit=FEW)).matches
        room = query.limit - len(page.matches)
        below = self._with_conditions(
            replace(query, topic="", ipc=code, offset=max(query.offset - len(by_words), 0), limit=max(room, 1))
        )
        rows = [str(match.patent_id) for match in by_words]
        others = self._index.search(replace(below, excluded={**below.excluded, "row": rows}))
        if not others.total:
            return page
        added = tuple(PatentMatch(hit.id, 0.0) for hit in others.hits[:room])
        named = str(self._ipc_titles.named(code))
        total = page.total + others.total
        return replace(page, matches=page.matches + added, total=total, widened_by=named, added=others.total)

    def count(self, query: PatentQuery) -> int:
        """How many patents `search` would find on all its pages."""
        return self.search(replace(query, offset=0, limit=1)).total

    def _with_conditions(self, query: PatentQuery, *, with_facets: bool = False) -> IndexQuery:
        unwanted = (self._content_words(topic) for topic in query.excluded_topics)
        return replace(_filtered(query, with_facets), excluded_words=tuple(words for words in unwanted if words))

    def _content_words(self, topic: str) -> tuple[str, ...]:
        words = [word for word in self._segmenter.cut(topic) if word not in STOP_WORDS]
        telling = [word for word in words if word not in GENERIC_WORDS]
        return tuple(dict.fromkeys(telling or words))

    def _matched(self, page: IndexPage, words: tuple[str, ...]) -> dict[int, tuple[str, ...]]:
        rows = [str(hit.id) for hit in page.hits]
        matched: dict[int, list[str]] = {hit.id: [] for hit in page.hits}
        if not rows:
            return {}
        for word in words:
            having = self._index.search(
                IndexQuery(required=(word,), keywords={"row": rows}, limit=len(rows), count=False)
            )
            for hit in having.hits:
                if hit.id in matched:
                    matched[hit.id].append(word)
        return {number: _without_parts(found) for number, found in matched.items()}


def _most(count: int) -> int:
    """Three of five: 2 of 2, 2 of 3, 3 of 4, 3 of 5."""
    return -(-3 * count // 5)


def _without_parts(words: list[str]) -> tuple[str, ...]:
    """Words that are not within another: 散热膜 says what 散热 would."""
    return tuple(word for word in words if not any(word != other and word in other for other in words))


def _filtered(query: PatentQuery, with_facets: bool) -> IndexQuery:
    keywords: dict[str, list[str]] = {
        "kind": list(query.kinds),
        "legal_status": list(query.legal_statuses),
        "applicant_type": [query.applicant_type] if query.applicant_type else [],
        "inventor": [normalise(query.inventor.strip())] if query.inventor else [],
        "region": [query.region] if query.region else [],
        "ipc": [normalise_ipc(query.ipc) or query.ipc.strip()] if query.ipc else [],
    }
    if query.number:
        number = parse_number(query.number)
        keywords["number"] = [number.normal if number is not None else query.number.strip().upper()]
    if query.applicant and query.applicant.strip():
        keywords["applicant_term"] = _applicant_terms(query.applicant)
    date_number = f"{query.date_field}_date"
    sort_by = date_number if query.sort in ("newest", "oldest") else None
    if sort_by is None and not query.topic.strip():
        sort_by = "publication_date"
    return IndexQuery(
        keywords=keywords,
        excluded={
            "kind": list(query.excluded_kinds),
            "legal_status": list(query.excluded_legal_statuses),
            "region": list(query.excluded_regions),
            "applicant_term": [term for name in query.excluded_applicants for term in _applicant_terms(name)],
            "applicant_type": list(query.excluded_applicant_types),
        },
        numbers={date_number: NumberRange(_number(query.date_from), _number(query.date_to))},
        sort_by=sort_by,
        descending=query.sort != "oldest",
        offset=query.offset,
        limit=query.limit,
        facets=tuple(_facet_field(name, query) for name in FACETS) if with_facets else (),
    )


def _applicant_terms(name: str) -> list[str]:
    return [normalise(name.strip()), applicant_core(name)]


def filters_of(query: PatentQuery) -> IndexQuery:
    """The conditions of a query without its subject, in no order."""
    return replace(_filtered(query, False), sort_by=None)


def _facet_field(name: str, query: PatentQuery) -> str:
    """Where a facet is counted: regions one level below the one that is filtered by."""
    if name == "region":
        depth = len(split_region(query.region)) if query.region else 0
        return f"region_{min(depth + 1, 3)}"
    return "ipc_subclass" if name == "ipc" else name


def _number(day: date | None) -> int | None:
    return day.year * 10_000 + day.month * 100 + day.day if day else None


def _page(page: IndexPage, query: PatentQuery, matched: Mapping[int, tuple[str, ...]]) -> PatentPage:
    facets = {}
    for name in FACETS:
        counted = page.facets.get(_facet_field(name, query))
        if counted is not None:
            facets[name] = tuple(pair for pair in counted if pair[0] != GRANTED)
    matches = tuple(PatentMatch(hit.id, hit.score, matched.get(hit.id, ())) for hit in page.hits)
    return PatentPage(matches, page.total or 0, facets)
