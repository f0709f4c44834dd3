"""Watching: what imports bring is told to who asked for it, once, with the reason, and nothing from before."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.search_index_local import FailingIndex
from core.clock import CHINA, FixedClock
from core.db import Database
from core.errors import InvalidInput, NotFound, UpstreamUnavailable
from models import LegalStatus, NoticeState, Watch, WatchKind
from nlp.patent_search import PatentSearch
from nlp.segmenter import default_segmenter
from services import watch_changes, watch_looks, watching
from services.indexing import index_patents
from services.notices.preferences import Pace
from services.notices.reading import dismiss, dismiss_patent, list_notices
from services.notices.writing import write_due
from services.saved_searches import delete_saved_search, save_search
from services.watch_changes import note_changed
from services.watch_looks import look_at_portion, request_looks
from services.watching import change_pace, end_watch, list_watches, watch, watch_search
from tests.support.people import make_identity
from tests.support.watching import FILM, MORNING, NUMBER, Office


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
    assert f"您在关注{NUMBER}" in told.text and "法律状态:" in told.text and "数据截至2026年11月20日" in told.text
    office.imports(NUMBER, applicants=[{"name": "乙公司", "type": None}])
    assert office.reads() == 1
    assert "权利人变为:乙公司" in office.notices()[-1].text


DAY = timedelta(days=1)


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
    assert office.looks() == office.looks(MORNING) == 0
    assert office.looks(datetime(2026, 11, 30, 6, 0, tzinfo=CHINA)) == 1
    office.imports("CN110000002A", title="又改了")
    assert office.looks(office.clock.now() + DAY) == office.looks(office.clock.now() + 7 * DAY) == 0
    (told,) = office.notices()
    assert "1件新公开" in told.title and "CN110000002A" in told.text and "您在关注" in told.text
    assert told.due_at == datetime(2026, 11, 30, 9, 0, tzinfo=CHINA)


def test_a_watched_search_tells_the_best_few_of_what_is_new_with_why_they_match_and_those_in_force_first(
    office: Office,
) -> None:
    office.imports("CN110000010A", title="石墨烯散热膜")  # was there before
    office.watches_film(Pace.DAILY)
    for place in range(1, 5):
        office.imports(f"CN11000002{place}A", title=f"第{place}种石墨烯散热膜", legal_status=LegalStatus.PENDING)
    office.imports("CN110000025B", title="带石墨烯散热膜的手机")
    office.imports("CN110000026A", title="石墨烯涂层")
    assert office.looks(MORNING) == 1
    assert office.looks(MORNING + DAY) == 0
    (told,) = office.notices()
    assert told.title == "“石墨烯散热膜”有5件新公开" and not told.is_urgent
    lines = told.text.splitlines()
    assert lines[0].endswith("其中1件已授权有效:") and lines[1].startswith("1. 带石墨烯散热膜的手机 · CN110000025B")
    assert "(对得上:石墨烯" in lines[1] and lines[4] == "还有2件。"
    assert told.due_at == datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)


def test_once_a_month_is_the_first_and_silence_is_not_made_up_for(office: Office) -> None:
    public_id = office.watches_film(Pace.MONTHLY)
    office.imports("CN110000020A", title="石墨烯散热膜")
    assert office.looks(datetime(2026, 11, 30, 6, 0, tzinfo=CHINA)) == 0
    assert office.looks(datetime(2026, 12, 1, 6, 0, tzinfo=CHINA)) == 1
    with office.database.unit_of_work() as session:
        change_pace(session, office.user_id, public_id, Pace.OFF, office.clock.now())
    office.imports("CN110000021A", title="石墨烯散热膜")
    assert office.looks(datetime(2027, 1, 1, 6, 0, tzinfo=CHINA)) == 0
    with office.database.unit_of_work() as session:
        change_pace(session, office.user_id, public_id, Pace.DAILY, office.clock.now())
    assert office.looks(datetime(2027, 1, 3, 6, 0, tzinfo=CHINA)) == 0


def test_what_the_index_does_not_have_yet_is_told_once_it_has(office: Office) -> None:
    office.watches_film(Pace.AT_ONCE)
    office.imports("CN110000020A", title="石墨烯散热膜")
    office.looks()
    office.clock.set(MORNING)
    office.imports("CN110000021A", title="石墨烯散热膜")
    look_at_portion(office.database, office.search, 0, office.clock.now())  # the indexer is late
    assert [told.title for told in office.notices()] == ["“石墨烯散热膜”有1件新公开"]
    assert office.looks(MORNING + timedelta(hours=1)) == 1
    assert "CN110000021A" in office.notices()[-1].text


def test_a_watch_stays_due_while_the_index_is_away(office: Office) -> None:
    office.watches_film(Pace.DAILY)
    office.imports("CN110000020A", title="石墨烯散热膜")
    index_patents(office.database, office.index, default_segmenter())
    office.clock.set(MORNING)
    failing = FailingIndex()
    failing.last_serial = office.index.last_serial
    with pytest.raises(UpstreamUnavailable):
        look_at_portion(office.database, PatentSearch(failing, default_segmenter()), 0, office.clock.now())
    assert office.looks() == 1


def test_a_summary_that_is_dismissed_names_no_patent_again_and_one_of_it_can_go_alone(office: Office) -> None:
    office.watches_film(Pace.DAILY)
    office.watches(WatchKind.IPC, "H01M", Pace.WEEKLY)
    for number in ("CN110000020A", "CN110000021A", "CN110000022A"):
        office.imports(number, title="石墨烯散热膜")
    assert office.looks(MORNING) == 1
    (told,) = office.notices()
    with office.database.unit_of_work() as session:
        dismiss_patent(session, office.user_id, told.public_id, "CN110000021A", office.clock.now())
        with pytest.raises(NotFound):
            dismiss_patent(session, office.user_id, told.public_id, NUMBER, office.clock.now())
    assert office.looks(datetime(2026, 11, 30, 6, 0, tzinfo=CHINA)) == 1
    weekly = office.notices()[-1]
    assert "有2件新公开" in weekly.title and "CN110000021A" not in weekly.text
    with office.database.unit_of_work() as session:
        dismiss(session, office.user_id, weekly.public_id, office.clock.now())
    office.watches(WatchKind.PATENT, "CN110000020A")
    office.imports("CN110000020A", legal_status=LegalStatus.LAPSED)
    office.reads()
    assert office.notices()[-1].state == NoticeState.HELD


def test_a_dismissed_patent_is_not_told_again(office: Office) -> None:
    office.watches(WatchKind.IPC, "H01M")
    office.imports("CN110000002A")
    assert office.looks(MORNING) == 1
    office.clock.set(datetime(2026, 11, 24, 9, 0, tzinfo=CHINA))
    with office.database.unit_of_work() as session:
        assert write_due(session, office.user_id, office.clock.now()) == 1
        dismiss(session, office.user_id, office.notices()[0].public_id, office.clock.now())
    office.watches(WatchKind.PATENT, "CN110000002A")
    office.imports("CN110000002A", legal_status=LegalStatus.LAPSED)
    office.reads()
    assert office.notices()[-1].state == NoticeState.HELD


@pytest.mark.parametrize("meanwhile", ["ended", "silenced"])
def test_what_waits_of_a_watch_that_is_over_by_then_is_not_told(office: Office, meanwhile: str) -> None:
    public_id = office.watches(WatchKind.IPC, "H01M")
    office.imports("CN110000002A")
    assert office.looks(MORNING) == 1
    with office.database.unit_of_work() as session:
        if meanwhile == "ended":
            end_watch(session, office.user_id, public_id)
        else:
            change_pace(session, office.user_id, public_id, Pace.OFF, office.clock.now())

    office.clock.set(datetime(2026, 11, 24, 9, 0, tzinfo=CHINA))
    with office.database.unit_of_work() as session:
        assert write_due(session, office.user_id, office.clock.now(), [watching.ROOM]) == 0
        assert list_notices(session, office.user_id, office.clock.now()) == []


def test_a_saved_search_that_is_deleted_is_watched_no_more(office: Office) -> None:
    with office.database.unit_of_work() as session:
        now = office.clock.now()
        saved = save_search(session, user_id=office.user_id, query=FILM, total=0, now=now).search
        watch_search(session, office.user_id, FILM, now, pace=Pace.WEEKLY)
        watch(session, office.user_id, WatchKind.IPC, "H01M", now)
        delete_saved_search(session, user_id=office.user_id, public_id=saved.public_id)
        assert [row.kind for row in list_watches(session, office.user_id)] == [WatchKind.IPC]


def test_what_is_due_and_what_changed_are_worked_off_in_portions(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_looks, "PORTION", 1)
    monkeypatch.setattr(watch_changes, "MOST_AT_ONCE", 1)
    office.watches_film(Pace.DAILY)
    office.watches(WatchKind.IPC, "H01M", Pace.DAILY)
    office.watches(WatchKind.PATENT, NUMBER)
    with office.database.unit_of_work() as session:
        identity = make_identity(session, office.clock.now(), openid="oUser0000000000000000000077")
        watch(session, identity.user_id, WatchKind.PATENT, NUMBER, office.clock.now())
    office.imports("CN110000020A", title="石墨烯散热膜")
    office.imports(NUMBER, legal_status=LegalStatus.LAPSED)
    with office.database.unit_of_work() as session:
        note_changed(session, office.clock.now())
    office.clock.set(MORNING)
    with office.database.unit_of_work() as session:
        assert request_looks(session, office.clock.now()) == 1
    for _ in range(8):
        office.works_off()
    assert len(office.notices()) == 4


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
    office.watches(WatchKind.PATENT, NUMBER)
    office.imports(NUMBER, legal_status=LegalStatus.LAPSED)
    meeting = threading.Barrier(2 if office.database.engine.dialect.name == "postgresql" else 1, timeout=10)

    def meeting_first(work):
        def meets(*given, **named):
            meeting.wait()
            return work(*given, **named)

        return meets

    for module, name in ((watch_changes, "tell"), (watching, "list_watches")):
        monkeypatch.setattr(module, name, meeting_first(getattr(module, name)))
    with ThreadPoolExecutor(2) as pool:
        told = pool.submit(office.reads)
        changed = pool.submit(office.watches, WatchKind.PATENT, NUMBER, Pace.WEEKLY)
        assert (told.result(), bool(changed.result())) == (1, True)


def test_a_search_that_a_later_version_wrote_holds_no_other_up_and_is_not_passed_over(office: Office) -> None:
    public_id = office.watches_film(Pace.DAILY)
    office.watches(WatchKind.IPC, "H01M", Pace.DAILY)
    with office.database.unit_of_work() as session:
        row = session.scalars(select(Watch).where(Watch.public_id == public_id)).one()
        form, row.query = row.query, {"version": 99, "query": {}}
    office.imports("CN110000020A", title="石墨烯散热膜")
    assert office.looks(MORNING) == 1
    with office.database.unit_of_work() as session:
        session.scalars(select(Watch).where(Watch.public_id == public_id)).one().query = form
    assert office.looks(MORNING + DAY) == 1


def test_two_looks_at_one_watch_tell_once(office: Office) -> None:
    office.watches_film(Pace.DAILY)
    office.imports("CN110000020A", title="石墨烯散热膜")
    index_patents(office.database, office.index, default_segmenter())
    office.clock.set(MORNING)
    with office.database.reading() as session:
        watch_id = session.scalars(select(Watch.id)).one()
    with ThreadPoolExecutor(4) as pool:
        looks = [
            pool.submit(watch_looks.look, office.database, office.search, watch_id, office.clock.now())
            for _ in range(4)
        ]
        assert sum(each.result() for each in looks) == 1
    assert len(office.notices()) == 1
