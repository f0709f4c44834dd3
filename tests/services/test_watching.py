"""Watching: what imports bring is told to who asked for it, once, with the reason, and nothing from before."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from core.clock import CHINA, FixedClock
from core.db import Database
from core.errors import InvalidInput, NotFound
from models import LegalStatus, Notice, NoticeState, Patent, PatentKind, WatchKind
from services import watching
from services.notices.preferences import Pace
from services.notices.reading import dismiss
from services.notices.writing import write_due
from services.watching import end_watch, list_watches, note_watched, watch
from tests.support.people import make_conversation, make_identity

NUMBER = "CN110000001B"


class Office:
    """Imports, and somebody who watches."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        clock.set(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))
        with database.unit_of_work() as session:
            identity = make_identity(session, clock.now())
            make_conversation(session, identity, clock.now())
            self.user_id = identity.user_id
        self.imports(NUMBER)
        self.reads()

    def imports(self, number: str, **values: object) -> None:
        """A new record, or a change of one."""
        with self.database.unit_of_work() as session:
            serial = (session.scalar(select(func.max(Patent.change_serial))) or 0) + 1
            row = session.scalar(select(Patent).where(Patent.publication_number == number))
            if row is None:
                row = Patent(
                    publication_number=number, kind=PatentKind.INVENTION, title="一种电池", source="tests",
                    applicants=[{"name": "甲公司", "type": None}], ipc_codes=["H01M 10/0525"],
                    legal_status=LegalStatus.ACTIVE, data_date=date(2026, 11, 20), content_hash=number,
                    change_serial=serial, updated_at=self.clock.now(),
                )  # fmt: skip
                session.add(row)
            row.change_serial = serial
            for name, value in values.items():
                setattr(row, name, value)

    def watches(self, kind: WatchKind, name: str, pace: Pace | None = None) -> str:
        with self.database.unit_of_work() as session:
            return watch(session, self.user_id, kind, name, self.clock.now(), pace=pace).public_id

    def reads(self) -> int:
        with self.database.unit_of_work() as session:
            return note_watched(session, self.clock.now()) or 0

    def notices(self) -> list[Notice]:
        with self.database.reading() as session:
            return list(session.scalars(select(Notice).order_by(Notice.id)))


@pytest.fixture
def office(database: Database, clock: FixedClock) -> Office:
    return Office(database, clock)


def test_a_watched_patent_that_lapses_is_told_at_once_with_what_changed_and_why(office: Office) -> None:
    office.watches(WatchKind.PATENT, NUMBER, Pace.WEEKLY)
    office.imports(NUMBER, title="改了一个字")
    assert office.reads() == 0
    office.imports(NUMBER, legal_status=LegalStatus.LAPSED)
    assert office.reads() == 1
    assert office.reads() == 0
    (told,) = office.notices()
    assert told.is_urgent and told.due_at == office.clock.now()
    assert f"您在监控{NUMBER}" in told.text and "法律状态:" in told.text and "数据截至2026年11月20日" in told.text
    office.imports(NUMBER, applicants=[{"name": "乙公司", "type": None}])
    assert office.reads() == 1
    assert "权利人变为:乙公司" in office.notices()[-1].text


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (WatchKind.APPLICANT, "甲公司"),
        (WatchKind.IPC, "h01m"),
        (WatchKind.IPC, "H01M10"),
        (WatchKind.IPC, "H01M10/0525"),
    ],
)
def test_of_an_applicant_or_a_class_only_what_is_new_to_us_is_told_once_by_its_own_pace(
    office: Office, kind: WatchKind, name: str
) -> None:
    office.watches(kind, name, Pace.WEEKLY)
    office.imports(NUMBER, legal_status=LegalStatus.LAPSED)  # was there before
    office.imports("CN110000002A")
    office.imports("CN110000003A", applicants=[{"name": "丙公司", "type": None}], ipc_codes=["A01B 1/00"])
    assert office.reads() == 1
    office.imports("CN110000002A", title="又改了")
    assert office.reads() == 0
    (told,) = office.notices()
    assert not told.is_urgent and "CN110000002A" in told.title and "您在监控" in told.text
    assert told.due_at == datetime(2026, 11, 30, 9, 0, tzinfo=CHINA)


def test_two_new_ones_are_one_message_and_a_dismissed_one_is_not_told_again(office: Office) -> None:
    office.watches(WatchKind.IPC, "H01M")
    office.imports("CN110000002A")
    office.imports("CN110000003A")
    assert office.reads() == 2
    office.clock.set(datetime(2026, 11, 24, 9, 0, tzinfo=CHINA))
    with office.database.unit_of_work() as session:
        assert write_due(session, office.user_id, office.clock.now()) == 2
        dismiss(session, office.user_id, office.notices()[0].public_id, office.clock.now())
    office.watches(WatchKind.PATENT, "CN110000002A")
    office.imports("CN110000002A", legal_status=LegalStatus.LAPSED)
    office.reads()
    assert office.notices()[-1].state == NoticeState.HELD


def test_the_same_is_watched_once_ends_for_its_owner_alone_and_nonsense_is_refused(office: Office) -> None:
    public_id = office.watches(WatchKind.APPLICANT, "甲公司")
    assert office.watches(WatchKind.APPLICANT, " 甲公司 ", Pace.DAILY) == public_id
    with office.database.unit_of_work() as session:
        with pytest.raises(NotFound):
            end_watch(session, office.user_id + 1, public_id)
        assert end_watch(session, office.user_id, public_id) == "甲公司"
        assert list_watches(session, office.user_id) == []
        for kind, name in (
            (WatchKind.IPC, "H"),
            (WatchKind.IPC, "H01"),
            (WatchKind.PATENT, "CN119999999B"),
            (WatchKind.APPLICANT, "甲"),
        ):
            with pytest.raises(InvalidInput):
                watch(session, office.user_id, kind, name, office.clock.now())


def test_a_pace_that_is_changed_while_an_import_is_told_and_the_telling_do_not_wait_for_each_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One holds the watch, the other the person. SQLite lets one write at a time."""
    office.watches(WatchKind.IPC, "H01M")
    office.imports("CN110000002A")
    meeting = threading.Barrier(2 if office.database.engine.dialect.name == "postgresql" else 1, timeout=10)

    def meeting_first(work):
        def meets(*given, **named):
            meeting.wait()
            return work(*given, **named)

        return meets

    for name in ("tell", "list_watches"):
        monkeypatch.setattr(watching, name, meeting_first(getattr(watching, name)))
    with ThreadPoolExecutor(2) as pool:
        told = pool.submit(office.reads)
        changed = pool.submit(office.watches, WatchKind.IPC, "H01M", Pace.WEEKLY)
        assert (told.result(), bool(changed.result())) == (1, True)
