"""What an applicant holds, counted: by year of filing, kind, state and field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models.patent import Patent
from nlp.patent_index import applicant_core
from nlp.patent_search import PatentSearch
from nlp.types import PatentQuery
from services.patents import newest_data_date

# The index names at most so many values of a facet (adapters/search_index_queries.py).
MOST_NAMES = 50
LEAST_FILINGS = 3


@dataclass(frozen=True)
class Portfolio:
    """Publications of all applicants whose names contain `applicant`; each is counted once in `total`.

    `names` are those applicants, the most frequent first, at most MOST_NAMES. `by_year` is in order of years, without
    those that have none; the others have the most frequent first. A patent in several IPC subclasses counts in each
    of them in `by_field`. `is_demo` says that the newest of them is sample data.
    """

    applicant: str
    names: tuple[str, ...]
    total: int
    by_year: tuple[tuple[int, int], ...]
    by_kind: tuple[tuple[str, int], ...]
    by_status: tuple[tuple[str, int], ...]
    by_field: tuple[tuple[str, int], ...]
    data_date: date
    is_demo: bool

    def in_state(self, status: str) -> int:
        """How many are recorded in this legal state."""
        return dict(self.by_status).get(status, 0)

    @property
    def has_course(self) -> bool:
        """Whether a picture of the years says more than a line of text: several filings, in more than one year."""
        return len(self.by_year) > 1 and sum(count for _, count in self.by_year) >= LEAST_FILINGS

    def filed_in(self, year: int) -> int:
        """How many were filed in that year."""
        return dict(self.by_year).get(year, 0)


def count_portfolio(session: Session, search: PatentSearch, applicant: str) -> Portfolio | None:
    """The counts, None where nothing is found under that name. Raises UpstreamUnavailable without a usable index.

    The index counts, in one pass over what the applicant's term finds: rows hold applicants as JSON, which neither
    database could look up without reading every row. So the counts are those of the list beside them.
    """
    page = search.search(PatentQuery(applicant=applicant, limit=1), with_facets=True)
    if not page.matches:
        return None
    newest = session.get(Patent, page.matches[0].patent_id)
    core = applicant_core(applicant)
    return Portfolio(
        applicant=applicant,
        names=tuple(name for name, _ in page.facets.get("applicant", ()) if core in applicant_core(name)),
        total=page.total,
        by_year=_years(page.facets),
        by_kind=page.facets.get("kind", ()),
        by_status=page.facets.get("legal_status", ()),
        by_field=page.facets.get("ipc", ()),
        data_date=newest_data_date(session) or date.min,
        is_demo=newest is not None and newest.is_demo,
    )


def _years(facets: Mapping[str, tuple[tuple[str, int], ...]]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((int(year), count) for year, count in facets.get("year", ())))
