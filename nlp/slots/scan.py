"""A sentence being read: what has been understood is crossed out, so that no character counts twice."""

from dataclasses import dataclass
from typing import Any

# Stands for what has been taken: no word, and no break between clauses either.
TAKEN = "|"


@dataclass(frozen=True)
class Found:
    """A value and where it stands, end exclusive."""

    start: int
    end: int
    value: Any


class Scan:
    """The text, and what is left of it."""

    def __init__(self, text: str) -> None:
        self.text = text.replace(TAKEN, " ")
        self._left = list(self.text)

    @property
    def left(self) -> str:
        """As long as the text, with TAKEN where something has been taken."""
        return "".join(self._left)

    def take(self, start: int, end: int) -> None:
        """Cross a stretch out."""
        self._left[start:end] = TAKEN * (end - start)

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing of the stretch has been taken."""
        return TAKEN not in self._left[start:end]
