"""Rows of an XLSX workbook's first sheet, a bounded number of them."""

import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any

from openpyxl import load_workbook

from core.errors import InvalidInput

# What 500 rows may weigh unpacked; a small file may be packed to hurt.
MAX_UNPACKED = 40 * 1024 * 1024


def read_rows(content: IO[bytes], most_rows: int, most_columns: int) -> Iterator[Sequence[Any]]:
    """Raises InvalidInput where the file is no workbook. Stops after so many rows: one more than may be taken shows
    that there are too many."""
    _check_size(content)
    try:
        book = load_workbook(content, read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except Exception:  # openpyxl lets errors of zipfile, XML and its own come through
        raise InvalidInput("不是能打开的Excel表格,请另存为xlsx再传。", fields={"file": "打不开"}) from None
    try:
        yield from islice(sheet.iter_rows(max_col=most_columns, values_only=True), most_rows)
    finally:
        book.close()


def _check_size(content: IO[bytes]) -> None:
    with zipfile.ZipFile(content) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            raise InvalidInput("表格太大,请只留要托管的几列再传。", fields={"file": "太大"})
    content.seek(0)
