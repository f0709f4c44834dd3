"""Loads patent publications: streaming, idempotent, one refused record stops nothing."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from core.clock import china_date
from core.db import Database
from core.errors import InvalidInput
from core.logs import get_logger
from models.patent import ImportReport
from services.patent_import.drafts import ReadRecord, Rejection
from services.patent_import.reading import FORMATS, Format, Reading
from services.patent_import.store import store_batch
from services.patent_import.tables import read_column_map

log = get_logger(__name__)

BATCH = 500
KEPT_REJECTIONS = 1_000

# Called after each batch with the number of records read so far, refused ones included.
Progress = Callable[[int], None]


def import_patents(
    database: Database,
    path: Path,
    *,
    now: datetime,
    format: Format | None = None,
    columns: Mapping[str, tuple[str, ...]] | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Load a file (XML, ZIP, JSON Lines, CSV, XLSX), or every file under a folder.

    Answers the stored report: what was added, changed and unchanged, and each refused record with file, record and
    reason. Entries with `"warning": true` were taken and are not counted as refused. Raises InvalidInput where there
    is nothing at `path`.
    """
    if not path.exists():
        raise InvalidInput("没有这个文件或文件夹。")
    run = _Run(database, path, now, progress)
    for item in Reading(china_date(now), format, columns).read(path):
        run.take(item)
    return run.finish()


class _Run:
    """One import under way: the batch not yet written, the counts, the refusals kept for the report."""

    def __init__(self, database: Database, path: Path, now: datetime, progress: Progress | None) -> None:
        self._database = database
        self._now = now
        self._progress = progress
        self._batch: list[ReadRecord] = []
        self._counts: Counter[str] = Counter()
        self._notes: list[dict[str, object]] = []
        self._read_count = 0
        # Written first, so that a run which dies leaves a report without an end.
        with database.unit_of_work() as session:
            report = ImportReport(subject="patents", path=str(path)[-300:], rejected=[], started_at=now)
            session.add(report)
            session.flush()
            self._report_id = report.id

    def take(self, item: ReadRecord | Rejection) -> None:
        self._read_count += 1
        if isinstance(item, Rejection):
            self._refuse(item)
            return
        for warning in item.warnings:
            self._note(Rejection(item.file, item.record, warning, is_warning=True))
        self._batch.append(item)
        if len(self._batch) >= BATCH:
            self._write()

    def finish(self) -> ImportReport:
        self._write()
        with self._database.unit_of_work() as session:
            report = session.get_one(ImportReport, self._report_id)
            report.added_count = self._counts["added"]
            report.changed_count = self._counts["changed"]
            report.unchanged_count = self._counts["unchanged"]
            report.rejected = list(self._notes)
            report.rejected_count = self._counts["rejected"]
            report.finished_at = self._now
        log.info("patents_imported", **self._counts)
        return report

    def _write(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            try:
                self._store(batch)
            except SQLAlchemyError:
                # One record that the database refuses must not take the other 499 with it.
                for record in batch:
                    self._store_alone(record)
        if self._progress:
            self._progress(self._read_count)

    def _store(self, records: list[ReadRecord]) -> None:
        with self._database.unit_of_work() as session:
            counts = store_batch(session, records, now=self._now)
        self._counts += counts

    def _store_alone(self, record: ReadRecord) -> None:
        try:
            self._store([record])
        except SQLAlchemyError as error:
            log.warning("patent_record_refused", record=record.record, error=type(error).__name__)
            self._refuse(Rejection(record.file, record.record, "数据库不接受这一条"))

    def _refuse(self, rejection: Rejection) -> None:
        self._counts["rejected"] += 1
        self._note(rejection)

    def _note(self, rejection: Rejection) -> None:
        if len(self._notes) < KEPT_REJECTIONS:
            note: dict[str, object] = {"file": rejection.file, "record": rejection.record, "reason": rejection.reason}
            self._notes.append({**note, "warning": True} if rejection.is_warning else note)


__all__ = ["FORMATS", "Format", "Progress", "import_patents", "read_column_map"]
