"""`make eval`: every development file and our own questions, one table, plain BM25 and plain vectors beside ours.

Writes docs/evaluation.md with the questions that went wrong. Needs `make eval-data` once.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from adapters.embedder import LocalEmbedder
from adapters.search_index import TantivyIndex
from adapters.vector_store import VectorStore
from core.config import DataSettings
from core.db import Database
from dev.evaluate_market import market_report
from dev.evaluate_searches import FILES, searches_report
from nlp.follow_ups import in_context
from nlp.law_names import short_name
from nlp.policy_answers import PolicyAnswerer, build_answerer
from nlp.question_index import QuestionIndex
from nlp.question_retrieval import QuestionBook
from nlp.retrieval import Bm25Retriever
from nlp.segmenter import default_segmenter
from services.knowledge import PASSAGE_SCHEMA, DatabasePassages

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
OWN = ROOT / "data" / "evaluation" / "questions.jsonl"
SENTENCES = ROOT / "data" / "evaluation" / "nlu.jsonl"
# Written by an author who had not seen the bank of questions; nothing is trained on it.
HELD_OUT = ROOT / "data" / "evaluation" / "policy.jsonl"
# Follow-ups of our own, by which it was chosen how a question is read with the turns before it: no first sight.
FOLLOW_UPS = ROOT / "data" / "evaluation" / "follow_ups.jsonl"
TARGET = ROOT / "docs" / "evaluation.md"
TODAY = date(2026, 11, 22)
# STARD is about all of Chinese law; these words make a question one of ours.
OURS = ("专利", "商标", "著作权", "版权", "知识产权", "商业秘密", "不正当竞争", "软件", "发明", "外观设计", "技术合同")
SHOWN_WRONG = 60
Place = tuple[str, str]
Finder = Callable[[str, date], list[Place]]


@dataclass(frozen=True)
class Asked:
    """A question and the articles any of which is right."""

    text: str
    on: date
    gold: frozenset[Place]


def main() -> None:
    """Prints the table and writes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    if not OWN.exists():
        sys.exit("没有找到 data/evaluation/questions.jsonl")
    shared = SHARED / "data" / "eval"
    lines = [*_head(), *_retrieval()]
    for sentences in (shared / "nlu_dev.jsonl", SENTENCES):
        lines += _scored("parse", sentences, "score_nlu.py")
    for path in FILES:
        lines += searches_report(path)
    for questions in (shared / "policy_dev.jsonl", HELD_OUT, FOLLOW_UPS):
        lines += _scored("ask", questions, "score_policy.py")
    lines += market_report()
    text = "\n".join(lines) + "\n"
    TARGET.write_text(text, encoding="utf-8")
    print(text)


def _head() -> list[str]:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    return [
        "# Evaluation",
        "",
        "`make eval` wrote this file (after `make eval-data`). The development files are never trained on.",
        "",
        f"- Machine: {platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}",
        f"- Date: {datetime.now(UTC):%Y-%m-%d}",
        f"- Commit: {commit.stdout.strip() or 'unknown'}",
        "",
    ]


def _retrieval() -> list[str]:
    settings, segmenter = DataSettings(), default_segmenter()
    folder = settings.var_dir.resolve()
    index = TantivyIndex(folder / "index" / "passages", PASSAGE_SCHEMA, segmenter.fingerprint)
    embedder = LocalEmbedder()
    vectors = VectorStore.beside(folder, embedder)
    with Database(settings.sqlalchemy_url).reading() as session:
        source = DatabasePassages(session)
        bm25 = Bm25Retriever(index, segmenter)
        book = QuestionBook(QuestionIndex(segmenter, vectors=vectors, embedder=embedder))
        answerer = build_answerer(index, segmenter, source, vectors=vectors, embedder=embedder)
        words_only = build_answerer(index, segmenter, source)

        def by_bm25(text: str, on: date) -> list[Place]:
            found = bm25.retrieve(text, on=on, region=None, limit=20)
            loaded = source.load([number for number, _ in found])
            return _places((each.kind, each.document, each.label, each.statutes) for each in loaded)

        finders: dict[str, Finder] = {
            "BM25 over everything": by_bm25,
            "vectors over the written questions": lambda text, on: book.nearest_by_meaning(text),
            "ours without vectors": lambda text, on: _ranked(words_only, text, on),
            "ours": lambda text, on: _ranked(answerer, text, on),
        }
        sets = {
            "policy_dev": list(_policy(SHARED / "data" / "eval" / "policy_dev.jsonl")),
            "policy.jsonl, by another author": list(_policy(HELD_OUT)),
            "our questions (data/evaluation; the ranker learnt from them)": list(_policy(OWN)),
            "STARD, questions on our field": list(_stard()),
        }
        rows = ["## Finding the article", "", "| questions | how | n | hit@1 | hit@5 | p95 ms |"]
        rows.append("| --- | --- | ---: | ---: | ---: | ---: |")
        for name, asked in sets.items():
            rows += [_row(name, how, find, asked) for how, find in finders.items()]
    return [*rows, ""]


