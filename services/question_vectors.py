"""Vectors of the written questions: computed once, in batches, kept by the hash of their text."""

from collections.abc import Callable, Sequence
from typing import Protocol

from nlp.ports import Embedder
from nlp.question_bank import all_questions
from nlp.question_index import PASSAGE, QUERY

BATCH = 32


class VectorWriter(Protocol):
    """What adapters.vector_store offers to whoever fills it."""

    def missing(self, texts: Sequence[str], *, kind: str) -> list[str]: ...

    def add(self, texts: Sequence[str], vectors: Sequence[Sequence[float]], *, kind: str) -> None: ...


def embed_questions(
    store: VectorWriter,
    embedder: Embedder,
    *,
    at_most: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Embed each question and lead that has no vector yet; answers how many are left. `progress` is told (done, of how
    many).

    Every batch is kept at once: cut off, it goes on where it was. Raises UpstreamUnavailable like the embedder.
    """
    questions = all_questions()
    texts = {QUERY: [each.text for each in questions], PASSAGE: [each.lead for each in questions]}
    missing = {kind: store.missing(listed, kind=kind) for kind, listed in texts.items()}
    total, done = sum(map(len, missing.values())), 0
    for kind, listed in missing.items():
        for start in range(0, len(listed), BATCH):
            if at_most is not None and done >= at_most:
                return total - done
            batch = listed[start : start + BATCH]
            store.add(batch, embedder.embed(batch, kind=kind), kind=kind)
            done += len(batch)
            if progress:
                progress(done, total)
    return total - done
