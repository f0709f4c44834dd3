"""The commands of `python -m nlp` that read and write JSON Lines, run over a database and index of a folder."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.prepared import ROOT


def run_lines(command: str, folder: Path, *rows: Any) -> list[dict[str, Any]]:
    """What it writes for the rows, each an object or a line as it stands."""
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    done = subprocess.run(
        [sys.executable, "-m", "nlp", command],
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'zhiqiao.db'}", "VAR_DIR": str(folder)},
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
