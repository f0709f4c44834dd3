"""`python -m nlp ask`: JSON Lines in, answers with their sources out, in the same order, over a database of its own."""

from pathlib import Path

from tests.support.commands import run_lines
from tests.support.stack import copy_prepared


def test_questions_are_answered_computed_or_declined_in_their_order(tmp_path: Path, sample_folder: Path) -> None:
    copy_prepared(sample_folder, tmp_path)

    found, computed, leaning, declined, broken = run_lines(
        "ask",
        tmp_path,
        {"id": "a", "text": "专利年费晚交怎么办", "at": "2026-11-22"},
        {"id": "b", "text": "发明第11年年费4000 减85%之后是多少", "at": "2026-11-22"},
        {"id": "c", "text": "那它哪天到期", "at": "2026-11-22", "history": ["我有件实新申请日2017-06-14"]},
        {"id": "d", "text": "挪威商标续展多少钱", "at": "2026-11-22"},
        "not JSON",
    )

    assert "6个月补缴期" in found["answer"] and not found["abstained"]
    assert {"law", "article", "passage", "valid_from", "valid_to"} == set(found["citations"][0])
    assert "600元" in computed["answer"]
    assert computed["figures"][0]["unit"] == "元"
    assert "2027年6月14日" in leaning["answer"]
    assert declined["abstained"] and declined["citations"] == []
    assert "error" in broken
