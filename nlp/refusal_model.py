"""How much a sentence is like a wish for a promise, or for help with what the law forbids: learnt from sentences.

Two logistic regressions over runs of one or two letters and the signs of nlp.refusal_signs; `make train` makes them
from data/refusals (dev/train_refusals.py).
"""

import json
import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.refusal_signs import signs_of

MODEL = Path(__file__).resolve().parent.parent / "data" / "models" / "refusals.json"
KINDS = ("unlawful", "promises")
LONGEST_RUN = 2
SIGN_WEIGHT = 0.3


@dataclass(frozen=True)
class RefusalModel:
    """`runs` hold (rarity, weight of each kind), `signs` the weight of each kind.

    From `sure` on a kind's log-odds mean that the sentence is such a wish; from `suspect` on it may be one.
    """

    runs: Mapping[str, tuple[float, ...]]
    signs: Mapping[str, tuple[float, ...]]
    bias: tuple[float, ...]
    sure: float
    suspect: float

    @classmethod
    def load(cls, path: Path = MODEL) -> "RefusalModel":
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            runs={run: tuple(numbers) for run, *numbers in data["runs"]},
            signs={name: tuple(weights) for name, *weights in data["signs"]},
            bias=tuple(data["bias"]),
            sure=data["sure"],
            suspect=data["suspect"],
        )

    def scores(self, text: str) -> dict[str, float]:
        """Log-odds of each kind, for a plain text."""
        found = [self.runs[run] for run in runs_of(text) if run in self.runs]
        length = math.sqrt(sum(rarity * rarity for rarity, *_ in found)) or 1.0
        signs = [self.signs[name] for name in signs_of(text) if name in self.signs]
        return {
            kind: self.bias[number]
            + sum(each[0] * each[number + 1] for each in found) / length
            + SIGN_WEIGHT * sum(weights[number] for weights in signs)
            for number, kind in enumerate(KINDS)
        }


def runs_of(text: str) -> Set[str]:
    """Every run of one or two letters, spaces and signs dropped, and how the text begins and ends."""
    letters = "".join(letter for letter in text.lower() if letter.isalnum())
    runs = {
        letters[start : start + size] for size in range(1, LONGEST_RUN + 1) for start in range(len(letters) - size + 1)
    }
    return runs | {f"^{letters[:2]}", f"{letters[-2:]}$", f"{letters[-1:]}$"}


@cache
def default_refusal_model() -> RefusalModel:
    """The model in the repository, read once a process."""
    return RefusalModel.load()
