"""What was there already and comes to match a watch: told once, as what it is, and not what matched all along."""

import threading
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import CHINA, FixedClock
from core.db import Database
from models import LegalStatus, Patent, PatentChange, Watch, WatchKind
from nlp.patent_index import PATENT_SCHEMA
from nlp.types import PatentQuery
from services import watch_arrivals
from services.notices.preferences import Pace
from services.notices.reading import dismiss
from services.patent_changes import kept_of
from services.retention import KEEP_PATENT_CHANGES, forget_old_rows
from services.watch_looks import look_at_portion
from services.watching import change_pace, watch_search
from tests.support.watching import FILM, MORNING, NUMBER, Office

DAY = timedelta(days=1)
OTHERS = [{"name": "乙公司", "type": None}]
GRANTED_FILM = PatentQuery(topic="石墨烯散热膜", legal_statuses=("active",))


@pytest.fixture
def office(database: Database, clock: FixedClock) -> Office:
    return Office(database, clock)


def watches_search(office: Office, query: PatentQuery, pace: Pace | None = None) -> str:
    with office.database.unit_of_work() as session:
        return watch_search(session, office.user_id, query, office.clock.now(), pace=pace).public_id


def test_a_grant_lets_an_application_match_who_watches_what_is_granted_once(office: Office) -> None:
    office.imports("CN110000010A", title="石墨烯散热膜", legal_status=LegalStatus.PENDING)
    office.imports("CN110000011A", title="石墨烯散热膜的装置", legal_status=LegalStatus.PENDING)
    watches_search(office, GRANTED_FILM)
    office.imports("CN110000010A", legal_status=LegalStatus.ACTIVE, grant_date=date(2026, 11, 20))
    assert office.looks(MORNING) == 1
    (told,) = office.notices()
    assert told.title == "“石墨烯散热膜 · 有效”有1件新授权"
    assert told.facts["state"] == "新授权" and told.subject == "watch:CN110000010A"
    lines = told.text.splitlines()
    assert lines[1].startswith("1. 石墨烯散热膜 · CN110000010A · 甲公司 · 有效") and lines[1].endswith("(原为审中)")
    assert lines[2] == "新授权的早已公开,现在授权了。" and "新公开" not in told.text
    office.imports("CN110000010A", title="石墨烯散热膜及其制备")
    office.imports("CN110000010A", region="广东省")
    assert office.looks(MORNING + DAY) == office.looks(MORNING + 2 * DAY) == 0


def test_what_an_applicant_takes_over_is_told_as_come_to_them_beside_what_is_new(office: Office) -> None:
    office.watches(WatchKind.APPLICANT, "乙公司")
    office.imports(NUMBER, applicants=OTHERS)
    assert office.looks(MORNING) == 1
    (told,) = office.notices()
    assert told.title == "“乙公司”有1件转入" and told.facts["state"] == "转入"
    assert "(权利人原为甲公司)" in told.text and "转入的早已公开,权利人现在变了。" in told.text
    office.imports("CN110000012A", applicants=OTHERS)
    for place in range(3, 7):
        office.imports(f"CN11000001{place}A")
        office.index_now()
    assert office.looks(MORNING + DAY) == 1
    for place in range(3, 7):
        office.imports(f"CN11000001{place}A", applicants=OTHERS)
    office.imports("CN110000017A", applicants=OTHERS)
    office.imports(NUMBER, legal_status=LegalStatus.LAPSED)  # theirs already
    assert office.looks(MORNING + 2 * DAY) == 1
    told = office.notices()[-1]
    assert told.title == "“乙公司”有1件新公开、4件转入"
    lines = told.text.splitlines()
    assert lines[1].startswith("1. 一种电池 · CN110000017A") and "原为" not in lines[1]
    assert lines[2].endswith("(权利人原为甲公司)") and lines[4] == "还有2件。"


@pytest.mark.parametrize(
    ("query", "before", "after", "why"),
    [
        (PatentQuery(ipc="H01M"), {"ipc_codes": ["A01B 1/00"]}, {"ipc_codes": ["H01M 10/0525"]}, "分类原为A01B 1/00"),
        (FILM, {"title": "一种膜"}, {"title": "石墨烯散热膜"}, "原名“一种膜”"),
        (PatentQuery(region="广东省"), {"region": "湖南省"}, {"region": "广东省广州市"}, "著录信息有更正"),
        (PatentQuery(inventor="李明"), {"inventors": ["王强"]}, {"inventors": ["李明"]}, "著录信息有更正"),
        (
            PatentQuery(topic="电池", legal_statuses=("active",)),
            {"legal_status": LegalStatus.LAPSED},
            {"legal_status": LegalStatus.ACTIVE, "applicants": OTHERS},
            "原为失效",
        ),
        (
            PatentQuery(topic="电池", date_field="grant", date_from=date(2026, 1, 1)),
            {"grant_date": None},
            {"grant_date": date(2026, 11, 21)},
            "状态原来不详",
        ),
    ],
)
def test_whatever_lets_it_match_is_said(office: Office, query, before, after, why: str) -> None:
    office.imports("CN110000010A", **before)
    watches_search(office, query)
    office.imports("CN110000010A", **after)
    assert office.looks(MORNING) == 1
    assert f"({why})" in office.notices()[0].text and "早已公开" in office.notices()[0].text
    assert office.looks(MORNING + DAY) == 0


