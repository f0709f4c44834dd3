"""`python -m dev.market_means`: what needs and offers have in common as vectors, over the posts of data/evaluation."""

import json

import numpy as np

from adapters.embedder import LocalEmbedder
from dev.market_sets import MarketSet
from nlp.market.means import FILE


def main() -> None:
    """Writes data/models/market_means.json."""
    market = MarketSet.read()
    offers, needs = market.offers, market.needs[: market.old]
    embedder = LocalEmbedder()
    means: dict[str, object] = {"model": embedder.name}
    for kind, posts in (("query", needs), ("passage", offers)):
        vectors = np.array(embedder.embed([post.subject for post in posts], kind=kind))
        means[kind] = [round(float(number), 4) for number in vectors.mean(axis=0)]
    FILE.write_text(json.dumps(means) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
