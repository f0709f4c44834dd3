"""From the database to the index and back: indexing what changed, lists, one patent, its state in words."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.search_index import TantivyIndex
from core.clock import FixedClock
from core.db import Database
from core.errors import Conflict, NotFound
from models.patent import Patent
from nlp.patent_search import PatentSearch
from nlp.segmenter import default_segmenter
from nlp.types import PatentQuery
from services.indexing import PATENT_SCHEMA, index_patents, reindex_patents
from services.patent_import import import_patents
from services.patents import describe_status, get_patent, search_patents

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 23)


@pytest.fixture
def index(tmp_path: Path) -> TantivyIndex:
    return TantivyIndex(tmp_path / "index", PATENT_SCHEMA, default_segmenter().fingerprint)


@pytest.fixture
def search(index: TantivyIndex) -> PatentSearch:
    return PatentSearch(index, default_segmenter())


def load(database: Database, folder: Path, clock: FixedClock, *records: dict[str, object]) -> None:
    path = folder / "in.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in records))
    import_patents(database, path, now=clock.now())


def record(number: str, title: str = "石墨烯散热膜", **values: object) -> dict[str, object]:
    return {
        "publication_number": number,
        "title": title,
        "application_date": "2011-03-15",
        "publication_date": "2012-03-15",
        "legal_status": "active",
        "applicants": [{"name": "广州云测科技有限公司", "type": "enterprise"}],
        **values,
    }


def test_only_what_changed_is_indexed_again(
    database: Database, tmp_path: Path, clock: FixedClock, index: TantivyIndex, search: PatentSearch
) -> None:
    load(database, tmp_path, clock, record("CN112345671A"), record("CN112345672A", "锂电池"))
    assert index_patents(database, index, default_segmenter()) == 2
    assert index_patents(database, index, default_segmenter()) == 0

    load(database, tmp_path, clock, record("CN112345671A", "水处理"), record("CN112345673A", "钙钛矿"))
    assert index_patents(database, index, default_segmenter()) == 2

    assert index.last_serial == 4
    assert search.search(PatentQuery(topic="石墨烯")).total == 0
    assert search.search(PatentQuery(topic="水处理")).total == 1
    assert search.search(PatentQuery()).total == 3


def test_a_stale_index_is_built_anew(
    database: Database, tmp_path: Path, clock: FixedClock, index: TantivyIndex
) -> None:
    load(database, tmp_path, clock, record("CN112345671A"))
    TantivyIndex(tmp_path / "index", PATENT_SCHEMA, "older cutter").rebuild([], serial=99)

    seen: list[tuple[int, int]] = []
    assert index_patents(database, index, default_segmenter(), progress=lambda *done: seen.append(done)) == 1

    assert index.last_serial == 1
    assert seen == [(1, 1)]


def test_what_is_imported_while_the_index_is_rebuilt_is_not_lost(
    database: Database, tmp_path: Path, clock: FixedClock, index: TantivyIndex, search: PatentSearch
) -> None:
    load(database, tmp_path, clock, *[record(f"CN1{number:08d}A") for number in range(600)])

    def change(done: int, _total: int) -> None:
        if done == 500:
            load(database, tmp_path, clock, record("CN100000001A", "钙钛矿"))
            with pytest.raises(Conflict):
                index_patents(database, index, default_segmenter())

    reindex_patents(database, index, default_segmenter(), progress=change)
    index_patents(database, index, default_segmenter())

    assert search.search(PatentQuery(topic="钙钛矿")).total == 1
    assert search.search(PatentQuery()).total == 600


def test_a_list_says_all_that_a_line_needs(
    database: Database, tmp_path: Path, clock: FixedClock, index: TantivyIndex, search: PatentSearch
) -> None:
    load(database, tmp_path, clock, *[record(f"CN11234567{n}B", demo=True) for n in range(7)])
    index_patents(database, index, default_segmenter())

    with database.reading() as session:
        query = PatentQuery(topic="石墨烯")
        first = search_patents(session, search, query, today=TODAY)
        last = search_patents(session, search, replace(query, offset=5), today=TODAY)

    assert (first.total, first.next_offset, len(first.items)) == (7, 5, 5)
    assert (last.total, last.next_offset, len(last.items)) == (7, None, 2)
    assert first.data_date == TODAY
    item = first.items[0]
    assert item.title == "石墨烯散热膜"
    assert item.applicants == ("广州云测科技有限公司",)
    assert item.status_text == "有效,2031年到期"
    assert item.matched_words == ("石墨烯",)
    assert item.is_demo


def test_an_empty_house_answers_an_empty_list(database: Database, index: TantivyIndex, search: PatentSearch) -> None:
    index_patents(database, index, default_segmenter())

    with database.reading() as session:
        results = search_patents(session, search, PatentQuery(topic="膜"))

    assert (results.items, results.total, results.next_offset, results.data_date) == ((), 0, None, date.min)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("CN112345678B", "CN112345678B"),
        ("ｃｎ１１２３４５６７８ｂ", "CN112345678B"),
        ("CN112345678", "CN112345678B"),
        ("ZL 2017 1 0601862.3", "CN112345678B"),
        ("2017106018623", "CN112345678B"),
        ("CN108000001A", "CN108000001A"),
        ("us 8,926,509 b2", "US8926509B2"),
    ],
)
def test_any_form_of_a_number_finds_the_patent(
    database: Database, tmp_path: Path, clock: FixedClock, typed: str, found: str
) -> None:
    load(
        database,
        tmp_path,
        clock,
        record("CN112345678B", application_number="201710601862.3", publication_date="2020-01-01"),
        record("CN108000001A", application_number="CN201710601862.3", publication_date="2018-01-01"),
        record("US8926509B2"),
    )

    with database.reading() as session:
        assert get_patent(session, typed).publication_number == found


@pytest.mark.parametrize("typed", ["CN999999999B", "", "你好", "x" * 5000, "CN112345678'--"])
def test_an_unknown_number_is_not_found_in_chinese(database: Database, typed: str) -> None:
    with database.reading() as session, pytest.raises(NotFound, match="没有找到"):
        get_patent(session, typed)


def patent(kind: str = "invention", filed: date | None = date(2011, 3, 15), **values: object) -> Patent:
    fields: dict[str, object] = {"country": "CN", "legal_status": "active", "kind": kind, "application_date": filed}
    return Patent(**{**fields, **values})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (patent(), "有效,2031年3月15日到期"),
        (patent("utility_model", date(2020, 2, 29)), "有效,2030年2月28日到期"),
        (patent("utility_model"), "保护期已满(2021年3月15日到期)"),
        (patent("design", date(2021, 5, 31)), "有效,2031年5月31日到期"),
        (patent("design", date(2021, 6, 1)), "有效,2036年6月1日到期"),
        (patent(filed=None), "有效"),
        (patent(country="US"), "有效"),
        (patent(legal_status="lapsed", status_date=date(2023, 5, 1)), "已失效(2023年5月1日)"),
        (patent(legal_status="invalidated"), "已被宣告无效"),
        (patent(legal_status="withdrawn"), "已撤回"),
        (patent(legal_status="rejected"), "已驳回"),
        (patent(legal_status="pending"), "审查中,还没授权"),
        (
            patent(legal_status="unknown", grant_date=date(2019, 8, 2)),
            "2019年8月2日授权,现在是否有效要以登记簿为准",
        ),
        (patent(legal_status="unknown"), "已公开,现在的状态要以登记簿为准"),
    ],
)
def test_the_state_reads_in_plain_words(given: Patent, words: str) -> None:
    assert describe_status(given, TODAY) == words


def test_the_last_day_of_the_term_is_still_in_force() -> None:
    assert describe_status(patent(), date(2031, 3, 15)).startswith("有效")
    assert describe_status(patent(), date(2031, 3, 16)).startswith("保护期已满")


def test_sample_patents_answer_an_owners_question(
    database: Database, clock: FixedClock, index: TantivyIndex, search: PatentSearch
) -> None:
    import_patents(database, ROOT / "data" / "samples", now=clock.now())
    index_patents(database, index, default_segmenter())

    with database.reading() as session:
        results = search_patents(session, search, PatentQuery(topic="锂电池回收"), today=TODAY)
        active = search_patents(session, search, PatentQuery(region="广东省佛山市", legal_statuses=("active",)))

    assert results.total > 0
    assert all(item.is_demo for item in results.items)
    assert any("锂" in item.title or "电池" in item.title for item in results.items)
    assert active.total > 0
    assert {item.legal_status for item in active.items} == {"active"}


@pytest.mark.slow
def test_real_patents_are_found_by_what_they_are_about(
    database: Database, clock: FixedClock, index: TantivyIndex, search: PatentSearch, shared_data: Path
) -> None:
    import_patents(database, shared_data / "patents", now=clock.now())
    import_patents(database, shared_data / "formats" / "cnipa_fulltext_xml", now=clock.now())
    index_patents(database, index, default_segmenter())

    def titles(**query: object) -> list[str]:
        with database.reading() as session:
            return [item.title for item in search_patents(session, search, PatentQuery(**query)).items]  # type: ignore[arg-type]

    assert titles(topic="中文命名实体识别方法")[0] == "一种基于BERT-BiGRU-CRF的中文命名实体识别方法"
    assert titles(topic="高压输电线路驱鸟")[0] == "一种水电站高压输电线路驱鸟保护装置"
    assert titles(applicant="武汉大学") == ["一种基于BERT-BiGRU-CRF的中文命名实体识别方法"]
    assert all("无人机" in title for title in titles(topic="无人机", limit=5))


def test_a_row_that_is_gone_leaves_no_hole(
    database: Database, tmp_path: Path, clock: FixedClock, index: TantivyIndex, search: PatentSearch
) -> None:
    load(database, tmp_path, clock, record("CN112345671A"), record("CN112345672A"))
    index_patents(database, index, default_segmenter())
    with database.unit_of_work() as session:
        session.execute(update(Patent).where(Patent.publication_number == "CN112345671A").values(id=999))

    with database.reading() as session:
        results = search_patents(session, search, PatentQuery(topic="石墨烯"))

    assert [item.publication_number for item in results.items] == ["CN112345672A"]