def test_what_changes_often_is_told_when_it_newly_matches_and_not_for_a_round_trip(office: Office) -> None:
    office.watches(WatchKind.APPLICANT, "乙公司")
    for name in ("丙公司", "乙公司", "丁公司", "乙公司", "甲公司"):
        office.imports(NUMBER, applicants=[{"name": name, "type": None}])
    assert office.looks(MORNING) == 0
    for name in ("丙公司", "乙公司", "丁公司", "乙公司"):
        office.imports(NUMBER, applicants=[{"name": name, "type": None}])
    assert office.looks(MORNING + DAY) == 1
    office.imports(NUMBER, applicants=[{"name": "甲公司", "type": None}])
    office.imports(NUMBER, applicants=[{"name": "乙公司", "type": "enterprise"}])
    assert office.looks(MORNING + 2 * DAY) == 0


def test_a_watch_begun_or_no_longer_silent_after_the_change_is_not_told_of_it(office: Office) -> None:
    silent = office.watches(WatchKind.APPLICANT, "乙公司", Pace.OFF)
    office.imports(NUMBER, applicants=OTHERS)
    office.watches(WatchKind.IPC, "H01M")
    watches_search(office, PatentQuery(applicant="乙公司", legal_statuses=("active",)))
    with office.database.unit_of_work() as session:
        change_pace(session, office.user_id, silent, Pace.DAILY, office.clock.now())
    assert office.looks(MORNING) == office.looks(MORNING + DAY) == 0


def test_a_feed_that_fills_in_what_was_not_known_tells_nothing_and_a_grant_since_then_does(office: Office) -> None:
    for number in ("CN110000010A", "CN110000011A"):
        office.imports(number, title="石墨烯散热膜", legal_status=LegalStatus.UNKNOWN, applicants=[])
    watches_search(office, GRANTED_FILM)
    office.watches(WatchKind.APPLICANT, "乙公司")
    office.imports("CN110000010A", legal_status=LegalStatus.ACTIVE, grant_date=date(2020, 1, 10), applicants=OTHERS)
    assert office.looks(MORNING) == 0
    office.imports("CN110000011A", legal_status=LegalStatus.ACTIVE, status_date=date(2026, 11, 21), applicants=OTHERS)
    assert office.looks(MORNING + DAY) == 1
    assert office.notices()[0].title == "“石墨烯散热膜 · 有效”有1件新授权"


def test_a_dismissed_patent_that_comes_to_match_is_not_told(office: Office) -> None:
    office.imports("CN110000010A", title="石墨烯散热膜", legal_status=LegalStatus.PENDING, ipc_codes=["A01B 1/00"])
    watches_search(office, GRANTED_FILM)
    office.watches(WatchKind.IPC, "H01M")
    office.imports("CN110000010A", legal_status=LegalStatus.ACTIVE)
    assert office.looks(MORNING) == 1
    with office.database.unit_of_work() as session:
        dismiss(session, office.user_id, office.notices()[0].public_id, office.clock.now())
    office.imports("CN110000010A", ipc_codes=["H01M 10/0525"])
    assert office.looks(MORNING + DAY) == 0


def test_an_application_and_its_grant_are_told_as_one(office: Office) -> None:
    office.imports(
        "CN110000010A", title="石墨烯散热膜", legal_status=LegalStatus.PENDING, application_number="CN202010000001.1"
    )
    watches_search(office, GRANTED_FILM)
    office.watches(WatchKind.APPLICANT, "乙公司")
    office.imports("CN110000010A", legal_status=LegalStatus.ACTIVE)
    office.imports("CN110000010B", title="石墨烯散热膜", application_number="CN202010000001.1")
    assert office.looks(MORNING) == 1
    assert office.notices()[0].title == "“石墨烯散热膜 · 有效”有1件新公开"
    for number in ("CN110000010A", "CN110000010B"):
        office.imports(number, applicants=OTHERS)
    assert office.looks(MORNING + DAY) == 1
    assert office.notices()[1].title == "“乙公司”有1件转入"


def test_a_change_that_the_index_does_not_have_yet_is_told_once_it_has(office: Office) -> None:
    """Changed again before the index came: it must not be taken for one that matched all along."""
    office.watches(WatchKind.APPLICANT, "乙公司", Pace.AT_ONCE)
    office.imports(NUMBER, title="一种新电池")
    office.looks()
    office.imports(NUMBER, applicants=OTHERS)
    office.imports("CN110000012A")
    office.index.mark(office.last_serial())  # the index says so, but has an older state of it
    office.imports(NUMBER, title="一种更新的电池")
    office.clock.set(MORNING)
    look_at_portion(office.database, office.search, 0, office.clock.now())
    assert office.notices() == []
    assert office.looks(MORNING + timedelta(hours=1)) == 1
    assert office.notices()[0].title == "“乙公司”有1件转入"
    assert office.looks(MORNING + timedelta(hours=2)) == 0


