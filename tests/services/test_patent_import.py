"""Importing patents: every format, nothing twice, one bad record stops nothing."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select, text

from core.clock import FixedClock
from core.db import Database
from core.errors import InvalidInput
from models.patent import ImportReport, Patent
from services.patent_import import Format, import_patents, read_column_map

ROOT = Path(__file__).resolve().parents[2]
GRANT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v45-2014-04-03.dtd" [ ]>
<us-patent-grant date-produced="20141219"><us-bibliographic-data-grant><publication-reference><document-id>
<country>US</country><doc-number>0892650{n}</doc-number><kind>B2</kind><date>20150106</date></document-id>
</publication-reference><application-reference appl-type="utility"><document-id><country>US</country>
<doc-number>1213415{n}</doc-number><date>20080605</date></document-id></application-reference>
<invention-title>{title}</invention-title></us-bibliographic-data-grant>{rest}</us-patent-grant>
"""
Load = Callable[..., ImportReport]


def record(number: str = "CN112345678B", **changes: Any) -> dict[str, Any]:
    return {
        "publication_number": number,
        "application_number": "CN201710601862.3",
        "kind": "invention",
        "title": "一种石墨烯散热膜",
        "abstract": "本发明公开一种散热膜。",
        "claims": ["一种散热膜。"],
        "applicants": [{"name": "广州云测科技有限公司", "type": "enterprise"}],
        "inventors": ["李明"],
        "ipc_codes": ["H01M 10/054"],
        "locarno_codes": [],
        "region": "广东省广州市南沙区",
        "application_date": "2017-07-21",
        "publication_date": "2020-01-10",
        "grant_date": "2020-01-10",
        "legal_status": "active",
        "status_date": "2020-01-10",
        "demo": True,
        **changes,
    }


def write_lines(path: Path, *records: dict[str, Any] | str) -> Path:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def load(database: Database, clock: FixedClock) -> Load:
    def run(path: Path, **options: Any) -> ImportReport:
        return import_patents(database, path, now=clock.now(), **options)

    return run


def patents(database: Database) -> list[Patent]:
    with database.reading() as session:
        return list(session.scalars(select(Patent).order_by(Patent.publication_number)))


def reasons(report: ImportReport) -> list[str]:
    return [note["reason"] for note in report.rejected if not note.get("warning")]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added_count, report.changed_count, report.unchanged_count, report.rejected_count


def test_a_json_record_arrives_whole(database: Database, load: Load, tmp_path: Path) -> None:
    load(write_lines(tmp_path / "a.jsonl", record()))

    [patent] = patents(database)
    assert patent.application_number == "CN201710601862.3"
    assert patent.applicants == [{"name": "广州云测科技有限公司", "type": "enterprise"}]
    assert patent.application_date == date(2017, 7, 21)
    assert patent.is_demo
    assert patent.source == "a.jsonl"
    assert patent.data_date == date(2026, 11, 23)


def test_the_same_file_again_changes_nothing(database: Database, load: Load, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", record(), record("CN112345679A"))
    assert counts(load(path)) == (2, 0, 0, 0)
    before = [(patent.change_serial, patent.content_hash) for patent in patents(database)]

    assert counts(load(path)) == (0, 0, 2, 0)

    assert [(patent.change_serial, patent.content_hash) for patent in patents(database)] == before


def test_only_a_changed_record_gets_a_new_serial(database: Database, load: Load, tmp_path: Path) -> None:
    load(write_lines(tmp_path / "a.jsonl", record(), record("CN112345679A")))

    report = load(write_lines(tmp_path / "b.jsonl", record(legal_status="lapsed"), record("CN112345679A")))

    assert counts(report) == (0, 1, 1, 0)
    changed, kept = patents(database)
    assert (changed.legal_status, changed.change_serial) == ("lapsed", 3)
    assert kept.change_serial == 2


def test_of_one_number_twice_the_later_record_counts(database: Database, load: Load, tmp_path: Path) -> None:
    report = load(write_lines(tmp_path / "a.jsonl", record(title="早"), record(title="晚")))

    assert counts(report) == (1, 0, 1, 0)
    assert patents(database)[0].title == "晚"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{not json", "不是JSON"),
        ("[1, 2]", "不是一条记录"),
        ("[" * 100_000, "不是JSON"),
        (record(number=""), "没有公开号"),
        (record("CN201710601862.3"), "公开号不对"),
        (record(title="  "), "没有名称"),
        (record(kind="trademark"), "专利类型不认识"),
        (record(legal_status="happy"), "法律状态不认识"),
        (record(application_date="2021-13-40"), "申请日不对"),
        (record(publication_date="soon"), "公开日不对"),
        (record(publication_date="2001-01-01"), "公开日早于申请日"),
        (record(claims=7), "应当是列表"),
        (record(region="省" * 61), "地区过长"),
    ],
)
def test_a_bad_record_is_named_with_its_reason_and_stops_nothing(
    database: Database, load: Load, tmp_path: Path, bad: dict[str, Any] | str, reason: str
) -> None:
    report = load(write_lines(tmp_path / "a.jsonl", record("CN112345671A"), bad, record("CN112345672A")))

    assert counts(report) == (2, 0, 0, 1)
    [note] = report.rejected
    assert note["file"] == "a.jsonl"
    assert note["record"].startswith("第2行")
    assert reason in note["reason"]
    assert len(patents(database)) == 2


