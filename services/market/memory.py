"""Published posts of both sides in the memory of the one process that matches them. The rows are the truth: what has
changed since the last look is read on, and a process that starts anew reads all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import UpstreamUnavailable
from core.logs import get_logger
from models import MarketPost, PostSide, PostState
from nlp.market.index import Matrix, PostIndex
from nlp.market.means import common_part
from nlp.market.posts import Mode, Post, RightState
from nlp.ports import Embedder
from nlp.segmenter import Segmenter
from services.question_vectors import VectorWriter

log = get_logger(__name__)

# Needs are asked as questions are, offers are the passages; one vector a post serves both ways.
KINDS = {PostSide.NEED: "query", PostSide.OFFER: "passage"}
BATCH = 32
# Transactions that end later than they began may bring rows with an earlier time.
OVERLAP = timedelta(minutes=5)


class PostVectors(VectorWriter, Protocol):
    """What adapters.vector_store offers."""

    def find(self, texts: Sequence[str], *, kind: str) -> tuple[Matrix, NDArray[np.bool_]]: ...

    def keep_only(self, texts: Mapping[str, Iterable[str]]) -> int: ...


class MarketMemory:
    """Built with the first look."""

    def __init__(self, segmenter: Segmenter, embedder: Embedder, store: PostVectors) -> None:
        self.segmenter = segmenter
        self._embedder = embedder
        self._store = store
        self._indexes: dict[PostSide, PostIndex] | None = None
        self._versions: dict[int, int] = {}
        self._seen_until: datetime | None = None

    def index(self, side: PostSide) -> PostIndex:
        if self._indexes is None:
            raise RuntimeError("The market has not been read yet.")
        return self._indexes[side]

    def forget(self) -> None:
        """Read all anew at the next look: what all posts have in common is counted then."""
        self._indexes, self._versions, self._seen_until = None, {}, None

    def look(self, session: Session) -> None:
        """Take up what has changed."""
        if self._indexes is None:
            self._read_all(session)
            return
        changed = select(MarketPost).order_by(MarketPost.changed_at)
        if self._seen_until is not None:
            changed = changed.where(MarketPost.changed_at >= self._seen_until - OVERLAP)
        for row in session.scalars(changed):
            self._note_seen(row)
            if self._versions.get(row.id) == row.version:
                continue
            side = PostSide(row.side)
            self._indexes[side].remove(row.id)
            if row.state == PostState.PUBLISHED:
                post = as_post(row)
                self._indexes[side].add(post, self.vector(post, side))
            self._versions[row.id] = row.version

    def forget_vectors_of_the_gone(self) -> None:
        """After a look: whose words are no longer on the market, an erased person's among them, leaves no vector of
        them either. One that comes back gets its vector anew."""
        posts = {side: self.index(side).posts for side in PostSide}
        live = {KINDS[side]: [post.subject for post in listed] for side, listed in posts.items()}
        if gone := self._store.keep_only(live):
            log.info("market_vectors_forgotten", count=gone)

    def vector(self, post: Post, side: PostSide) -> Matrix | None:
        """The post's vector, None where there is none to be had: words alone serve then."""
        found = self._vectors([post], side)
        return None if found is None else found[0]

    def _read_all(self, session: Session) -> None:
        published = select(MarketPost).where(MarketPost.state == PostState.PUBLISHED).order_by(MarketPost.id)
        posts: dict[PostSide, list[Post]] = {side: [] for side in PostSide}
        for row in session.scalars(published.execution_options(yield_per=1_000)):
            posts[PostSide(row.side)].append(as_post(row))
            self._versions[row.id] = row.version
            self._note_seen(row)
        vectors = {side: self._vectors(listed, side) for side, listed in posts.items()}
        means = {
            side: None if found is None else common_part(found, kind=KINDS[side], model=self._embedder.name)
            for side, found in vectors.items()
        }
        other = {PostSide.NEED: PostSide.OFFER, PostSide.OFFER: PostSide.NEED}
        self._indexes = {
            side: PostIndex(listed, self.segmenter, vectors[side], means[other[side]], means[side])
            for side, listed in posts.items()
        }
        log.info("market_read", **{side.value: len(listed) for side, listed in posts.items()})

    def _note_seen(self, row: MarketPost) -> None:
        self._seen_until = max(self._seen_until or row.changed_at, row.changed_at)

    def _vectors(self, posts: Sequence[Post], side: PostSide) -> Matrix | None:
        """A row for each post; those of an embedder that is away are taken up when it is back."""
        texts, kind = [post.subject for post in posts], KINDS[side]
        missing = self._store.missing(texts, kind=kind)
        try:
            for start in range(0, len(missing), BATCH):
                batch = missing[start : start + BATCH]
                self._store.add(batch, self._embedder.embed(batch, kind=kind), kind=kind)
        except UpstreamUnavailable:
            log.warning("market_vectors_missing", side=side, count=len(missing))
            if texts and len(missing) == len(texts):
                return None
        return self._store.find(texts, kind=kind)[0]


def as_post(row: MarketPost) -> Post:
    """A row as matching reads it."""
    return Post(
        post_id=row.id,
        title=row.title,
        text=row.text,
        classes=tuple(row.classes),
        modes=tuple(Mode(each) for each in row.modes),
        amount=row.amount,
        regions=tuple(row.regions),
        region_is_must=row.region_is_must,
        right_kinds=tuple(row.right_kinds),
        right_state=RightState(row.right_state) if row.right_state else None,
        until=row.until,
        posted_on=china_date(row.published_at) if row.published_at else None,
    )
