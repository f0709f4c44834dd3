"""The SearchIndex port: one contract for the index on disk and the one in memory, then what only a disk can show."""

import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.search_index import TantivyIndex
from adapters.search_index_local import FailingIndex, LocalIndex
from core.errors import Conflict, UpstreamUnavailable
from core.search import IndexDocument, IndexPage, IndexQuery, IndexSchema, NumberRange

SCHEMA = IndexSchema("test", {"title": 3.0, "body": 1.0}, ("kind", "place", "title"), ("day", "price"))
AnyIndex = TantivyIndex | LocalIndex
ROOT = Path(__file__).resolve().parents[2]


def document(
    number: int, title: str = "", body: str = "", kind: str = "a", places: tuple[str, ...] = (), day: int | None = None
) -> IndexDocument:
    numbers = {} if day is None else {"day": day}
    return IndexDocument(number, {"title": title, "body": body}, {"kind": [kind], "place": list(places)}, numbers)


@pytest.fixture(params=["tantivy", "local"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> AnyIndex:
    made: AnyIndex = (
        TantivyIndex(tmp_path / "index", SCHEMA, "cutter") if request.param == "tantivy" else LocalIndex(SCHEMA)
    )
    made.rebuild(
        [
            document(1, "石墨烯 散热膜", "电池 散热", "invention", ("广东省", "广东省广州市"), 20200101),
            document(2, "锂电池 隔膜", "石墨烯 涂层", "invention", ("广东省", "广东省深圳市"), 20210101),
            document(3, "Graphene 电池", "电极", "utility", ("北京市",), 20220101),
            document(4, "水杯", "", "design", (), None),
        ]
    )
    return made


def ids(page: IndexPage) -> list[int]:
    return [hit.id for hit in page.hits]


def test_a_heavier_field_ranks_first(index: AnyIndex) -> None:
    page = index.search(IndexQuery(words=("石墨烯",)))

    assert ids(page) == [1, 2]
    assert page.total == 2
    assert page.hits[0].score > page.hits[1].score > 0


def test_any_word_may_match_and_more_words_rank_higher(index: AnyIndex) -> None:
    page = index.search(IndexQuery(words=("石墨烯", "隔膜", "水杯")))

    assert set(ids(page)) == {1, 2, 4}
    assert ids(page)[0] != 1


def test_required_words_must_all_match_in_some_field(index: AnyIndex) -> None:
    assert ids(index.search(IndexQuery(required=("石墨烯", "电池")))) == [1]
    assert ids(index.search(IndexQuery(required=("石墨烯", "水杯")))) == []


def test_what_has_all_words_of_something_unwanted_is_left_out(index: AnyIndex) -> None:
    found = {*ids(index.search(IndexQuery(words=("石墨烯", "隔膜"))))}
    left = {*ids(index.search(IndexQuery(words=("石墨烯", "隔膜"), excluded_words=(("石墨烯", "电池"),))))}

    assert found - left == {1} and left
    assert ids(index.search(IndexQuery(required=("石墨烯",), excluded_words=(("石墨烯",),)))) == []


def test_words_beside_required_ones_only_rank(index: AnyIndex) -> None:
    page = index.search(IndexQuery(required=("石墨烯",), words=("隔膜", "锂电池", "涂层")))

    assert ids(page) == [2, 1]


def test_a_minimum_of_words_is_kept(index: AnyIndex) -> None:
    words = ("石墨烯", "散热膜", "水杯", "隔膜")

    assert set(ids(index.search(IndexQuery(words=words, minimum_words=2)))) == {1, 2}
    assert ids(index.search(IndexQuery(words=words, minimum_words=3))) == []
    assert ids(index.search(IndexQuery(required=("散热",), words=words, minimum_words=2))) == [1]
    assert ids(index.search(IndexQuery(words=("水杯",), minimum_words=9))) == [4]


def test_case_does_not_matter(index: AnyIndex) -> None:
    assert ids(index.search(IndexQuery(words=("GRAPHENE",)))) == [3]


@pytest.mark.parametrize("word", ["基于(卷积", "A:B", '"open', "*", "", "a b", "石" * 5000, "\x00", "😀"])
def test_no_word_can_break_a_query(index: AnyIndex, word: str) -> None:
    assert ids(index.search(IndexQuery(words=(word,)))) == []
    assert ids(index.search(IndexQuery(keywords={"kind": [word]}))) == []


def test_a_very_long_word_is_found_again(index: AnyIndex) -> None:
    index.apply([document(9, "一种" * 50)])

    assert ids(index.search(IndexQuery(words=("一种" * 50,)))) == [9]


def test_values_of_one_field_are_alternatives_and_fields_add_up(index: AnyIndex) -> None:
    either = index.search(IndexQuery(keywords={"kind": ["invention", "design"]}))
    both = index.search(IndexQuery(keywords={"kind": ["invention", "design"], "place": ["广东省深圳市"]}))

    assert set(ids(either)) == {1, 2, 4}
    assert ids(both) == [2]


def test_a_hierarchical_value_matches_at_each_level(index: AnyIndex) -> None:
    assert set(ids(index.search(IndexQuery(keywords={"place": ["广东省"]})))) == {1, 2}
    assert ids(index.search(IndexQuery(keywords={"place": ["广东省广州市"]}))) == [1]
    assert ids(index.search(IndexQuery(keywords={"place": ["广东"]}))) == []


def test_filters_do_not_change_the_score(index: AnyIndex) -> None:
    plain = index.search(IndexQuery(words=("散热膜",)))
    filtered = index.search(
        IndexQuery(words=("散热膜",), keywords={"kind": ["invention", "a"]}, numbers={"day": NumberRange(1)})
    )

    assert filtered.hits[0].score == pytest.approx(plain.hits[0].score)


def test_excluded_values_are_absent(index: AnyIndex) -> None:
    assert set(ids(index.search(IndexQuery(excluded={"kind": ["invention"]})))) == {3, 4}
    assert ids(index.search(IndexQuery(words=("电池",), excluded={"kind": ["invention", "design"]}))) == [3]


def test_an_empty_list_filters_nothing(index: AnyIndex) -> None:
    page = index.search(IndexQuery(keywords={"kind": []}, excluded={"place": ()}, numbers={"day": NumberRange()}))

    assert page.total == 4


def test_ranges_include_both_ends_and_skip_documents_without_the_number(index: AnyIndex) -> None:
    def days(low: int | None, high: int | None) -> set[int]:
        return set(ids(index.search(IndexQuery(numbers={"day": NumberRange(low, high)}))))

    assert days(20200101, 20210101) == {1, 2}
    assert days(20210101, None) == {2, 3}
    assert days(None, 20201231) == {1}
    assert days(20230101, 20220101) == set()


def test_it_is_searched_among_some_rows_alone(index: AnyIndex) -> None:
    assert ids(index.search(IndexQuery(words=("石墨烯",), ids=NumberRange(2, None)))) == [2]
    assert set(ids(index.search(IndexQuery(ids=NumberRange(2, 3))))) == {2, 3}
    assert ids(index.search(IndexQuery(ids=NumberRange(5, 4)))) == []


def test_sorting_puts_documents_without_the_number_last(index: AnyIndex) -> None:
    assert ids(index.search(IndexQuery(sort_by="day"))) == [3, 2, 1, 4]
    assert ids(index.search(IndexQuery(sort_by="day", descending=False))) == [1, 2, 3, 4]
    assert ids(index.search(IndexQuery(words=("石墨烯",), sort_by="day"))) == [2, 1]


def test_pages_follow_each_other(index: AnyIndex) -> None:
    pages = [index.search(IndexQuery(sort_by="day", offset=offset, limit=3)) for offset in (0, 3, 99)]

    assert [ids(page) for page in pages] == [[3, 2, 1], [4], []]
    assert [page.total for page in pages] == [4, 4, 4]


def test_a_page_of_nothing_still_counts(index: AnyIndex) -> None:
    page = index.search(IndexQuery(limit=0, facets=("kind",)))

    assert page.hits == ()
    assert page.total == 4
    assert page.facets["kind"][0] == ("invention", 2)


def test_no_total_unless_asked_for(index: AnyIndex) -> None:
    assert index.search(IndexQuery(words=("石墨烯",), count=False)).total is None


def test_facets_count_the_matches_most_frequent_first(index: AnyIndex) -> None:
    page = index.search(IndexQuery(words=("石墨烯", "电池"), limit=1, facets=("kind", "place")))

    assert page.facets["kind"] == (("invention", 2), ("utility", 1))
    assert page.facets["place"] == (("广东省", 2), ("北京市", 1), ("广东省广州市", 1), ("广东省深圳市", 1))


def test_facets_stay_exact_with_very_many_values(index: AnyIndex) -> None:
    # 6,000 values of one document each, and one rare value that every segment might leave out of its best.
    index.rebuild(
        document(number, "x", places=(f"p{number}", *(["wanted"] if number % 1000 == 0 else [])))
        for number in range(6000)
    )

    page = index.search(IndexQuery(words=("x",), facets=("place",)))

    assert page.total == 6000
    assert page.facets["place"][0] == ("wanted", 6)


def test_applying_again_replaces(index: AnyIndex) -> None:
    assert index.apply([document(1, "全新 标题"), document(5, "全新")], serial=7) == 2

    assert set(ids(index.search(IndexQuery(words=("全新",))))) == {1, 5}
    assert ids(index.search(IndexQuery(words=("散热膜",)))) == []
    assert index.search(IndexQuery()).total == 5
    assert index.last_serial == 7


def test_the_last_of_one_batch_wins(index: AnyIndex) -> None:
    index.apply([document(1, "早"), document(1, "晚")])

    assert ids(index.search(IndexQuery(words=("晚",)))) == [1]
    assert ids(index.search(IndexQuery(words=("早",)))) == []


def test_deleted_documents_are_gone(index: AnyIndex) -> None:
    index.apply([], deleted_ids=[1, 999])

    assert ids(index.search(IndexQuery(words=("石墨烯",)))) == [2]
    assert index.search(IndexQuery()).total == 3


def test_a_rebuild_starts_from_nothing(index: AnyIndex) -> None:
    index.mark(3)
    assert index.rebuild([document(8, "唯一")], serial=12) == 1

    assert ids(index.search(IndexQuery())) == [8]
    assert index.last_serial == 12


def test_a_source_that_breaks_changes_nothing(index: AnyIndex) -> None:
    def broken() -> Iterator[IndexDocument]:
        yield document(1, "坏")
        raise RuntimeError("source broke")

    for write in (index.apply, index.rebuild):
        with pytest.raises(RuntimeError):
            write(broken())

    assert ids(index.search(IndexQuery(words=("散热膜",)))) == [1]
    assert index.search(IndexQuery()).total == 4
    index.apply([document(10, "好")])
    assert ids(index.search(IndexQuery(words=("好",)))) == [10]


@pytest.mark.parametrize(
    "query",
    [
        IndexQuery(keywords={"colour": ["red"]}),
        IndexQuery(excluded={"colour": ["red"]}),
        IndexQuery(facets=("day",)),
        IndexQuery(sort_by="kind"),
        IndexQuery(numbers={"size": NumberRange(1)}),
        IndexQuery(offset=-1),
        IndexQuery(limit=-1),
    ],
)
def test_a_query_outside_the_schema_is_a_programming_error(index: AnyIndex, query: IndexQuery) -> None:
    with pytest.raises(ValueError):
        index.search(query)


def test_a_document_outside_the_schema_is_a_programming_error(index: AnyIndex) -> None:
    with pytest.raises(ValueError):
        index.apply([IndexDocument(1, {"colour": "red"})])


def test_a_failing_index_says_so_in_chinese() -> None:
    index = FailingIndex()
    calls: list[Callable[[], object]] = [
        lambda: index.search(IndexQuery()),
        lambda: index.apply([]),
        lambda: index.rebuild([]),
        lambda: index.mark(1),
    ]

    for call in calls:
        with pytest.raises(UpstreamUnavailable, match="搜索"):
            call()


# What only the index on disk can show


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def opened(folder: Path, cutter: str = "cutter", schema: IndexSchema = SCHEMA) -> TantivyIndex:
    return TantivyIndex(folder, schema, cutter)


def test_a_missing_index_refuses_to_search(folder: Path) -> None:
    index = opened(folder)

    assert index.needs_rebuild
    with pytest.raises(UpstreamUnavailable, match="搜索"):
        index.search(IndexQuery())


def test_the_first_apply_makes_the_index(folder: Path) -> None:
    opened(folder).apply([document(1, "膜")])

    assert ids(opened(folder).search(IndexQuery(words=("膜",)))) == [1]


@pytest.mark.parametrize(
    "stale", [{"cutter": "newer"}, {"schema": IndexSchema("test", {"title": 3.0}, ("kind", "place"), ())}]
)
def test_a_stale_index_refuses_until_rebuilt(folder: Path, stale: dict[str, object]) -> None:
    opened(folder).rebuild([document(1, "膜")], serial=5)
    index = opened(folder, **stale)  # type: ignore[arg-type]

    assert index.needs_rebuild
    assert index.last_serial == 0
    for call in (lambda: index.search(IndexQuery()), lambda: index.apply([]), lambda: index.mark(1)):
        with pytest.raises(UpstreamUnavailable):
            call()

    index.rebuild([IndexDocument(2, {"title": "膜"})])
    assert ids(index.search(IndexQuery())) == [2]


def test_a_reader_notices_that_its_index_became_stale(folder: Path) -> None:
    opened(folder).rebuild([document(1, "膜")])
    reader = opened(folder)
    reader.search(IndexQuery())

    opened(folder, "newer").rebuild([document(1, "膜")])

    with pytest.raises(UpstreamUnavailable):
        reader.search(IndexQuery())


def test_other_weights_need_no_rebuild(folder: Path) -> None:
    opened(folder).rebuild([document(1, "膜"), document(2, "", "膜")])
    heavier = IndexSchema("test", {"title": 0.1, "body": 9.0}, SCHEMA.keywords, SCHEMA.numbers)

    assert ids(opened(folder, schema=heavier).search(IndexQuery(words=("膜",)))) == [2, 1]


def test_a_reader_sees_commits_and_swaps_of_another_process(folder: Path) -> None:
    writer, reader = opened(folder), opened(folder)
    writer.rebuild([document(1, "膜")])
    assert reader.search(IndexQuery()).total == 1

    writer.apply([document(2, "膜")])
    assert reader.search(IndexQuery()).total == 2

    writer.rebuild([document(number, "膜") for number in range(5)])
    assert reader.search(IndexQuery()).total == 5


def test_old_builds_are_removed_but_the_previous_one_stays(folder: Path) -> None:
    index = opened(folder)
    for _ in range(4):
        index.rebuild([document(1, "膜")])

    assert len(list(folder.glob("build-*"))) == 2


def test_a_reader_whose_build_was_removed_finds_the_new_one(folder: Path) -> None:
    reader, writer = opened(folder), opened(folder)
    writer.rebuild([document(1, "膜")])
    reader.search(IndexQuery())

    for count in (2, 3):
        writer.rebuild([document(number, "膜") for number in range(count)])

    assert reader.search(IndexQuery()).total == 3


def _spoil_segments(folder: Path) -> None:
    for path in folder.glob("build-*/*.term"):
        path.write_bytes(b"spoilt")


def _spoil_meta(folder: Path) -> None:
    for path in folder.glob("build-*/meta.json"):
        path.write_text("{")


def _remove_build(folder: Path) -> None:
    for path in folder.glob("build-*"):
        shutil.rmtree(path)


def _spoil_pointer(folder: Path) -> None:
    (folder / "current.json").write_text('{"build": 3')


@pytest.mark.parametrize("spoil", [_spoil_segments, _spoil_meta, _remove_build, _spoil_pointer])
def test_a_broken_index_is_unavailable_and_a_rebuild_mends_it(folder: Path, spoil: Callable[[Path], None]) -> None:
    opened(folder).rebuild([document(1, "膜")])
    spoil(folder)
    index = opened(folder)

    with pytest.raises(UpstreamUnavailable):
        index.search(IndexQuery(words=("膜",)))

    index.rebuild([document(2, "膜")])
    assert ids(index.search(IndexQuery(words=("膜",)))) == [2]


def test_a_second_writer_is_told_to_wait_while_readers_go_on(folder: Path) -> None:
    writer, other = opened(folder), opened(folder)
    writer.rebuild([document(1, "膜")])
    is_writing, may_end = threading.Event(), threading.Event()

    def slowly() -> Iterator[IndexDocument]:
        yield document(2, "膜")
        is_writing.set()
        may_end.wait(20)

    thread = threading.Thread(target=writer.apply, args=(slowly(),))
    thread.start()
    is_writing.wait(20)
    for call in (lambda: other.apply([]), lambda: other.rebuild([]), lambda: other.mark(1)):
        with pytest.raises(Conflict, match="索引"):
            call()
    assert other.search(IndexQuery()).total == 1
    may_end.set()
    thread.join()

    assert other.search(IndexQuery()).total == 2


PROCESS = """
    import sys
    from pathlib import Path
    from adapters.search_index import TantivyIndex
    from core.logs import configure_logging
    from core.search import IndexDocument, IndexQuery
    from tests.adapters.test_search_index import SCHEMA, document
    configure_logging("ERROR")
    index = TantivyIndex(Path(sys.argv[1]), SCHEMA, "cutter")
"""
WRITER = """
    batch = index.last_serial
    while True:
        batch += 1
        index.apply([document(batch * 100 + k, "膜 批%d" % batch) for k in range(100)], serial=batch)
        print(batch, flush=True)
"""
READER = """
    import time
    end = time.monotonic() + float(sys.argv[2])
    searches, last = 0, 0
    while time.monotonic() < end:
        page = index.search(IndexQuery(words=("膜",), limit=3))
        assert page.total % 100 == 0 and page.total >= last, (page.total, last)
        last, searches = page.total, searches + 1
    print(searches, last)
"""


def start(code: str, *arguments: object) -> "subprocess.Popen[str]":
    program = textwrap.dedent(PROCESS) + textwrap.dedent(code)
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_it_acknowledged(folder: Path) -> None:
    opened(folder).rebuild([document(1, "膜")])
    acknowledged = 0
    for round_number in range(6):
        writer = start(WRITER, folder)
        assert writer.stdout is not None
        acknowledged = int(writer.stdout.readline())
        time.sleep(0.05 * round_number)
        writer.send_signal(signal.SIGKILL)
        rest, errors = writer.communicate()
        assert errors == ""
        acknowledged = max([acknowledged, *map(int, rest.split())])

        index = opened(folder)
        assert index.last_serial >= acknowledged
        for batch in range(1, acknowledged + 1):
            assert index.search(IndexQuery(words=(f"批{batch}",))).total == 100
        # Whole batches or none, and the lock died with its holder.
        total = index.search(IndexQuery(words=("膜",))).total
        assert total is not None and total % 100 == 1
        index.apply([document(1, "膜")])


@pytest.mark.slow
def test_two_readers_see_whole_batches_while_one_writes(folder: Path) -> None:
    opened(folder).rebuild([])
    writer = start(WRITER, folder)
    readers = [start(READER, folder, 4) for _ in range(2)]

    results = [reader.communicate(timeout=60) for reader in readers]
    writer.kill()
    writer.communicate()

    for out, errors in results:
        assert errors == ""
        searches, seen = map(int, out.split())
        assert searches > 50
        assert seen >= 200
