"""Writes documents with their versions: an equal text stays, another opens a new version, nothing is deleted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from core.clock import china_date
from models.knowledge import Document, DocumentKind, DocumentVersion, Passage
from services.knowledge_import.drafts import DocumentDraft, PassageDraft

# Any number that no other advisory lock of the product uses.
SERIAL_LOCK = 7_201_001
ONE_DAY = timedelta(days=1)
ONE_TEXT_PER_VERSION = (DocumentKind.STATUTE, DocumentKind.REGULATION, DocumentKind.INTERPRETATION)


class Outcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Stored:
    outcome: Outcome
    note: str | None = None


def next_change_serial(session: Session) -> int:
    """A number larger than any given before. Writers queue here, so that a reader who has seen it misses none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SERIAL_LOCK})
    return (session.scalar(select(func.max(Passage.change_serial))) or 0) + 1


def store_document(session: Session, draft: DocumentDraft, *, now: datetime, serial: int) -> Stored:
    """Bring one draft into the database; tells whether anything changed."""
    document = session.scalar(select(Document).where(Document.key == draft.key))
    if document is None:
        document = _new_document(session, draft)
        _add_version(session, document, draft, now=now, serial=serial, starts=draft.valid_from)
        return Stored(Outcome.ADDED)
    versions = list(session.scalars(select(DocumentVersion).where(DocumentVersion.document_id == document.id)))
    same = next((each for each in versions if each.content_hash == draft.content_hash), None)
    rival = _latest(each for each in versions if each.version == draft.version and each is not same)
    if same is None and rival is not None and _is_second_copy(session, draft, rival):
        return Stored(Outcome.UNCHANGED, f"《{draft.key}》{draft.version}版已有另一来源的文本,没有重复收录")
    changed = _describe(document, draft)
    if same is None:
        starts = draft.valid_from or (china_date(now) if versions else None)
        added = _add_version(session, document, draft, now=now, serial=serial, starts=starts)
        versions.append(added)
        outcome = Outcome.CHANGED
    else:
        if rival is not None and rival.imported_at > same.imported_at and not _is_statute(draft):
            same.imported_at = now  # a text that was withdrawn is valid again
        holds_otherwise = _state_dates(same, draft)
        changed |= _touch(session, same, draft, serial, is_changed=holds_otherwise)
        outcome = Outcome.UNCHANGED
    moved = _close_earlier(session, versions, serial)
    if outcome is Outcome.UNCHANGED and (changed or moved):
        outcome = Outcome.CHANGED
    return Stored(outcome)


def _latest(versions: Any) -> DocumentVersion | None:
    return max(versions, key=lambda each: (each.imported_at, each.id), default=None)


def _is_statute(draft: DocumentDraft) -> bool:
    return draft.kind in ONE_TEXT_PER_VERSION


def _is_second_copy(session: Session, draft: DocumentDraft, rival: DocumentVersion) -> bool:
    """A law's version, already here from elsewhere: the fuller text wins, the first of equal ones stays."""
    if not _is_statute(draft) or (rival.source == draft.source and rival.content_hash == draft.content_hash):
        return False
    held = session.scalar(select(func.count()).select_from(Passage).where(Passage.version_id == rival.id)) or 0
    return held >= len(draft.passages)


def _new_document(session: Session, draft: DocumentDraft) -> Document:
    document = Document(
        key=draft.key,
        kind=draft.kind,
        title=draft.title,
        region=draft.region,
        authority=draft.authority,
        topic=draft.topic,
    )
    session.add(document)
    session.flush()  # assigns document.id
    return document


def _describe(document: Document, draft: DocumentDraft) -> bool:
    """Take over what the draft says about the document as a whole; tells whether that is new."""
    said = {"title": draft.title, "region": draft.region, "authority": draft.authority, "topic": draft.topic}
    if _is_statute(draft):  # a second source of a law knows less about it
        said = {name: value for name, value in said.items() if getattr(document, name) is None and value}
    changed = {name: value for name, value in said.items() if getattr(document, name) != value}
    for name, value in changed.items():
        setattr(document, name, value)
    return bool(changed)


def _state_dates(version: DocumentVersion, draft: DocumentDraft) -> bool:
    """A later check of the same text may correct what is said about it; tells whether it holds on other days now."""
    before = (version.valid_from, version.valid_to)
    if not _is_statute(draft):
        version.version, version.source, version.confidence = draft.version, draft.source, draft.confidence
        version.valid_from = draft.valid_from or version.valid_from
        version.valid_to = draft.valid_to
    version.checked_at = max(version.checked_at, draft.checked_at)
    return before != (version.valid_from, version.valid_to)


def _add_version(
    session: Session, document: Document, draft: DocumentDraft, *, now: datetime, serial: int, starts: date | None
) -> DocumentVersion:
    version = DocumentVersion(
        document_id=document.id,
        version=draft.version[:60],
        source=draft.source[:300],
        valid_from=starts,
        valid_to=draft.valid_to,
        checked_at=draft.checked_at,
        confidence=draft.confidence,
        content_hash=draft.content_hash,
        imported_at=now,
    )
    session.add(version)
    session.flush()  # assigns version.id
    session.execute(
        insert(Passage),
        [
            _columns(passage) | {"version_id": version.id, "position": position, "change_serial": serial}
            for position, passage in enumerate(draft.passages)
        ],
    )
    return version


def _columns(passage: PassageDraft) -> dict[str, Any]:
    return {
        "label": passage.label,
        "chapter": passage.chapter[:160] if passage.chapter else None,
        "text": passage.text,
        "questions": list(passage.questions),
        "statutes": [{"law": law, "article": article} for law, article in passage.statutes],
    }


def _touch(session: Session, version: DocumentVersion, draft: DocumentDraft, serial: int, *, is_changed: bool) -> bool:
    """Renew what is indexed with a text but never quoted; tells whether anything was new. Days are indexed too."""
    held = session.scalars(select(Passage).where(Passage.version_id == version.id).order_by(Passage.position)).all()
    changed = is_changed
    for row, passage in zip(held, draft.passages, strict=True):
        columns = _columns(passage)
        if not _is_statute(draft) and (row.questions, row.statutes) != (columns["questions"], columns["statutes"]):
            row.questions, row.statutes, row.change_serial = columns["questions"], columns["statutes"], serial
            changed = True
    if changed:
        _reindex(session, version, serial)
    return changed


def _close_earlier(session: Session, versions: list[DocumentVersion], serial: int) -> bool:
    """Each version ends where the next begins; one that another replaced from its first day on holds on no day."""
    changed = False
    ordered = sorted(versions, key=lambda each: (each.valid_from or date.min, each.imported_at, each.id))
    for earlier, later in pairwise(ordered):
        if later.valid_from is None:
            continue
        last_day = later.valid_from - ONE_DAY
        if earlier.valid_to is None or earlier.valid_to > last_day:
            earlier.valid_to = last_day
            _reindex(session, earlier, serial)
            changed = True
    return changed


def _reindex(session: Session, version: DocumentVersion, serial: int) -> None:
    session.execute(update(Passage).where(Passage.version_id == version.id).values(change_serial=serial))
