"""Rows of an XLSX workbook's first sheet, a bounded number of them."""

import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any

from openpyxl import load_workbook

from core.errors import InvalidInput

# What 500 rows may weigh unpacked; a small file may be packed to hurt.
MAX_UNPACKED = 40 * 1024 * 1024
# Empty ones among them, which cost nothing to take: 500 may be filled.
MOST_ROWS = 5_000


def read_rows(content: IO[bytes], most_columns: int) -> Iterator[Sequence[Any]]:
    """Raises InvalidInput where the file is no workbook, and where filled rows follow those that are looked at: none of
    them is left out unsaid."""
    _check_size(content)
    try:
        book = load_workbook(content, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_col=most_columns, values_only=True)
    except Exception:  # openpyxl lets errors of zipfile, XML and its own come through
        raise _unreadable() from None
    try:
        yield from islice(rows, MOST_ROWS)
        is_longer = any(cell is not None for row in islice(rows, MOST_ROWS) for cell in row)
    except Exception:  # the sheet is read while its rows are taken
        raise _unreadable() from None
    finally:
        book.close()
    if is_longer:
        raise InvalidInput(f"表格超过{MOST_ROWS}行,请删掉空行、分几次传。", fields={"file": "行太多"})


def _unreadable() -> InvalidInput:
    return InvalidInput("不是能打开的Excel表格,请另存为xlsx再传。", fields={"file": "打不开"})


def _check_size(content: IO[bytes]) -> None:
    with zipfile.ZipFile(content) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            raise InvalidInput("表格太大,请只留要托管的几列再传。", fields={"file": "太大"})
    content.seek(0)
