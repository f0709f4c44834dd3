"""The learned judge of subjects: stored for the data that is there, made the same way twice, better than grammar."""

import json
from datetime import date
from pathlib import Path

import pytest

from nlp.segmenter import default_segmenter
from nlp.slots.subjects import FOLDER, MANIFEST, WEIGHTS, read_model
from nlp.training.subjects import data_hash, fit, read_marked, see, store
from nlp.understanding import Understander

EVALUATION = Path(__file__).parent.parent.parent / "data" / "evaluation"
UNDERSTANDER = Understander()


def test_the_stored_judge_was_trained_on_the_marked_sentences_that_are_there() -> None:
    manifest = json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))

    assert manifest["data_sha256"] == data_hash(), "sentences changed: run make train"
    assert (FOLDER / WEIGHTS).stat().st_size < 500_000


def test_no_sentence_of_the_evaluation_is_marked_for_training() -> None:
    files = ("nlu.jsonl", "searches.jsonl", "searches_fresh.jsonl")
    lines = [line for name in files for line in (EVALUATION / name).read_text(encoding="utf-8").splitlines()]
    asked = {json.loads(line)["text"] for line in lines}

    # a bare subject is so short that two writers hit on the same words
    assert not {sentence.text for sentence in read_marked() if sentence.text in asked and len(sentence.text) > 8}


def test_the_judge_is_made_the_same_way_twice_and_reads_unseen_subjects_better_than_the_grammar(tmp_path: Path) -> None:
    sentences = read_marked()[::4]
    seen = see(sentences, default_segmenter())
    learned, unseen = seen[::2], seen[1::2]
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        store(folder, fit(learned), len(learned))

    for name in (WEIGHTS, MANIFEST):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    model = read_model(tmp_path / "one")
    right = sum(each.is_subject_of(model) for each in unseen)
    assert right > sum(each.is_subject(each.by_grammar) for each in unseen)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("我表哥在抖音刷到一款磁吸挂钩 想查下有没有专利", "磁吸挂钩"),
        ("校长让看看课桌静音脚垫", "课桌静音脚垫"),
        ("手头紧 把手里的专利卖了吧", ""),
        ("银行催得急 先估一下我的专利", ""),
    ],
)
def test_what_is_told_around_a_wish_is_no_subject(text: str, subject: str) -> None:
    slots = UNDERSTANDER.understand(text, at=date(2026, 11, 22)).slots

    assert slots.get("topic", "").replace(" ", "") == subject
