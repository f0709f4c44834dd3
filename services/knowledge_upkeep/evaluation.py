"""What a change of the knowledge would do to the answers: the same questions asked before and after it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Database
from core.logs import get_logger
from core.search import IndexDocument
from models import Document, DocumentVersion, Passage
from nlp.law_names import article_label, short_name
from nlp.ports import PassageSource, SearchIndex
from nlp.segmenter import Segmenter
from nlp.types import PassageText, PolicyAnswer
from services.knowledge import DatabasePassages, index_document, passage_text
from services.knowledge_import.drafts import DocumentDraft

log = get_logger(__name__)

CURATED = "curated-"
# Of one set; each is asked twice, and a job has half an hour.
MOST_QUESTIONS = 400
NOTHING = ""
# A law or a guide, and the article or the section of it.
Place = tuple[str, str]


@dataclass(frozen=True)
class Expected:
    """A question with what must answer it: a document by its name in citations (NOTHING where none may), or, where
    there are `articles`, one of them: (专利法, 第二条).

    It is asked as of the day of the comparison, or as of its own where the answer is that day's.
    """

    question: str
    document: str = NOTHING
    articles: frozenset[Place] = frozenset()
    region: str | None = None
    history: tuple[str, ...] = ()
    on: date | None = None
    is_new: bool = False

    def is_met_by(self, cited: Sequence[Place], candidates: Collection[str]) -> bool:
        """Whether an answer that cites this is right. An article need not be cited first: a guide that rests on it
        may speak. A candidate in its stead may not, even where the article is still named below."""
        if not self.articles:
            return (cited[0][0] if cited else NOTHING) == self.document
        if not cited or cited[0][0] in candidates:
            return False
        return not self.articles.isdisjoint((short_name(law), article) for law, article in cited)

    @property
    def shown(self) -> str:
        """What must answer it, as people read it; "" for nothing."""
        if self.articles:
            return "、".join(f"《{law}》{article}" for law, article in sorted(self.articles))
        return f"《{self.document}》" if self.document else NOTHING


@dataclass(frozen=True)
class Score:
    """How many questions of a set were answered as expected; questions of the candidates count only after.

    `is_missing`: there was nothing to ask, because the file of the set is not there.
    """

    name: str
    title: str
    total: int
    before: int
    after: int
    is_missing: bool = False


@dataclass(frozen=True)
class Worse:
    """A question that was right and is not any more, or one of the candidate's own that it does not answer.

    The three are as people read them (《专利法》第二条), "" for no answer.
    """

    set: str
    question: str
    expected: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """Passed where all was asked and nothing got worse: a gain elsewhere does not make good for a loss."""

    scores: tuple[Score, ...]
    worse: tuple[Worse, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every set could be asked."""
        return not any(score.is_missing for score in self.scores)

    @property
    def is_passed(self) -> bool:
        return self.is_complete and not self.worse


class Evaluation(Protocol):
    """Scores before and after a set of candidate documents, as they would stand on that day.

    Raises UpstreamUnavailable where the index cannot be searched, Conflict while it is being written.
    """

    def compare(self, candidates: Sequence[DocumentDraft], *, on: date) -> Comparison: ...


class QuestionSet(Protocol):
    """Questions with what must answer them. `name` is for the record, `title` for people.

    `load` raises FileNotFoundError where the questions are kept in a file that is not there.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    def load(self, session: Session, candidates: Sequence[DocumentDraft], on: date) -> Iterable[Expected]: ...


class Answerer(Protocol):
    """What PolicyAnswerer does."""

    def answer(
        self,
        question: str,
        *,
        on: date,
        region: str | None = None,
        source: PassageSource | None = None,
        history: Sequence[str] = (),
    ) -> PolicyAnswer: ...


class TryOutIndex(SearchIndex, Protocol):
    """An index that can be copied, to try something out on the copy."""

    def copied(self) -> AbstractContextManager[SearchIndex]: ...


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
            own = frozenset(draft.title for draft in candidates)
            before = _Asker(self._build(self._index), rows, on)
            after = _Asker(self._build(copy), WithCandidates(rows, texts), on, own)
            for each in self._sets:
                try:
                    asked = _sample(list(each.load(session, candidates, on)))
                except FileNotFoundError:
                    log.error("questions_missing", set=each.name)
                    scores.append(Score(each.name, each.title, 0, 0, 0, is_missing=True))
                    continue
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
    """One of the two states of the knowledge; `candidates` are the documents that only this one has."""

    answerer: Answerer
    source: PassageSource
    on: date
    candidates: Collection[str] = ()

    def ask(self, expected: Expected) -> tuple[bool, str]:
        """Whether the answer is right, and what it rests on first."""
        answer = self.answerer.answer(
            expected.question,
            on=expected.on or self.on,
            region=expected.region,
            source=self.source,
            history=expected.history,
        )
        cited = [] if answer.abstained else [(each.document, each.label) for each in answer.citations]
        return expected.is_met_by(cited, self.candidates), _shown(cited[0]) if cited else NOTHING


def _shown(place: Place) -> str:
    document, label = place
    return f"《{document}》{label}" if article_label(label) == label else f"《{document}》"


def _compare(each: QuestionSet, asked: Sequence[Expected], before: _Asker, after: _Asker) -> tuple[Score, list[Worse]]:
    right_before = right_after = 0
    worse: list[Worse] = []
    for expected in asked:
        was_right, was = (False, NOTHING) if expected.is_new else before.ask(expected)
        is_right, now = after.ask(expected)
        right_before += was_right
        right_after += is_right
        if (was_right or expected.is_new) and not is_right:
            worse.append(Worse(each.name, expected.question, expected.shown, was, now))
    return Score(each.name, each.title, len(asked), right_before, right_after), worse


def _sample(asked: list[Expected]) -> list[Expected]:
    """All of a set, or as many as there is time for: the new ones, and the others spread evenly, always the same."""
    new = [each for each in asked if each.is_new]
    old = [each for each in asked if not each.is_new]
    if len(old) <= MOST_QUESTIONS:
        return [*new, *old]
    return [*new, *(old[number * len(old) // MOST_QUESTIONS] for number in range(MOST_QUESTIONS))]


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
