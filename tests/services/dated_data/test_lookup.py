"""What is in force: the nearest place first, the day's version, only what was approved."""

from datetime import date, timedelta

import pytest

from models import DatedRecord, RecordState
from services.dated_data.lookup import find_nearest, find_records, full_place
from tests.support.dated_data import make_record

TODAY = date(2026, 11, 23)


def keys(records: list[DatedRecord]) -> list[str]:
    return [record.key for record in records]


def test_the_district_comes_before_the_city_the_province_and_the_nation(database, clock):
    with database.unit_of_work() as session:
        for key, region in (("nation", "全国"), ("city", "广东省广州市"), ("district", "广东省广州市南沙区"),
                            ("province", "广东省"), ("elsewhere", "山东省青岛市")):  # fmt: skip
            make_record(session, clock.now(), key=key, region=region)

        found = find_records(session, "subsidy_scheme", region="南沙", on=TODAY)
        assert keys(found) == ["district", "city", "province", "nation"]
        assert keys(find_records(session, "subsidy_scheme", region="广州市天河区", on=TODAY))[0] == "city"
        assert keys(find_records(session, "subsidy_scheme", region=None, on=TODAY)) == ["nation"]
        nearest = find_nearest(session, "subsidy_scheme", region="青岛市市南区", on=TODAY)
        assert nearest is not None and nearest.key == "elsewhere"


@pytest.mark.parametrize(
    ("said", "full"),
    [("南沙", "广东省广州市南沙区"), ("许昌市魏都区", "河南省许昌市"), (None, "全国"), ("全国", "全国"),
     ("河南省许昌市魏都区", "河南省许昌市魏都区"), ("没有这个地方", "没有这个地方")],
)  # fmt: skip
def test_a_place_as_people_say_it_becomes_its_full_name(said, full):
    assert full_place(said) == full


def test_the_version_whose_days_cover_the_day_counts(database, clock):
    with database.unit_of_work() as session:
        make_record(session, clock.now(), key="k", name="旧", valid_from=None, valid_to=TODAY - timedelta(days=1))
        make_record(session, clock.now(), key="k", name="新", valid_from=TODAY)
        make_record(session, clock.now(), key="k", name="未来", valid_from=TODAY + timedelta(days=1))

        for on, name in ((TODAY - timedelta(days=1), "旧"), (TODAY, "新"), (TODAY + timedelta(days=1), "未来")):
            found = find_records(session, "subsidy_scheme", region=None, on=on)
            assert [record.name for record in found] == [name]


def test_only_what_was_approved_holds(database, clock):
    with database.unit_of_work() as session:
        for state in (RecordState.DRAFT, RecordState.PENDING, RecordState.RETIRED):
            make_record(session, clock.now(), key=state, state=state)

        assert find_records(session, "subsidy_scheme", region=None, on=TODAY) == []
