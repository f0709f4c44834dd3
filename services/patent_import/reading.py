"""From a file or folder to checked records and rejections, one at a time, whatever the format."""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal

from services.patent_import.cnipa import read_cnipa
from services.patent_import.drafts import BadRecord, PatentDraft, ReadRecord, Rejection, check_draft
from services.patent_import.plain import build_draft, read_data_date
from services.patent_import.tables import read_csv, read_xlsx
from services.patent_import.uspto import READERS as USPTO_ROOTS
from services.patent_import.uspto import read_uspto
from services.patent_import.xml_records import cut_records, parse_record
from services.patent_import.xml_text import local_name

Format = Literal["cnipa", "uspto", "jsonl", "table"]
FORMATS: tuple[Format, ...] = ("cnipa", "uspto", "jsonl", "table")
SUFFIXES = {
    ".xml": "xml",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".zip": "zip",
}
WHOLE_FILE = "整个文件"
LONGEST_LINE = 16 << 20
DEEPEST_ZIP = 3
NUMBER_HINT = re.compile(rb"""docNumber="(\w+)"|doc-number>(\w+)<|<DNUM><PDAT>(\w+)<""")
OLD_TEXT_FORMATS = {
    b"PATN": "美国专利局2001年以前的文本格式(greenbook)不支持",
    b"HHHH": "美国专利局2001年以前的文本格式(greenbook)不支持",
}

Item = ReadRecord | Rejection


@dataclass(frozen=True)
class Reading:
    """How to read: a forced format, the columns of tables, and the date of data that says none itself."""

    today: date
    format: Format | None = None
    columns: Mapping[str, tuple[str, ...]] | None = None

    def read(self, path: Path) -> Iterator[Item]:
        """Every record of a file, or of all files of a folder in the order of their names."""
        files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        for file in files:
            name = str(file.relative_to(path)) if path.is_dir() else file.name
            try:
                with file.open("rb") as stream:
                    yield from self._read_stream(stream, name, 0)
            except OSError:
                yield Rejection(name, WHOLE_FILE, "文件打不开")

    def _read_stream(self, stream: IO[bytes], name: str, depth: int) -> Iterator[Item]:
        how = self._how(name)
        try:
            if how == "zip":
                yield from self._read_zip(stream, name, depth)
            elif how == "xml":
                yield from self._read_xml(stream, name)
            elif how == "jsonl":
                yield from self._read_json_lines(stream, name)
            elif how in ("csv", "xlsx"):
                yield from self._read_table(stream, name, how)
            else:
                yield Rejection(name, WHOLE_FILE, OLD_TEXT_FORMATS.get(stream.read(4), "不认识这种文件"))
        except BadRecord as error:
            yield Rejection(name, WHOLE_FILE, str(error))

    def _how(self, name: str) -> str | None:
        by_name = SUFFIXES.get(PurePosixPath(name).suffix.lower())
        if self.format is None or by_name == "zip":
            return by_name
        if self.format == "table":
            return by_name if by_name in ("csv", "xlsx") else "csv"
        return "jsonl" if self.format == "jsonl" else "xml"

    def _read_zip(self, stream: IO[bytes], name: str, depth: int) -> Iterator[Item]:
        if depth >= DEEPEST_ZIP:
            raise BadRecord("压缩包套得太深")
        try:
            with zipfile.ZipFile(stream) as archive:
                for member in archive.infolist():
                    if not member.is_dir():
                        with archive.open(member) as inner:
                            yield from self._read_stream(inner, f"{name}/{member.filename}", depth + 1)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
            raise BadRecord("压缩包打不开或已损坏") from None

    def _read_xml(self, stream: IO[bytes], name: str) -> Iterator[Item]:
        count = 0
        for count, piece in enumerate(cut_records(stream), start=1):
            label = f"第{count}条"
            try:
                if isinstance(piece, BadRecord):
                    raise piece
                hint = NUMBER_HINT.search(piece[:4000])
                label += f"({next(filter(None, hint.groups())).decode()})" if hint else ""
                root = parse_record(piece)
                is_us = local_name(root) in USPTO_ROOTS
                if self.format in ("cnipa", "uspto") and is_us != (self.format == "uspto"):
                    raise BadRecord("不是所选的格式")
                draft, made_on = read_uspto(root) if is_us else read_cnipa(root)
                yield self._checked(draft, name, label, made_on)
            except BadRecord as error:
                yield Rejection(name, label, str(error))
        if count == 0:
            raise BadRecord("文件里没有专利记录")

    def _read_json_lines(self, stream: IO[bytes], name: str) -> Iterator[Item]:
        number = 0
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if not line.strip():
                continue
            try:
                values = _parse_line(line)
                yield self._checked(build_draft(values), name, f"第{number}行", read_data_date(values))
            except BadRecord as error:
                yield Rejection(name, f"第{number}行", str(error))

    def _read_table(self, stream: IO[bytes], name: str, how: str) -> Iterator[Item]:
        rows = (read_csv if how == "csv" else read_xlsx)(stream, self.columns)
        for number, values in enumerate(rows, start=1):
            try:
                yield self._checked(build_draft(values), name, f"第{number}条", None)
            except BadRecord as error:
                yield Rejection(name, f"第{number}条", str(error))

    def _checked(self, draft: PatentDraft, name: str, label: str, data_date: date | None) -> ReadRecord:
        warnings = check_draft(draft)
        return ReadRecord(draft, name, f"{label} {draft.publication_number}", data_date or self.today, warnings)


def _parse_line(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadRecord("这一行不是JSON") from None
    if not isinstance(values, dict):
        raise BadRecord("这一行不是一条记录")
    return values
