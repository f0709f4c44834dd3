"""Somebody who watches, imports through the real importer, and the jobs that look."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select

from adapters.search_index_local import LocalIndex
from core.clock import CHINA, FixedClock
from core.db import Database
from core.outbox import OutboxRow
from models import LegalStatus, Notice, Patent, PatentKind, UpkeepMark, WatchKind
from nlp.patent_index import PATENT_SCHEMA
from nlp.patent_search import PatentSearch
from nlp.segmenter import default_segmenter
from nlp.types import PatentQuery
from services import watch_changes
from services.indexing import index_patents
from services.job_names import JobName
from services.notices.preferences import Pace
from services.patent_import.drafts import PatentDraft, ReadRecord
from services.patent_import.store import store_batch
from services.watch_changes import note_changed, tell_watchers
from services.watch_looks import look_at_portion
from services.watching import watch, watch_search
from tests.support.people import make_conversation, make_identity

MORNING = datetime(2026, 11, 24, 6, 0, tzinfo=CHINA)
NUMBER = "CN110000001B"
FILM = PatentQuery(topic="石墨烯散热膜")


class Office:
    """Imports, and somebody who watches."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        clock.set(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))
        self.records: dict[str, PatentDraft] = {}
        self.index = LocalIndex(PATENT_SCHEMA)
        self.search = PatentSearch(self.index, default_segmenter())
        with database.unit_of_work() as session:
            identity = make_identity(session, clock.now())
            make_conversation(session, identity, clock.now())
            self.user_id = identity.user_id
        self.imports(NUMBER)
        self.reads()

    def imports(self, number: str, **values: object) -> None:
        """A new record, or a change of one."""
        known = self.records.get(number) or PatentDraft(
            publication_number=number, kind=PatentKind.INVENTION, title="一种电池",
            applicants=[{"name": "甲公司", "type": None}], ipc_codes=["H01M 10/0525"], legal_status=LegalStatus.ACTIVE,
        )  # fmt: skip
        self.records[number] = replace(known, **values)
        record = ReadRecord(self.records[number], "tests", number, date(2026, 11, 20))
        with self.database.unit_of_work() as session:
            store_batch(session, [record], now=self.clock.now())

    def watches(self, kind: WatchKind, name: str, pace: Pace | None = None) -> str:
        with self.database.unit_of_work() as session:
            return watch(session, self.user_id, kind, name, self.clock.now(), pace=pace).public_id

    def reads(self) -> int:
        """What changed is read, and who watches it told; answers how many notices there are more."""
        before = len(self.notices())
        with self.database.unit_of_work() as session:
            mark = session.get(UpkeepMark, watch_changes.MARK)
            first = mark.last_id if mark else 0
            if note_changed(session, self.clock.now()):
                tell_watchers(
                    session, first, session.get_one(UpkeepMark, watch_changes.MARK).last_id, 0, self.clock.now()
                )
        return len(self.notices()) - before

    def looks(self, at: datetime | None = None) -> int:
        """The index is brought up, and it is looked at what is due; answers how many notices there are more."""
        if at is not None:
            self.clock.set(at)
        before = len(self.notices())
        self.index_now()
        look_at_portion(self.database, self.search, 0, self.clock.now())
        return len(self.notices()) - before

    def index_now(self) -> None:
        """What changed is brought into the index."""
        index_patents(self.database, self.index, default_segmenter())

    def last_serial(self) -> int:
        """That of the last change."""
        with self.database.reading() as session:
            return session.scalar(select(func.max(Patent.change_serial))) or 0

    def watches_film(self, pace: Pace | None = None) -> str:
        with self.database.unit_of_work() as session:
            return watch_search(session, self.user_id, FILM, self.clock.now(), pace=pace).public_id

    def works_off(self) -> None:
        """Each job of watches that was asked for, once more than once."""
        index_patents(self.database, self.index, default_segmenter())
        with self.database.reading() as session:
            asked = [(row.job_name, row.arguments) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]
        for name, arguments in asked:
            if name == JobName.LOOK_AT_WATCHES:
                look_at_portion(self.database, self.search, **arguments, now=self.clock.now())
            elif name == JobName.TELL_WATCHERS:
                with self.database.unit_of_work() as session:
                    tell_watchers(session, **arguments, now=self.clock.now())

    def notices(self) -> list[Notice]:
        with self.database.reading() as session:
            return list(session.scalars(select(Notice).order_by(Notice.id)))
