"""The questions that must keep their answers when the knowledge changes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Document, DocumentKind, DocumentVersion, Passage
from nlp.law_names import short_name
from services.knowledge_import.drafts import DocumentDraft
from services.knowledge_upkeep.evaluation import CURATED, NOTHING, Expected
from services.permissions import NATIONWIDE

# Asks how the law stood on a day in the past or will stand on one to come.
OF_ITS_DAY = "temporal"


@dataclass(frozen=True)
class GuideQuestions:
    """Each guide's own questions, answered by their guide."""

    name: str = "guides"
    title: str = "指引自己的问题"

    def load(self, session: Session, candidates: Sequence[DocumentDraft], on: date) -> Iterable[Expected]:
        rows = _in_force(session, on, Document.key.not_like(f"{CURATED}%"))
        return dict.fromkeys(
            Expected(question, title, region=_region(region))
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
            Expected(question, title, region=_region(region))
            for title, region, questions in rows
            for question in questions
        ]
        own = [
            Expected(question, draft.title, region=_region(draft.region), is_new=True)
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
        lines = self.path.read_text(encoding="utf-8").splitlines()
        said = (line.split("\t")[-1].strip() for line in lines if not line.startswith("#"))
        return dict.fromkeys(Expected(text, NOTHING) for text in said if text)


@dataclass(frozen=True)
class ArticleQuestions:
    """Questions of law, a JSON line each, answered by one of their `gold` articles; without any, by nothing.

    Those of the kind "temporal" are asked as of their day `at`, the others as of the day of the comparison.
    """

    path: Path
    name: str = "articles"
    title: str = "法律问题"

    def load(self, session: Session, candidates: Sequence[DocumentDraft], on: date) -> Iterable[Expected]:
        rows = map(json.loads, self.path.read_text(encoding="utf-8").splitlines())
        return [
            Expected(
                row["text"],
                articles=frozenset((short_name(each["law"]), each["article"]) for each in row["gold"]),
                history=tuple(row.get("history", ())),
                on=date.fromisoformat(row["at"]) if row["kind"] == OF_ITS_DAY else None,
            )
            for row in rows
        ]


def _region(name: str) -> str | None:
    return None if name == NATIONWIDE else name


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
