"""How our own search requests are judged: which frames count as right, and what the report says."""

import json
from datetime import date
from pathlib import Path

import pytest

from dev.evaluate_searches import FILES, FRESH, GOAL, SEARCHES, differences, measure, searches_report
from nlp.types import PatentQuery
from nlp.understanding import Understander


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander()


def test_a_frame_is_right_only_with_its_subject_and_every_condition() -> None:
    row = {"subject": "竹 地板", "filters": {"region": "浙江省", "patent_kind": "invention"}}
    right = PatentQuery(topic="竹地板", region="浙江省", kinds=("invention",))

    assert differences(row, right) == []
    assert len(differences(row, PatentQuery(topic="地板", region="浙江省", kinds=("invention",)))) == 1
    assert len(differences(row, PatentQuery(topic="竹地板", kinds=("invention",), legal_statuses=("active",)))) == 2


def test_what_is_optional_may_be_missing_but_not_another_value() -> None:
    row = {
        "subject": "光刻胶",
        "filters": {"date_from": "2024-01-01", "date_field": "application"},
        "optional": {"date_to": "2026-11-22"},
    }
    since = PatentQuery(topic="光刻胶", date_from=date(2024, 1, 1))

    assert differences(row, since) == []
    assert differences(row, PatentQuery("光刻胶", date_from=date(2024, 1, 1), date_to=date(2026, 11, 22))) == []
    assert differences(row, PatentQuery("光刻胶", date_from=date(2024, 1, 1), date_to=date(2025, 1, 1))) != []


def test_the_report_names_the_share_and_what_fell_short(tmp_path: Path) -> None:
    said = {"text": "找水泵的发明专利", "at": "2026-11-22"}
    rows = [
        {"id": "1", **said, "subject": "水泵", "filters": {"patent_kind": "invention"}},
        {"id": "2", **said, "subject": "油泵", "filters": {}},
    ]
    (tmp_path / "searches.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    report = "\n".join(searches_report(tmp_path / "searches.jsonl"))

    assert "0.50 of 2" in report
    assert "- 2 找水泵的发明专利: " in report and "- 1 " not in report


@pytest.mark.parametrize(("path", "count"), [(SEARCHES, 120), (FRESH, 560)])
def test_our_files_hold_requests_with_names_of_the_label_guide(path: Path, count: int) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    known = {
        "applicant", "applicant_type", "inventor", "region", "ipc", "patent_kind", "legal_status", "date_from",
        "date_to", "date_field", "exclude", "trade_mode",
    }  # fmt: skip

    assert (
        len(rows) == len({row["id"] for row in rows}) == len({(row["text"], *row.get("history", [])) for row in rows})
    )
    assert len(rows) == count
    assert set().union(*(row["filters"] for row in rows)) <= known


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.name))
def test_the_goal_is_kept(path: Path, understander: Understander) -> None:
    share, _, wrong = measure(path, understander)

    assert share >= GOAL, wrong