def test_what_the_index_has_before_its_time_is_told_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that comes into the index while it is looked belongs to the next look."""
    office.watches(WatchKind.APPLICANT, "乙公司", Pace.AT_ONCE)
    office.imports(NUMBER, legal_status=LegalStatus.LAPSED, applicants=[{"name": "丙公司", "type": None}])
    find = watch_arrivals.list_arrivals
    meanwhile = threading.Event()

    def finds(*given):
        if not meanwhile.is_set():
            meanwhile.set()
            office.imports(NUMBER, applicants=OTHERS)
            office.index_now()
        return find(*given)

    monkeypatch.setattr("services.watch_looks.list_arrivals", finds)
    assert office.looks(MORNING) == 0 and meanwhile.is_set()
    assert office.looks(MORNING + timedelta(hours=1)) == 1
    assert office.looks(MORNING + timedelta(hours=2)) == 0


def test_once_a_month_finds_what_changed_at_its_beginning_and_no_longer_what_nobody_asks_for(office: Office) -> None:
    office.watches(WatchKind.APPLICANT, "乙公司", Pace.MONTHLY)
    office.looks(datetime(2026, 12, 1, 6, 0, tzinfo=CHINA))
    office.imports(NUMBER, applicants=OTHERS)
    assert forget_old_rows(office.database, office.clock.now() + 31 * DAY)["patent_changes"] == 0
    assert office.looks(datetime(2027, 1, 1, 6, 0, tzinfo=CHINA)) == 1
    office.clock.advance(KEEP_PATENT_CHANGES)
    assert forget_old_rows(office.database, office.clock.now())["patent_changes"] == 1


def test_an_import_keeps_what_a_watch_may_ask_for_and_twice_the_same_keeps_nothing(office: Office) -> None:
    office.imports(NUMBER, abstract="更长的摘要", claims=["一种电池。"], ipc_codes=["H01M 10/0525", "H01M 4/00"])
    office.imports(NUMBER, ipc_codes=["H01M 4/00", "H01M 10/0525"])
    for _ in range(2):
        office.imports(NUMBER, applicants=OTHERS, grant_date=date(2026, 1, 2))
    with office.database.reading() as session:
        patent = session.scalars(select(Patent).where(Patent.publication_number == NUMBER)).one()
        kept = session.scalars(select(PatentChange).order_by(PatentChange.id)).all()
        assert [row.before for row in kept] == [
            {"ipc_codes": ["H01M 10/0525"]},
            {"applicants": [{"name": "甲公司", "type": None}]},
        ]
        assert kept[-1].serial == patent.change_serial and kept[-1].patent_id == patent.id


def test_every_mark_of_a_watch_moves_with_a_look(office: Office) -> None:
    office.watches(WatchKind.IPC, "H01M", Pace.AT_ONCE)
    office.imports(NUMBER, applicants=OTHERS)
    office.imports("CN110000012A")
    office.looks(MORNING)
    with office.database.reading() as session:
        row = session.scalars(select(Watch)).one()
        last = session.scalars(select(Patent).order_by(Patent.id.desc())).first()
        assert (row.after_patent_id, row.after_serial) == (last.id, office.last_serial())


def test_portions_pass_over_none(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.standing_search.PORTION", 2)
    monkeypatch.setattr(watch_arrivals, "PORTION", 2)
    numbers = [f"CN11000002{place}A" for place in range(7)]
    for number in numbers:
        office.imports(number)
    office.index_now()
    office.watches(WatchKind.APPLICANT, "乙公司")
    for number in numbers:
        office.imports(number, applicants=OTHERS)
    assert office.looks(MORNING) == 1
    assert office.notices()[0].title == "“乙公司”有7件转入"


def test_what_changed_is_told_from_what_was_filled_in() -> None:
    old = {
        "title": "一种膜", "kind": "invention", "applicants": [], "inventors": ["李明"], "ipc_codes": ["H01M 10/0525"],
        "locarno_codes": [], "region": None, "application_date": date(2020, 1, 2), "publication_date": None,
        "grant_date": None, "legal_status": "pending", "data_date": date(2026, 11, 20),
    }  # fmt: skip
    new = {**old, "applicants": OTHERS, "region": "广东省", "title": "一种散热膜", "grant_date": date(2026, 11, 20),
           "legal_status": "active", "status_date": None, "application_date": date(2020, 1, 3)}  # fmt: skip
    assert kept_of(old, new) == {"title": "一种膜", "legal_status": "pending", "application_date": "2020-01-02"}
    assert {"changed"} <= set(PATENT_SCHEMA.numbers) and "changed_in" in PATENT_SCHEMA.keywords
