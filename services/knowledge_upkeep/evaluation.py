"""What a change of the knowledge would do to the answers: the same questions asked before and after it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.db import Database
from core.search import IndexDocument
from models import Document, DocumentKind, DocumentVersion, Passage
from nlp.ports import PassageSource, SearchIndex
from nlp.segmenter import Segmenter
from nlp.types import PassageText, PolicyAnswer
from services.knowledge import DatabasePassages, index_document, passage_text
from services.knowledge_import.drafts import DocumentDraft

CURATED = "curated-"
# Of one set; each is asked twice, and a job has half an hour.
MOST_QUESTIONS = 400
NOTHING = ""


@dataclass(frozen=True)
class Expected:
    """A question, and the document that must answer it: its name in citations, NOTHING where none may."""

    question: str
    document: str
    region: str | None = None
    is_new: bool = False


@dataclass(frozen=True)
class Score:
    """How many questions of a set were answered as expected; questions of the candidates count only after."""

    name: str
    title: str
    total: int
    before: int
    after: int


@dataclass(frozen=True)
class Worse:
    """A question that was right and is not any more, or one of the candidate's own that it does not answer."""

    set: str
    question: str
    expected: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """Passed where nothing got worse: a gain elsewhere does not make good for a loss."""

    scores: tuple[Score, ...]
    worse: tuple[Worse, ...]

    @property
    def is_passed(self) -> bool:
        return not self.worse


class Evaluation(Protocol):
    """Scores before and after a set of candidate documents, as they would stand on that day.

    Raises UpstreamUnavailable where the index cannot be searched, Conflict while it is being written.
    """

    def compare(self, candidates: Sequence[DocumentDraft], *, on: date) -> Comparison: ...


class QuestionSet(Protocol):
    """Questions with what must answer them. `name` is for the record, `title` for people."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    def load(self, session: Session, candidates: Sequence[DocumentDraft], on: date) -> Iterable[Expected]: ...


class Answerer(Protocol):
    """What PolicyAnswerer does."""

    def answer(
        self, question: str, *, on: date, region: str | None = None, source: PassageSource | None = None
    ) -> PolicyAnswer: ...


class TryOutIndex(SearchIndex, Protocol):
    """An index that can be copied, to try something out on the copy."""

    def copied(self) -> AbstractContextManager[SearchIndex]: ...


@dataclass(frozen=True)
class GuideQuestions:
    """Each guide's own questions, answered by their guide."""

    name: str = "guides"
    title: str = "指引自己的问题"

    def load(self, session: Session, candidates: Sequence[DocumentDraft], on: date) -> Iterable[Expected]:
        rows = _in_force(session, on, Document.key.not_like(f"{CURATED}%"))
        return dict.fromkeys(
            Expected(question, title, None if region == "全国" else region)
            for title, region, questions in rows
            for question in questions
        )


@dataclass(frozen=True)
class CuratedQuestions:
    """The questions of curated answers, published ones and the candidates, answered by their answer."""

    name: str = "curated"
    title: str = "人工答案的问题"

    def load(self, session: Session, candidates: Sequence[DocumentDraft], on: date) -> Iterable[Expected]:
        keys = [draft.key for draft in candidates]
        rows = _in_force(session, on, Document.key.like(f"{CURATED}%"), Document.key.not_in(keys))
        found = [
            Expected(question, title, None if region == "全国" else region)
            for title, region, questions in rows
            for question in questions
        ]
        own = [
            Expected(question, draft.title, None if draft.region == "全国" else draft.region, is_new=True)
            for draft in candidates
            for passage in draft.passages
            for question in passage.questions
        ]
        return dict.fromkeys([*own, *found])


@dataclass(frozen=True)
class OutsideQuestions:
    """Sentences that are none of our business, one a line: no document may answer them."""

    path: Path
    name: str = "outside"
    title: str = "不该回答的话"

    def load(self, session: Session, candidates: Sequence[DocumentDraft], on: date) -> Iterable[Expected]:
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.is_file() else []
        said = (line.split("\t")[-1].strip() for line in lines if not line.startswith("#"))
        return dict.fromkeys(Expected(text, NOTHING) for text in said if text)