def _row(name: str, how: str, find: Finder, asked: Sequence[Asked]) -> str:
    first = five = 0
    seconds = []
    for each in asked:
        started = time.perf_counter()
        places = find(each.text, each.on)
        seconds.append(time.perf_counter() - started)
        first += bool(set(places[:1]) & each.gold)
        five += bool(set(places[:5]) & each.gold)
    slow = sorted(seconds)[int(len(seconds) * 0.95)] * 1000 if seconds else 0.0
    count = max(len(asked), 1)
    return f"| {name} | {how} | {len(asked)} | {first / count:.2f} | {five / count:.2f} | {slow:.0f} |"


def _ranked(answerer: PolicyAnswerer, text: str, on: date) -> list[Place]:
    return _places(
        (passage.kind, passage.document, passage.label, passage.statutes) for passage, _ in answerer.find(text, on=on)
    )


def _places(passages: Iterable[tuple[str, str, str, tuple[Place, ...]]]) -> list[Place]:
    """Articles in order; a guide stands for those that it rests on."""
    found: list[Place] = []
    for kind, document, label, statutes in passages:
        found += statutes if kind == "guide" else ((short_name(document), label),)
    return list(dict.fromkeys(found))


def _policy(path: Path) -> Iterable[Asked]:
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row = json.loads(line)
        if row["gold"]:
            gold = frozenset((short_name(each["law"]), each["article"]) for each in row["gold"])
            text = in_context(row["text"], row.get("history", []))[0]
            yield Asked(text, date.fromisoformat(row["at"]), gold)


def _stard() -> Iterable[Asked]:
    path = SHARED / "data" / "eval" / "stard_queries.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row = json.loads(line)
        names = [short_name(name) for name in row["match_name"]]
        if any(word in row["问题"] for word in OURS):
            yield Asked(row["问题"], TODAY, frozenset(_split(name) for name in names))


def _split(name: str) -> Place:
    law, _, rest = name.rpartition("第")
    return short_name(law), f"第{rest}"


def _scored(command: str, gold: Path, scorer: str) -> list[str]:
    """Our answers as the shared scorer sees them, with the ids that fell short."""
    if not (gold.exists() and (SHARED / "tools" / scorer).exists()):
        return [f"## {gold.name}", "", "Not measured: the shared data are not there.", ""]
    started = time.perf_counter()
    answers = ROOT / "var" / "eval" / f"{command}.jsonl"
    with gold.open() as lines, answers.open("w") as out:
        subprocess.run([sys.executable, "-m", "nlp", command], stdin=lines, stdout=out, check=True, cwd=ROOT)
    taken = time.perf_counter() - started
    scored = subprocess.run(
        [sys.executable, SHARED / "tools" / scorer, gold, answers, "--wrong"],
        capture_output=True,
        text=True,
        check=True,
    )
    wrong = scored.stderr.strip().splitlines()
    listed = [f"- {' '.join(line.split())}" for line in wrong[:SHOWN_WRONG]]
    return [
        f"## {gold.name}: `python -m nlp {command}`", "", "```", scored.stdout.strip(), "```", "",
        f"{taken:.1f} s for the file, the start included. Fell short:", "", *(listed or ["- none"]), "",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
