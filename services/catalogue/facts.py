"""What a service's rules read, and what they answer: findings, figures, a sheet of facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session


class Level(StrEnum):
    """fine: holds · gap: missing, can be mended · stop: as it is, this cannot go on"""

    FINE = "fine"
    GAP = "gap"
    STOP = "stop"


@dataclass(frozen=True)
class Finding:
    """One line of a check by rule, with the article or source it rests on. `is_offer` marks a product that fits, or
    nearly does; `due` is the day by which the owner should have done it, where there is a plan."""

    level: Level
    text: str
    source: str = ""
    is_offer: bool = False
    due: date | None = None


@dataclass(frozen=True)
class Facts:
    """What checks, estimates and sheets read. `session` only reads; `results` are a case's, empty before there is
    one."""

    session: Session
    form: Mapping[str, Any]
    region: str | None
    today: date
    results: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Estimate:
    """Figures computed by rule, line by line; always labelled as an estimate. `basis` is what it rests on most, with
    the source, short enough for a phone; `notes` are all assumptions."""

    headline: str
    basis: str
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetLine:
    """One fact. `text` is None where nobody has it yet: `source` then says who would give it."""

    label: str
    text: str | None
    source: str


class SheetSubject(StrEnum):
    """What a part of the sheet is about; a party's task names those that it reads (services/catalogue/model.py)."""

    FIRM = "firm"
    REQUEST = "request"
    CREDIT = "credit"
    RIGHT = "right"
    # What stands against the rights, and what they bring.
    BURDEN = "burden"
    PAPERS = "papers"
    OPINIONS = "opinions"


@dataclass(frozen=True)
class SheetPart:
    """What the sheet says of one thing: the firm, one patent."""

    name: str
    lines: tuple[SheetLine, ...]
    subject: SheetSubject
