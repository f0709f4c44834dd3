"""A question asked through the API: the same turn as in chat, answered in the call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Answered:
    """`is_held_by_staff`: a person has the conversation, so the bot did not answer; the message waits for them."""

    text: str
    citations: Sequence[Mapping[str, Any]]
    choices: Sequence[str]
    conversation_id: str
    delivery_id: int | None
    is_held_by_staff: bool = False


class Ask(Protocol):
    """Run one turn for an identity. `key` makes a repeated call return the first one's answer.

    `on_sentence` gets sentences of the answer while it is being written; what is returned replaces them.
    """

    def __call__(
        self, *, identity_id: int, text: str, key: str, on_sentence: Callable[[str], None] | None = None
    ) -> Answered: ...
