"""Brings changed patents into the text index: a batch at a time, or all of them anew."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Database
from core.search import IndexDocument
from models.patent import LegalStatus, Patent, PatentChange
from nlp.ipc import ipc_levels
from nlp.patent_index import GRANTED, PATENT_SCHEMA, applicant_terms
from nlp.ports import SearchIndex
from nlp.region_levels import region_levels, split_region
from nlp.segmenter import Segmenter, normalise

BATCH = 2_000
ONCE_GRANTED = {LegalStatus.ACTIVE, LegalStatus.LAPSED, LegalStatus.INVALIDATED}

# Called with the number of documents done and the number to do.
Progress = Callable[[int, int], None]


def index_patents(
    database: Database, index: SearchIndex, segmenter: Segmenter, *, progress: Progress | None = None
) -> int:
    """Index what changed since last time, everything where the index is missing or stale; answers how many.

    Raises Conflict while another indexer works.
    """
    if index.needs_rebuild:
        return reindex_patents(database, index, segmenter, progress=progress)
    done, total = 0, _count_changed(database, index.last_serial)
    while True:
        with database.reading() as session:
            patents = session.scalars(
                select(Patent)
                .where(Patent.change_serial > index.last_serial)
                .order_by(Patent.change_serial)
                .limit(BATCH)
            ).all()
            changes = _changes_of(session, patents)
        if not patents:
            return done
        done += index.apply(
            (build_document(patent, segmenter, changes[patent.id]) for patent in patents),
            serial=patents[-1].change_serial,
        )
        if progress:
            progress(done, max(total, done))


def reindex_patents(
    database: Database, index: SearchIndex, segmenter: Segmenter, *, progress: Progress | None = None
) -> int:
    """Build the index anew beside the present one and swap; answers how many patents it holds."""
    with database.reading() as session:
        # Read before the rows: what changes while we build is found again by the next run.
        serial = session.scalar(select(func.max(Patent.change_serial))) or 0
        total = session.scalar(select(func.count()).select_from(Patent)) or 0

    def documents() -> Iterator[IndexDocument]:
        for done, (patent, changes) in enumerate(_every_patent(database), start=1):
            yield build_document(patent, segmenter, changes)
            if progress and (done % 500 == 0 or done == total):
                progress(done, max(total, done))

    return index.rebuild(documents(), serial=serial)


def build_document(
    patent: Patent, segmenter: Segmenter, changes: Sequence[PatentChange] = (), *, has_text: bool = True
) -> IndexDocument:
    """A patent as the index holds it; without its text, which takes long to cut, where only conditions are asked."""

    def cut(text: str) -> str:
        return " ".join(segmenter.cut_for_search(text))

    names = [str(each["name"]) for each in patent.applicants]
    codes = [level for code in patent.ipc_codes for level in ipc_levels(code)]
    codes += [level for code in patent.locarno_codes for level in (code[:2], code)]
    places = split_region(patent.region or "")
    levels = {f"region_{depth}": ["".join(places[:depth])] for depth in range(1, len(places) + 1)}
    dates = {
        "application_date": patent.application_date,
        "publication_date": patent.publication_date,
        "grant_date": patent.grant_date,
    }
    return IndexDocument(
        id=patent.id,
        text={
            "title": cut(patent.title),
            "abstract": cut(patent.abstract),
            "claims": cut("\n".join(patent.claims)),
            "applicant": cut(" ".join(names)),
        }
        if has_text
        else {},
        keywords={
            "row": [str(patent.id)],
            "number": _number_forms(patent),
            "kind": [patent.kind],
            "legal_status": _statuses(patent),
            "year": [str(patent.application_date.year)] if patent.application_date else [],
            "applicant": _unique(names),
            "applicant_term": _unique(term for name in names for term in applicant_terms(name)),
            "applicant_type": _unique(str(each["type"]) for each in patent.applicants if each.get("type")),
            "inventor": _unique(normalise(name) for name in patent.inventors),
            "region": region_levels(patent.region) if patent.region else [],
            **levels,
            "ipc": _unique(codes),
            "ipc_subclass": _unique(code[:4] for code in patent.ipc_codes if len(code) >= 4),
            "changed_in": _unique(name for change in changes for name in change.before),
        },
        numbers={
            **{name: day.year * 10_000 + day.month * 100 + day.day for name, day in dates.items() if day},
            **({"changed": max(change.serial for change in changes)} if changes else {}),
        },
    )


def _statuses(patent: Patent) -> list[str]:
    was_granted = patent.legal_status in ONCE_GRANTED
    # A paper that says nothing of today's state may still say that the right was granted.
    was_granted = was_granted or (patent.legal_status == LegalStatus.UNKNOWN and isinstance(patent.grant_date, date))
    return [patent.legal_status, GRANTED] if was_granted else [patent.legal_status]


def _number_forms(patent: Patent) -> list[str]:
    publication = patent.publication_number
    forms = [publication, publication.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), patent.application_number or ""]
    if publication[-1].isdigit() and len(publication) > 2 and publication[-2].isalpha():
        forms.append(publication[:-2])
    return _unique(form for form in forms if form)


def _every_patent(database: Database) -> Iterator[tuple[Patent, list[PatentChange]]]:
    last_id = 0
    while True:
        with database.reading() as session:
            patents = session.scalars(select(Patent).where(Patent.id > last_id).order_by(Patent.id).limit(BATCH)).all()
            changes = _changes_of(session, patents)
        if not patents:
            return
        yield from ((patent, changes[patent.id]) for patent in patents)
        last_id = patents[-1].id


def _changes_of(session: Session, patents: Sequence[Patent]) -> dict[int, list[PatentChange]]:
    """Those that are kept, by patent."""
    found: dict[int, list[PatentChange]] = defaultdict(list)
    ids = [patent.id for patent in patents]
    for change in session.scalars(select(PatentChange).where(PatentChange.patent_id.in_(ids))):
        found[change.patent_id].append(change)
    return found


def _count_changed(database: Database, serial: int) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Patent.change_serial > serial)) or 0


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


__all__ = ["PATENT_SCHEMA", "build_document", "index_patents", "reindex_patents"]
