"""Tables for a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

# A spreadsheet takes a cell that begins like this for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[Sequence[str | int | None]]) -> str:
    """With the mark by which a spreadsheet reads UTF-8, and no cell that it would compute."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return f"\ufeff{written.getvalue()}"


def _harmless(cell: str | int | None) -> str | int:
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
