"""Chat models: any OpenAI-compatible service, one that only quotes what it is given, and one that is always down."""

import re
import threading
import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from adapters.deadline import run_before
from core.errors import UpstreamUnavailable
from core.logs import get_logger

log = get_logger(__name__)

UNAVAILABLE = "智能回答这会儿连不上,先用资料原文回答您。"
RETRIES = 1
CONTEXT, QUESTION = "资料", "问题"
SENTENCE_END = re.compile(r"(?<=[。;;!?!?\n])")
QUOTED_SENTENCES = 3


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

    def complete(self, messages: Sequence[dict[str, str]], *, timeout_seconds: float) -> str:
        """The whole answer. Raises UpstreamUnavailable when it is late, refused, malformed or cut."""
        started = time.monotonic()
        try:
            text = run_before(
                timeout_seconds,
                lambda given_up: self._stream(list(messages), timeout_seconds, given_up),
                message=UNAVAILABLE,
            )
        except UpstreamUnavailable:
            log.warning("chat_model_failed", model=self._model, reason="late or cut", seconds=_since(started))
            raise
        except Exception as error:  # the library lets errors of its HTTP and JSON layers through
            log.warning("chat_model_failed", model=self._model, reason=type(error).__name__, seconds=_since(started))
            raise UpstreamUnavailable(UNAVAILABLE) from error
        log.info("chat_model_answered", model=self._model, seconds=_since(started), characters=len(text))
        return text

    def _stream(self, messages: list[dict[str, str]], timeout_seconds: float, given_up: threading.Event) -> str:
        parts: list[str] = []
        finish: str | None = None
        stream = self._client.chat.completions.create(
            model=self._model,
            messages=messages,
            temperature=self._temperature,
            stream=True,
            timeout=timeout_seconds,
        )
        with stream:
            for chunk in stream:
                if given_up.is_set():
                    break
                for choice in chunk.choices[:1]:
                    parts.append(choice.delta.content or "")
                    finish = choice.finish_reason or finish
        text = "".join(parts).strip()
        # A cut stream ends like a whole one, without an error: only the reason tells.
        if finish != "stop" or not text:
            raise UpstreamUnavailable(UNAVAILABLE)
        return text


class LocalChatModel:
    """Answers with sentences, word for word, of the last message's material (after 资料:) that fit its 问题: line."""

    def complete(self, messages: Sequence[dict[str, str]], *, timeout_seconds: float) -> str:
        """Up to three sentences in their order; raises UpstreamUnavailable where there is no material."""
        content = messages[-1].get("content", "") if messages else ""
        material, asked = _part(content, CONTEXT), _part(content, QUESTION)
        parts = [part.strip() for part in SENTENCE_END.split(material) if part.strip()]
        if not parts:
            raise UpstreamUnavailable(UNAVAILABLE)
        pairs = _pairs(asked)
        fit = sorted(range(len(parts)), key=lambda number: (-len(pairs & _pairs(parts[number])), number))
        return "".join(parts[number] for number in sorted(fit[:QUOTED_SENTENCES]))


class FailingChatModel:
    """A model that is down, whatever one asks."""

    def complete(self, messages: Sequence[dict[str, str]], *, timeout_seconds: float) -> str:
        raise UpstreamUnavailable(UNAVAILABLE)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _part(content: str, name: str) -> str:
    match = re.search(rf"{name}[::](.*?)(?=\n(?:{CONTEXT}|{QUESTION})[::]|\Z)", content, re.DOTALL)
    return match.group(1).strip() if match else ""


def _pairs(text: str) -> set[str]:
    return {text[start : start + 2] for start in range(len(text) - 1)}
