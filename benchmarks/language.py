"""How fast sentences are understood, search turns and questions of law answered, and what that takes of memory.

Each part runs alone in a process of its own, beside a plain baseline that does a part of the work.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import jieba

from adapters.embedder import LocalEmbedder
from adapters.search_index import TantivyIndex
from adapters.vector_store import VectorStore
from benchmarks.generated_patents import THINGS, generate
from benchmarks.search import DOCUMENTS, RawTantivy, Recording, open_index, summary
from bot.searching import query_after
from core.db import Database
from core.logs import configure_logging
from nlp.patent_search import PatentSearch
from nlp.policy_answers import build_answerer
from nlp.retrieval import Bm25Retriever
from nlp.segmenter import default_segmenter
from nlp.training.examples import read_examples
from nlp.understanding import Understander
from services.indexing import build_document
from services.knowledge import PASSAGE_SCHEMA, DatabasePassages, answer_policy_question
from tests.support.prepared import prepare_folder

ROOT = Path(__file__).resolve().parent.parent
EVALUATION = ROOT / "data" / "evaluation"
EVAL_FOLDER = ROOT / "var" / "eval"
TODAY = date(2026, 11, 22)
SENTENCES = 2_000
TURNS = 1_000
WISHES = (
    "帮我找{}的专利", "有没有做{}的 查一下", "广州的有效发明专利 {}", "{}的实用新型 2018年以后的",
    "查广东公司申请的{}专利", "要{}的,外观不要",
)  # fmt: skip


def timed(work: Callable[[Any], object], items: Iterable[Any]) -> list[float]:
    """Milliseconds of each."""
    times = []
    for item in items:
        started = time.perf_counter()
        work(item)
        times.append((time.perf_counter() - started) * 1000)
    return times


def memory_mb() -> int:
    """What this process holds in memory now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("this system does not tell the memory of a process")


def figures(ours: Sequence[float], baseline: Sequence[float], *, before_mb: int, loaded_mb: int) -> dict[str, Any]:
    return {
        "count": len(ours),
        "ours": summary(list(ours)),
        "baseline": summary(list(baseline)),
        "memory_mb": {"program alone": before_mb, "loaded": loaded_mb, "after the run": memory_mb()},
    }


def parse() -> dict[str, Any]:
    """Sentences of data/utterances; beside them plain jieba cutting the same sentences."""
    before = memory_mb()
    understander = Understander()
    understander.understand("找石墨烯散热膜的专利", at=TODAY)
    loaded = memory_mb()
    typed = [each.typed for each in read_examples()]
    sentences = random.Random(1).sample(typed, min(SENTENCES, len(typed)))
    ours = timed(lambda text: understander.understand(text, at=TODAY), sentences)
    jieba.setLogLevel("ERROR")
    jieba.initialize()
    return figures(ours, timed(jieba.lcut, sentences), before_mb=before, loaded_mb=loaded)


def search() -> dict[str, Any]:
    """From a sentence to the numbers on the list, over generated patents; beside them tantivy on the very queries."""
    before, segmenter = memory_mb(), default_segmenter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _build_apart(folder)
        recording = Recording(open_index(folder))
        patents, understander = PatentSearch(recording, segmenter), Understander()  # type: ignore[arg-type]

        def turn(text: str) -> None:
            query = query_after(understander, [text], on=TODAY)
            if query is not None:
                patents.search(query)

        turn("找石墨烯散热膜的专利")
        loaded, raw = memory_mb(), RawTantivy(folder)
        ours, alone = [], []
        for text in _wishes():
            recording.asked.clear()
            ours += timed(turn, [text])
            alone.append(raw.milliseconds(recording.asked))
    return {"documents": DOCUMENTS, **figures(ours, alone, before_mb=before, loaded_mb=loaded)}


def _wishes() -> list[str]:
    dice = random.Random(1)
    made = [dice.choice(WISHES).format("".join(dice.sample(THINGS, dice.choice((1, 1, 2))))) for _ in range(TURNS)]
    lines = (EVALUATION / "searches.jsonl").read_text(encoding="utf-8").splitlines()
    return [*made, *(json.loads(line)["text"] for line in lines)]


def _build_apart(folder: Path) -> None:
    """In another process: what writing the index takes is none of the reader's memory."""
    subprocess.run([sys.executable, "-m", "benchmarks.language", "--build", str(folder)], check=True, cwd=ROOT)


def ask() -> dict[str, Any]:
    """Our questions of law; beside them BM25 over the same index, with the texts it finds loaded."""
    before = memory_mb()
    rows = [json.loads(line) for line in (EVALUATION / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    if (EVAL_FOLDER / "zhiqiao.db").exists():
        knowledge = "var/eval: laws, regulations and guides, vectors of the written questions"
        return {"knowledge": knowledge, **_ask(EVAL_FOLDER, rows, before)}
    with tempfile.TemporaryDirectory() as name:
        prepare_folder(Path(name)).engine.dispose()
        return {
            "knowledge": "the guides alone, no vectors (make eval-data gives more)",
            **_ask(Path(name), rows, before),
        }


def _ask(folder: Path, rows: Sequence[dict[str, Any]], before: int) -> dict[str, Any]:
    segmenter, embedder = default_segmenter(), LocalEmbedder()
    index = TantivyIndex(folder / "index" / "passages", PASSAGE_SCHEMA, segmenter.fingerprint)
    vectors = VectorStore.beside(folder, embedder)
    with Database(f"sqlite:///{folder / 'zhiqiao.db'}").reading() as session:
        answerer = build_answerer(index, segmenter, vectors=vectors, embedder=embedder)
        bm25 = Bm25Retriever(index, segmenter)
        passages = DatabasePassages(session)

        def answer(row: dict[str, Any]) -> None:
            on, said = date.fromisoformat(row["at"]), row.get("history", ())
            answer_policy_question(answerer, session, question=row["text"], on=on, region=None, history=said)

        def find(row: dict[str, Any]) -> None:
            on = date.fromisoformat(row["at"])
            passages.load([number for number, _ in bm25.retrieve(row["text"], on=on, region=None, limit=20)])

        answer(rows[0])
        loaded = memory_mb()
        return figures(timed(answer, rows), timed(find, rows), before_mb=before, loaded_mb=loaded)


PARTS = {"parse": parse, "search": search, "ask": ask}


def run() -> dict[str, Any]:
    """Every figure, each part in a process of its own."""
    return {
        name: json.loads(
            subprocess.run(
                [sys.executable, "-m", "benchmarks.language", name],
                check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            ).stdout
        )
        for name in PARTS
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS)
    parser.add_argument("--build", type=Path, help="write the index of generated patents here")
    given = parser.parse_args()
    configure_logging("ERROR")
    if given.build:
        segmenter = default_segmenter()
        open_index(given.build).rebuild(build_document(each, segmenter) for each in generate(DOCUMENTS))
        return
    print(json.dumps(PARTS[given.part]() if given.part else run(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
