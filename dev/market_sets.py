"""The market of data/evaluation: 400 offers, 150 needs, 40 of another author, and the grades of offers for needs."""

import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from adapters.embedder import LocalEmbedder
from adapters.vector_store import VectorStore
from core.config import DataSettings
from nlp.market.index import Matrix, PostIndex, mean_of
from nlp.market.matching import Match, Matcher
from nlp.market.posts import Mode, Post, RightState
from nlp.market.regions import RegionWishes
from nlp.segmenter import Segmenter, default_segmenter
from nlp.slots.regions import RegionFinder

FOLDER = Path(__file__).resolve().parent.parent / "data" / "evaluation"
OFFERS, NEEDS, FRESH = (FOLDER / f"market_{name}.jsonl" for name in ("offers", "needs", "needs_fresh"))
FEEDBACK = FOLDER / "market_feedback.jsonl"
TODAY = date(2026, 11, 22)
SEED = 6
EVERY_NTH_CHOOSES = 3
CUT, DEEP_CUT = 10, 20
YUAN_PER_WAN = 10_000
Judgements = dict[int, int]
Embed = Callable[[Sequence[str], str], Matrix]


@dataclass(frozen=True)
class MarketSet:
    """Needs are numbered through, those of the other author last; offers are shuffled with a fixed seed, so that ties
    say nothing. `offer_names` and `need_names` are the ids of the files."""

    segmenter: Segmenter
    offers: Sequence[Post]
    offer_names: Sequence[str]
    needs: Sequence[Post]
    need_names: Sequence[str]
    judged: Sequence[Judgements]
    old: int

    @classmethod
    def read(cls) -> "MarketSet":
        segmenter = default_segmenter()
        rows = _rows(OFFERS)
        random.Random(SEED).shuffle(rows)
        numbers = {row["id"]: number for number, row in enumerate(rows)}
        wishes = RegionWishes(RegionFinder(segmenter))
        old, fresh = _rows(NEEDS), _rows(FRESH)
        needs = [*old, *fresh]
        return cls(
            segmenter=segmenter,
            offers=[_offer(number, row) for number, row in enumerate(rows)],
            offer_names=list(numbers),
            needs=[_need(number, row, wishes) for number, row in enumerate(needs)],
            need_names=[row["id"] for row in needs],
            judged=[{numbers[name]: grade for name, grade in row["judgements"].items()} for row in needs],
            old=len(old),
        )

    @property
    def choosing(self) -> list[int]:
        return [number for number in range(self.old) if number % EVERY_NTH_CHOOSES == 0]

    @property
    def held_out(self) -> list[int]:
        return [number for number in range(self.old) if number % EVERY_NTH_CHOOSES]

    @property
    def fresh(self) -> list[int]:
        return list(range(self.old, len(self.needs)))

    @cached_property
    def asked(self) -> Matrix:
        """The vectors that needs ask with."""
        return embed_kept([need.subject for need in self.needs], "query")

    @cached_property
    def matcher(self) -> Matcher:
        """Ours. What needs have in common is read off the old ones, for the fresh ones too."""
        vectors = embed_kept([offer.subject for offer in self.offers], "passage")
        index = PostIndex(self.offers, self.segmenter, vectors, mean_of(self.asked[: self.old]))
        return Matcher(index, self.segmenter, seeking=True)

    def find(self, number: int, learnt: Mapping[int, float] | None = None) -> list[Match]:
        """Ours for one need."""
        return self.matcher.match(self.needs[number], self.asked[number], on=TODAY, limit=DEEP_CUT, learnt=learnt)


def measure(
    found: Mapping[int, Sequence[int]], judged: Sequence[Judgements], part: Sequence[int]
) -> tuple[float, float]:
    """(nDCG@10, recall@20) over the needs of a part that any offer has to do with."""
    gains, recalls = [], []
    for number in part:
        grades = judged[number]
        if not grades:
            continue
        ideal = sorted(grades.values(), reverse=True)[:CUT]
        gains.append(_gain([grades.get(each, 0) for each in found[number][:CUT]]) / _gain(ideal))
        recalls.append(len(grades.keys() & set(found[number][:DEEP_CUT])) / len(grades))
    return sum(gains) / len(gains), sum(recalls) / len(recalls)


def embed_kept(listed: Sequence[str], kind: str) -> Matrix:
    """Vectors of texts, each counted once and kept on disk."""
    embedder = LocalEmbedder()
    store = VectorStore.beside(DataSettings().var_dir.resolve(), embedder)
    missing = store.missing(listed, kind=kind)
    if missing:
        store.add(missing, embedder.embed(missing, kind=kind), kind=kind)
    return store.find(listed, kind=kind)[0]


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def _offer(number: int, row: dict[str, Any]) -> Post:
    return Post(
        post_id=number,
        title=row["title"],
        text=row["text"],
        classes=tuple(row["ipc"]),
        modes=tuple(Mode(each) for each in row["modes"]),
        amount=_yuan(row["price_wan"]),
        regions=(row["region"],),
        right_kinds=(row["patent_type"],) if row["patent_type"] else (),
        right_state=RightState(row["status"]),
        posted_on=date.fromisoformat(row["posted"]),
    )


def _need(number: int, row: dict[str, Any], wishes: RegionWishes) -> Post:
    wish = wishes.read(row["region_wish"] or "")
    return Post(
        post_id=number,
        title="",
        text=row["text"],
        modes=(Mode(row["mode"]),) if row["mode"] else (),
        amount=_yuan(row["budget_wan"]),
        regions=wish.regions,
        region_is_must=wish.is_must,
        until=date.fromisoformat(row["deadline"]) if row["deadline"] else None,
    )


def _yuan(wan: float | None) -> int | None:
    return None if wan is None else round(wan * YUAN_PER_WAN)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