def test_characters_that_databases_refuse_are_taken_out(database: Database, load: Load, tmp_path: Path) -> None:
    report = load(write_lines(tmp_path / "a.jsonl", record(title="石墨\u0000烯", inventors=["李\ud800明"])))

    assert report.rejected_count == 0
    assert patents(database)[0].title == "石墨烯"


@pytest.fixture
def strict_database(database: Database) -> Iterator[Database]:
    """A database that refuses one title, as it would refuse what nobody thought of."""
    refuse = "ALTER TABLE patents ADD CONSTRAINT no_bad_title CHECK (title <> 'refused')"
    if database.is_sqlite:
        refuse = (
            "CREATE TRIGGER no_bad_title BEFORE INSERT ON patents WHEN NEW.title = 'refused'"
            " BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    with database.unit_of_work() as session:
        session.execute(text(refuse))
    yield database
    if not database.is_sqlite:
        with database.unit_of_work() as session:
            session.execute(text("ALTER TABLE patents DROP CONSTRAINT no_bad_title"))


def test_one_record_that_the_database_refuses_takes_no_other_with_it(
    strict_database: Database, load: Load, tmp_path: Path
) -> None:
    report = load(
        write_lines(tmp_path / "a.jsonl", record("CN112345671A"), record(title="refused"), record("CN112345672A"))
    )

    assert counts(report) == (2, 0, 0, 1)
    assert reasons(report) == ["数据库不接受这一条"]
    assert [patent.change_serial for patent in patents(strict_database)] == [1, 2]


def test_a_wrong_check_digit_is_a_warning_not_a_refusal(database: Database, load: Load, tmp_path: Path) -> None:
    report = load(write_lines(tmp_path / "a.jsonl", record(application_number="CN201710601862.4")))

    assert counts(report) == (1, 0, 0, 0)
    [note] = report.rejected
    assert note["warning"] is True
    assert "校验位" in note["reason"]


def test_bulk_xml_holds_many_documents_and_a_malformed_one_is_refused_alone(
    database: Database, load: Load, tmp_path: Path
) -> None:
    whole = [
        GRANT.format(n=n, title=f"Sensor {n} &amp; more", rest="<abstract>Heat&nbsp;film</abstract>") for n in (1, 2)
    ]
    broken = GRANT.format(n=3, title="Broken", rest="<abstract><p>open</abstract>")
    cut = GRANT.format(n=4, title="Cut", rest="").replace("</us-patent-grant>", "")
    path = tmp_path / "bulk.xml"
    path.write_text(whole[0] + broken + cut + whole[1] + cut, encoding="utf-8")

    report = load(path)

    assert counts(report) == (2, 0, 0, 3)
    assert [note["record"][:3] for note in report.rejected] == ["第2条", "第3条", "第5条"]
    assert [patent.title for patent in patents(database)] == ["Sensor 1 & more", "Sensor 2 & more"]
    assert patents(database)[0].abstract == "Heat film"


def test_entities_of_a_file_are_never_expanded(database: Database, load: Load, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET")
    doctype = f'[<!ENTITY x SYSTEM "file://{secret}"><!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]'
    evil = GRANT.format(n=1, title="T &x; &b;", rest="").replace("[ ]", doctype)
    (tmp_path / "evil.xml").write_text(evil)

    load(tmp_path / "evil.xml")

    [patent] = patents(database)
    assert "SECRET" not in patent.title
    assert "lol" not in patent.title


def test_very_deep_xml_is_refused(database: Database, load: Load, tmp_path: Path) -> None:
    deep = "<p>" * 50_000 + "</p>" * 50_000
    (tmp_path / "deep.xml").write_text(GRANT.format(n=1, title="T", rest=deep) + GRANT.format(n=2, title="T", rest=""))

    assert counts(load(tmp_path / "deep.xml")) == (1, 0, 0, 1)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xml", b"<html><body/></html>", "没有专利记录"),
        ("a.xml", b"", "没有专利记录"),
        ("a.greenbook", b"PATN\nWKU  043479030\n", "greenbook"),
        ("a.bin", b"\x00\x01", "不认识"),
        ("a.zip", b"PK no zip", "压缩包"),
        ("a.xlsx", b"no workbook", "XLSX"),
        ("a.csv", "名称,摘要\n甲,乙\n".encode(), "公开号这一列"),
        ("a.csv", b"", "公开号这一列"),
    ],
)
def test_a_file_of_no_use_is_refused_with_a_reason(
    load: Load, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)

    report = load(tmp_path / name)

    assert report.rejected_count == 1
    assert report.rejected[0]["record"] == "整个文件"
    assert reason in report.rejected[0]["reason"]


