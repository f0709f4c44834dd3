"""Which patents in custody count as of high value: which of the five conditions our data shows, and which it cannot.

The conditions are dated data. Where they leave open how something is counted, only what holds either way is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.yaml_text import read_yaml
from models import CustodyRight, LegalStatus, RightKind
from services.custody.portfolio import list_all

DATA = Path(__file__).resolve().parents[2] / "data" / "high_value_patents.yaml"


class Condition(StrEnum):
    INDUSTRY = "industry"
    FAMILY = "family"
    MAINTAINED = "maintained"
    PLEDGE = "pledge"
    AWARD = "award"


class Known(StrEnum):
    """met and unmet: by our data · unknown: nothing here says so"""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Definition:
    source: str
    maintained_years: int
    conditions: Mapping[Condition, str]


@dataclass(frozen=True)
class Valued:
    """One invention in force, with what is known of each condition; one that is met is enough."""

    right: CustodyRight
    known: Mapping[Condition, Known]

    @property
    def is_high(self) -> bool:
        return Known.MET in self.known.values()


def definition_on(day: date) -> Definition:
    """As it is counted on that day; before the first entry that one."""
    entries = _read()
    entry = next((each for each in reversed(entries) if each["valid_from"] <= day), entries[0])
    conditions = {Condition(key): str(text) for key, text in entry["conditions"].items()}
    return Definition(str(entry["source"]), int(entry["maintained_years"]), conditions)


def value_right(right: CustodyRight, today: date) -> Valued | None:
    """None for what is never counted: no invention, or not in force."""
    if right.kind != RightKind.PATENT or right.patent_kind != "invention" or right.status != LegalStatus.ACTIVE:
        return None
    years = definition_on(today).maintained_years
    known = dict.fromkeys(Condition, Known.UNKNOWN)
    known[Condition.MAINTAINED] = _maintained(right, today, years)
    return Valued(right, known)


def list_valued(session: Session, *, user_id: int, today: date) -> list[Valued]:
    """The inventions in force that this person sees, those that count first."""
    found = [valued for right in list_all(session, user_id) if (valued := value_right(right, today)) is not None]
    return sorted(found, key=lambda valued: (not valued.is_high, valued.right.id))


def _maintained(right: CustodyRight, today: date, years: int) -> Known:
    """More than ten years from the grant are more than ten from the filing as well; between the two it depends on how
    it is counted."""
    if right.granted_on is not None and _is_over(right.granted_on, today, years):
        return Known.MET
    if right.filed_on is not None and not _is_over(right.filed_on, today, years):
        return Known.UNMET
    return Known.UNKNOWN


def _is_over(start: date, today: date, years: int) -> bool:
    return (today.year - years, today.month, today.day) > (start.year, start.month, start.day)


@cache
def _read() -> list[dict[str, Any]]:
    return sorted(read_yaml(DATA), key=lambda entry: entry["valid_from"])
