"""Part of `make train`: learns which wishes are to be declined (nlp.refusal_model), from data/refusals.

What may be answered is learnt from data/refusals/allowed.txt, which speaks of the same wrongs, from the written
questions and from the utterances. Prints what five folds give; evaluation files are never read here.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from nlp.normalisation import Normaliser
from nlp.question_bank import all_questions, read_sentences
from nlp.refusal_model import KINDS, MODEL, SIGN_WEIGHT, runs_of
from nlp.refusal_signs import signs_of

DATA = Path(__file__).resolve().parent.parent / "data"
REFUSALS, UTTERANCES = DATA / "refusals", DATA / "utterances"
ALLOWED, OTHER = "allowed", "other"
SHARES = {**dict.fromkeys(KINDS, 6.0), ALLOWED: 3.0, OTHER: 0.3}
STRENGTH, FOLDS, LEAST_COUNT = 1.0, 5, 2
# Of what has nothing to do with wrongs, so much at most is declined outright, and so much is looked at twice.
SURE_SHARE, SUSPECT_SHARE = 0.004, 0.02


def main() -> None:
    """Writes data/models/refusals.json."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    texts, kinds = _sentences()
    known = Counter(run for text, kind in zip(texts, kinds, strict=True) if kind != OTHER for run in runs_of(text))
    vocabulary = sorted(run for run, count in known.items() if count >= LEAST_COUNT)
    counter = TfidfVectorizer(analyzer=lambda text: sorted(runs_of(text)), vocabulary=vocabulary)
    signs = DictVectorizer()
    signed = signs.fit_transform([dict.fromkeys(sorted(signs_of(text)), SIGN_WEIGHT) for text in texts])
    rows = csr_matrix(hstack([counter.fit_transform(texts), signed]))
    said = np.array(kinds)
    shares = np.array([SHARES[kind] for kind in kinds])
    unseen = np.zeros((len(texts), len(KINDS)))
    for train, held in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(rows, said):
        for number, kind in enumerate(KINDS):
            model = _fit(rows[train], said[train] == kind, shares[train])
            unseen[held, number] = model.decision_function(rows[held])
    best = unseen.max(axis=1)
    sure, suspect = (float(np.quantile(best[said == OTHER], 1 - share)) for share in (SURE_SHARE, SUSPECT_SHARE))
    for name, bound in (("sure", sure), ("suspect", suspect)):
        print(name, {kind: round(float((best[said == kind] > bound).mean()), 3) for kind in (*KINDS, ALLOWED, OTHER)})
    whole = [_fit(rows, said == kind, shares) for kind in KINDS]
    weights = np.stack([model.coef_[0] for model in whole], axis=1).round(3).tolist()
    count = len(vocabulary)
    data: dict[str, Any] = {
        "bias": [round(float(model.intercept_[0]), 4) for model in whole],
        "sure": round(sure, 3),
        "suspect": round(suspect, 3),
        "signs": [[name, *each] for name, each in zip(signs.get_feature_names_out(), weights[count:], strict=True)],
        "runs": [
            [run, round(float(rarity), 3), *each]
            for run, rarity, each in zip(vocabulary, counter.idf_, weights[:count], strict=True)
        ],
    }
    MODEL.write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")


def _sentences() -> tuple[list[str], list[str]]:
    """Plain sentences, each once, with the kind it was first seen in."""
    plain = Normaliser().plain
    found: dict[str, str] = {}
    for kind in (*KINDS, ALLOWED):
        found.update((plain(text), kind) for text in read_sentences(REFUSALS / f"{kind}.txt"))
    others = [question.text for question in all_questions()]
    others += [text.split("\t")[0] for path in sorted(UTTERANCES.glob("*.txt")) for text in read_sentences(path)]
    others += read_sentences(DATA / "questions" / "unanswerable.txt")
    for text in sorted(map(plain, others)):
        found.setdefault(text, OTHER)
    return list(found), list(found.values())


def _fit(rows: Any, is_kind: Sequence[bool] | np.ndarray[Any, Any], shares: np.ndarray[Any, Any]) -> LogisticRegression:
    return LogisticRegression(solver="liblinear", C=STRENGTH, random_state=0).fit(rows, is_kind, sample_weight=shares)


if __name__ == "__main__":
    main()
