"""The official Chinese titles of the International Patent Classification, as far as names are looked up in them."""

import json
import os
from pathlib import Path

from core.errors import InvalidInput
from nlp.ipc import normalise_ipc
from nlp.ipc_titles import clean_title

# Sub-groups say what a thing has rather than what it is; their words would make every class fit every name.
LEVELS = frozenset({"subclass", "main_group"})
FEWEST = 100


def import_ipc_titles(source: Path, target: Path) -> int:
    """Write symbol and plain title, a line each, of every subclass and main group; answers how many.

    `source` holds JSON Lines with `code`, `level` and `title`. The file is replaced as a whole. Raises InvalidInput
    where the source holds no such titles; then nothing is written.
    """
    lines = []
    for line in source.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
            is_wanted, symbol, title = row["level"] in LEVELS, normalise_ipc(row["code"]), clean_title(row["title"])
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        if is_wanted and symbol and title:
            lines.append(f"{symbol}\t{title}")
    if len(lines) < FEWEST:
        raise InvalidInput(f"{source.name} 里没有找到分类名称。")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".new")
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(draft, target)
    return len(lines)
