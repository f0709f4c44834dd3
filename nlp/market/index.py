"""All posts of one side in memory, and how near each is in subject to a post of the other.

The need's own class is hardly ever said: it is read off the posts that come nearest by words and meaning, and the other
posts of those classes, and those like them in meaning, rise. (冬天掉电 finds one battery; those beside it follow.)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.market.classes import ClassTable, class_levels
from nlp.market.posts import Post
from nlp.market.terms import Scores, TermTable, terms_of
from nlp.segmenter import Segmenter

Matrix = NDArray[np.float32]
# Chosen on the 50 needs of the evaluation that are for choosing (dev/evaluate_market.py).
WORDS_SHARE, CLASSES_SHARE, NEIGHBOURS_SHARE = 2.0, 0.6, 0.6
# Without vectors the words stand for what meaning would have said.
WORDS_ALONE_SHARE = 8.0
SEEDS = 10
# So many of the nearest are looked at more closely.
POOL = 300
# Of fewer texts the mean vector says little of how their kind of text lies as a whole.
FEWEST_FOR_MEAN = 20
SMALLEST_ROOM = 64
# Below whatever may be near.
FAR = -9.0


@dataclass(frozen=True)
class Nearness:
    """The nearest posts by their number in the index, best first, with their score and its parts."""

    numbers: NDArray[np.int64]
    scores: Scores
    words: Scores
    meaning: Scores
    classes: Scores


class PostIndex:
    """Built for a list of posts, and grows with `add`. `vectors` has a row for each, or is None: words alone serve.

    `asking_mean` is the mean vector of posts of the asking side: e5's vectors of one kind of text lie close together,
    and only what is beside that common part tells them apart. `mean` is that of the listed posts, counted unless given.
    """

    def __init__(
        self,
        posts: Sequence[Post],
        segmenter: Segmenter,
        vectors: Matrix | None = None,
        asking_mean: Matrix | None = None,
        mean: Matrix | None = None,
    ) -> None:
        self.posts = list(posts)
        self._numbers = {post.post_id: number for number, post in enumerate(posts)}
        self._gone: list[int] = []
        self._segmenter = segmenter
        self.terms = TermTable(terms_of(post.subject, segmenter) for post in posts)
        self.classes = ClassTable([post.classes for post in posts])
        self._mean = mean_of(vectors) if mean is None and vectors is not None else mean
        self._asking_mean = self._mean if asking_mean is None else asking_mean
        self._room = None if vectors is None or self._mean is None else beside(vectors, self._mean)

    @property
    def _vectors(self) -> Matrix | None:
        return None if self._room is None else self._room[: len(self.posts)]

    def add(self, post: Post, vector: Matrix | None = None) -> None:
        """One more post; without a vector, where the others have one, its words alone serve."""
        self._numbers[post.post_id] = len(self.posts)
        self.posts.append(post)
        self.terms.add(terms_of(post.subject, self._segmenter))
        self.classes.add(post.classes)
        if self._room is None or self._mean is None:
            return
        if len(self._room) < len(self.posts):  # grown by a part, so that not every post copies the whole
            more = max(SMALLEST_ROOM, len(self._room) // 8)
            self._room = np.concatenate([self._room, np.zeros((more, self._room.shape[1]), dtype=np.float32)])
        if vector is not None:
            self._room[len(self.posts) - 1] = beside(vector.reshape(1, -1), self._mean)[0]

    def remove(self, post_id: int) -> None:
        """It is found no more; one that is not there is no error. Its place is given back when the index is built."""
        number = self._numbers.pop(post_id, None)
        if number is not None:
            self._gone.append(number)

    def nearest(self, post: Post, vector: Matrix | None = None) -> Nearness:
        """The posts that may match in subject, at most POOL."""
        words = self.terms.scores(terms_of(post.subject, self._segmenter))
        meaning = self._by_meaning(vector)
        has_meaning = vector is not None and self._vectors is not None
        base = meaning + np.float32(WORDS_SHARE if has_meaning else WORDS_ALONE_SHARE) * words
        base[self._gone] = FAR
        seeds = _best(base, SEEDS)
        shares = _shares(base[seeds])
        classes = self._by_classes(post, seeds, shares)
        score = base + np.float32(CLASSES_SHARE) * classes
        pool = _best(score, POOL)
        near = score[pool] + np.float32(NEIGHBOURS_SHARE) * self._by_neighbours(pool, seeds, shares)
        order = np.argsort(-near, kind="stable")
        pool = pool[order]
        here = ~np.isin(pool, self._gone)
        order, pool = order[here], pool[here]
        return Nearness(pool, near[order], words[pool], meaning[pool], classes[pool])

    def _by_meaning(self, vector: Matrix | None) -> Scores:
        if vector is None or self._vectors is None or self._asking_mean is None:
            return np.zeros(len(self.posts), dtype=np.float32)
        found: Scores = self._vectors @ beside(vector.reshape(1, -1), self._asking_mean)[0]
        return found

    def _by_classes(self, post: Post, seeds: NDArray[np.int64], shares: Scores) -> Scores:
        if post.classes:
            return self.classes.shared(class_levels(post.classes))
        total = np.zeros(len(self.posts), dtype=np.float32)
        for seed, share in zip(seeds, shares, strict=True):
            shared = self.classes.shared(self.classes.levels(int(seed)))
            shared[seed] = 0  # it does not vouch for itself
            total += share * shared
        return total

    def _by_neighbours(self, pool: NDArray[np.int64], seeds: NDArray[np.int64], shares: Scores) -> Scores:
        if self._vectors is None or not len(seeds):
            return np.zeros(len(pool), dtype=np.float32)
        alike: Scores = np.clip(self._vectors[pool] @ self._vectors[seeds].T, 0, 1) @ shares
        return alike


def mean_of(vectors: Matrix) -> Matrix:
    """What these vectors have in common; nothing where they are too few to say."""
    if len(vectors) < FEWEST_FOR_MEAN:
        return np.zeros(vectors.shape[1], dtype=np.float32)
    mean: Matrix = vectors.mean(axis=0, dtype=np.float32)
    return mean


def beside(vectors: Matrix, mean: Matrix) -> Matrix:
    """Unit vectors of what is beside the mean."""
    moved = vectors - mean
    lengths = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), np.float32(1e-6))
    unit: Matrix = (moved / lengths).astype(np.float32)
    return unit


def _shares(best: Scores) -> Scores:
    """How much each of the best says: the first most, in all 1."""
    if not len(best):
        return best
    shares = np.square(np.clip(best / max(float(best[0]), 1e-6), 0, 1))
    found: Scores = (shares / max(float(shares.sum()), 1e-6)).astype(np.float32)
    return found


def _best(scores: Scores, count: int) -> NDArray[np.int64]:
    """The numbers of the best, best first."""
    found = np.argpartition(-scores, count - 1)[:count] if len(scores) > count else np.arange(len(scores))
    best: NDArray[np.int64] = found[np.argsort(-scores[found], kind="stable")]
    return best