class AnswererEvaluation:
    """Asks the answerer itself, over the index as it is and over a copy with the candidates in it."""

    def __init__(
        self,
        database: Database,
        index: TryOutIndex,
        build: Callable[[SearchIndex], Answerer],
        segmenter: Segmenter,
        sets: Sequence[QuestionSet],
    ) -> None:
        """`build` makes the product's answerer over an index."""
        self._database = database
        self._index = index
        self._build = build
        self._segmenter = segmenter
        self._sets = sets

    def compare(self, candidates: Sequence[DocumentDraft], *, on: date) -> Comparison:
        scores: list[Score] = []
        worse: list[Worse] = []
        with self._database.reading() as session, self._index.copied() as copy:
            new = _passages(candidates, first_id=(session.scalar(select(func.max(Passage.id))) or 0) + 1)
            copy.apply([self._indexed(passage) for passage in new])
            texts = {row.id: passage_text(row, row.version, row.version.document) for row in new}
            rows = DatabasePassages(session)
            before = _Asker(self._build(self._index), rows, on)
            after = _Asker(self._build(copy), WithCandidates(rows, texts), on)
            for each in self._sets:
                asked = _sample(list(each.load(session, candidates, on)))
                score, lost = _compare(each, asked, before, after)
                scores.append(score)
                worse += lost
        return Comparison(tuple(scores), tuple(worse))

    def _indexed(self, passage: Passage) -> IndexDocument:
        return index_document(passage, self._segmenter)


class WithCandidates:
    """The passages of the database, and those that are not in it yet."""

    def __init__(self, rows: PassageSource, candidates: Mapping[int, PassageText]) -> None:
        self._rows = rows
        self._candidates = candidates

    def load(self, passage_ids: Sequence[int]) -> list[PassageText]:
        """In the order asked for; unknown ids are left out."""
        known = {row.passage_id: row for row in self._rows.load([i for i in passage_ids if i not in self._candidates])}
        known |= self._candidates
        return [known[number] for number in passage_ids if number in known]


@dataclass(frozen=True)
class _Asker:
    answerer: Answerer
    source: PassageSource
    on: date

    def document(self, expected: Expected) -> str:
        """The document that answers, NOTHING where none does."""
        answer = self.answerer.answer(expected.question, on=self.on, region=expected.region, source=self.source)
        return answer.citations[0].document if answer.citations and not answer.abstained else NOTHING


def _compare(each: QuestionSet, asked: Sequence[Expected], before: _Asker, after: _Asker) -> tuple[Score, list[Worse]]:
    right_before = right_after = 0
    worse: list[Worse] = []
    for expected in asked:
        was = NOTHING if expected.is_new else before.document(expected)
        now = after.document(expected)
        was_right = not expected.is_new and was == expected.document
        right_before += was_right
        right_after += now == expected.document
        if (was_right or expected.is_new) and now != expected.document:
            worse.append(Worse(each.name, expected.question, expected.document, was, now))
    return Score(each.name, each.title, len(asked), right_before, right_after), worse


def _sample(asked: list[Expected]) -> list[Expected]:
    """All of a set, or as many as there is time for: the new ones, and the others spread evenly, always the same."""
    new = [each for each in asked if each.is_new]
    old = [each for each in asked if not each.is_new]
    if len(old) <= MOST_QUESTIONS:
        return [*new, *old]
    return [*new, *(old[number * len(old) // MOST_QUESTIONS] for number in range(MOST_QUESTIONS))]


def _in_force(session: Session, on: date, *which: object) -> list[tuple[str, str, tuple[str, ...]]]:
    """(title, region, questions) of the guides that hold on that day."""
    rows = session.execute(
        select(Document.title, Document.region, Passage.questions)
        .join(DocumentVersion, DocumentVersion.document_id == Document.id)
        .join(Passage, Passage.version_id == DocumentVersion.id)
        .where(
            Document.kind == DocumentKind.GUIDE,
            or_(DocumentVersion.valid_from.is_(None), DocumentVersion.valid_from <= on),
            or_(DocumentVersion.valid_to.is_(None), DocumentVersion.valid_to >= on),
            *which,  # type: ignore[arg-type]
        )
        .order_by(Passage.id)
    )
    return [(title, region, tuple(questions)) for title, region, questions in rows]


def _passages(candidates: Sequence[DocumentDraft], *, first_id: int) -> list[Passage]:
    """The rows that the candidates would become, in no session."""
    made: list[Passage] = []
    for draft in candidates:
        document = Document(
            key=draft.key, kind=draft.kind, title=draft.title, region=draft.region, authority=draft.authority
        )
        version = DocumentVersion(
            version=draft.version, source=draft.source, valid_from=draft.valid_from, valid_to=draft.valid_to,
            checked_at=draft.checked_at, confidence=draft.confidence, document=document,
        )  # fmt: skip
        for passage in draft.passages:
            row = Passage(
                id=first_id + len(made), position=len(made), label=passage.label, chapter=passage.chapter,
                text=passage.text, questions=list(passage.questions), change_serial=0, version=version,
                statutes=[{"law": law, "article": article} for law, article in passage.statutes],
            )  # fmt: skip
            made.append(row)
    return made
