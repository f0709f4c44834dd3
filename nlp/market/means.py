"""What the texts of needs and of offers have in common as vectors, for a market too young to say it itself.

Counted over the posts of data/evaluation (`python -m dev.market_means`); a market's own posts count more and more.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np

from nlp.market.index import Matrix

FILE = Path(__file__).resolve().parents[2] / "data" / "models" / "market_means.json"
# The stored mean counts as so many posts.
WEIGHT = 50


def common_part(vectors: Matrix, *, kind: str, model: str) -> Matrix:
    """The mean of a side's vectors of one kind, drawn towards the stored one of that model as long as they are few."""
    stored = _stored().get((model, kind))
    if stored is None or stored.shape[0] != vectors.shape[1]:
        stored, weight = np.zeros(vectors.shape[1], dtype=np.float32), 0
    else:
        weight = WEIGHT
    total = vectors.sum(axis=0, dtype=np.float32) + weight * stored
    mean: Matrix = (total / max(len(vectors) + weight, 1)).astype(np.float32)
    return mean


@cache
def _stored() -> dict[tuple[str, str], Matrix]:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {(data["model"], kind): np.array(data[kind], dtype=np.float32) for kind in ("query", "passage")}
