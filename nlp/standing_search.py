"""A search as it is answered among all patents today, asked again among a few: the new ones, those that changed, one as
it was."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import count

from core.search import IndexPage, IndexQuery, NumberRange
from nlp.ports import SearchIndex
from nlp.types import PatentPage, PatentQuery

PORTION = 1_000
Explain = Callable[[IndexPage], PatentPage]
# By which fields of a patent (services/patent_import/changes.py) each part of a query finds it. A subject is looked for
# in the owner's name, too.
FOUND_BY: dict[str, tuple[str, ...]] = {
    "topic": ("title", "applicants"),
    "excluded_topics": ("title", "applicants"),
    "applicant": ("applicants",),
    "applicant_type": ("applicants",),
    "excluded_applicants": ("applicants",),
    "excluded_applicant_types": ("applicants",),
    "inventor": ("inventors",),
    "region": ("region",),
    "excluded_regions": ("region",),
    "ipc": ("ipc_codes", "locarno_codes"),
    "kinds": ("kind",),
    "excluded_kinds": ("kind",),
    "legal_statuses": ("legal_status", "grant_date"),
    "excluded_legal_statuses": ("legal_status", "grant_date"),
}


class StandingSearch:
    """As strict as among all, so that what comes later must match as well as what is there already. `asked` is None
    where nothing matches at all. Every method raises UpstreamUnavailable where the index is away."""

    def __init__(self, index: SearchIndex, query: PatentQuery, asked: IndexQuery | None, explain: Explain) -> None:
        self._index, self.query, self._asked, self._explain = index, query, asked, explain

    @property
    def fields(self) -> set[str]:
        """Those whose change may let something match."""
        used = {field for name, fields in FOUND_BY.items() if getattr(self.query, name) for field in fields}
        return used | ({f"{self.query.date_field}_date"} if self.query.date_from or self.query.date_to else set())

    @property
    def has_words(self) -> bool:
        """Whether anything of the text is asked."""
        return bool(self.query.topic.strip() or self.query.excluded_topics)

    def among_rows(self, rows: NumberRange, limit: int) -> PatentPage:
        """Which of these rows it finds, the best first."""
        return self._page(lambda asked: replace(asked, ids=rows, limit=limit))

    def among(self, ids: Collection[int]) -> PatentPage:
        """The same of a few that need not be neighbours."""
        named = [str(number) for number in ids]
        if not named:
            return PatentPage((), 0)
        return self._page(lambda asked: replace(asked, keywords={**asked.keywords, "row": named}, limit=len(named)))

    def changed_after(self, serial: int, rows: NumberRange) -> Iterator[list[int]]:
        """Those of these rows that it finds now and that changed, with a greater serial, in what it asks for; portion
        by portion. What comes into the index meanwhile moves the others back, so that none is passed over."""
        if self._asked is None or not self.fields:
            return
        wanted = replace(
            self._asked,
            keywords={**self._asked.keywords, "changed_in": sorted(self.fields)},
            numbers={**self._asked.numbers, "changed": NumberRange(serial + 1)},
            ids=rows, sort_by="changed", descending=True, limit=PORTION, count=False,
        )  # fmt: skip
        seen: set[int] = set()
        for offset in count(0, PORTION):
            hits = self._index.search(replace(wanted, offset=offset)).hits
            if fresh := [hit.id for hit in hits if hit.id not in seen]:
                seen.update(fresh)
                yield fresh
            if len(hits) < PORTION:
                return

    def found_in(self, other: SearchIndex, *, has_text: bool) -> set[int]:
        """What it finds in another, small index; by its conditions alone where the documents there have no text."""
        if self._asked is None:
            return set()
        asked = replace(self._asked, sort_by="publication_date", limit=PORTION, count=False)
        if not has_text:
            asked = replace(asked, required=(), words=(), minimum_words=0, excluded_words=())
        return {hit.id for hit in other.search(asked).hits}

    def _page(self, narrowed: Callable[[IndexQuery], IndexQuery]) -> PatentPage:
        if self._asked is None:
            return PatentPage((), 0)
        return self._explain(self._index.search(narrowed(self._asked)))
