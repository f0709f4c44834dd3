"""What a reader takes out of a file before anything is written: documents, their passages, and what was refused."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class PassageDraft:
    """One article or section. `statutes` are (law, article) pairs that it rests on."""

    label: str
    text: str
    chapter: str | None = None
    questions: tuple[str, ...] = ()
    statutes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DocumentDraft:
    """One text of one document, with the days on which it holds; `origin` is the file it came from."""

    key: str
    kind: str
    title: str
    version: str
    source: str
    checked_at: date
    passages: tuple[PassageDraft, ...]
    region: str = "全国"
    authority: str | None = None
    topic: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    confidence: str = "V"
    origin: str = ""

    @property
    def content_hash(self) -> str:
        """Equal for texts that differ only in white space: two copies of a law are laid out differently."""
        digest = hashlib.sha256()
        for passage in self.passages:
            digest.update(re.sub(r"\s+", "", f"{passage.label}\x1f{passage.text}\x1e").encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Rejection:
    """A record that could not be taken, and why (for staff, in Chinese)."""

    file: str
    record: str
    reason: str


@dataclass
class Reading:
    """A reader's result, one item after the other; `total` is known where the reader can count ahead."""

    items: Iterator[DocumentDraft | Rejection]
    total: int | None = field(default=None)
