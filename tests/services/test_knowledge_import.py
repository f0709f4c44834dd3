"""Importing laws and documents: versions with dates, nothing lost, nothing twice, a refused record stops nothing."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.errors import InvalidInput
from models.knowledge import Document, DocumentVersion, Passage
from models.patent import ImportReport
from services.knowledge_import import import_knowledge
from tests.services.knowledge_samples import GUIDE, article, days, sample_law, write_lines


def versions_of(database: Database, key: str) -> list[DocumentVersion]:
    with database.reading() as session:
        return list(
            session.scalars(
                select(DocumentVersion)
                .join(Document)
                .where(Document.key == key)
                .order_by(DocumentVersion.valid_from, DocumentVersion.imported_at)
            )
        )


def passages_of(database: Database, key: str) -> list[Passage]:
    with database.reading() as session:
        return list(
            session.scalars(
                select(Passage).join(DocumentVersion).join(Document).where(Document.key == key).order_by(Passage.id)
            )
        )


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added_count, report.changed_count, report.unchanged_count, report.rejected_count


def test_a_law_is_loaded_article_by_article_with_its_dates(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    report = import_knowledge(database, sample_law(tmp_path / "laws.jsonl"), now=clock.now())

    (version,) = versions_of(database, "样品法")
    assert counts(report) == (1, 0, 0, 0)
    assert (version.version, days(version)) == ("2024-03-01", (date(2024, 5, 1), None))
    assert [row.label for row in passages_of(database, "样品法")] == ["第一条", "第二条", "第三条"]


def test_importing_again_changes_nothing(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    sample_law(tmp_path / "laws.jsonl")
    (tmp_path / "guide.md").write_text(GUIDE, encoding="utf-8")
    import_knowledge(database, tmp_path, now=clock.now())
    before = [(row.id, row.change_serial) for row in passages_of(database, "guide")]

    clock.advance(timedelta(days=1))
    report = import_knowledge(database, tmp_path, now=clock.now())

    assert counts(report)[:3] == (0, 0, 2)
    assert [(row.id, row.change_serial) for row in passages_of(database, "guide")] == before


def test_a_revision_closes_the_version_before_it(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    import_knowledge(database, sample_law(tmp_path / "old.jsonl"), now=clock.now())

    report = import_knowledge(
        database, sample_law(tmp_path / "new.jsonl", year=2026, third="违反本办法的,处3万元罚款。"), now=clock.now()
    )

    old, new = versions_of(database, "样品法")
    assert counts(report) == (0, 1, 0, 0)
    assert days(old) == (date(2024, 5, 1), date(2026, 4, 30))
    assert days(new) == (date(2026, 5, 1), None)
    assert len(passages_of(database, "样品法")) == 6


def test_versions_may_come_in_any_order(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    import_knowledge(database, sample_law(tmp_path / "new.jsonl", year=2026), now=clock.now())
    import_knowledge(database, sample_law(tmp_path / "old.jsonl"), now=clock.now())

    old, new = versions_of(database, "样品法")
    assert days(old) == (date(2024, 5, 1), date(2026, 4, 30))
    assert days(new) == (date(2026, 5, 1), None)


def test_a_second_copy_of_a_version_is_told_and_not_kept(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    import_knowledge(database, sample_law(tmp_path / "one.jsonl"), now=clock.now())

    report = import_knowledge(
        database, sample_law(tmp_path / "two.jsonl", third="违反本办法的,处一万元罚款。"), now=clock.now()
    )

    assert len(versions_of(database, "样品法")) == 1
    assert counts(report) == (0, 0, 1, 1)
    assert "没有重复收录" in report.rejected[0]["reason"]


def test_a_corrected_guide_replaces_its_text_and_keeps_the_old_one(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "guide.md"
    path.write_text(GUIDE, encoding="utf-8")
    import_knowledge(database, path, now=clock.now())
    path.write_text(GUIDE.replace("留3年", "留5年"), encoding="utf-8")
    clock.advance(timedelta(days=1))

    import_knowledge(database, path, now=clock.now())

    withdrawn, valid = versions_of(database, "guide")
    assert withdrawn.valid_from is not None and withdrawn.valid_to is not None
    assert withdrawn.valid_to < withdrawn.valid_from
    assert days(valid) == (date(2026, 1, 1), None)
    assert any("5年" in row.text for row in passages_of(database, "guide") if row.version_id == valid.id)


def test_a_correction_may_be_taken_back(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    for text in (GUIDE, GUIDE.replace("留3年", "留5年"), GUIDE):
        clock.advance(timedelta(days=1))
        path.write_text(text, encoding="utf-8")
        import_knowledge(database, path, now=clock.now())

    in_force = [each for each in versions_of(database, "guide") if each.valid_to is None]
    (version,) = in_force
    assert any("3年" in row.text for row in passages_of(database, "guide") if row.version_id == version.id)


def test_new_questions_are_indexed_again_without_a_new_version(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    path = tmp_path / "guide.md"
    path.write_text(GUIDE, encoding="utf-8")
    import_knowledge(database, path, now=clock.now())
    before = max(row.change_serial for row in passages_of(database, "guide"))
    path.write_text(GUIDE.replace("样品能不能先寄给客户", "样品可以先给人看吗"), encoding="utf-8")

    import_knowledge(database, path, now=clock.now())

    rows = passages_of(database, "guide")
    assert len(versions_of(database, "guide")) == 1
    assert all(row.questions == ["样品可以先给人看吗"] and row.change_serial > before for row in rows)


def test_a_guides_head_and_sections_are_read(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text(GUIDE, encoding="utf-8")

    import_knowledge(database, path, now=clock.now())

    first, second = passages_of(database, "guide")
    with database.reading() as session:
        document = session.scalars(select(Document)).one()
    assert (document.kind, document.region, document.topic) == ("guide", "广东省", "procedure")
    assert first.text == "寄样品之前先签保密协议,否则可能算公开。"
    assert first.statutes == [{"law": "专利法", "article": "第二十二条"}, {"law": "专利法", "article": "第二十四条"}]
    assert second.statutes == [{"law": "专利法", "article": "第二十二条"}]


def test_bad_records_are_told_and_stop_nothing(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    history = ["2024年3月1日通过"]
    write_lines(
        tmp_path / "laws.jsonl",
        [
            article("样品法", "第一条", "为了规范样品,制定本法。", history=history),
            "{broken",
            "[1, 2]",
            {"law": "样品法"},
            article("样品法", "第一条", "又是第一条。", history=history),
            article("样品法", "附件", "不是条文。", history=history),
            {"title": "空文件", "text": "没有条文"},
        ],
    )
    (tmp_path / "bad.md").write_text("---\ntitle: [\n---\n## 一\n文字", encoding="utf-8")
    (tmp_path / "dates.md").write_text(GUIDE.replace("valid_to: null", "valid_to: 2025-01-01"), encoding="utf-8")
    (tmp_path / "bad.docx").write_bytes(b"no archive")
    (tmp_path / "good.md").write_text(GUIDE, encoding="utf-8")

    report = import_knowledge(database, tmp_path, now=clock.now())

    assert report.added_count == 2
    assert {row["file"] for row in report.rejected} == {"laws.jsonl", "bad.md", "dates.md", "bad.docx"}
    assert [row["record"] for row in report.rejected if row["file"] == "laws.jsonl"] == [
        "第2行",
        "第3行",
        "第4行",
        "第7行",
        "第5行",
        "第6行",
    ]
    assert all(row["reason"] for row in report.rejected)


def test_the_report_is_kept(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    import_knowledge(database, sample_law(tmp_path / "laws.jsonl"), now=clock.now())

    with database.reading() as session:
        report = session.scalars(select(ImportReport)).one()
    assert (report.subject, report.added_count) == ("knowledge", 1)


def test_progress_is_told(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    told: list[int] = []

    import_knowledge(
        database, sample_law(tmp_path / "laws.jsonl"), now=clock.now(), progress=lambda _title, done: told.append(done)
    )

    assert told == [1]


def test_a_missing_path_is_a_clear_error(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="没有这个文件"):
        import_knowledge(database, tmp_path / "nothing", now=clock.now())
