"""Writing the trained model so that equal data gives equal bytes."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np

from nlp.intent_model import MANIFEST, WEIGHTS
from nlp.training.fitting import LABELS, Weights


def store(folder: Path, weights: Weights, temperatures: tuple[float, float], data_hash: str, sentences: int) -> None:
    """Write weights and manifest into `folder`. No date is written: the same data gives the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / WEIGHTS,
        vocabulary=np.frombuffer("\n".join(weights.names).encode("utf-8"), dtype=np.uint8),
        weights=weights.weights,
        scales=weights.scales,
        bias=weights.bias,
    )
    manifest: Mapping[str, object] = {
        "data_sha256": data_hash,
        "sentences": sentences,
        "features": len(weights.names),
        "intents": LABELS.intents,
        "bare_acts": LABELS.bare_acts,
        "openings": LABELS.openings,
        "temperatures": {"meaning": temperatures[0], "opening": temperatures[1]},
        "versions": {name: version(name) for name in ("numpy", "rjieba", "scikit-learn", "scipy")},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
