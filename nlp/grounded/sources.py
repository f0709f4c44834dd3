"""What an answer may rest on: passages, patents found and results of rules, numbered as the model sees them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.i18n import chinese_date
from nlp.grounded.hostile import without_instructions
from nlp.types import Citation, PassageText

MOST_SOURCES = 12
LONGEST_SOURCE = 1_200


@dataclass(frozen=True)
class Fact:
    """Something that may be cited. `passage` is there where it is law or a guide of ours."""

    title: str
    text: str
    passage: PassageText | None = None


@dataclass(frozen=True)
class Source:
    """A fact under its number; `text` is one line without anything that speaks to a model."""

    number: int
    title: str
    text: str
    passage: PassageText | None = None

    @property
    def line(self) -> str:
        return f"[{self.number}] {self.title}:{self.text}"


class Sources:
    """The numbered facts of one answer. The same fact again keeps its number; no more than twelve are taken."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str], Source] = {}

    def add(self, facts: Iterable[Fact]) -> list[Source]:
        """The sources of these facts, in their order; what holds nothing once it is cleaned is left out."""
        added = []
        for fact in facts:
            title, text = _one_line(fact.title), _one_line(fact.text)[:LONGEST_SOURCE]
            if not text:
                continue
            if (title, text) not in self._sources and len(self._sources) < MOST_SOURCES:
                number = len(self._sources) + 1
                self._sources[title, text] = Source(number, title, text, fact.passage)
            if (title, text) in self._sources:
                added.append(self._sources[title, text])
        return added

    def find(self, number: int) -> Source | None:
        return next((source for source in self._sources.values() if source.number == number), None)

    def __len__(self) -> int:
        return len(self._sources)

    def lines(self) -> str:
        return "\n".join(source.line for source in self._sources.values())


def passage_facts(passages: Sequence[PassageText]) -> list[Fact]:
    """Passages with the days on which they hold, so that an answer may tell them."""
    return [Fact(_title(each), each.text, each) for each in passages]


def _title(passage: PassageText) -> str:
    label = passage.label if passage.label != passage.document else ""
    since = f"({chinese_date(passage.valid_from)}起施行)" if passage.valid_from and passage.confidence == "V" else ""
    return f"《{passage.document}》{label}{since}"


def _one_line(text: str) -> str:
    """Marks in a text would be taken for ours; a line of its own could pass for the question."""
    return re.sub(r"\[(\d{1,2})\]", r"(\1)", re.sub(r"\s+", " ", without_instructions(text))).strip()


def citation_of(passage: PassageText) -> Citation:
    """A passage as it is kept with the answer."""
    return Citation(
        document=passage.document,
        label=passage.label,
        passage=passage.text,
        source=passage.source,
        valid_from=passage.valid_from,
        valid_to=passage.valid_to,
        checked_at=passage.checked_at,
    )
