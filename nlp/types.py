"""What the language layer gives back: plain frozen values, the same for the chat-bot, the API and the evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Understanding:
    """One sentence understood: vocabulary and normal forms as in the label guide (nlp/README.md).

    `intent` is None for a bare dialogue act; `slots` holds normal forms; `exclude` what must not be.
    """

    text: str
    intent: str | None
    confidence: float
    act: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    exclude: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class PatentQuery:
    """A search for patents. `topic` is free text; all filters must hold; dates are inclusive.

    `or_ipc` is a subclass whose patents come below those that the topic finds, as long as it finds few. What is
    excluded must not be, whatever the other conditions say. Ways of trade are carried but narrow nothing: no patent of
    the index says whether it may be bought or licensed, or is pledged.
    """

    topic: str = ""
    number: str | None = None
    applicant: str | None = None
    applicant_type: str | None = None
    inventor: str | None = None
    region: str | None = None
    ipc: str | None = None
    kinds: tuple[str, ...] = ()
    excluded_kinds: tuple[str, ...] = ()
    legal_statuses: tuple[str, ...] = ()
    excluded_legal_statuses: tuple[str, ...] = ()
    excluded_regions: tuple[str, ...] = ()
    excluded_applicants: tuple[str, ...] = ()
    excluded_applicant_types: tuple[str, ...] = ()
    # Subjects; a patent that has every word of one is left out.
    excluded_topics: tuple[str, ...] = ()
    trade_modes: tuple[str, ...] = ()
    excluded_trade_modes: tuple[str, ...] = ()
    date_field: str = "application"
    date_from: date | None = None
    date_to: date | None = None
    # relevance, newest, oldest
    sort: str = "relevance"
    offset: int = 0
    limit: int = 5
    or_ipc: str | None = None


@dataclass(frozen=True)
class PatentMatch:
    """A hit: the row's id, and the subject words that it matched (why it is shown)."""

    patent_id: int
    score: float
    matched_words: tuple[str, ...] = ()


@dataclass(frozen=True)
class PatentPage:
    """`total` counts all matches; facets by kind, legal_status, year, applicant, region, ipc: (value, count).

    `widened_by` is the subclass (H05K 电路板和机箱) of which the query's alternative added `added` patents, "" where it
    added none.
    """

    matches: tuple[PatentMatch, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    widened_by: str = ""
    added: int = 0


@dataclass(frozen=True)
class PassageText:
    """A passage as the answerer reads it, with all that a citation needs."""

    passage_id: int
    document: str
    label: str
    text: str
    kind: str
    region: str
    source: str
    authority: str | None
    version: str
    valid_from: date | None
    valid_to: date | None
    checked_at: date
    confidence: str
    chapter: str | None = None
    questions: tuple[str, ...] = ()
    statutes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Citation:
    """What stands behind an answer, stored with the message as it was shown."""

    document: str
    label: str
    passage: str
    source: str
    valid_from: date | None
    valid_to: date | None
    checked_at: date


@dataclass(frozen=True)
class PolicyAnswer:
    """An answer made only of what was found. Where nothing supports one, `abstained` is true and `citations` empty.

    `figures` are those that a rule computed: name, value, unit. `further` are passages that came near, best first:
    they may be read, but the answer does not rest on them.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    confidence: float = 0.0
    figures: tuple[Mapping[str, Any], ...] = ()
    further: tuple[Citation, ...] = ()
