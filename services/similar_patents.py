"""Patents like one that somebody looks at, each with the reason in a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.patent import Patent
from nlp.ipc_names import subclass_name
from nlp.similar_patents import Likeness, PatentText, SimilarPatents
from nlp.types import PatentQuery
from services.patents import PatentSummary, newest_data_date, summarise_patent

WORDS_SHOWN = 3
SUBCLASS_LENGTH = len("H01M")


@dataclass(frozen=True)
class SimilarPatent:
    """One line of the list. `reason` says in Chinese why it is there; `shared_class` is the deepest IPC or Locarno
    symbol that both patents have, None where they have none."""

    summary: PatentSummary
    reason: str
    shared_class: str | None


@dataclass(frozen=True)
class SimilarResults:
    """All that are similar (some dozens at most). `data_date` as in PatentResults."""

    items: tuple[SimilarPatent, ...]
    data_date: date


def find_similar_patents(
    session: Session,
    similar: SimilarPatents,
    patent: Patent,
    *,
    within: PatentQuery | None = None,
    today: date | None = None,
) -> SimilarResults:
    """Patents like `patent`, never another publication of it, that meet the conditions of `within`, in its order
    (relevance: the most alike first). Raises UpstreamUnavailable where the index cannot be
    searched. States are told as of `today`, of the data's date where that is not given."""
    rows: dict[int, Patent] = {}

    def load(ids: Sequence[int]) -> list[PatentText]:
        if ids:
            rows.update({row.id: row for row in session.scalars(select(Patent).where(Patent.id.in_(ids)))})
        return [_text(rows[number]) for number in ids if number in rows]

    found = similar.find(_text(patent), load, within)
    data_date = newest_data_date(session) or date.min
    items = [
        SimilarPatent(
            summary=summarise_patent(rows[each.patent_id], each.shared_words, today or data_date),
            reason=_reason(each),
            shared_class=each.shared_class,
        )
        for each in found
    ]
    if within is not None and within.sort != "relevance":
        dated = [each for each in items if each.summary.application_date]
        undated = [each for each in items if not each.summary.application_date]
        dated.sort(key=lambda each: each.summary.application_date or date.min, reverse=within.sort == "newest")
        items = dated + undated
    return SimilarResults(tuple(items), data_date)


def _reason(likeness: Likeness) -> str:
    """同属电池(H01M 10/54),都有“磷酸铁锂”“正极片”"""
    words = "".join(f"“{word}”" for word in likeness.shared_words[:WORDS_SHOWN])
    return f"同属{name_class(likeness.shared_class)},都有{words}" if likeness.shared_class else f"都有{words}"


def name_class(symbol: str) -> str:
    """电池(H01M 10/54); the symbol alone where its subclass has no short name."""
    name = subclass_name(symbol[:SUBCLASS_LENGTH])
    return f"{name}({symbol})" if name else symbol


def _text(patent: Patent) -> PatentText:
    return PatentText(
        patent_id=patent.id,
        title=patent.title,
        abstract=patent.abstract,
        application_number=patent.application_number,
        applicants=tuple(str(each["name"]) for each in patent.applicants),
        ipc_codes=tuple(patent.ipc_codes),
        locarno_codes=tuple(patent.locarno_codes),
    )
