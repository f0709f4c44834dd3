"""What the trained model sees of a sentence: character runs, words, what the rules say, which slots there are."""

import math
import re
from datetime import date
from itertools import pairwise

from nlp.acts import ActFinder
from nlp.intents import PatternClassifier, clauses, flags_of
from nlp.segmenter import Segmenter
from nlp.slots import SlotFinder, SlotReading
from nlp.slots.bare_values import is_only_a_value

LONGEST_RUN = 4
# Blocks are brought to unit length, so that a long sentence weighs no more than a short one; then these weigh them.
# Rules and slots are few and loud, so they count less than what was learned. Chosen by cross-validation.
CHARACTERS, FIRST_CLAUSE, WORDS, RULES, SLOTS = 1.0, 0.6, 0.6, 0.35, 0.25
# What a slot's value is does not matter here, only that it is there: any day will do to read relative dates.
ANY_DAY = date(2026, 1, 1)
# Beyond this a pasted document only dilutes its opening.
LONGEST_TEXT = 160

DIGITS = re.compile(r"\d")
BREAKS = re.compile(r"[\s,。;!?、:…~|]+")


class FeatureExtractor:
    """Named features of a plain sentence. Pure after construction: nothing here is learned from labels."""

    def __init__(self, segmenter: Segmenter, slots: SlotFinder, patterns: PatternClassifier, acts: ActFinder) -> None:
        self._segmenter = segmenter
        self._slots = slots
        self._patterns = patterns
        self._acts = acts

    def features(self, text: str) -> dict[str, float]:
        """Feature name to value; names begin with the letter of their block (c, f, w, r, s)."""
        text = text[:LONGEST_TEXT]
        parts = clauses(text)
        features = _unit({f"c{run}": 1.0 for run in _runs(_written(text))}, CHARACTERS)
        if len(parts) > 1:
            # of two wishes the first wins, so what is said first must be told from what is said later
            features.update(_unit({f"f{run}": 1.0 for run in _runs(_written(parts[0]))}, FIRST_CLAUSE))
        features.update(_unit(self._words(text), WORDS))
        features.update(_unit(self._rules(text, parts[0] if len(parts) > 1 else ""), RULES))
        features.update(_unit(self._slot_features(self._slots.read(text, ANY_DAY)), SLOTS))
        return features

    def _words(self, text: str) -> dict[str, float]:
        words = ["^", *self._segmenter.cut(DIGITS.sub("0", text)), "$"]
        pairs = (f"w{one}_{other}" for one, other in pairwise(words))
        return dict.fromkeys([*(f"w{word}" for word in words), *pairs], 1.0)

    def _rules(self, text: str, first: str) -> dict[str, float]:
        """What the weighted patterns say of the sentence and of its first clause; its flags; the grammar's act."""
        features = {f"r{intent}": score for intent, score in self._patterns.rank(text)}
        features.update({f"r1{intent}": score for intent, score in self._patterns.rank(first)[:2]} if first else {})
        features.update({f"r?{name}": 1.0 for name, holds in flags_of(text).items() if holds})
        act = self._acts.find(text)
        if act.name:
            features[f"r!{act.name}{'+' if act.rest else ''}"] = 2.0
        features[f"r#{min(6, len(text) // 4)}"] = 0.5
        return features

    def _slot_features(self, reading: SlotReading) -> dict[str, float]:
        names = [f"s{name}" for name in reading.values]
        names += [f"s{name}={reading.values[name]}" for name in ("trade_mode", "right_type") if name in reading.values]
        names += [f"s-{name}" for name in reading.exclude]
        present = {
            "sfull_name": reading.organisations.full_name,
            "sshort_name": reading.organisations.short_name,
            "speriod": reading.periods,
            "sday": reading.days,
            "spatent_number": reading.has_invalid_number,
        }
        names += [name for name, value in present.items() if value]
        features = dict.fromkeys(names, 1.0)
        if is_only_a_value(reading):
            features["sonly"] = 2.0
        return features


def _written(text: str) -> str:
    """Case, digits and punctuation levelled, with marks for the beginning and the end."""
    return f"^{BREAKS.sub(' ', DIGITS.sub('0', text.lower())).strip()}$"


def _runs(text: str) -> set[str]:
    return {
        text[start : start + length] for length in range(1, LONGEST_RUN + 1) for start in range(len(text) - length + 1)
    }


def _unit(features: dict[str, float], weight: float) -> dict[str, float]:
    norm = math.sqrt(sum(value * value for value in features.values()))
    return {name: value * weight / norm for name, value in features.items()} if norm else {}
