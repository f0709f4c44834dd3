"""Offers and needs as matching reads them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nlp.market.subject_text import subject_of


class Mode(StrEnum):
    """How a right or a technology changes hands or is put to use."""

    TRANSFER = "transfer"
    LICENCE_PLAIN = "licence_plain"
    LICENCE_SOLE = "licence_sole"
    LICENCE_EXCLUSIVE = "licence_exclusive"
    LICENCE_QUICK = "licence_quick"
    OPEN_LICENCE = "open_licence"
    PLEDGE = "pledge"
    EQUITY = "equity"


class RightState(StrEnum):
    """What stands behind an offer: a right in force, an application, or know-how without either."""

    IN_FORCE = "in_force"
    PENDING = "pending"
    TECHNOLOGY = "technology"


@dataclass(frozen=True)
class Post:
    """An offer or a need; several fields mean on one side what is given and on the other what is wanted.

    `modes`: those that an offer allows, those any of which a need takes (none: whatever it is). `amount`: whole yuan,
    the least price of an offer, the budget of a need; None where it was not said. `regions`: where an offer stands,
    where a need would like it; `region_is_must` where it takes nothing else. `right_kinds`: what kinds of patent an
    offer has, what kinds a need takes. `until`: the day on which an offer ends, or by which a need wants an answer.
    `classes`: IPC symbols of an offer, or those found for a need before.
    """

    post_id: int
    title: str
    text: str
    classes: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()
    amount: int | None = None
    regions: tuple[str, ...] = ()
    region_is_must: bool = False
    right_kinds: tuple[str, ...] = ()
    right_state: RightState | None = None
    until: date | None = None
    posted_on: date | None = None

    @property
    def subject(self) -> str:
        """What it is about, its terms of trade left out: what words and vectors are taken from."""
        return "\n".join(part for part in (self.title, subject_of(self.text)) if part)
