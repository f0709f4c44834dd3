"""`make train-ranker`: learns how to order passages, from questions written for this project, over the evaluation data.

Questions with their articles: data/evaluation/questions.jsonl, written by others than data/questions, and of
policy.jsonl there the batches whose figure at first sight has been taken (SPENT): they measure nothing any more.
Questions that nothing answers: data/questions/unanswerable.txt and those of the same batches; none of their candidates
is right. Wishes that nlp.refusals declines are left out: plain as they are, they would lower the bar for the others.
For the figures that are printed every second question trains and the others measure; the files of shared/data/eval are
never read here.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from adapters.embedder import LocalEmbedder
from adapters.search_index import TantivyIndex
from adapters.vector_store import VectorStore
from core.config import DataSettings
from core.db import Database
from nlp.askable import MODEL as ASKABLE
from nlp.askable import letter_runs
from nlp.follow_ups import in_context
from nlp.learned_ranking import FEATURES, MODEL, MOST_LOG_ODDS, features
from nlp.normalisation import Normaliser
from nlp.question_bank import all_questions, read_unanswerable
from nlp.question_index import QuestionIndex, Vector
from nlp.question_retrieval import QuestionBook, QuestionRetriever
from nlp.ranking import GUIDE, LexicalRanker
from nlp.refusals import find_refusal
from nlp.retrieval import Bm25Retriever
from nlp.segmenter import default_segmenter
from nlp.types import PassageText
from nlp.word_weights import IndexWordWeights
from services.knowledge import PASSAGE_SCHEMA, DatabasePassages

DATA = Path(__file__).resolve().parent.parent / "data"
QUESTIONS, UTTERANCES = DATA / "evaluation" / "questions.jsonl", DATA / "utterances"
HELD_OUT = DATA / "evaluation" / "policy.jsonl"
# Batches by the beginning of their ids. A new one is asked once before its name is written here.
SPENT = ("ga-", "gb-", "gc-", "gd-", "ge-")
CANDIDATES = 40
TODAY = date(2026, 11, 22)
# Of the questions that nothing answers, so many at least are declined.
DECLINED_SHARE = 0.95


@dataclass(frozen=True)
class Example:
    """One question with its candidates: features, kinds, and which of them are right."""

    rows: Vector
    is_guide: Vector
    is_right: Vector
    is_answerable: bool


def main() -> None:
    """Writes the models under data/models and prints what is measured by halves and folds."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    texts = [text for text, _on, _gold in _questions()]
    askable, askable_scores = _fit_askable(texts)
    report: dict[str, Any] = {"features": list(FEATURES)}
    for name, has_vectors in (("with_vectors", True), ("words_only", False)):
        examples = list(_examples(has_vectors=has_vectors))
        halves = [_fit(examples[::2]), _fit(examples[1::2])]
        # Each question's candidates are weighed by the model that has not seen it.
        best = np.array([_best(halves[1 - number % 2], each) for number, each in enumerate(examples)])
        rows = np.stack([best, askable_scores], axis=1)
        answerable = np.array([each.is_answerable for each in examples])
        answering = LogisticRegression().fit(rows, answerable)
        odds = cross_val_predict(LogisticRegression(), rows, answerable, cv=5, method="predict_proba")[:, 1]
        enough = float(np.percentile(odds[~answerable], 100 * DECLINED_SHARE))
        report[name] = {**_fit(examples), "answering": _weights(answering), "enough": round(enough, 4)}
        print(f"{name}: {_first_right(halves, examples)}; {_declined(odds, answerable, enough)}")
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    MODEL.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    ASKABLE.write_text(json.dumps(askable, ensure_ascii=False) + "\n", encoding="utf-8")


def _fit_askable(texts: list[str]) -> tuple[dict[str, Any], Vector]:
    """The model of nlp.askable, and for each of `texts` the log-odds of a model that has not seen it."""
    plain = Normaliser().plain
    unanswerable = _unanswerable()
    rows = [(plain(each), True, 1.0) for each in sorted({question.text for question in all_questions()})]
    rows += [(plain(text), text not in unanswerable, 6.0 if text in unanswerable else 2.0) for text in texts]
    rows += [(plain(text), False, 1.5) for text in _small_talk()]
    said, answerable, shares = (np.array(column) for column in zip(*rows, strict=True))
    counter = TfidfVectorizer(analyzer=lambda text: sorted(set(letter_runs(text))), min_df=2)
    counted = counter.fit_transform(said)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    unseen = np.zeros(len(rows))
    for train, held in folds.split(counted, answerable):
        part = LogisticRegression(max_iter=1_000).fit(counted[train], answerable[train], sample_weight=shares[train])
        unseen[held] = part.decision_function(counted[held])
    whole = LogisticRegression(max_iter=1_000).fit(counted, answerable, sample_weight=shares)
    runs = zip(counter.get_feature_names_out(), counter.idf_, whole.coef_[0], strict=True)
    model = {
        "bias": round(float(whole.intercept_[0]), 4),
        "runs": [[run, round(float(rarity), 3), round(float(weight), 3)] for run, rarity, weight in runs],
    }
    by_text = dict(zip(said, unseen, strict=True))
    return model, np.array([by_text[plain(text)] for text in texts], dtype=np.float32)


