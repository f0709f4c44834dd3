"""What the language layer needs from outside; adapters satisfy these by shape."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from core.chat import Message, ModelTurn, OnText, ToolSchema
from core.search import IndexDocument, IndexPage, IndexQuery
from nlp.types import PassageText


class SearchIndex(Protocol):
    """A text index. Readers see a commit within a second; a stale index (other cutter) refuses to search."""

    @property
    def last_serial(self) -> int:
        """How far its source was read: the serial last given by the writer, 0 where there is no usable index."""

    @property
    def needs_rebuild(self) -> bool:
        """True where the index is missing or stale."""

    def search(self, query: IndexQuery) -> IndexPage:
        """Raises UpstreamUnavailable where the index is missing, stale or broken."""

    def apply(
        self, documents: Iterable[IndexDocument], deleted_ids: Iterable[int] = (), *, serial: int | None = None
    ) -> int:
        """Add or replace, then commit and remember `serial`; answers how many documents were written.

        One writer at a time, a second one gets Conflict. Raises UpstreamUnavailable where a rebuild must come first.
        """

    def rebuild(self, documents: Iterable[IndexDocument], *, serial: int = 0) -> int:
        """Build beside the present index and swap when complete; readers never see half of it."""

    def mark(self, serial: int) -> None:
        """Remember how far the source was read, where nothing of it had to be indexed."""


class PassageSource(Protocol):
    """Loads passages by id, in the order asked for; unknown ids are left out."""

    def load(self, passage_ids: Sequence[int]) -> list[PassageText]: ...


class Retriever(Protocol):
    """Finds candidate passages, best first, as (passage id, score)."""

    def retrieve(self, question: str, *, on: date, region: str | None, limit: int) -> list[tuple[int, float]]: ...

    def find_places(self, places: Sequence[str], *, on: date, region: str | None) -> list[int]:
        """The ids of articles, law and label joined in each place, as they hold on that day."""
        ...


class Ranker(Protocol):
    """Orders candidates by how well they answer, as (passage, score between 0 and 1), best first."""

    def rank(self, question: str, passages: Sequence[PassageText]) -> list[tuple[PassageText, float]]: ...


class Embedder(Protocol):
    """Text to unit vectors. `kind` is "query" or "passage"; every vector has `dimensions` numbers; vectors of two
    embedders with one `name` may be compared."""

    dimensions: int
    name: str

    def embed(self, texts: Sequence[str], *, kind: str) -> list[list[float]]:
        """Raises UpstreamUnavailable where the service does not answer in time."""


class ChatModel(Protocol):
    """A chat model behind any OpenAI-compatible address. `timeout_seconds` is for the whole call, however it drips."""

    def complete(self, messages: Sequence[Message], *, timeout_seconds: float) -> str:
        """The whole answer, or UpstreamUnavailable: also where the stream was cut before it finished."""

    def converse(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSchema] = (),
        timeout_seconds: float,
        on_text: OnText | None = None,
    ) -> ModelTurn:
        """The same, with tools to call; `on_text` gets the text as it comes, nothing after the time is over.

        Raises UpstreamUnavailable as well where pieces were given already: only the end makes an answer whole.
        """
