"""How fast patent search is over 100,000 generated patents: alone, beside a writer, and against raw tantivy."""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tantivy

from adapters.search_index import TantivyIndex
from adapters.search_index_layout import read_state
from adapters.search_index_queries import ID, build_query, build_schema, facet_request, number_field, word_analyzer
from benchmarks.generated_patents import THINGS, generate
from core.logs import configure_logging
from core.search import IndexPage, IndexQuery
from nlp.patent_search import PatentSearch
from nlp.segmenter import default_segmenter
from nlp.types import PatentQuery
from services.indexing import PATENT_SCHEMA, build_document

DOCUMENTS = 100_000
READERS = 2
READ_SECONDS = 10.0


def queries(count: int, seed: int) -> list[PatentQuery]:
    """What owners ask: subjects of one to three words, most with filters, some with none, a few that match nothing."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        options: dict[str, Any] = {"topic": " ".join(dice.sample(THINGS, dice.choice((1, 1, 2, 2, 3))))}
        if dice.random() < 0.5:
            options["legal_statuses"] = (dice.choice(("active", "granted", "lapsed")),)
        if dice.random() < 0.3:
            options["region"] = dice.choice(("广东省", "广东省广州市", "北京市"))
        if dice.random() < 0.3:
            options["date_from"] = date(dice.randrange(2008, 2024), 1, 1)
        if dice.random() < 0.2:
            options["kinds"] = ("invention",)
        if dice.random() < 0.1:
            options["topic"] += " 量子纠缠"
        if dice.random() < 0.1:
            options = {"region": "广东省深圳市", "sort": "newest"}
        made.append(PatentQuery(**options))
    return made


class Recording:
    """Keeps the index queries that a search really made, so that raw tantivy answers the very same."""

    def __init__(self, index: TantivyIndex) -> None:
        self._index = index
        self.asked: list[IndexQuery] = []

    def search(self, query: IndexQuery) -> IndexPage:
        self.asked.append(query)
        return self._index.search(query)


class RawTantivy:
    """The same index without any of our code."""

    def __init__(self, folder: Path) -> None:
        state = read_state(folder)
        assert state is not None
        index = tantivy.Index.open(str(folder / state.build))
        index.register_tokenizer("words", word_analyzer())
        self._fields, self._searcher = build_schema(PATENT_SCHEMA), index.searcher()

    def milliseconds(self, asked: Sequence[IndexQuery]) -> float:
        """How long the queries of one search take, compiled before the clock starts."""
        steps = [(build_query(self._fields, PATENT_SCHEMA, each), each) for each in asked]
        started = time.perf_counter()
        for compiled, each in steps:
            field = number_field(each.sort_by) if each.sort_by else None
            found: Any = self._searcher.search(compiled, limit=each.limit, count=each.count, order_by_field=field)
            self._searcher.fast_field_values(ID, [address for _, address in found.hits])
            if each.facets:
                self._searcher.aggregate(compiled, facet_request(each.facets))
        return (time.perf_counter() - started) * 1000


def measure(folder: Path, count: int, seed: int, *, with_facets: bool) -> list[float]:
    """Milliseconds of each search, segmenting and building the query included."""
    search = PatentSearch(open_index(folder), default_segmenter())
    search.search(PatentQuery(topic="石墨烯"))
    times = []
    for query in queries(count, seed):
        started = time.perf_counter()
        search.search(query, with_facets=with_facets)
        times.append((time.perf_counter() - started) * 1000)
    return times


def measure_raw(folder: Path, count: int, seed: int, *, with_facets: bool) -> list[float]:
    """The same queries by tantivy alone, compiled before the clock starts."""
    recording, raw, times = Recording(open_index(folder)), RawTantivy(folder), []
    search = PatentSearch(recording, default_segmenter())  # type: ignore[arg-type]
    for query in queries(count, seed):
        recording.asked.clear()
        search.search(query, with_facets=with_facets)
        times.append(raw.milliseconds(recording.asked))
    return times


def open_index(folder: Path) -> TantivyIndex:
    return TantivyIndex(folder, PATENT_SCHEMA, default_segmenter().fingerprint)


def summary(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {"p50_ms": round(cuts[49], 2), "p95_ms": round(cuts[94], 2), "p99_ms": round(cuts[98], 2)}


def read_for(folder: Path, seconds: float, seed: int) -> list[float]:
    """A reader process: searches until its time is over."""
    end = time.monotonic() + seconds
    times: list[float] = []
    while time.monotonic() < end:
        times += measure(folder, 100, seed + len(times), with_facets=False)
    return times


def beside_a_writer(folder: Path) -> dict[str, Any]:
    """Two reader processes while this one writes batches of 200."""
    command = [sys.executable, "-m", "benchmarks.search", "--reader", str(folder)]
    # Into files: what fills a pipe that nobody reads yet would keep a reader from ending.
    outputs = [tempfile.TemporaryFile("w+") for _ in range(READERS)]  # noqa: SIM115 (closed below)
    readers = [subprocess.Popen([*command, "--seed", str(seed)], stdout=output) for seed, output in enumerate(outputs)]
    index, segmenter, commits = open_index(folder), default_segmenter(), []
    fresh = generate(DOCUMENTS, seed=7)
    while any(reader.poll() is None for reader in readers):
        batch = [build_document(next(fresh), segmenter) for _ in range(200)]
        started = time.perf_counter()
        index.apply(batch)
        commits.append(time.perf_counter() - started)
        time.sleep(0.2)
    times: list[float] = []
    for output in outputs:
        with output:
            output.seek(0)
            times += json.load(output)
    return {**summary(times), "searches": len(times), "commits": len(commits), "commit_s": round(max(commits), 2)}


def run(count: int = DOCUMENTS, searches: int = 1_000) -> dict[str, Any]:
    """Every figure of the table, as one dictionary."""
    segmenter = default_segmenter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        open_index(folder).rebuild(build_document(each, segmenter) for each in generate(count))
        seconds = time.perf_counter() - started
        results: dict[str, Any] = {
            "documents": count,
            "documents_per_s": round(count / seconds),
            "index_mb": round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6),
        }
        for label, with_facets in (("search", False), ("search_with_facets", True)):
            ours = summary(measure(folder, searches, 1, with_facets=with_facets))
            raw = summary(measure_raw(folder, searches, 1, with_facets=with_facets))
            ratios = {key: round(ours[key] / raw[key], 2) for key in ("p50_ms", "p99_ms")}
            results[label] = {"ours": ours, "raw": raw, "ratio": ratios}
        results["two_readers_beside_a_writer"] = beside_a_writer(folder)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    given = parser.parse_args()
    configure_logging("ERROR")
    if given.reader:
        print(json.dumps(read_for(given.reader, READ_SECONDS, given.seed)))
    else:
        print(json.dumps(run(given.documents), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
