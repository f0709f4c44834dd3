"""What an owner hears of dated records that go with a request: that one begins to hold, that its time to apply ends."""

from collections.abc import Callable
from dataclasses import dataclass

from models import DatedRecord
from services.catalogue.facts import Facts


@dataclass(frozen=True)
class News:
    """What an owner hears, if the answer to the form's field `consent` is yes, when a dated record of a kind begins to
    hold at their place. `name` is the word by which they turn it off; `said` answers None where it does not fit."""

    kind: str
    name: str
    consent: str
    said: Callable[[Facts, DatedRecord], str | None]


@dataclass(frozen=True)
class Windows:
    """What an owner whose case is in one of `stages` hears so many `days` before the last day (window_to) of a dated
    record of a kind. `name` is the word by which they turn it off; `about` stands below the lines, `said` answers None
    where a record does not fit."""

    kind: str
    name: str
    stages: frozenset[str]
    days: tuple[int, ...]
    said: Callable[[Facts, DatedRecord], str | None]
    about: str
