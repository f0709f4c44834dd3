"""`python -m nlp parse` as others run it: a process, JSON Lines in and out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def parse(text: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "nlp", "parse"],
        input=text.encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_every_line_is_answered_in_order_and_bad_ones_stop_nothing() -> None:
    rows = [
        '{"id": 1, "text": "周五", "at": "2026-11-22"}',
        "{broken",
        '{"id": 3, "text": 5}',
        '{"id": 4, "text": "好", "at": "yesterday"}',
        "[1]",
        '{"id": 6, "text": "只看其中有效的", "at": "2026-11-22", "history": ["找高校的石墨烯专利 不要外观"]}',
        '{"id": 7, "text": "好", "history": "x"}',
    ]

    answers = parse("\n".join(rows) + "\n")

    assert answers[0].pop("confidence") >= 0.9
    assert answers[0] == {
        "id": 1,
        "text": "周五",
        "intent": None,
        "slots": {"date": "2026-11-27"},
        "act": "inform",
    }
    assert ["error" in answer for answer in answers] == [False, True, True, True, True, False, True]
    assert answers[5]["slots"] == {"topic": "石墨烯", "legal_status": "active"}
    assert answers[5]["exclude"] == {"patent_kind": ["design"]}
    assert answers[5]["applicant_type"] == "university"
