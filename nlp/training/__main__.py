"""`python -m nlp.training`: cross-validate, fit on everything, store the model and the figures of its card."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nlp.intent_features import FeatureExtractor
from nlp.intent_model import FOLDER, default_extractor
from nlp.segmenter import default_segmenter
from nlp.training import card, subjects
from nlp.training.examples import Example, data_hash, read_examples
from nlp.training.fitting import Features, Weights, fit
from nlp.training.storage import store
from nlp.training.validation import validate
from nlp.training.variation import vary


def fit_all(examples: Sequence[Example], features: dict[str, Features], extractor: FeatureExtractor) -> Weights:
    """Weights from all sentences and their variations."""
    varied = vary(examples)
    rows = [features[example.text] for example in examples] + [extractor.features(example.text) for example in varied]
    return fit([*examples, *varied], rows)


def train_subjects(folder: Path) -> str:
    """Train and store the judge of subjects; its figures for the card."""
    seen = subjects.see(subjects.read_marked(), default_segmenter())
    grammar, judge = subjects.cross_validate(seen)
    subjects.store(folder, subjects.fit(seen), len(seen))
    return card.subject_figures(len(seen), grammar, judge)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and store; prints the figures of the cross-validation."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the model goes")
    options = parser.parse_args(arguments)
    examples, extractor = read_examples(), default_extractor()
    features: dict[str, Features] = {example.text: extractor.features(example.text) for example in examples}
    validation = validate(examples, features, extractor)
    weights = fit_all(examples, features, extractor)
    store(options.out, weights, validation.temperatures, data_hash(), len(examples))
    figures = card.figures(validation) + "\n\n" + train_subjects(options.out)
    if options.out == FOLDER:
        card.write_figures(figures)
    sys.stdout.write(figures + "\n")


if __name__ == "__main__":
    main()
