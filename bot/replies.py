"""What a skill answers with: text in Chinese, what it rests on, and what to remember."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from models import Conversation, MissKind


@dataclass(frozen=True)
class Choice:
    """Something the user can tap or type instead of writing a sentence."""

    text: str
    title: str


@dataclass(frozen=True)
class Missed:
    """A question that found no answer, for those who keep the knowledge."""

    kind: MissKind
    text: str
    region: str | None = None


@dataclass(frozen=True)
class Reply:
    """One answer.

    `memory` replaces the keys it names in the conversation's memory (None removes one). `on_commit` runs in the
    transaction that finishes the turn, and only if the bot still holds the conversation; the Reply that it returns
    is sent instead. `is_miss` counts towards the offer of a person; `missed` is what staff see of it.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    citations: tuple[Mapping[str, Any], ...] = ()
    cards: tuple[Mapping[str, Any], ...] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)
    on_commit: "Callable[[Session, Conversation], Reply] | None" = None
    is_miss: bool = False
    missed: Missed | None = None
    carries: tuple[int, ...] = ()
    reason: str = "reply"
    # The deal whose other side this answer tells how to reach: its words go when that is taken back.
    contact_deal: int | None = None


def appended(reply: Reply, more: str) -> Reply:
    """The reply with what waits said at its end, whenever it is made. One that asks something itself stays as it is:
    there is one question on the table, not two. It is no miss then, since something goes on."""
    commit = reply.on_commit
    if commit is not None:
        return replace(reply, on_commit=lambda session, conversation: appended(commit(session, conversation), more))
    return reply if reply.memory.get("pending") else replace(reply, text=reply.text + more, is_miss=False)
