"""Matches of one post, best first: how near in subject, which conditions hold, how good and how fresh, and why."""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nlp.ipc import ipc_levels, normalise_ipc
from nlp.ipc_names import subclass_name
from nlp.market.conditions import Condition, Verdict, check_conditions
from nlp.market.index import Matrix, Nearness, PostIndex
from nlp.market.posts import Post, RightState
from nlp.market.terms import PAIR, terms_of
from nlp.segmenter import Segmenter

# What a condition costs, in the figure of nearness; a wish that is no must costs a third.
COSTS = {Verdict.MET: 0.0, Verdict.NOT_SAID: 0.02, Verdict.TO_TALK: 0.1, Verdict.UNMET: 0.15}
WISH_SHARE = 1 / 3
# Quality and freshness order only what is about as near.
QUALITY_SHARE, FRESHNESS_SHARE = 0.02, 0.01
HALF_LIFE_DAYS = 180
QUALITY_OF_STATE = {RightState.IN_FORCE: 1.0, RightState.PENDING: 0.5, RightState.TECHNOLOGY: 0.5, None: 0.0}
LONG_ENOUGH = 60
# From which figure on a match is worth telling: among the needs for choosing half of what is told has a grade then, and
# three quarters of what solves or nearly solves a need is told.
CLOSE = 0.5
MOST_WORDS = 3
# A word of the title says more of the subject than one of the text.
TITLE_FACTOR = 2


@dataclass(frozen=True)
class Match:
    """One post of the other side. `reasons` say what fits, `to_talk` what does not or must be talked about, `missing`
    what was not said, the most useful first, with the side that could say it: offer or need."""

    post_id: int
    score: float
    is_close: bool
    reasons: tuple[str, ...]
    to_talk: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]

    def said(self) -> str:
        """对得上:主题(轴承、诊断)、可普通许可。要谈:供方在山西省。还差:价格没写。"""
        parts = [f"对得上:{'、'.join(self.reasons)}"]
        if self.to_talk:
            parts.append(f"要谈:{';'.join(self.to_talk)}")
        if self.missing:
            parts.append(f"还差:{self.missing[0][1]}")
        return "。".join(parts) + "。"


class Matcher:
    """Asks an index of one side on behalf of posts of the other. `seeking` tells whether the index holds offers."""

    def __init__(self, index: PostIndex, segmenter: Segmenter, *, seeking: bool) -> None:
        self._index = index
        self._segmenter = segmenter
        self._seeking = seeking

    def match(
        self,
        post: Post,
        vector: Matrix | None = None,
        *,
        on: date,
        limit: int = 10,
        learnt: Mapping[int, float] | None = None,
    ) -> list[Match]:
        """The best matches. `learnt` raises or lowers posts by id: what feedback has taught."""
        near = self._index.nearest(post, vector)
        taught = learnt or {}
        # Most posts have taught nothing: they gain 0, whatever was learnt of others.
        most_gained = QUALITY_SHARE + FRESHNESS_SHARE + max(0.0, max(taught.values(), default=0.0))
        best: list[float] = []  # a heap of the best scores so far
        scored = []
        for place, number in enumerate(near.numbers):
            if len(best) == limit and float(near.scores[place]) + most_gained < best[0]:
                break  # the rest is farther away still, and conditions only cost
            other = self._index.posts[int(number)]
            need, offer = (post, other) if self._seeking else (other, post)
            conditions = check_conditions(need, offer, on=on)
            score = float(near.scores[place]) - _cost(conditions) + _worth(offer, other, on)
            score += taught.get(other.post_id, 0.0)
            scored.append((score, place, conditions))
            heapq.heappush(best, score)
            if len(best) > limit:
                heapq.heappop(best)
        scored.sort(key=lambda each: -each[0])
        return [self._explain(post, near, place, score, conditions) for score, place, conditions in scored[:limit]]

    def _explain(self, post: Post, near: Nearness, place: int, score: float, conditions: Sequence[Condition]) -> Match:
        other = self._index.posts[int(near.numbers[place])]
        words = self._shared_words(post, other)
        subject = f"主题({'、'.join(words)})" if words else "主题相近"
        field = _field(other if self._seeking else post)
        in_field = [f"行业({field})"] if field and near.classes[place] > 0 else []
        by_verdict = {verdict: [each for each in conditions if each.verdict is verdict] for verdict in Verdict}
        missing = sorted(by_verdict[Verdict.NOT_SAID], key=lambda each: not each.is_must)
        return Match(
            post_id=other.post_id,
            score=score,
            is_close=score >= CLOSE,
            reasons=(subject, *in_field, *(each.said for each in by_verdict[Verdict.MET])),
            to_talk=tuple(each.said for each in (*by_verdict[Verdict.UNMET], *by_verdict[Verdict.TO_TALK])),
            missing=tuple((each.missing_from or "", each.said) for each in missing),
            conditions=tuple(conditions),
        )

    def _shared_words(self, post: Post, other: Post) -> tuple[str, ...]:
        """The most telling words that both have, none within another."""
        having = set(terms_of(other.subject, self._segmenter))
        shared = {
            word
            for word in terms_of(post.subject, self._segmenter)
            if word in having and not word.startswith(PAIR) and len(word) > 1 and not word.isdigit()
        }
        offer = other if self._seeking else post
        weight = {word: self._index.terms.weigh(word) * (TITLE_FACTOR if word in offer.title else 1) for word in shared}
        telling = sorted(shared, key=lambda word: (-weight[word], word))
        whole = [word for word in telling if not any(word != longer and word in longer for longer in telling)]
        return tuple(whole[:MOST_WORDS])


def _cost(conditions: Sequence[Condition]) -> float:
    return sum(COSTS[each.verdict] * (1.0 if each.is_must else WISH_SHARE) for each in conditions)


def _worth(offer: Post, other: Post, on: date) -> float:
    """How good an offer is to look at, and how fresh the post that would be shown."""
    complete = (bool(offer.modes) + (offer.amount is not None) + (len(offer.text) >= LONG_ENOUGH)) / 3
    quality = (QUALITY_OF_STATE[offer.right_state] + complete) / 2
    age = max((on - other.posted_on).days, 0) if other.posted_on else HALF_LIFE_DAYS
    return QUALITY_SHARE * quality + FRESHNESS_SHARE * math.pow(0.5, age / HALF_LIFE_DAYS)


def _field(offer: Post) -> str:
    """What people call the first class of an offer that has a short name."""
    levels = (ipc_levels(normalise_ipc(symbol) or "") for symbol in offer.classes)
    names = (subclass_name(each[2]) for each in levels if len(each) > 2)
    return next((name for name in names if name), "")
