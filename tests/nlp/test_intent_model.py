"""The trained model: stored for the sentences that are there, made the same way twice, honest about what it knows."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nlp.intent_model import FOLDER, MANIFEST, WEIGHTS, default_classifier, default_extractor, read_model
from nlp.intents import INTENTS
from nlp.training.__main__ import fit_all
from nlp.training.calibration import calibration_error, fit_temperature, reliability
from nlp.training.examples import data_hash, read_examples
from nlp.training.storage import store
from nlp.training.variation import vary

CLASSIFIER = default_classifier()
EVALUATED = Path(__file__).parent.parent.parent / "data" / "evaluation" / "nlu.jsonl"


def test_the_stored_model_was_trained_on_the_sentences_that_are_there() -> None:
    manifest = json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))

    assert manifest["data_sha256"] == data_hash(), "sentences changed: run make train"
    assert manifest["sentences"] == len(read_examples())
    assert (FOLDER / WEIGHTS).stat().st_size < 4_000_000


def test_training_twice_gives_the_same_files(tmp_path: Path) -> None:
    examples, extractor = read_examples()[::120], default_extractor()
    features = {example.text: extractor.features(example.text) for example in examples}

    for folder in (tmp_path / "one", tmp_path / "two"):
        store(folder, fit_all(examples, features, extractor), (0.2, 0.3), "0" * 64, len(examples))

    for name in (WEIGHTS, MANIFEST):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    read = read_model(tmp_path / "one").judge(extractor.features("我要转人工"))
    assert read.intents[0][0] == "human_handoff"


def test_every_intent_has_at_least_80_sentences_of_its_own() -> None:
    counts = Counter(example.intent for example in read_examples())

    assert min(counts[intent] for intent in INTENTS) >= 80, counts


def test_no_sentence_of_the_test_files_is_trained_on() -> None:
    files = (*(Path(__file__).parent / name for name in ("frames.jsonl", "utterances.jsonl")), EVALUATED)
    tested = {json.loads(line)["text"] for path in files for line in path.read_text(encoding="utf-8").splitlines()}
    # greetings and bare acts are so short that two writers hit on the same words
    shared = {example.typed for example in read_examples() if example.typed in tested and len(example.typed) > 8}

    assert not shared


def test_variations_are_made_from_the_given_sentences_only() -> None:
    given = read_examples()[::10]
    varied = vary(given)

    assert varied == vary(given)
    assert {example.typed for example in varied} <= {example.typed for example in given}


def test_a_label_nobody_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acts").mkdir()
    (tmp_path / "patent_serach.txt").write_text("找专利\n", encoding="utf-8")

    with pytest.raises(ValueError, match="unknown label"):
        read_examples(tmp_path)


@pytest.mark.parametrize("text", ["找石墨烯专利", "不对 我要的是商标", "好的", "qwzx", "ال"])
def test_probabilities_sum_to_one(text: str) -> None:
    judged = CLASSIFIER.judge(text)

    assert sum(chance for _, chance in (*judged.intents, *judged.bare_acts)) == pytest.approx(1.0)
    assert sum(chance for _, chance in judged.openings) == pytest.approx(1.0)


def test_what_it_has_never_seen_it_is_not_sure_of() -> None:
    assert CLASSIFIER.judge("zzgq vvkx").intents[0][1] < 0.6


def test_a_temperature_makes_boasting_margins_honest() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 3000)
    margins = np.eye(3)[labels] * 2 + random.normal(size=(3000, 3))
    boasting = (margins * 1.5).astype(np.float32)

    temperature = fit_temperature(boasting, labels)

    powers = np.exp(boasting / temperature - (boasting / temperature).max(axis=1, keepdims=True))
    chances = powers / powers.sum(axis=1, keepdims=True)
    right = chances.argmax(axis=1) == labels
    assert calibration_error(reliability(chances.max(axis=1), right)) < 0.05
