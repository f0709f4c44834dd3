"""How much of a text stands in another one: two owners who offer the same, or one text posted under two names."""

from nlp.segmenter import normalise

LENGTH = 4
# From here on two texts are the same for whoever reads them.
NEAR = 0.6
SHORTEST = 8


def shared_share(one: str, other: str) -> float:
    """The share of the shorter text's runs of letters that the other one has too; 0 where either says too little."""
    runs, others = _runs(one), _runs(other)
    if not runs or not others:
        return 0.0
    return len(runs & others) / min(len(runs), len(others))


def _runs(text: str) -> frozenset[str]:
    plain = "".join(sign for sign in normalise(text) if sign.isalnum())
    if len(plain) < SHORTEST:
        return frozenset()
    return frozenset(plain[start : start + LENGTH] for start in range(len(plain) - LENGTH + 1))
