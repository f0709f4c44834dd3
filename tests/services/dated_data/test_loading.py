"""The files of data/reference: taken once, changed with the files, and never over what staff wrote."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from models import DatedRecord, Institution, RecordState, Role
from services.dated_data.editing import retire_record
from services.dated_data.kinds import KINDS
from services.dated_data.loading import INSTITUTIONS, DataFileError, load_institutions, load_records
from services.dated_data.lookup import find_record
from tests.conftest import ROOT
from tests.support.staff import make_staff

REFERENCE = ROOT / "data" / "reference"
ENTRY = {
    "kind": "subsidy_scheme", "key": "test-interest", "name": "试验贴息", "region": "许昌", "source": "试验通知",
    "checked_at": date(2026, 11, 22), "confidence": "V2", "valid_from": date(2026, 1, 1),
    "values": {"item": "interest", "share": 30},
}  # fmt: skip


def written(folder: Path, *entries: dict) -> Path:
    (folder / "records.yaml").write_text(yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8")
    return folder


def only(session) -> DatedRecord:
    return session.scalars(select(DatedRecord)).one()


def test_our_files_load_twice_without_a_change_and_what_is_invented_says_so(database, clock):
    with database.unit_of_work() as session:
        first = load_records(session, REFERENCE, now=clock.now())
        load_institutions(session, REFERENCE / INSTITUTIONS, now=clock.now())
    with database.unit_of_work() as session:
        again = load_records(session, REFERENCE, now=clock.now())
        assert load_institutions(session, REFERENCE / INSTITUTIONS, now=clock.now()) == 0

        assert (first.added > 15, again.added, again.changed, again.ended) == (True, 0, 0, 0)
        for record in session.scalars(select(DatedRecord)):
            assert record.kind in KINDS
            assert ("演示" in record.name) == (record.confidence == "DEMO"), record.key
            assert record.confidence != "DEMO" or record.source == "演示数据"
        for institution in session.scalars(select(Institution)):
            assert institution.is_demonstration and institution.name.startswith("演示")


def test_a_changed_file_changes_the_record_and_a_removed_entry_ends(database, clock, tmp_path):
    with database.unit_of_work() as session:
        load_records(session, written(tmp_path, ENTRY), now=clock.now())
        assert only(session).region == "河南省许昌市"
        load_records(
            session, written(tmp_path, {**ENTRY, "values": {"item": "interest", "share": 40}}), now=clock.now()
        )
        assert only(session).values["share"] == 40

        assert load_records(session, written(tmp_path), now=clock.now()).ended == 1
        assert find_record(session, "subsidy_scheme", "test-interest", on=date(2026, 11, 23)) is None
        load_records(session, written(tmp_path, ENTRY), now=clock.now())
        assert only(session).state == RecordState.APPROVED


def test_what_staff_touched_stays_whatever_the_file_says(database, clock, tmp_path):
    with database.unit_of_work() as session:
        boss = make_staff(session, clock.now(), role=Role.SUPERVISOR)
        load_records(session, written(tmp_path, ENTRY), now=clock.now())
        retire_record(session, staff=boss, record_id=only(session).id, note="政策停了", now=clock.now())
        done = load_records(session, written(tmp_path, {**ENTRY, "name": "改名"}), now=clock.now())

        assert (done.kept, only(session).state, only(session).name) == (1, RecordState.RETIRED, "试验贴息")
        assert load_records(session, written(tmp_path), now=clock.now()).ended == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "wish"}, "unknown kind"),
        ({"source": ""}, "without source"),
        ({"confidence": "sure"}, "confidence"),
        ({"values": {"item": "interest", "share": 130}}, "share"),
        ({"values": {"item": "rent"}}, "item"),
        ({"kind": "risk_share", "values": {"insurer": 60, "bank": 20}}, "80%"),
    ],
)
def test_an_entry_that_is_not_right_is_named_and_nothing_is_loaded(database, clock, tmp_path, change, said):
    with pytest.raises(DataFileError) as refused, database.unit_of_work() as session:
        load_records(session, written(tmp_path, {**ENTRY, "key": "good"}, {**ENTRY, **change}), now=clock.now())

    assert "records.yaml, entry 2" in str(refused.value) and said in str(refused.value)
    with database.reading() as session:
        assert session.scalars(select(DatedRecord)).all() == []
