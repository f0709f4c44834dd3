"""Who told something is asked again when it is written: between the two may lie a summary, a night, a day's cap."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import Notice


def _locks_nothing(session: Session, user_id: int) -> None:
    pass


@dataclass(frozen=True)
class Room:
    """`holds` brings a waiting notice of the room up to date, or answers False where nothing is left to say; for those
    of other rooms True. `lock` takes what the room locks before notices, for one person, so that nobody waits for
    another for ever."""

    holds: Callable[[Session, Notice, datetime], bool]
    lock: Callable[[Session, int], None] = _locks_nothing
