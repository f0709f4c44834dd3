"""Law and policy: what is valid, indexed for search, answered with its sources."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.db import Database
from core.search import IndexDocument
from models.knowledge import Document, DocumentKind, DocumentVersion, Passage
from nlp.policy_answers import PolicyAnswerer
from nlp.ports import SearchIndex
from nlp.remembered_answers import RememberingAnswerer
from nlp.retrieval import EARLIEST, KNOWLEDGE_SCHEMA, LATEST, day_number
from nlp.segmenter import Segmenter
from nlp.types import PassageText, PolicyAnswer
from services.working_hours import load_calendar

PASSAGE_SCHEMA = KNOWLEDGE_SCHEMA
BATCH = 2_000
ONE_BATCH_OF_IDS = 500


@runtime_checkable
class SerialIndex(SearchIndex, Protocol):
    """A text index that remembers how far its writer has read."""

    @property
    def last_serial(self) -> int: ...

    @property
    def needs_rebuild(self) -> bool: ...

    def apply(
        self, documents: Iterable[IndexDocument], deleted_ids: Iterable[int] = (), *, serial: int | None = None
    ) -> int: ...

    def rebuild(self, documents: Iterable[IndexDocument], *, serial: int = 0) -> int: ...


@dataclass(frozen=True)
class PassageHit:
    """A passage found by a search, with its rank's score between 0 and 1."""

    passage: PassageText
    score: float


class DatabasePassages:
    """The passages of one session's database, as answers quote them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(self, passage_ids: Sequence[int]) -> list[PassageText]:
        """In the order asked for; unknown ids are left out."""
        rows: dict[int, PassageText] = {}
        for start in range(0, len(passage_ids), ONE_BATCH_OF_IDS):
            wanted = passage_ids[start : start + ONE_BATCH_OF_IDS]
            query = (
                select(Passage, DocumentVersion, Document)
                .join(DocumentVersion, Passage.version_id == DocumentVersion.id)
                .join(Document, DocumentVersion.document_id == Document.id)
                .where(Passage.id.in_(wanted))
            )
            for passage, version, document in self._session.execute(query):
                rows[passage.id] = passage_text(passage, version, document)
        return [rows[number] for number in passage_ids if number in rows]


def passage_text(passage: Passage, version: DocumentVersion, document: Document) -> PassageText:
    """A row as the language layer reads it; statutes go by their short name."""
    is_law = document.kind not in (DocumentKind.GUIDE, DocumentKind.DOCUMENT)
    return PassageText(
        passage_id=passage.id,
        document=document.key if is_law else document.title,
        label=passage.label,
        text=passage.text,
        kind=document.kind,
        region=document.region,
        source=version.source,
        authority=document.authority,
        version=version.version,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        checked_at=version.checked_at,
        confidence=version.confidence,
        chapter=passage.chapter,
        questions=tuple(passage.questions),
        statutes=tuple((each["law"], each["article"]) for each in passage.statutes),
    )


def answer_policy_question(
    answerer: PolicyAnswerer | RememberingAnswerer,
    session: Session,
    *,
    question: str,
    on: date,
    region: str | None,
    history: Sequence[str] = (),
) -> PolicyAnswer:
    """An answer made of passages valid on that day in that region or computed by rule, or an abstention.

    Raises UpstreamUnavailable where the index cannot be searched.
    """
    return answerer.answer(
        question,
        on=on,
        region=region,
        source=DatabasePassages(session),
        history=history,
        calendar=load_calendar(session, on),
    )


def search_policies(
    answerer: PolicyAnswerer | RememberingAnswerer,
    session: Session,
    *,
    q: str,
    on: date,
    region: str | None = None,
    limit: int = 10,
) -> list[PassageHit]:
    """The passages that fit best, for a list with sources. Raises UpstreamUnavailable like an answer does."""
    found = answerer.find(q, on=on, region=region, limit=limit, source=DatabasePassages(session))
    return [PassageHit(passage, score) for passage, score in found]


def index_passages(
    database: Database,
    index: SerialIndex,
    segmenter: Segmenter,
    *,
    rebuild: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Bring the index up to date with the passages changed since it last was; answers how many were written.

    Rebuilds beside the present index where that is asked for, or where it is missing or stale.
    """
    anew = rebuild or index.needs_rebuild
    since = 0 if anew else index.last_serial
    with database.reading() as session:
        newest = session.scalar(select(Passage.change_serial).order_by(Passage.change_serial.desc()).limit(1)) or 0
    if newest <= since and not anew:
        return 0
    documents = _documents(database, segmenter, since, newest, progress)
    return index.rebuild(documents, serial=newest) if anew else index.apply(documents, serial=newest)


def _documents(
    database: Database, segmenter: Segmenter, since: int, newest: int, progress: Callable[[int], None] | None
) -> Iterator[IndexDocument]:
    last_id = done = 0
    while True:
        with database.reading() as session:
            rows = session.scalars(
                select(Passage)
                .where(Passage.change_serial > since, Passage.change_serial <= newest, Passage.id > last_id)
                .options(joinedload(Passage.version).joinedload(DocumentVersion.document))
                .order_by(Passage.id)
                .limit(BATCH)
            ).all()
            made = [index_document(row, segmenter) for row in rows]
        if not made:
            return
        yield from made
        last_id, done = made[-1].id, done + len(made)
        if progress:
            progress(done)


def index_document(passage: Passage, segmenter: Segmenter) -> IndexDocument:
    """A passage as it is indexed: cut words, exact values to filter by, the days on which it holds."""
    version, document = passage.version, passage.version.document
    cut = {
        "text": passage.text,
        "title": f"{document.key if document.kind == DocumentKind.STATUTE else document.title} {passage.label}",
        "questions": " ".join(passage.questions),
        "chapter": passage.chapter or "",
    }
    return IndexDocument(
        id=passage.id,
        text={name: " ".join(segmenter.cut_for_search(text)) for name, text in cut.items() if text},
        keywords={
            "kind": [document.kind],
            "region": [document.region],
            "document": [document.key],
            "article": [passage.label],
            "statute": [f"{each['law']}{each['article']}" for each in passage.statutes],
            "place": [f"{document.key}{passage.label}"],
        },
        numbers={
            "valid_from": day_number(version.valid_from) if version.valid_from else EARLIEST,
            "valid_to": day_number(version.valid_to) if version.valid_to else LATEST,
        },
    )
