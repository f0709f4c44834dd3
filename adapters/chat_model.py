"""Chat models: any OpenAI-compatible service, one that only quotes what it is given, and one that is always down."""

import re
import threading
import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from adapters.deadline import run_before
from core.chat import Message, ModelTurn, OnText, ToolCall, ToolSchema
from core.errors import UpstreamUnavailable
from core.logs import get_logger

log = get_logger(__name__)

UNAVAILABLE = "智能回答这会儿连不上,先用资料原文回答您。"
RETRIES = 1
CONTEXT, QUESTION = "资料", "问题"
SENTENCE_END = re.compile(r"(?<=[。;;!?!?\n])")
QUOTED_SENTENCES = 3
MARK = re.compile(r"\[\d{1,2}\]\s*")
# Services name the end of a call of tools differently; what was refused or cut has another name everywhere.
FINISHED = {"stop", "tool_calls", "function_call"}
LONGEST_ANSWER = 1_000  # tokens
# No answer of ours is as long: a service that never ends is cut off.
MOST_CHARACTERS = 20_000
MOST_CALLS = 8


class OpenAIChatModel:
    """A model behind an OpenAI-compatible address; `base_url` as its operator gives it, mostly ending in /v1."""

    def __init__(self, base_url: str, api_key: str, model: str, *, temperature: float = 0.0) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._model = model
        self._temperature = temperature

    @cached_property
    def _client(self) -> Any:
        from openai import OpenAI  # its import takes over a second; most processes never need it

        return OpenAI(base_url=self._base_url, api_key=self._api_key, max_retries=RETRIES)

    def complete(self, messages: Sequence[Message], *, timeout_seconds: float) -> str:
        """The whole answer. Raises UpstreamUnavailable when it is late, refused, malformed or cut."""
        return self.converse(messages, timeout_seconds=timeout_seconds).text

    def converse(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSchema] = (),
        timeout_seconds: float,
        on_text: OnText | None = None,
    ) -> ModelTurn:
        """The same, with tools and the text as it comes; nothing comes after the time is over."""
        started = time.monotonic()
        request: dict[str, Any] = {"messages": list(messages), "timeout": timeout_seconds}
        if tools:
            request["tools"] = list(tools)
        try:
            turn: ModelTurn = run_before(
                timeout_seconds, lambda given_up: self._stream(request, given_up, on_text), message=UNAVAILABLE
            )
        except UpstreamUnavailable:
            log.warning("chat_model_failed", model=self._model, reason="late or cut", seconds=_since(started))
            raise
        except Exception as error:  # the library lets errors of its HTTP and JSON layers through
            log.warning("chat_model_failed", model=self._model, reason=type(error).__name__, seconds=_since(started))
            raise UpstreamUnavailable(UNAVAILABLE) from error
        log.info("chat_model_answered", model=self._model, seconds=_since(started), characters=len(turn.text))
        return turn

    def _stream(self, request: dict[str, Any], given_up: threading.Event, on_text: OnText | None) -> ModelTurn:
        answer = _Answer()
        stream = self._client.chat.completions.create(
            model=self._model, temperature=self._temperature, max_tokens=LONGEST_ANSWER, stream=True, **request
        )
        with stream:
            for chunk in stream:
                if given_up.is_set():
                    break
                for choice in chunk.choices[:1]:
                    piece = answer.add(choice)
                    if piece and on_text is not None:
                        on_text(piece)
        return answer.whole()


class _Answer:
    """A streamed answer put together."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._calls: dict[int, dict[str, str]] = {}
        self._length = 0
        self._finish: str | None = None

    def add(self, choice: Any) -> str:
        """Take one piece; answers its text."""
        self._finish = choice.finish_reason or self._finish
        piece: str = choice.delta.content or ""
        self._parts.append(piece)
        self._count(piece)
        for part in choice.delta.tool_calls or ():
            # Some services leave the index out where there is one call only.
            call = self._calls.setdefault(part.index or 0, {"id": "", "name": "", "arguments": ""})
            call["id"] = part.id or call["id"]
            if part.function is not None:
                call["name"] = part.function.name or call["name"]
                call["arguments"] += part.function.arguments or ""
                self._count(part.function.arguments or "")
        return piece

    def _count(self, piece: str) -> None:
        self._length += len(piece)
        if self._length > MOST_CHARACTERS or len(self._calls) > MOST_CALLS:
            raise UpstreamUnavailable(UNAVAILABLE)

    def whole(self) -> ModelTurn:
        text = "".join(self._parts).strip()
        calls = tuple(
            ToolCall(call["id"] or f"call-{number}", call["name"], call["arguments"])
            for number, call in sorted(self._calls.items())
        )
        # A cut stream ends like a whole one, without an error: only the reason tells.
        if self._finish not in FINISHED or not (text or calls):
            raise UpstreamUnavailable(UNAVAILABLE)
        return ModelTurn(text, calls)


class LocalChatModel:
    """Answers with sentences, word for word, of the last message's material (after 资料:) that fit its 问题: line.

    A line of the material that begins with a mark, [1], gives it to the sentences taken from it. Calls no tools.
    """

    def complete(self, messages: Sequence[Message], *, timeout_seconds: float) -> str:
        """Up to three sentences in their order; raises UpstreamUnavailable where there is no material."""
        content = str(messages[-1].get("content") or "") if messages else ""
        material, asked = _part(content, CONTEXT), _part(content, QUESTION)
        parts = _marked_sentences(material)
        if not parts:
            raise UpstreamUnavailable(UNAVAILABLE)
        pairs = _pairs(asked)
        fit = sorted(range(len(parts)), key=lambda number: (-len(pairs & _pairs(parts[number])), number))
        return "".join(parts[number] for number in sorted(fit[:QUOTED_SENTENCES]))

    def converse(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSchema] = (),
        timeout_seconds: float,
        on_text: OnText | None = None,
    ) -> ModelTurn:
        text = self.complete(messages, timeout_seconds=timeout_seconds)
        if on_text is not None:
            on_text(text)
        return ModelTurn(text)


class FailingChatModel:
    """A model that is down, whatever one asks."""

    def complete(self, messages: Sequence[Message], *, timeout_seconds: float) -> str:
        raise UpstreamUnavailable(UNAVAILABLE)

    def converse(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSchema] = (),
        timeout_seconds: float,
        on_text: OnText | None = None,
    ) -> ModelTurn:
        raise UpstreamUnavailable(UNAVAILABLE)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _part(content: str, name: str) -> str:
    match = re.search(rf"{name}[::](.*?)(?=\n(?:{CONTEXT}|{QUESTION})[::]|\Z)", content, re.DOTALL)
    return match.group(1).strip() if match else ""


def _pairs(text: str) -> set[str]:
    return {text[start : start + 2] for start in range(len(text) - 1)}


def _marked_sentences(material: str) -> list[str]:
    found = []
    for line in material.splitlines():
        mark = MARK.match(line)
        for part in SENTENCE_END.split(line[mark.end() :] if mark else line):
            if part.strip():
                found.append(part.strip() + (mark[0].strip() if mark else ""))
    return found
