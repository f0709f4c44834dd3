"""Matching over 100,000 generated offers: one need, one new offer, and the rate of a night's run. Vectors are drawn by
chance around a centre for each subject: their content costs nothing, only their number does."""

import json
import random
import resource
import statistics
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from benchmarks.generated_patents import THINGS, generate
from nlp.market.index import Matrix, PostIndex, mean_of
from nlp.market.matching import Matcher
from nlp.market.posts import Mode, Post, RightState
from nlp.segmenter import default_segmenter

OFFERS, ASKED, NIGHTLY_NEEDS = 100_000, 300, 10_000
DIMENSIONS = 384
TODAY = date(2026, 11, 22)
MODES = tuple(Mode)


def offers(count: int) -> Iterator[Post]:
    dice = random.Random(3)
    for patent in generate(count):
        yield Post(
            post_id=patent.id,
            title=patent.title,
            text=f"{patent.abstract}普通许可{dice.randrange(1, 80)}万。",
            classes=tuple(patent.ipc_codes),
            modes=tuple(dice.sample(MODES, 2)),
            amount=dice.randrange(1, 80) * 10_000,
            regions=(patent.region or "",),
            right_kinds=(patent.kind,),
            right_state=RightState.IN_FORCE,
            posted_on=TODAY,
        )


def needs(count: int) -> Iterator[Post]:
    dice = random.Random(4)
    for number in range(count):
        subject = "、".join(dice.sample(THINGS, 3))
        yield Post(
            post_id=number,
            title="",
            text=f"我们厂做{subject}的,老是出毛病,一停就是两三天,想早点知道哪里要坏,{dice.randrange(1, 80)}万以内",
            modes=(dice.choice(MODES),),
            amount=dice.randrange(1, 80) * 10_000,
            regions=("广东省",) if number % 4 == 0 else (),
        )


def vectors(count: int, seed: int) -> Matrix:
    dice = np.random.default_rng(seed)
    drawn = dice.normal(size=(count, DIMENSIONS)).astype(np.float32)
    centres = dice.normal(size=(len(THINGS), DIMENSIONS)).astype(np.float32)
    drawn += 2 * centres[dice.integers(len(THINGS), size=count)]
    unit: Matrix = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def run(count: int = OFFERS, asked: int = ASKED) -> dict[str, Any]:
    """Every figure, as one dictionary."""
    segmenter = default_segmenter()
    listed, asking = list(offers(count)), list(needs(asked))
    of_needs = vectors(asked, 2)
    started = time.perf_counter()
    index = PostIndex(listed, segmenter, vectors(count, 1), mean_of(of_needs))
    built = time.perf_counter() - started
    matcher = Matcher(index, segmenter, seeking=True)
    matcher.match(asking[0], of_needs[0], on=TODAY)
    times, found, worked = [], 0, time.process_time()
    for need, vector in zip(asking, of_needs, strict=True):
        started = time.perf_counter()
        found += len(matcher.match(need, vector, on=TODAY))
        times.append((time.perf_counter() - started) * 1000)
    work = (time.process_time() - worked) * 1000 / asked
    started = time.perf_counter()
    for offer, vector in zip(offers(50), of_needs, strict=False):
        index.add(offer, vector)
    added = (time.perf_counter() - started) * 1000 / 50
    cuts = statistics.quantiles(times, n=100)
    return {
        "offers": count,
        "needs": asked,
        "matches": found,
        "build_s": round(built, 1),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "work_ms": round(work, 1),
        "add_ms": round(added, 1),
        "night_minutes": round(statistics.fmean(times) * NIGHTLY_NEEDS / 60_000, 1),
        "night_work_minutes": round(work * NIGHTLY_NEEDS / 60_000, 1),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    print(json.dumps(run()))
