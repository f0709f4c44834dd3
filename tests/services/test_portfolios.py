"""What an applicant holds, counted over the rows and the index."""

import json
from pathlib import Path

import pytest

from adapters.search_index import TantivyIndex
from core.clock import FixedClock
from core.db import Database
from core.errors import UpstreamUnavailable
from models import LegalStatus
from nlp.patent_search import PatentSearch
from nlp.segmenter import default_segmenter
from services.indexing import PATENT_SCHEMA, index_patents
from services.patent_import import import_patents
from services.portfolios import Portfolio, count_portfolio


@pytest.fixture
def index(tmp_path: Path) -> TantivyIndex:
    return TantivyIndex(tmp_path / "index", PATENT_SCHEMA, default_segmenter().fingerprint)


def record(number: str, filed: str, owner: str = "广州云测科技有限公司", **values: object) -> dict[str, object]:
    return {
        "publication_number": number,
        "title": "石墨烯散热膜",
        "kind": "invention",
        "application_date": filed,
        "publication_date": "2025-03-15",
        "legal_status": "active",
        "applicants": [{"name": owner, "type": "enterprise"}],
        "ipc_codes": ["H01M 10/54"],
        **values,
    }


@pytest.fixture
def search(database: Database, tmp_path: Path, clock: FixedClock, index: TantivyIndex) -> PatentSearch:
    records = [
        record("CN112345671B", "2021-03-15"),
        record("CN112345672A", "2021-11-02", legal_status="pending", ipc_codes=["H01M 4/02", "C01B 32/18"]),
        record("CN212345673U", "2023-05-06", kind="utility_model", ipc_codes=[]),
        record("CN312345674S", "2023-05-07", kind="design", legal_status="lapsed", ipc_codes=[]),
        record("CN112345675B", "2022-01-01", "云测科技(深圳)有限公司"),
        record("CN112345676B", "2020-01-01", "佛山清流环保有限公司"),
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in records))
    import_patents(database, path, now=clock.now())
    index_patents(database, index, default_segmenter())
    return PatentSearch(index, default_segmenter())


def counted(database: Database, search: PatentSearch, applicant: str) -> Portfolio:
    with database.reading() as session:
        portfolio = count_portfolio(session, search, applicant)
    assert portfolio is not None
    return portfolio


def test_a_portfolio_is_counted_by_year_kind_state_and_field(database: Database, search: PatentSearch) -> None:
    portfolio = counted(database, search, "广州云测科技有限公司")

    assert portfolio.total == 4
    assert portfolio.names == ("广州云测科技有限公司",)
    assert portfolio.by_year == ((2021, 2), (2023, 2))
    assert dict(portfolio.by_kind) == {"invention": 2, "utility_model": 1, "design": 1}
    assert dict(portfolio.by_status) == {"active": 2, "pending": 1, "lapsed": 1}
    assert portfolio.by_field == (("H01M", 2), ("C01B", 1))
    assert portfolio.in_state(LegalStatus.ACTIVE) == 2
    assert (portfolio.filed_in(2021), portfolio.filed_in(2022)) == (2, 0)


def test_a_short_name_counts_every_applicant_that_bears_it(database: Database, search: PatentSearch) -> None:
    portfolio = counted(database, search, "云测")

    assert portfolio.total == 5
    assert portfolio.names == ("广州云测科技有限公司", "云测科技(深圳)有限公司")


def test_a_co_applicant_of_another_name_is_not_taken_for_the_one_asked_for(
    database: Database, search: PatentSearch, tmp_path: Path, clock: FixedClock, index: TantivyIndex
) -> None:
    path = tmp_path / "joint.jsonl"
    owners = [{"name": "佛山清流环保有限公司", "type": "enterprise"}, {"name": "岭海理工大学", "type": "university"}]
    path.write_text(json.dumps(record("CN112345679B", "2024-01-01", applicants=owners)))
    import_patents(database, path, now=clock.now())
    index_patents(database, index, default_segmenter())

    portfolio = counted(database, search, "清流环保")

    assert (portfolio.total, portfolio.names) == (2, ("佛山清流环保有限公司",))


def test_an_unknown_applicant_has_no_portfolio(database: Database, search: PatentSearch) -> None:
    with database.reading() as session:
        assert count_portfolio(session, search, "没有这家有限公司") is None


def test_without_an_index_nothing_is_counted(database: Database, index: TantivyIndex) -> None:
    with database.reading() as session, pytest.raises(UpstreamUnavailable):
        count_portfolio(session, PatentSearch(index, default_segmenter()), "云测")
