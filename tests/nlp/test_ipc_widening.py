"""A subject that finds few: its subclass of the IPC comes below what the words find, within the conditions."""

from pathlib import Path

import pytest

from adapters.search_index import TantivyIndex
from nlp.ipc_titles import IpcTitles
from nlp.patent_index import PATENT_SCHEMA
from nlp.patent_search import PatentSearch
from nlp.segmenter import default_segmenter
from nlp.types import PatentQuery
from services.indexing import build_document
from tests.nlp.test_patent_search import patent

LOCKS = [
    patent(number, title, ipc_codes=["E05B 47/00"], legal_status=status)
    for number, title, status in [
        (1, "一种太空舱用的门锁", "active"),
        (2, "指静脉开启装置", "active"),
        (3, "共享单车的锁舌", "lapsed"),
        (4, "锁芯加工夹具", "active"),
    ]
]
OTHERS = [patent(number, f"水处理装置{number}", ipc_codes=["C02F 1/00"]) for number in range(5, 9)]


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> PatentSearch:
    segmenter = default_segmenter()
    index = TantivyIndex(tmp_path_factory.mktemp("index"), PATENT_SCHEMA, segmenter.fingerprint)
    index.rebuild(build_document(each, segmenter) for each in [*LOCKS, *OTHERS])
    return PatentSearch(index, segmenter)


def widened(search: PatentSearch, query: PatentQuery) -> PatentQuery:
    wider = search.widened(query)
    assert wider is not None
    return wider


def test_patents_of_the_subclass_come_below_those_that_the_words_find(search: PatentSearch) -> None:
    page = search.search(widened(search, PatentQuery(topic="太空舱 门锁")))

    assert page.matches[0].patent_id == 1 and page.matches[0].matched_words
    assert {match.patent_id for match in page.matches[1:]} == {2, 3, 4}
    assert (page.total, page.added, page.widened_by) == (4, 3, "E05B 锁")


def test_every_condition_holds_for_what_the_subclass_adds(search: PatentSearch) -> None:
    query = widened(search, PatentQuery(topic="太空舱 门锁", legal_statuses=("active",)))

    assert {match.patent_id for match in search.search(query).matches} == {1, 2, 4}
    assert search.count(query) == 3


def test_pages_of_a_widened_list_neither_repeat_nor_lose_a_patent(search: PatentSearch) -> None:
    query = widened(search, PatentQuery(topic="太空舱 门锁", limit=2))
    pages = [search.search(PatentQuery(topic=query.topic, or_ipc=query.or_ipc, offset=at, limit=2)) for at in (0, 2, 4)]

    assert [len(page.matches) for page in pages] == [2, 2, 0]
    assert pages[0].matches[0].patent_id == 1
    assert {match.patent_id for page in pages for match in page.matches} == {1, 2, 3, 4}


def test_a_subject_that_finds_enough_needs_no_class(search: PatentSearch) -> None:
    page = search.search(PatentQuery(topic="水处理", or_ipc="E05B"))

    assert (page.total, page.added, page.widened_by) == (4, 0, "")


def test_nothing_is_widened_without_a_class_or_beside_one(search: PatentSearch) -> None:
    assert search.widened(PatentQuery(topic="谁也没听过的东西")) is None
    assert search.widened(PatentQuery(topic="门锁", ipc="A47B")) is None
    assert search.widened(PatentQuery(legal_statuses=("active",))) is None


def test_the_last_word_of_a_subject_says_what_the_thing_is() -> None:
    titles = IpcTitles(default_segmenter())

    assert [str(titles.of_subject(topic)) for topic in ("无人机 电池", "电池 无人机")] == ["H01M 电池", "B64U 无人机"]


def test_a_file_of_titles_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    titles = IpcTitles(default_segmenter(), tmp_path / "titles.txt")

    assert str(titles.of_subject("手机 散热")) == str(IpcTitles(default_segmenter()).of_subject("手机 散热"))