def _small_talk() -> list[str]:
    return [
        line.strip()
        for name in ("out_of_scope.txt", "chitchat.txt")
        for line in (UTTERANCES / name).read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]


def _examples(*, has_vectors: bool) -> Iterator[Example]:
    settings, segmenter = DataSettings(), default_segmenter()
    folder = settings.var_dir.resolve()
    index = TantivyIndex(folder / "index" / "passages", PASSAGE_SCHEMA, segmenter.fingerprint)
    embedder = LocalEmbedder()
    store = VectorStore.beside(folder, embedder)
    index_of_questions = QuestionIndex(segmenter)
    if has_vectors:
        index_of_questions = QuestionIndex(segmenter, vectors=store, embedder=embedder)
    book = QuestionBook(index_of_questions)
    retriever = QuestionRetriever(book, Bm25Retriever(index, segmenter))
    lexical = LexicalRanker(segmenter, IndexWordWeights(index))
    with Database(settings.sqlalchemy_url).reading() as session:
        source = DatabasePassages(session)
        plain = Normaliser().plain
        for said, on, gold in _questions():
            text = plain(said)
            found = retriever.retrieve(text, on=on, region=None, limit=CANDIDATES)
            passages = source.load([number for number, _ in found])
            shared = {passage.passage_id: score for passage, score in lexical.rank(text, passages)}
            yield Example(
                rows=features(text, passages, book, shared),
                is_guide=np.array([passage.kind == GUIDE for passage in passages], dtype=np.float32),
                is_right=np.array([_is_right(passage, gold) for passage in passages], dtype=np.float32),
                is_answerable=bool(gold),
            )


def _questions() -> Iterator[tuple[str, date, set[tuple[str, str]]]]:
    for row in [*_rows(QUESTIONS), *(each for each in _spent() if each["gold"] and each["kind"] != "computation")]:
        gold = {(each["law"], each["article"]) for each in row["gold"]}
        yield in_context(row["text"], row.get("history") or [])[0], date.fromisoformat(row["at"]), gold
    for text in sorted(_unanswerable()):
        yield text, TODAY, set()


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _spent() -> list[dict[str, Any]]:
    return [row for row in _rows(HELD_OUT) if row["id"].startswith(SPENT)]


def _unanswerable() -> set[str]:
    wishes = (row["text"] for row in _spent() if row["kind"] == "unanswerable" and find_refusal(row["text"]) is None)
    return {*read_unanswerable(), *wishes}


def _is_right(passage: PassageText, gold: set[tuple[str, str]]) -> bool:
    """A guide is right where it rests on a right article."""
    places = passage.statutes if passage.kind == GUIDE else ((passage.document, passage.label),)
    return any(place in gold for place in places)


def _fit(examples: list[Example]) -> dict[str, Any]:
    model: dict[str, Any] = {}
    for name, wanted in (("articles", 0), ("guides", 1)):
        rows = np.concatenate([each.rows[each.is_guide == wanted] for each in examples])
        right = np.concatenate([each.is_right[each.is_guide == wanted] for each in examples])
        model[name] = _weights(LogisticRegression(max_iter=2_000).fit(rows, right))
    return model


def _weights(fitted: LogisticRegression) -> dict[str, Any]:
    return {
        "weights": [round(float(weight), 4) for weight in fitted.coef_[0]],
        "bias": round(float(fitted.intercept_[0]), 4),
    }


def _log_odds(model: dict[str, Any], example: Example) -> Vector:
    by_kind = [example.rows @ np.array(model[name]["weights"]) + model[name]["bias"] for name in ("articles", "guides")]
    odds: Vector = np.where(example.is_guide == 1, by_kind[1], by_kind[0])
    return odds


def _best(model: dict[str, Any], example: Example) -> float:
    found = float(max(_log_odds(model, example), default=-MOST_LOG_ODDS))
    return max(min(found, MOST_LOG_ODDS), -MOST_LOG_ODDS)


def _first_right(halves: list[dict[str, Any]], examples: list[Example]) -> str:
    """Each question is ranked by the half that has not seen it."""
    asked = [(halves[1 - number % 2], each) for number, each in enumerate(examples) if each.is_answerable]
    first = [float(each.is_right[int(np.argmax(_log_odds(model, each)))]) for model, each in asked]
    among = [float(each.is_right.any()) for _model, each in asked]
    return (
        f"of {len(asked)} questions the first is right {np.mean(first):.3f}, among the candidates {np.mean(among):.3f}"
    )


def _declined(odds: NDArray[np.float64], answerable: NDArray[np.bool_], enough: float) -> str:
    return (
        f"declined {np.mean(odds[~answerable] < enough):.3f} of what nothing answers and"
        f" {np.mean(odds[answerable] < enough):.3f} of what can be answered"
    )


if __name__ == "__main__":
    main()
