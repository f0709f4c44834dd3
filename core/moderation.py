"""What a check of somebody's words says."""

from dataclasses import dataclass
from enum import StrEnum


class Suggestion(StrEnum):
    """What to do with the words, from good to bad; WeChat's own names."""

    PASS = "pass"
    REVIEW = "review"
    RISKY = "risky"


@dataclass(frozen=True)
class TextVerdict:
    """WeChat's own answer; `label` 100 is normal, the others say of what kind the words are."""

    suggestion: Suggestion
    label: int = 100


@dataclass(frozen=True)
class ContentVerdict:
    """`reason` in plain words, "" where the words pass."""

    suggestion: Suggestion
    reason: str = ""

    @property
    def rank(self) -> int:
        return list(Suggestion).index(self.suggestion)


PASSED = ContentVerdict(Suggestion.PASS)


class ModerationError(Exception):
    """The check did not answer; trying again is safe and may help."""
