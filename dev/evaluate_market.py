"""The market's matching against graded judgements: 150 needs over 400 offers, BM25 alone and vectors alone beside it.

Every third need is for choosing (weights in nlp/market were chosen on those 50), the other 100 are held out. Their
figure was seen while ways of matching were compared, so it is no first sight. 40 needs by another author, written and
judged before that author saw how matching works, stand beside them. The offers are shuffled with a fixed seed, so that
ties say nothing. nDCG@10 gains 2^grade - 1; recall@20 counts every offer with a grade; a need that no offer has to do
with counts in neither.
"""

import json
import math
import random
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from adapters.embedder import LocalEmbedder
from adapters.vector_store import VectorStore
from core.config import DataSettings
from nlp.market.index import Matrix, PostIndex, beside, mean_of
from nlp.market.matching import Matcher
from nlp.market.posts import Mode, Post, RightState
from nlp.market.regions import RegionWishes
from nlp.market.terms import TermTable
from nlp.segmenter import Segmenter, default_segmenter
from nlp.slots.regions import RegionFinder

FOLDER = Path(__file__).resolve().parent.parent / "data" / "evaluation"
OFFERS, NEEDS = FOLDER / "market_offers.jsonl", FOLDER / "market_needs.jsonl"
FRESH = FOLDER / "market_needs_fresh.jsonl"
TODAY = date(2026, 11, 22)
SEED = 6
EVERY_NTH_CHOOSES = 3
GOAL, AHEAD = 0.80, 0.10
# Whatever is changed later has seen them.
FIRST_SIGHT = "At first sight, on 2026-11-29: ours 0.864, BM25 0.533, vectors 0.727, without their mean 0.775."
CUT, DEEP_CUT = 10, 20
YUAN_PER_WAN = 10_000
Judgements = dict[int, int]
Finder = Callable[[Post], list[int]]


def main() -> None:
    print("\n".join(market_report()))


def market_report() -> list[str]:
    """Lines of the report."""
    segmenter = default_segmenter()
    offers, needs, judged = read_market(segmenter)
    _, fresh, fresh_judged = read_market(segmenter, FRESH)
    finders = _finders(offers, needs, fresh, segmenter)
    rows = [
        "## The market: offers for a need", "",
        f"{len(needs)} needs, {len(offers)} offers. Goal on the held-out needs: nDCG@10 {GOAL:.2f} and {AHEAD:.2f}"
        " above the better of BM25 and vectors.",
        f"{len(fresh)} needs more are by another author, who had not seen how matching works. {FIRST_SIGHT}", "",
        "| how | chosen on: nDCG@10 | recall@20 | held out: nDCG@10 | recall@20 | all: nDCG@10 | recall@20 |"
        " another author: nDCG@10 | recall@20 | ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    choosing = [number for number in range(len(needs)) if number % EVERY_NTH_CHOOSES == 0]
    held_out = [number for number in range(len(needs)) if number % EVERY_NTH_CHOOSES]
    for name, find in finders.items():
        started = time.perf_counter()
        found = [find(need) for need in needs]
        spent = (time.perf_counter() - started) * 1000 / len(needs)
        figures = [measure(found, judged, part) for part in (choosing, held_out, range(len(needs)))]
        figures.append(measure([find(need) for need in fresh], fresh_judged, range(len(fresh))))
        cells = " | ".join(f"{gain:.3f} | {recall:.3f}" for gain, recall in figures)
        rows.append(f"| {name} | {cells} | {spent:.1f} |")
    return [*rows, ""]


def read_market(segmenter: Segmenter, path: Path = NEEDS) -> tuple[list[Post], list[Post], list[Judgements]]:
    """Offers, the needs of a file, and for each need the grades by number of the offer."""
    rows = _rows(OFFERS)
    random.Random(SEED).shuffle(rows)
    numbers = {row["id"]: number for number, row in enumerate(rows)}
    wishes = RegionWishes(RegionFinder(segmenter))
    needs = _rows(path)
    judged = [{numbers[name]: grade for name, grade in row["judgements"].items()} for row in needs]
    return (
        [_offer(number, row) for number, row in enumerate(rows)],
        [_need(number, row, wishes) for number, row in enumerate(needs)],
        judged,
    )


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


def _finders(
    offers: Sequence[Post], needs: Sequence[Post], fresh: Sequence[Post], segmenter: Segmenter
) -> dict[str, Finder]:
    """Ways to find offers for a need. What needs have in common is read off the old ones, for the fresh ones too."""
    texts = [f"{offer.title}\n{offer.text}" for offer in offers]
    words = TermTable(segmenter.cut_for_search(text) for text in texts)
    embed = _kept_vectors()
    plain, asked = embed(texts, "passage"), embed([need.text for need in (*needs, *fresh)], "query")
    of_offers = embed([offer.subject for offer in offers], "passage")
    of_needs = embed([need.subject for need in (*needs, *fresh)], "query")
    beside_offers, beside_needs = beside(plain, mean_of(plain)), beside(asked, mean_of(asked[: len(needs)]))
    rows = {id(need): row for row, need in enumerate((*needs, *fresh))}
    ours = Matcher(PostIndex(offers, segmenter, of_offers, mean_of(of_needs[: len(needs)])), segmenter, seeking=True)
    by_words = Matcher(PostIndex(offers, segmenter), segmenter, seeking=True)

    def ids(matcher: Matcher, need: Post, vector: Matrix | None) -> list[int]:
        return [match.post_id for match in matcher.match(need, vector, on=TODAY, limit=DEEP_CUT)]

    return {
        "BM25 alone": lambda need: _order(words.scores(segmenter.cut_for_search(need.text))),
        "vectors alone": lambda need: _order(plain @ asked[rows[id(need)]]),
        "vectors alone, their mean taken away": lambda need: _order(beside_offers @ beside_needs[rows[id(need)]]),
        "ours without vectors": lambda need: ids(by_words, need, None),
        "ours": lambda need: ids(ours, need, of_needs[rows[id(need)]]),
    }


def _kept_vectors() -> Callable[[Sequence[str], str], Matrix]:
    """Vectors of texts, each counted once and kept on disk."""
    embedder = LocalEmbedder()
    store = VectorStore.beside(DataSettings().var_dir.resolve(), embedder)

    def embed(listed: Sequence[str], kind: str) -> Matrix:
        missing = store.missing(listed, kind=kind)
        if missing:
            store.add(missing, embedder.embed(missing, kind=kind), kind=kind)
        return store.find(listed, kind=kind)[0]

    return embed


def measure(found: Sequence[Sequence[int]], judged: Sequence[Judgements], part: Sequence[int]) -> tuple[float, float]:
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


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def _order(scores: Matrix) -> list[int]:
    return [int(number) for number in np.argsort(-scores, kind="stable")[:DEEP_CUT]]


def _yuan(wan: float | None) -> int | None:
    return None if wan is None else round(wan * YUAN_PER_WAN)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
