"""A chat model in memory that says what a test wants, piece by piece, and keeps what it was told."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.chat import Message, ModelTurn, OnText, ToolCall, ToolSchema
from core.errors import UpstreamUnavailable

Saying = str | ModelTurn | Callable[[Sequence[Message]], str | ModelTurn]
PIECE = 3


def calling(name: str, **arguments: Any) -> ModelTurn:
    """A turn that calls one tool."""
    return ModelTurn("", (ToolCall("call-1", name, json.dumps(arguments, ensure_ascii=False)),))


class ScriptedModel:
    """Says one saying a call, the last one again and again; `is_cut` lets every call fail after it has spoken."""

    def __init__(self, *sayings: Saying, is_cut: bool = False) -> None:
        self._sayings = list(sayings)
        self._is_cut = is_cut
        self.told: list[list[Message]] = []
        self.tools: list[Sequence[ToolSchema]] = []

    def complete(self, messages: Sequence[Message], *, timeout_seconds: float) -> str:
        return self.converse(messages, timeout_seconds=timeout_seconds).text

    def converse(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSchema] = (),
        timeout_seconds: float,
        on_text: OnText | None = None,
    ) -> ModelTurn:
        self.told.append(list(messages))
        self.tools.append(tools)
        saying = self._sayings.pop(0) if len(self._sayings) > 1 else self._sayings[0]
        said = saying(messages) if callable(saying) else saying
        turn = ModelTurn(said) if isinstance(said, str) else said
        for start in range(0, len(turn.text), PIECE):
            if on_text is not None:
                on_text(turn.text[start : start + PIECE])
        if self._is_cut:
            raise UpstreamUnavailable
        return turn

    @property
    def everything_told(self) -> str:
        """All contents of all calls."""
        return "\n".join(str(message.get("content")) for message in _all(self.told))


def _all(calls: Iterable[Iterable[Message]]) -> Iterable[Message]:
    return (message for call in calls for message in call)
