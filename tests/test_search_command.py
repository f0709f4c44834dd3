"""`python -m nlp search`: requests in, lists and what was understood out, over a database and index of its own."""

from pathlib import Path

import pytest

from tests.support.commands import run_lines
from tests.support.stack import copy_prepared


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    made = tmp_path_factory.mktemp("search")
    copy_prepared(sample_folder, made)
    return made


def test_requests_are_listed_loosened_and_refined_in_their_order(folder: Path) -> None:
    at = "2026-11-22"
    listed, loosened, refined, traded, other, broken = run_lines(
        "search",
        folder,
        {"id": "a", "text": "找磷酸铁锂回收的发明专利", "at": at},
        {"id": "b", "text": "哈尔滨2024年以后的湿法脱硫塔实用新型", "at": at},
        {"id": "c", "text": "只看有效的", "at": at, "history": ["找磷酸铁锂回收的发明专利"]},
        {"id": "t", "text": "只看可转让的", "at": at, "history": ["找磷酸铁锂回收的发明专利"]},
        {"id": "d", "text": "今天天气不错", "at": at},
        "not JSON",
    )

    assert set(listed) == {"id", "subject", "filters", "chips", "total", "results", "loosen"}
    assert listed["filters"] == {"patent_kind": "invention"}
    assert listed["chips"] == ["发明"]
    assert 0 < len(listed["results"]) <= listed["total"]
    assert set(listed["results"][0]) == {"number", "title", "status"}
    assert loosened["total"] == 0 and loosened["results"] == []
    assert loosened["filters"] == {
        "region": "黑龙江省哈尔滨市",
        "patent_kind": "utility_model",
        "date_from": "2024-01-01",
        "date_field": "application",
    }
    assert loosened["loosen"] and all(way["total"] > 0 for way in loosened["loosen"])
    assert refined["subject"] == listed["subject"]
    assert refined["filters"] == {"patent_kind": "invention", "legal_status": "active"}
    assert 0 < refined["total"] <= listed["total"]
    assert traded["filters"] == {"patent_kind": "invention", "trade_mode": "transfer"}
    assert traded["chips"] == ["发明", "转让(未筛)"] and traded["not_applied"].startswith("“转让”没能筛")
    assert traded["results"] == listed["results"]
    assert other["total"] == 0 and other["subject"] == "" and other["filters"] == {}
    assert "error" in broken
