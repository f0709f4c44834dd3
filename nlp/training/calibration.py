"""Whether a confidence of 0.8 is right eight times in ten: one temperature a judge, and how far off that leaves it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.intent_model import softmax

BINS = 10
TEMPERATURES = np.geomspace(0.02, 2.0, 161)


@dataclass(frozen=True)
class Reliability:
    """One bin of confidences: how many, how sure on average, how often right."""

    count: int
    confidence: float
    accuracy: float


def fit_temperature(margins: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    """The temperature at which held-out labels are least surprising; margins are (sentences, labels)."""
    losses = [
        -np.log(np.maximum(softmax(margins / temperature)[np.arange(len(labels)), labels], 1e-12)).mean()
        for temperature in TEMPERATURES
    ]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 4)


def reliability(confidences: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> list[Reliability]:
    """Bins of equal width that hold anything."""
    places = np.minimum((confidences * BINS).astype(int), BINS - 1)
    return [
        Reliability(int(inside.sum()), float(confidences[inside].mean()), float(right[inside].mean()))
        for place in range(BINS)
        if (inside := places == place).any()
    ]


def calibration_error(bins: list[Reliability]) -> float:
    """Expected calibration error: the gap between confidence and accuracy, weighed by count."""
    total = sum(bin_.count for bin_ in bins)
    return sum(bin_.count * abs(bin_.confidence - bin_.accuracy) for bin_ in bins) / total
