"""The rows of a table that were not taken, as a table again: mended in a spreadsheet, it is sent once more as it is."""

from collections.abc import Sequence

from services.custody.adding import Refused
from services.custody.export import csv_table
from services.custody.spreadsheets import Sheet

ROW, REASON, MEANT = "原表第几行", "没收的原因", "是不是这个号码"
OURS = (ROW, REASON, MEANT)


def write_error_file(sheet: Sheet, refused: Sequence[Refused]) -> str | None:
    """CSV with the columns that were sent, and before them where each row stood and what is wrong with it. None where
    every row was taken. The file of a file has these columns once."""
    rows = sorted((each for each in refused if each.wanted.row in sheet.cells), key=lambda each: each.wanted.row or 0)
    if not rows:
        return None
    places = [place for place, header in enumerate(sheet.headers) if header not in OURS]
    table: list[Sequence[object]] = [(*OURS, *(sheet.headers[place] for place in places))]
    for each in rows:
        cells = sheet.cells[each.wanted.row or 0]
        theirs = (cells[place] if place < len(cells) else "" for place in places)
        table.append((each.wanted.row, each.reason, "、".join(each.repairs), *theirs))
    return csv_table(table)
