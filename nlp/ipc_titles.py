"""Which subclass of the International Patent Classification a Chinese name means.

Our own words (lexicon/ipc_subclasses.txt, ipc_words.txt) are always there. The official titles come on top where an
operator has loaded them (`flask --app wsgi ipc import PATH`); without them fewer names are understood, none wrongly.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nlp.ipc_names import subclass_name
from nlp.lexicon import read_pairs, read_words
from nlp.segmenter import STOP_WORDS, Segmenter, normalise

# How much a word says that stands in a subclass's own words, in its title, in the title of one of its main groups.
OWN, TITLE, GROUP = 3.0, 2.0, 1.0
# A name means a subclass if words of this share of its weight belong to the subclass.
LEAST_SHARE = 0.6
# A subject says less of its class than a name that was meant as one; its last word is what the thing is. Measured over
# real titles of at most 16 characters: our own words find 31 % a subclass, 48 % of those one of the patent's own.
# Official titles alone are right in a third, so they are asked last and more of the subject must fit.
LEAST_SHARE_OF_SUBJECT = 0.4
LAST_WORD, UNKNOWN_WORD, PART_OF_WORD, WHOLE_TITLE = 1.5, 0.5, 0.8, 1.2
SUBCLASSES = 655
# Titles are lists of things with remarks: 锁;其附件;手铐(…入E05C)
PART = re.compile(r"[;,、。；，]|或(?!者)|及(?!其)|以及|和(?!其)")
REMARK = re.compile(r"[（(〔\[［][^（）()〔〕\[\]]*[）)〕\]］]")
LONGEST_PART = 12
TITLES = Path("ipc") / "titles.txt"


@dataclass(frozen=True)
class NamedClass:
    """A subclass with what people call it."""

    code: str
    name: str

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class IpcTitles:
    """Looks names up; reads its words with the first look, writes nothing. `path` may name a file that is not there."""

    def __init__(self, segmenter: Segmenter, path: Path | None = None) -> None:
        self._segmenter = segmenter
        self._path = path
        self._empty = frozenset(read_words("ipc_empty_words.txt"))

    def exact(self, name: str) -> str | None:
        """The subclass whose own word or whole thing in the title this is: 电池 is H01M. None where two share it."""
        return self._terms.get(normalise(name.replace(" ", "")))

    def nearest(self, name: str) -> NamedClass | None:
        """The subclass that most of the name's words belong to; None where none does, or two do alike."""
        code = self.exact(name) or self._nearest(name, LEAST_SHARE, GROUP)
        return None if code is None else self.named(code)

    def of_subject(self, topic: str) -> NamedClass | None:
        """The subclass to look through for a subject; None where its words name none."""
        code = (
            self.exact(topic)
            or self._nearest(topic, LEAST_SHARE_OF_SUBJECT, OWN)
            or self._nearest(topic, LEAST_SHARE, TITLE)
        )
        return None if code is None else self.named(code)

    def _nearest(self, name: str, least_share: float, least_strength: float) -> str | None:
        """The subclass whose words say most of the name, of those that have the least share of its weight."""
        words = [word for word in self._segmenter.cut(name) if self._tells(word)]
        whole = 0.0
        share: dict[str, float] = defaultdict(float)
        score: dict[str, float] = defaultdict(float)
        for word in words:
            known = self._classes(word, least_strength)
            # Rare words say more; a word of no title says something, but not of which class.
            weight = math.log(1 + SUBCLASSES / len(known), 1 + SUBCLASSES) if known else UNKNOWN_WORD
            weight *= LAST_WORD if word == words[-1] else 1.0
            whole += weight
            for code, strength in known.items():
                share[code] += weight
                score[code] += weight * strength
        fitting = sorted((code for code in share if share[code] >= least_share * whole), key=lambda code: -score[code])
        is_tied = len(fitting) > 1 and score[fitting[0]] == score[fitting[1]]
        return None if not fitting or is_tied else fitting[0]

    def _classes(self, word: str, least_strength: float) -> dict[str, float]:
        """The subclasses that a word or a part of it belongs to, with how much that says."""
        known: dict[str, float] = {}
        for piece in self._telling(word):
            whole = 1.0 if piece == word else PART_OF_WORD
            for code, strength in self._words.get(piece, {}).items():
                if strength >= least_strength:
                    known[code] = max(known.get(code, 0.0), strength * whole)
        return known

    def named(self, code: str) -> NamedClass:
        """The subclass with its short name, the first thing of its official title where it has none."""
        name = subclass_name(code)
        if name is None:
            name = next((part for known, level, title in self._rows if (known, level) == (code, TITLE)
                         for part in parts(title)), "")  # fmt: skip
        return NamedClass(code, name)

    def _telling(self, text: str) -> list[str]:
        return [word for word in dict.fromkeys(self._segmenter.cut_for_search(text)) if self._tells(word)]

    def _tells(self, word: str) -> bool:
        return len(word) > 1 and word not in STOP_WORDS and word not in self._empty

    @cached_property
    def _rows(self) -> list[tuple[str, float, str]]:
        if self._path is None or not self._path.exists():
            return []
        lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        # A file that somebody else put there costs its titles, never a search.
        pairs = (line.split("\t") for line in lines if line.count("\t") == 1)
        return [(symbol[:4], TITLE if len(symbol) == 4 else GROUP, title) for symbol, title in pairs]

    @cached_property
    def _own(self) -> list[tuple[str, str]]:
        """Subclass and word, the words of the names first."""
        named = [
            (code, part) for code, name in read_pairs("ipc_subclasses.txt").items() for part in (name, *parts(name))
        ]
        more = [(code, word) for code, words in read_pairs("ipc_words.txt").items() for word in words.split()]
        return [*named, *more]

    @cached_property
    def _terms(self) -> Mapping[str, str]:
        official = _unshared(
            (part, code) for code, level, title in self._rows if level == TITLE for part in parts(title)
        )
        return {**official, **_unshared((word, code) for code, word in self._own)}

    @cached_property
    def _words(self) -> Mapping[str, Mapping[str, float]]:
        words: dict[str, dict[str, float]] = defaultdict(dict)
        own = ((code, OWN, word) for code, word in self._own)
        for code, strength, text in (*own, *self._rows):
            for word in self._telling(text):
                # 电池 is H01M's own word, and only part of 太阳能电池板.
                said = strength * WHOLE_TITLE if word == text else strength
                words[word][code] = max(said, words[word].get(code, 0.0))
        return words


def clean_title(title: str) -> str:
    """An official title without its remarks: 锁；其附件；手铐 of 锁；其附件；手铐（…入E05C）〔2〕."""
    plain, before = title, ""
    while plain != before:
        plain, before = REMARK.sub("", plain), plain
    # A title that was cut within a remark.
    return re.sub(r"\s+", "", re.sub(r"[（(〔\[［].*$", "", plain))


def parts(title: str) -> list[str]:
    """The things that a title names one by one."""
    return [part for part in PART.split(title) if 1 <= len(part) <= LONGEST_PART]


def _unshared(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Terms that name one subclass only."""
    codes: dict[str, set[str]] = defaultdict(set)
    for term, code in pairs:
        codes[normalise(term)].add(code)
    return {term: next(iter(known)) for term, known in codes.items() if len(known) == 1}