def test_a_folder_with_a_zip_in_a_zip_is_read_to_the_bottom(database: Database, load: Load, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    write_lines(folder / "deep" / "a.jsonl", record())
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        inner.writestr("g.xml", GRANT.format(n=1, title="One", rest=""))
    with zipfile.ZipFile(folder / "outer.zip", "w") as outer:
        outer.write(tmp_path / "inner.zip", "week/inner.zip")
        outer.writestr("notes.txt", "hello")

    report = load(folder)

    assert counts(report) == (2, 0, 0, 1)
    assert {patent.source for patent in patents(database)} == {"deep/a.jsonl", "outer.zip/week/inner.zip/g.xml"}


HEADERS = ["公开号", "申请号", "名称", "申请人", "发明人", "IPC", "申请日", "公开日", "法律状态", "地区"]
ROW = ["CN112345678B", "CN201710601862.3", "散热膜", "甲科技有限公司; 某大学", "李明;王芳", "h01m10/054;C01B 32/184"]
ROW += ["2017.07.21", "20200110", "专利权维持", "广东省广州市"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_table_with_chinese_headers_is_read(
    database: Database, load: Load, tmp_path: Path, encoding: str, separator: str
) -> None:
    table = "\r\n".join(separator.join(cells) for cells in (HEADERS, ROW, [""] * 10))
    (tmp_path / "t.csv").write_bytes(table.encode(encoding))

    assert counts(load(tmp_path / "t.csv")) == (1, 0, 0, 0)

    [patent] = patents(database)
    assert patent.applicants == [
        {"name": "甲科技有限公司", "type": "enterprise"},
        {"name": "某大学", "type": "university"},
    ]
    assert patent.inventors == ["李明", "王芳"]
    assert patent.ipc_codes == ["H01M 10/054", "C01B 32/184"]
    assert (patent.application_date, patent.publication_date) == (date(2017, 7, 21), date(2020, 1, 10))
    assert patent.legal_status == "active"


def test_a_workbook_with_own_headers_is_read_by_a_column_map(database: Database, load: Load, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["编号", "题目", "日期"])
    book.active.append(["CN212345678U", "支架", date(2020, 5, 6)])
    book.active.append(["坏", "支架", "x"])
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "map.yaml").write_text("publication_number: 编号\ntitle: [标题, 题目]\napplication_date: 日期\n")

    report = load(tmp_path / "t.xlsx", columns=read_column_map(tmp_path / "map.yaml"))

    assert counts(report) == (1, 0, 0, 1)
    [patent] = patents(database)
    assert (patent.kind, patent.title, patent.application_date) == ("utility_model", "支架", date(2020, 5, 6))


@pytest.mark.parametrize("content", ["- a\n- b", "colour: 颜色", "a: [", "\udcff"])
def test_a_column_map_that_cannot_be_used_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "map.yaml").write_bytes(content.encode("utf-8", "surrogateescape"))

    with pytest.raises(InvalidInput):
        read_column_map(tmp_path / "map.yaml")


def test_nothing_at_the_path_is_invalid_input(load: Load, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="没有这个文件"):
        load(tmp_path / "absent")


