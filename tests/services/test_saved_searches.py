"""Saved searches: one of each, twenty at most, compared with the last look, nobody's but their owner's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest

from core.clock import FixedClock
from core.db import Database
from core.errors import InvalidInput, NotFound
from models import SavedSearch
from nlp.patent_query_form import UnknownForm, read_form, write_form
from nlp.types import PatentQuery
from services import retention
from services.retention import KEEP_SAVED_SEARCHES, forget_old_rows
from services.saved_searches import (
    MOST_SAVED,
    Saved,
    SavedSearchesFull,
    delete_saved_search,
    find_saved_search,
    get_saved_search,
    list_saved_searches,
    name_of,
    note_look,
    query_of,
    save_search,
)
from tests.support.people import make_identity

FILM = PatentQuery(
    topic="石墨烯散热膜",
    region="广东省",
    kinds=("invention", "design"),
    legal_statuses=("active",),
    date_from=date(2020, 1, 1),
    sort="newest",
    offset=10,
    limit=5,
)


@pytest.fixture
def owner(database: Database, clock: FixedClock) -> int:
    with database.unit_of_work() as session:
        return make_identity(session, clock.now()).user_id


def save(database: Database, user_id: int, query: PatentQuery, now: datetime, total: int = 37) -> Saved:
    with database.unit_of_work() as session:
        return save_search(session, user_id=user_id, query=query, total=total, now=now)


def names(database: Database, user_id: int) -> list[str]:
    with database.reading() as session:
        return [each.name for each in list_saved_searches(session, user_id=user_id)]


def test_a_saved_search_keeps_subject_filters_and_order_but_not_the_page(database, clock, owner) -> None:
    saved = save(database, owner, FILM, clock.now())

    with database.reading() as session:
        search = get_saved_search(session, user_id=owner, public_id=saved.search.public_id)
        again = query_of(search)
        assert search.query["version"] == 1
        assert search.name == "石墨烯散热膜 · 有效 · 发明、外观设计 · 广东省 · 2020年以后申请"

    assert (again.topic, again.region, again.kinds, again.legal_statuses) == (
        FILM.topic, FILM.region, FILM.kinds, FILM.legal_statuses,
    )  # fmt: skip
    assert (again.date_from, again.sort, again.offset) == (date(2020, 1, 1), "newest", 0)


@pytest.mark.parametrize(
    "same",
    [
        PatentQuery(topic="石墨烯 散热膜 ", legal_statuses=("active", "pending"), date_field="application"),
        PatentQuery(topic="石墨烯散热膜", legal_statuses=("pending", "active"), date_field="grant"),
        PatentQuery(topic="石墨烯散热膜", legal_statuses=("active", "pending"), sort="oldest", offset=5, limit=50),
        PatentQuery(topic="石墨烯散热膜", legal_statuses=("active", "pending"), or_ipc="C01B"),
    ],
)
def test_the_same_search_saved_twice_is_one(database, clock, owner, same) -> None:
    first = save(
        database, owner, PatentQuery(topic="石墨烯散热膜", legal_statuses=("active", "pending")), clock.now(), 3
    )
    clock.advance(timedelta(days=1))
    second = save(database, owner, same, clock.now(), total=4)

    assert (first.is_new, second.is_new) == (True, False)
    assert second.search.id == first.search.id
    assert query_of(second.search).or_ipc is None
    assert (second.search.last_total, second.search.last_looked_at) == (4, clock.now())
    assert len(names(database, owner)) == 1


@pytest.mark.parametrize(
    "other",
    [
        PatentQuery(topic="石墨烯散热膜", region="广东省广州市"),
        PatentQuery(topic="石墨烯散热膜", excluded_kinds=("design",)),
        PatentQuery(topic="石墨烯散热膜", date_from=date(2020, 1, 1)),
        PatentQuery(topic="石墨烯散热膜", date_from=date(2020, 1, 1), date_field="grant"),
        PatentQuery(applicant="石墨烯散热膜"),
    ],
)
def test_one_condition_more_is_another_search(database, clock, owner, other) -> None:
    save(database, owner, PatentQuery(topic="石墨烯散热膜"), clock.now())
    save(database, owner, PatentQuery(topic="石墨烯散热膜", date_to=date(2020, 1, 1)), clock.now())

    assert save(database, owner, other, clock.now()).is_new


def test_twenty_are_kept_and_a_deleted_one_makes_room(database, clock, owner) -> None:
    saved = [save(database, owner, PatentQuery(topic=f"电池{place}"), clock.now()) for place in range(MOST_SAVED)]

    with pytest.raises(SavedSearchesFull):
        save(database, owner, PatentQuery(topic="多一个"), clock.now())
    assert not save(database, owner, PatentQuery(topic="电池3"), clock.now()).is_new
    with database.unit_of_work() as session:
        assert delete_saved_search(session, user_id=owner, public_id=saved[0].search.public_id) == "电池0"

    assert save(database, owner, PatentQuery(topic="多一个"), clock.now()).is_new
    assert names(database, owner)[:2] == ["多一个", f"电池{MOST_SAVED - 1}"]
    assert len(names(database, owner)) == MOST_SAVED


def test_a_look_says_how_many_more_there_are_than_at_the_last_one(database, clock, owner) -> None:
    saved_at = clock.now()
    public_id = save(database, owner, FILM, saved_at, total=37).search.public_id

    differences = []
    for total in (40, 40, 38):
        clock.advance(timedelta(days=2))
        with database.unit_of_work() as session:
            look = note_look(session, user_id=owner, public_id=public_id, total=total, now=clock.now())
        differences.append((look.difference, look.previous_at))

    days = [saved_at + timedelta(days=days) for days in (0, 2, 4)]
    assert differences == list(zip((3, 0, -2), days, strict=True))


def test_a_strangers_search_looks_like_a_missing_one(database, clock, owner) -> None:
    public_id = save(database, owner, FILM, clock.now()).search.public_id
    with database.unit_of_work() as session:
        stranger = make_identity(session, clock.now()).user_id

    for user_id, wanted in ((stranger, public_id), (owner, "no-such-search")):
        with database.unit_of_work() as session:
            assert find_saved_search(session, user_id=user_id, public_id=wanted) is None
            for act in (get_saved_search, delete_saved_search):
                with pytest.raises(NotFound):
                    act(session, user_id=user_id, public_id=wanted)
            with pytest.raises(NotFound):
                note_look(session, user_id=user_id, public_id=wanted, total=1, now=clock.now())
    assert names(database, stranger) == []
    assert len(names(database, owner)) == 1


def test_a_search_for_nothing_is_not_saved(database, clock, owner) -> None:
    with pytest.raises(InvalidInput):
        save(database, owner, PatentQuery(sort="newest"), clock.now())


def test_a_name_is_cut_where_it_is_too_long_for_a_line() -> None:
    name = name_of(PatentQuery(topic="石墨烯 散热膜" + "很长" * 100, region="广东省"))

    assert name.startswith("石墨烯散热膜很长") and name.endswith("…")
    assert len(name) == 160


def test_a_form_of_a_later_version_is_refused_rather_than_half_read() -> None:
    form = write_form(FILM)

    assert read_form(form).topic == FILM.topic
    with pytest.raises(UnknownForm):
        read_form({**form, "version": 2})


def test_what_nobody_looked_at_for_two_years_is_forgotten(database, clock, owner, monkeypatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    saved = [save(database, owner, PatentQuery(topic=f"电池{place}"), clock.now()) for place in range(4)]
    clock.advance(KEEP_SAVED_SEARCHES)
    with database.unit_of_work() as session:
        note_look(session, user_id=owner, public_id=saved[1].search.public_id, total=1, now=clock.now())
    save(database, owner, PatentQuery(topic="新的"), clock.now())
    assert forget_old_rows(database, clock.now())["saved_searches"] == 0

    clock.advance(timedelta(seconds=1))

    assert forget_old_rows(database, clock.now())["saved_searches"] == 3
    assert names(database, owner) == ["新的", "电池1"]
    with database.reading() as session:
        assert session.query(SavedSearch).count() == 2


def test_at_the_same_moment_the_same_search_is_saved_once_and_the_limit_holds(database, clock, owner) -> None:
    for place in range(MOST_SAVED - 2):
        save(database, owner, PatentQuery(topic=f"电池{place}"), clock.now())
    topics = ["石墨烯", "石墨烯", "机器人", "机器人", "芯片", "芯片"]

    def attempt(topic: str) -> str | None:
        try:
            return save(database, owner, PatentQuery(topic=topic), clock.now()).search.public_id
        except SavedSearchesFull:
            return None

    with ThreadPoolExecutor(len(topics)) as pool:
        found = list(pool.map(attempt, topics))

    assert len(names(database, owner)) == MOST_SAVED
    assert len(set(names(database, owner))) == MOST_SAVED
    assert len({each for each in found if each}) == 2
