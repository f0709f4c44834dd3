"""A table of rights (CSV or XLSX) read row by row: what can be taken, and each row that cannot with its reason."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from typing import IO, Any, cast

from core.errors import InvalidInput
from models import PatentKind, RightKind
from services.casework.file_types import XLSX, sniff
from services.custody.adding import LONGEST_TITLE, MOST_AT_ONCE, Refused, Wanted

MAX_BYTES = 1024 * 1024
LONGEST_CELL = 2_000
MOST_COLUMNS = 60
MOST_OWNERS = 10
MOST_INVENTORS = 30
LONGEST_DEPARTMENT, LONGEST_NAME = 60, 60
INVENTORS_APART = re.compile("[;\uff1b、,\uff0c]")
HEADERS: dict[str, tuple[str, ...]] = {
    "number": ("号码", "专利号", "申请号", "公开号", "公开(公告)号", "注册号", "登记号", "number"),
    "kind": ("权利类型", "类别", "right_type"),
    "patent_kind": ("专利类型", "类型", "patent_kind"),
    "title": ("名称", "标题", "发明名称", "专利名称", "商标名称", "title"),
    "owner": ("权利人", "专利权人", "申请人", "注册人", "著作权人", "owner"),
    "department": ("院系", "学院", "部门", "所属院系", "所属部门", "课题组", "department"),
    "inventors": ("发明人", "设计人", "发明(设计)人", "inventors"),
    "filed_on": ("申请日", "申请日期", "filed_on"),
    "granted_on": ("授权日", "授权公告日", "granted_on"),
    "registered_on": ("注册日", "注册公告日", "registered_on"),
    "expires_on": ("到期日", "有效期至", "专用权期限", "expires_on"),
}
KINDS = {
    "专利": RightKind.PATENT, "商标": RightKind.TRADEMARK, "著作权": RightKind.COPYRIGHT, "版权": RightKind.COPYRIGHT,
    "软著": RightKind.COPYRIGHT, **{kind.value: kind for kind in RightKind},
}  # fmt: skip
PATENT_KINDS = {
    "发明": PatentKind.INVENTION, "发明专利": PatentKind.INVENTION, "实用新型": PatentKind.UTILITY_MODEL,
    "外观": PatentKind.DESIGN, "外观设计": PatentKind.DESIGN, **{kind.value: kind for kind in PatentKind},
}  # fmt: skip
DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
DAYS = {"filed_on": "申请日", "granted_on": "授权日", "registered_on": "注册日", "expires_on": "到期日"}


@dataclass(frozen=True)
class Sheet:
    """What a table holds: rows to take, rows that cannot be read, and its own cells by row for giving some back."""

    wanted: tuple[Wanted, ...]
    refused: tuple[Refused, ...]
    headers: tuple[str, ...] = ()
    cells: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


class BadRow(Exception):
    """A row that cannot be read, and why."""


def read_sheet(content: IO[bytes]) -> Sheet:
    """The rows of the first sheet. Raises InvalidInput where it is no table, too large, or has no column of numbers."""
    content.seek(0, 2)
    if not 0 < content.tell() <= MAX_BYTES:
        raise InvalidInput("表格是空的,或者超过1MB,请拆开再传。", fields={"file": "最大1MB"})
    is_workbook = sniff(content) == XLSX
    rows = _workbook_rows(content) if is_workbook else _csv_rows(content)
    headers = [_text(cell).lstrip("\ufeff") for cell in next(rows, ())]
    places = {
        name: place
        for name, names in HEADERS.items()
        if (place := next((headers.index(header) for header in names if header in headers), None)) is not None
    }
    if "number" not in places:
        names = "、".join(HEADERS["number"][:4])
        raise InvalidInput(f"表头里没有号码这一列({names}都行)。", fields={"file": "没有号码这一列"})
    wanted: list[Wanted] = []
    refused: list[Refused] = []
    kept: dict[int, tuple[str, ...]] = {}
    for row, cells in enumerate(rows, start=2):
        given = {name: cells[place] for name, place in places.items() if place < len(cells) and _text(cells[place])}
        if not given:
            continue
        if len(wanted) + len(refused) >= MOST_AT_ONCE:
            raise InvalidInput(f"一次最多{MOST_AT_ONCE}行,请分几次传。", fields={"file": f"最多{MOST_AT_ONCE}行"})
        kept[row] = tuple(_text(cell) for cell in cells)
        try:
            wanted.append(_read(given, row))
        except BadRow as error:
            refused.append(Refused(Wanted(number=_text(given.get("number"))[:40], row=row), str(error)))
    return Sheet(tuple(wanted), tuple(refused), tuple(headers), kept)


def _read(given: dict[str, Any], row: int) -> Wanted:
    number = _text(given.get("number"))
    if not number:
        raise BadRow("这一行没有号码。")
    kind = KINDS.get(_text(given.get("kind")) or "专利")
    if kind is None:
        raise BadRow("权利类型要写专利、商标或著作权。")
    patent_kind = PATENT_KINDS.get(_text(given.get("patent_kind")))
    if "patent_kind" in given and kind is RightKind.PATENT and patent_kind is None:
        raise BadRow("专利类型要写发明、实用新型或外观设计。")
    inventors = INVENTORS_APART.split(_text(given.get("inventors")))
    owners = [part.strip() for part in _text(given.get("owner")).replace("\uff1b", ";").split(";")]
    days = {name: _day(given[name], said) for name, said in DAYS.items() if name in given}
    return Wanted(
        number=number, kind=kind, title=_text(given.get("title"))[:LONGEST_TITLE], patent_kind=patent_kind, row=row,
        owner_names=tuple(owner for owner in owners if owner)[:MOST_OWNERS], filed_on=days.get("filed_on"),
        granted_on=days.get("granted_on"), registered_on=days.get("registered_on"),
        expires_on=days.get("expires_on"), department=_text(given.get("department"))[:LONGEST_DEPARTMENT],
        inventors=tuple(each.strip()[:LONGEST_NAME] for each in inventors if each.strip())[:MOST_INVENTORS],
    )  # fmt: skip


def _day(value: Any, said: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value)
    for form in DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise BadRow(f"{said}认不出,写成2021-03-15这样。")


def _text(value: Any) -> str:
    """One line; a number that a spreadsheet took for one keeps its digits."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split()) if value is not None else ""
    return text.replace("\x00", "")[:LONGEST_CELL]


def _workbook_rows(content: IO[bytes]) -> Iterator[Sequence[Any]]:
    # The reader of XLSX costs every web process time and memory; it is read when the first such table comes.
    workbook = import_module("services.custody.workbook")
    return cast("Iterator[Sequence[Any]]", workbook.read_rows(content, MOST_COLUMNS))


def _csv_rows(content: IO[bytes]) -> Iterator[Sequence[Any]]:
    content.seek(0)
    data = content.read()
    if b"\x00" in data:
        raise InvalidInput("表格要用CSV或Excel(xlsx)。", fields={"file": "不是表格"})
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    separator = "\t" if first.count("\t") > first.count(",") else ","
    try:
        yield from (row[:MOST_COLUMNS] for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise InvalidInput("表格读不出来,请另存为CSV(UTF-8)再传。", fields={"file": "读不出来"}) from None


def _decoded(data: bytes) -> str:
    """UTF-8, else what Chinese spreadsheets write."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")
