"""Rows of a CSV or XLSX table as values under our field names, by a map from our names to the table's headers."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import yaml
from openpyxl import load_workbook

from core.errors import InvalidInput
from core.yaml_text import read_yaml
from services.patent_import.drafts import BadRecord, clean

# What the usual exports of Chinese search systems call each field; the first header that is there counts.
DEFAULT_COLUMNS: dict[str, tuple[str, ...]] = {
    "publication_number": ("公开号", "公开(公告)号", "公开（公告）号", "公告号", "公布号", "publication_number"),
    "application_number": ("申请号", "application_number"),
    "kind": ("专利类型", "类型", "kind"),
    "title": ("名称", "标题", "发明名称", "专利名称", "title"),
    "abstract": ("摘要", "abstract"),
    "claims": ("权利要求", "权利要求书", "claims"),
    "applicants": ("申请人", "申请(专利权)人", "申请（专利权）人", "专利权人", "applicants"),
    "inventors": ("发明人", "发明(设计)人", "发明（设计）人", "inventors"),
    "ipc_codes": ("IPC", "IPC分类号", "分类号", "主分类号", "ipc_codes"),
    "locarno_codes": ("洛迦诺分类号", "外观设计分类号", "locarno_codes"),
    "region": ("地区", "省市", "region"),
    "application_date": ("申请日", "申请日期", "application_date"),
    "publication_date": ("公开日", "公开(公告)日", "公开（公告）日", "公开日期", "publication_date"),
    "grant_date": ("授权日", "授权公告日", "grant_date"),
    "legal_status": ("法律状态", "当前法律状态", "legal_status"),
    "status_date": ("状态日期", "法律状态日期", "status_date"),
    "demo": ("演示数据", "demo"),
}
LONGEST_CELL = 1_000_000


def read_column_map(path: Path) -> dict[str, tuple[str, ...]]:
    """Our field → their header (or several) from a YAML file; raises InvalidInput where it is none."""
    try:
        given = read_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise InvalidInput("列对应表读不出来,请检查文件是否是YAML。") from None
    if not isinstance(given, dict):
        raise InvalidInput("列对应表应当写成“字段: 表头”。")
    unknown = sorted(str(name) for name in given if name not in DEFAULT_COLUMNS)
    if unknown:
        raise InvalidInput(f"列对应表里有不认识的字段:{'、'.join(unknown)}。")
    return {
        name: tuple(str(header) for header in (headers if isinstance(headers, list) else [headers]))
        for name, headers in given.items()
    }


def read_csv(stream: IO[bytes], columns: Mapping[str, tuple[str, ...]] | None) -> Iterator[dict[str, Any]]:
    """Raises BadRecord where the table has no usable header."""
    csv.field_size_limit(LONGEST_CELL)
    head = stream.read(1 << 16)
    rest = io.TextIOWrapper(
        io.BufferedReader(_Joined(head, stream)), encoding=_encoding(head), errors="replace", newline=""
    )
    separator = "\t" if head.split(b"\n", 1)[0].count(b"\t") > head.split(b"\n", 1)[0].count(b",") else ","
    yield from _rows(csv.reader(rest, delimiter=separator), columns)


def read_xlsx(stream: IO[bytes], columns: Mapping[str, tuple[str, ...]] | None) -> Iterator[dict[str, Any]]:
    """The first sheet, row by row; raises BadRecord where the file is no workbook."""
    try:
        book = load_workbook(stream, read_only=True, data_only=True)
    except Exception:  # openpyxl lets errors of zipfile, XML and its own come through
        raise BadRecord("不是能打开的XLSX表格") from None
    try:
        yield from _rows(book.worksheets[0].iter_rows(values_only=True), columns)
    finally:
        book.close()


def _rows(rows: Iterator[Sequence[Any]], columns: Mapping[str, tuple[str, ...]] | None) -> Iterator[dict[str, Any]]:
    wanted = {**DEFAULT_COLUMNS, **(columns or {})}
    headers = [clean(cell).lstrip("\ufeff") for cell in next(rows, ())]
    places = {}
    for name, names in wanted.items():
        place = next((headers.index(header) for header in names if header in headers), None)
        if place is not None:
            places[name] = place
    if "publication_number" not in places:
        raise BadRecord("表头里没有公开号这一列")
    for row in rows:
        if any(clean(cell) for cell in row):
            yield {name: row[place] for name, place in places.items() if place < len(row)}


def _encoding(head: bytes) -> str:
    """UTF-8, else what Chinese spreadsheets write."""
    for cut in range(4):  # the block may end within a character
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return "utf-8-sig"
    return "gb18030"


class _Joined(io.RawIOBase):
    """What was read ahead, then the rest of the stream."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._head[: len(buffer)] if self._head else self._rest.read(len(buffer))
        self._head = self._head[len(block) :] if self._head else b""
        buffer[: len(block)] = block
        return len(block)
