"""Loads statutes and documents into the knowledge base: streaming, idempotent, one refused record stops nothing."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from core.clock import china_date
from core.db import Database
from core.errors import InvalidInput
from core.logs import get_logger
from models.patent import ImportReport
from services.knowledge_import.drafts import DocumentDraft, Rejection
from services.knowledge_import.law_database import read_law_wheel
from services.knowledge_import.sections import READERS, UnreadableFile, read_document
from services.knowledge_import.statutes import read_json_lines
from services.knowledge_import.store import Outcome, next_change_serial, store_document

log = get_logger(__name__)

# Called with what was just done and how many documents so far.
Progress = Callable[[str, int], None]
# Short transactions: another writer waits no longer than one of these.
PASSAGES_PER_TRANSACTION = 1_500
KEPT_REJECTIONS = 1_000
JSON_LINES = {".jsonl", ".ndjson"}


def import_knowledge(
    database: Database, path: Path, *, now: datetime, kind: str | None = None, progress: Progress | None = None
) -> ImportReport:
    """Load a file, or every readable file under a folder; `kind` overrules what the files say of themselves.

    Answers the report as stored: documents added, changed, unchanged, and each refused record with its reason.
    Raises InvalidInput where there is nothing at `path`.
    """
    if not path.exists():
        raise InvalidInput("没有这个文件或文件夹。")
    return _store(database, _read(path, china_date(now), kind), path=path, now=now, progress=progress)


def load_statutes(
    database: Database, wheel_path: Path, *, now: datetime, progress: Progress | None = None
) -> ImportReport:
    """Load the national laws from the published wheel; raises InvalidInput where it is not there."""
    if not wheel_path.is_file():
        raise InvalidInput("没有找到法律数据包,请先下载。")
    drafts = read_law_wheel(wheel_path, china_date(now))
    return _store(database, drafts, path=wheel_path, now=now, progress=progress)


def _read(path: Path, checked_at: date, kind: str | None) -> Iterator[DocumentDraft | Rejection]:
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    for file in files:
        suffix = file.suffix.lower()
        if suffix in JSON_LINES:
            yield from read_json_lines(file, checked_at, kind)
        elif path.is_dir() and (suffix not in READERS or file.name.upper().startswith("README")):
            continue
        else:
            try:
                yield read_document(file, checked_at, kind)
            except UnreadableFile as error:
                yield Rejection(file.name, "整个文件", str(error))


def _store(
    database: Database,
    drafts: Iterable[DocumentDraft | Rejection],
    *,
    path: Path,
    now: datetime,
    progress: Progress | None,
) -> ImportReport:
    counts, refused = dict.fromkeys(Outcome, 0), []
    batch: list[DocumentDraft] = []
    done = 0
    for item in drafts:
        if isinstance(item, Rejection):
            refused.append(item)
            continue
        batch.append(item)
        if sum(len(each.passages) for each in batch) >= PASSAGES_PER_TRANSACTION:
            refused += _store_batch(database, batch, counts, now)
            done, batch = done + len(batch), []
            if progress:
                progress(item.title, done)
    if batch:
        refused += _store_batch(database, batch, counts, now)
        if progress:
            progress(batch[-1].title, done + len(batch))
    return _report(database, path, counts, refused, now)


def _store_batch(
    database: Database, batch: list[DocumentDraft], counts: dict[Outcome, int], now: datetime
) -> list[Rejection]:
    """One transaction; a document that the database refuses is rolled back alone."""
    refused = []
    with database.unit_of_work() as session:
        serial = next_change_serial(session)
        for draft in batch:
            try:
                with session.begin_nested():
                    stored = store_document(session, draft, now=now, serial=serial)
            except SQLAlchemyError as error:
                log.warning("knowledge_record_refused", document=draft.key, error=type(error).__name__)
                refused.append(Rejection(draft.origin, draft.title, "数据库不接受这份文档"))
                continue
            counts[stored.outcome] += 1
            if stored.note:
                refused.append(Rejection(draft.origin, draft.title, stored.note))
    return refused


def _report(
    database: Database, path: Path, counts: dict[Outcome, int], refused: list[Rejection], now: datetime
) -> ImportReport:
    kept = [{"file": each.file, "record": each.record, "reason": each.reason} for each in refused[:KEPT_REJECTIONS]]
    report = ImportReport(
        subject="knowledge",
        path=str(path)[-300:],
        added_count=counts[Outcome.ADDED],
        changed_count=counts[Outcome.CHANGED],
        unchanged_count=counts[Outcome.UNCHANGED],
        rejected=kept,
        rejected_count=len(refused),
        started_at=now,
        finished_at=now,
    )
    with database.unit_of_work() as session:
        session.add(report)
    log.info("knowledge_imported", rejected=len(refused), **{str(name): count for name, count in counts.items()})
    return report