def test_a_forced_format_is_kept(load: Load, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text(json.dumps(record()))
    (tmp_path / "us.xml").write_text(GRANT.format(n=1, title="One", rest=""))

    assert counts(load(tmp_path / "data.txt", format="jsonl")) == (1, 0, 0, 0)
    assert reasons(load(tmp_path / "us.xml", format="cnipa")) == ["不是所选的格式"]
    assert counts(load(tmp_path / "us.xml", format="uspto")) == (1, 0, 0, 0)


def test_the_report_is_kept_and_progress_told(database: Database, load: Load, tmp_path: Path) -> None:
    seen: list[int] = []
    lines = [record(f"CN1{number:08d}A") for number in range(1200)]

    report = load(write_lines(tmp_path / "a.jsonl", *lines, "x"), progress=seen.append)

    assert seen == [500, 1000, 1201]
    with database.reading() as session:
        stored = session.get_one(ImportReport, report.id)
        assert (stored.subject, stored.added_count, stored.rejected_count) == ("patents", 1200, 1)
        assert stored.finished_at is not None
        assert session.scalar(select(func.max(Patent.change_serial))) == 1200


def test_the_hash_does_not_depend_on_the_day_or_the_file(
    database: Database, clock: FixedClock, load: Load, tmp_path: Path
) -> None:
    load(write_lines(tmp_path / "a.jsonl", record()))
    clock.advance(timedelta(days=3))

    assert counts(load(write_lines(tmp_path / "other.jsonl", record()))) == (0, 0, 1, 0)


# Real files

EXPECTED_US = {"US6336130B1", "US8926509B2", "US20010000044A1", "US20050004437A1", "USD435854S", "US7272630B2"}


def test_real_american_files_are_read(database: Database, load: Load, shared_data: Path) -> None:
    report = load(shared_data / "formats" / "uspto")

    found = {patent.publication_number: patent for patent in patents(database)}
    assert set(found) >= EXPECTED_US
    assert len(found) == 14
    assert found["US8926509B2"].ipc_codes[:2] == ["A61B 5/00", "A61B 5/0205"]
    assert found["US6336130B1"].ipc_codes == ["G06F 15/16", "G06F 13/00"]
    assert found["USD435854S"].kind == "design"
    assert found["USD435854S"].locarno_codes == ["14-02"]
    assert all(patent.title and patent.claims and patent.applicants for patent in found.values())
    assert sum("greenbook" in reason for reason in reasons(report)) == 3
    assert all("\n" not in claim and "&" not in claim.split("&amp;")[0][:1] for claim in found["US8926509B2"].claims)


def test_real_chinese_files_are_read(database: Database, load: Load, shared_data: Path) -> None:
    report = load(shared_data / "formats" / "cnipa_fulltext_xml")

    assert counts(report) == (4, 0, 0, 0)
    found = {patent.publication_number: patent for patent in patents(database)}
    granted = found["CN101945314B"]
    assert granted.title == "一种耳机、相应的音源设备以及控制方法"
    assert granted.region == "广东省广州市天河区"
    assert granted.application_number == "CN201010298420.4"
    assert granted.grant_date == date(2019, 8, 2)
    assert granted.data_date == date(2019, 7, 27)
    assert len(granted.claims) == 7
    assert granted.claims[0].startswith("一种耳机,") or granted.claims[0].startswith("一种耳机，")
    assert found["CN85100312A"].ipc_codes[0] == "B03C 3/09"
    assert found["CN110083831A"].applicants == [{"name": "武汉大学", "type": "university"}]


@pytest.mark.slow
def test_real_lists_are_read(database: Database, load: Load, shared_data: Path) -> None:
    report = load(shared_data / "patents")

    with database.reading() as session:
        count = session.scalar(select(func.count()).select_from(Patent)) or 0
    assert count > 9_000
    assert report.rejected_count < 10


def test_the_sample_patents_are_all_taken_and_all_marked(database: Database, load: Load) -> None:
    report = load(ROOT / "data" / "samples")

    assert [note for note in report.rejected if note["file"].startswith("patents")] == []
    assert len(patents(database)) >= 300
    assert all(patent.is_demo for patent in patents(database))


MEMORY = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from services.patent_import.reading import Reading
count = sum(1 for _ in Reading(datetime.now(UTC).date()).read(Path(sys.argv[1])))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def used(count: int) -> int:
        path = tmp_path / f"{count}.xml"
        with path.open("w") as file:
            for number in range(count):
                file.write(GRANT.format(n=number % 10, title="T", rest="<abstract>" + "x" * 20_000 + "</abstract>"))
        command = [sys.executable, "-c", MEMORY, str(path)]
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ.copy())
        read, megabytes = map(int, answer.stdout.split())
        assert read == count
        return megabytes

    small, large = used(100), used(5_000)

    assert large - small < 30  # the file is 100 MB


def test_formats_are_those_of_the_command() -> None:
    assert set(Format.__args__) == {"cnipa", "uspto", "jsonl", "table"}  # type: ignore[attr-defined]
