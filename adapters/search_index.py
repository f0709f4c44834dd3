"""The text index on disk: tantivy behind the SearchIndex port, one folder a build, swapped by one file."""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tantivy

from adapters.search_index_layout import IndexState, new_build_id, old_builds, read_state, schema_hash, write_state
from adapters.search_index_queries import (
    ID,
    build_document,
    build_query,
    build_schema,
    check_query,
    facet_request,
    number_field,
    read_facets,
    word_analyzer,
)
from core.errors import Conflict, UpstreamUnavailable
from core.logs import get_logger
from core.metrics import search_seconds
from core.search import IndexDocument, IndexHit, IndexPage, IndexQuery, IndexSchema

log = get_logger(__name__)

WRITER_HEAP_BYTES = 128_000_000
WRITER_THREADS = 2
UNAVAILABLE = "搜索正在整理数据,暂时用不了,请过几分钟再试。"
BUSY = "索引正在由另一个程序更新,请等它完成后再试。"


class TantivyIndex:
    """One index under `folder`. Any number of processes may read; whoever writes holds the writer's lock."""

    def __init__(self, folder: Path, schema: IndexSchema, cutter_fingerprint: str) -> None:
        self._folder = folder
        self._schema = schema
        self._cutter = cutter_fingerprint
        self._schema_hash = schema_hash(schema)
        self._fields = build_schema(schema)
        self._lock = threading.Lock()
        self._opened: tuple[str, tantivy.Index] | None = None
        self._pointer_stamp: tuple[int, ...] = ()
        self._commit_stamp: tuple[int, ...] = ()

    @property
    def last_serial(self) -> int:
        """The serial last given by the writer; 0 where there is no usable index."""
        state = read_state(self._folder)
        return state.last_serial if state is not None and self._is_ours(state) else 0

    @property
    def needs_rebuild(self) -> bool:
        """True where the index is missing, or was cut or shaped otherwise than this process would."""
        state = read_state(self._folder)
        return state is None or not self._is_ours(state)

    def search(self, query: IndexQuery) -> IndexPage:
        """The page asked for. Raises UpstreamUnavailable where the index is missing, stale or broken."""
        check_query(self._schema, query)
        with search_seconds.labels(index=self._schema.name).time():
            try:
                return self._search(query)
            except UpstreamUnavailable:
                raise
            except BaseException as error:
                _raise_unless_broken(error)
                # A reader may have been between two builds; what it finds on a fresh look is the truth.
                self._forget()
            try:
                return self._search(query)
            except UpstreamUnavailable:
                raise
            except BaseException as error:
                _raise_unless_broken(error)
                self._forget()
                log.error("index_broken", index=self._schema.name, error=str(error)[:300])
                raise UpstreamUnavailable(UNAVAILABLE) from error

    def apply(
        self, documents: Iterable[IndexDocument], deleted_ids: Iterable[int] = (), *, serial: int | None = None
    ) -> int:
        """Add or replace, then commit, and remember `serial` if given; answers how many documents were written.

        Raises Conflict while another writer works, UpstreamUnavailable where the index must be rebuilt first.
        """
        with self._writing():
            state = read_state(self._folder)
            if state is None:
                state = self._start_build()
                write_state(self._folder, state)
            elif not self._is_ours(state):
                raise UpstreamUnavailable(UNAVAILABLE)
            count = self._write(state.build, documents, deleted_ids)
            if serial is not None:
                write_state(self._folder, state.with_serial(serial))
            return count

    def rebuild(self, documents: Iterable[IndexDocument], *, serial: int = 0) -> int:
        """Build beside the present index and swap when complete; readers never see half of it."""
        with self._writing():
            previous = read_state(self._folder)
            state = self._start_build().with_serial(serial)
            try:
                count = self._write(state.build, documents, (), is_new=True)
            except BaseException:
                shutil.rmtree(self._folder / state.build, ignore_errors=True)
                raise
            write_state(self._folder, state)
            # The previous build stays for readers that are just opening it; it goes at the next swap.
            kept = {state.build, previous.build if previous else state.build}
            for build in old_builds(self._folder, kept):
                shutil.rmtree(build, ignore_errors=True)
            return count

    def mark(self, serial: int) -> None:
        """Remember how far the caller has read its source."""
        with self._writing():
            state = read_state(self._folder)
            if state is None or not self._is_ours(state):
                raise UpstreamUnavailable(UNAVAILABLE)
            write_state(self._folder, state.with_serial(serial))

    @contextmanager
    def copied(self) -> Iterator["TantivyIndex"]:
        """A copy to try something out on, gone afterwards.

        Raises Conflict while a writer works, UpstreamUnavailable where there is no usable index.
        """
        with TemporaryDirectory(prefix="index-copy-") as name:
            folder = Path(name)
            with self._writing():
                state = read_state(self._folder)
                if state is None or not self._is_ours(state):
                    raise UpstreamUnavailable(UNAVAILABLE)
                shutil.copytree(self._folder / state.build, folder / state.build)
            write_state(folder, state)
            yield TantivyIndex(folder, self._schema, self._cutter)

    def _is_ours(self, state: IndexState) -> bool:
        return state.cutter == self._cutter and state.schema_hash == self._schema_hash

    def _forget(self) -> None:
        with self._lock:
            self._opened, self._pointer_stamp, self._commit_stamp = None, (), ()

    def _search(self, query: IndexQuery) -> IndexPage:
        searcher = self._searcher()
        compiled = build_query(self._fields, self._schema, query)
        options: dict[str, Any] = {"limit": max(query.limit, 1), "offset": query.offset, "count": query.count}
        if query.sort_by is not None:
            options["order_by_field"] = number_field(query.sort_by)
            options["order"] = tantivy.Order.Desc if query.descending else tantivy.Order.Asc
        result: Any = searcher.search(compiled, **options)
        found = result.hits[: query.limit]
        ids = searcher.fast_field_values(ID, [address for _, address in found])
        facets = self._facets(searcher, compiled, query) if query.facets else {}
        return IndexPage(
            hits=tuple(
                IndexHit(int(number or 0), float(score or 0) if query.sort_by is None else 0.0)
                for number, (score, _) in zip(ids, found, strict=True)
            ),
            total=result.count if query.count else None,
            facets=facets,
        )

    def _facets(
        self, searcher: tantivy.Searcher, compiled: tantivy.Query, query: IndexQuery
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        counted, inexact = read_facets(searcher.aggregate(compiled, facet_request(query.facets)), query.facets)
        # Several segments that each left values out may have left out some of these: count every value of those.
        if inexact and searcher.num_segments > 1:
            again = searcher.aggregate(compiled, facet_request(inexact, every_value=True))
            counted |= read_facets(again, inexact)[0]
        return counted

    def _searcher(self) -> tantivy.Searcher:
        with self._lock:
            pointer = _stamp(IndexState.path(self._folder))
            if self._opened is None or pointer != self._pointer_stamp:
                self._open(pointer)
            assert self._opened is not None
            build, index = self._opened
            commit = _stamp(self._folder / build / "meta.json")
            if commit != self._commit_stamp:
                index.reload()
                self._commit_stamp = commit
            return index.searcher()

    def _open(self, pointer: tuple[int, ...]) -> None:
        state = read_state(self._folder)
        if state is None or not self._is_ours(state):
            self._opened, self._pointer_stamp = None, ()
            log.warning("index_unusable", index=self._schema.name, reason="missing" if state is None else "stale")
            raise UpstreamUnavailable(UNAVAILABLE)
        if self._opened is None or self._opened[0] != state.build:
            index = self._open_build(state.build)
            self._opened, self._commit_stamp = (state.build, index), ()
        self._pointer_stamp = pointer

    def _open_build(self, build: str) -> tantivy.Index:
        index = tantivy.Index.open(str(self._folder / build))
        # Reload by our own look at meta.json: tantivy's watcher is a thread, and threads do not survive a fork.
        index.config_reader("manual")
        index.register_tokenizer("words", word_analyzer())
        return index

    def _start_build(self) -> IndexState:
        state = IndexState(new_build_id(), self._schema_hash, self._cutter, 0)
        folder = self._folder / state.build
        folder.mkdir(parents=True)
        tantivy.Index(self._fields, path=str(folder))
        return state

    def _write(
        self,
        build: str,
        documents: Iterable[IndexDocument],
        deleted_ids: Iterable[int],
        is_new: bool = False,
    ) -> int:
        index = self._open_build(build)
        writer = index.writer(WRITER_HEAP_BYTES, WRITER_THREADS)
        count = 0
        try:
            for document in documents:
                if not is_new:
                    writer.delete_documents_by_term(ID, document.id)
                writer.add_document(build_document(self._schema, document))
                count += 1
            for number in deleted_ids:
                writer.delete_documents_by_term(ID, number)
            writer.commit()
        finally:
            # Frees tantivy's own lock at once; what was not committed is dropped.
            writer.wait_merging_threads()
        return count

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the writer's lock; the kernel frees it when a writer dies."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "writer.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(BUSY) from None
            started = time.perf_counter()
            yield
            log.info("index_written", index=self._schema.name, seconds=round(time.perf_counter() - started, 3))


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes whenever the file is replaced; cheap enough for every search."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return ()
    return status.st_ino, status.st_mtime_ns, status.st_size


def _raise_unless_broken(error: BaseException) -> None:
    """Rust's panics arrive as a BaseException of their own; anything else that is no Exception must pass through."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
