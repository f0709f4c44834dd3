"""Our own list: what may not stand in a post, each with the sentence that its writer reads."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from core.moderation import PASSED, ContentVerdict, ModerationError, Suggestion

DATA = Path(__file__).resolve().parents[1] / "data" / "moderation.yaml"
# Between letters, so that a word cut up is still found.
GAPS = re.compile(r"[\s*·._\-|/\\]+")


@dataclass(frozen=True)
class WordKind:
    """Words of one kind. `patterns` are read in the text as it is, `words` also where signs stand between letters."""

    suggestion: Suggestion
    reason: str
    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]

    def is_in(self, text: str, joined: str) -> bool:
        return any(word in joined for word in self.words) or any(each.search(text) for each in self.patterns)


class WordList:
    """The check that needs nobody else."""

    def __init__(self, kinds: tuple[WordKind, ...] | None = None) -> None:
        self._kinds = kinds if kinds is not None else read_kinds()

    def check(self, text: str, *, openid: str | None) -> ContentVerdict:
        plain = text.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}).lower()
        joined = GAPS.sub("", plain)
        found = [ContentVerdict(kind.suggestion, kind.reason) for kind in self._kinds if kind.is_in(plain, joined)]
        return max(found, key=lambda each: each.rank, default=PASSED)


class FailingContentCheck:
    """Answers nothing but failure."""

    def check(self, text: str, *, openid: str | None) -> ContentVerdict:
        raise ModerationError("fails on purpose")


@cache
def read_kinds() -> tuple[WordKind, ...]:
    rows = yaml.safe_load(DATA.read_text(encoding="utf-8"))["kinds"]
    return tuple(
        WordKind(
            suggestion=Suggestion(row["suggestion"]),
            reason=row["reason"],
            words=tuple(str(word).lower() for word in row.get("words", ())),
            patterns=tuple(re.compile(pattern, re.IGNORECASE) for pattern in row.get("patterns", ())),
        )
        for row in rows
    )
