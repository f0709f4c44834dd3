"""Staff change dated data: drafts, a second person's yes, versions that follow each other, nobody else's hands."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import CHINA, china_date
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.i18n import chinese_time
from models import AuditEntry, CalendarDay, DatedRecord, Institution, RecordState, Role, Staff
from services.catalogue.fields import check_form
from services.dated_data import editing
from services.dated_data.catalogue_pages import start_setting
from services.dated_data.editing import RecordContent
from services.dated_data.experts import Skill, find_experts
from services.dated_data.kinds import KINDS
from services.dated_data.lookup import find_records
from services.topics import ABILITY_NAMES
from services.working_hours import load_calendar
from tests.support.casework import make_institution, make_service_case
from tests.support.dated_data import make_record
from tests.support.staff import make_staff
from tests.support.waiting import wait_until_somebody_waits

TODAY = date(2026, 11, 23)
CONTENT = RecordContent(
    name="南沙贴息", region="南沙", source="区通知〔2026〕1号", confidence="V", checked_at=date(2026, 11, 20),
    valid_from=date(2026, 11, 23), valid_to=None, values={"item": "interest", "share": "40", "cap": "200000"},
)  # fmt: skip


@pytest.fixture
def people(database, clock):
    with database.unit_of_work() as session:
        return {
            "author": make_staff(session, clock.now(), role=Role.SUPERVISOR),
            "other": make_staff(session, clock.now(), role=Role.ADMINISTRATOR),
            "agent": make_staff(session, clock.now(), role=Role.AGENT),
            "partner": make_staff(session, clock.now(), role=Role.PARTNER),
        }


def drafted(session, people, now, content=CONTENT) -> DatedRecord:
    record = editing.start_record(session, staff=people["author"], kind="subsidy_scheme", now=now)
    return editing.save_record(session, staff=people["author"], record_id=record.id, content=content,
                               version=record.version, now=now)  # fmt: skip


def submitted(session, people, now, content=CONTENT) -> DatedRecord:
    record = drafted(session, people, now, content)
    return editing.submit_record(session, staff=people["author"], record_id=record.id, now=now)


def replaced(content: RecordContent, **changes) -> RecordContent:
    return RecordContent(**{**content.__dict__, **changes})


def test_a_draft_holds_only_after_a_second_person_said_yes(database, clock, people):
    with database.unit_of_work() as session:
        record = submitted(session, people, clock.now())
        assert find_records(session, "subsidy_scheme", region="南沙", on=TODAY) == []
        with pytest.raises(Forbidden, match="另一位"):
            editing.approve_record(session, staff=people["author"], record_id=record.id, version=record.version,
                                   now=clock.now())  # fmt: skip
        editing.approve_record(session, staff=people["other"], record_id=record.id, version=record.version,
                               now=clock.now())  # fmt: skip

        (found,) = find_records(session, "subsidy_scheme", region="广东省广州市南沙区", on=TODAY)
        assert (found.values, found.region) == (
            {"item": "interest", "share": 40.0, "cap": 200_000},
            "广东省广州市南沙区",
        )
        assert found.approved_by_id == people["other"].id
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.target == f"record:{found.id}"))
        assert list(actions) == ["record_drafted", "record_saved", "record_submitted", "record_approved"]


def test_whoever_changes_a_draft_last_is_its_author_and_may_not_approve_it(database, clock, people):
    with database.unit_of_work() as session:
        record = drafted(session, people, clock.now())
        editing.save_record(session, staff=people["other"], record_id=record.id, content=CONTENT,
                            version=record.version, now=clock.now())  # fmt: skip
        editing.submit_record(session, staff=people["author"], record_id=record.id, now=clock.now())

        assert not editing.may_approve(people["other"], record)
        with pytest.raises(Forbidden):
            editing.approve_record(session, staff=people["other"], record_id=record.id, version=record.version,
                                   now=clock.now())  # fmt: skip
        assert editing.may_approve(people["author"], record)


def test_a_new_version_ends_the_one_before_it_the_day_before(database, clock, people):
    with database.unit_of_work() as session:
        old = make_record(session, clock.now(), key="k", valid_from=date(2026, 1, 1))
        new = editing.start_version(session, staff=people["author"], record_id=old.id, now=clock.now())
        assert editing.start_version(session, staff=people["other"], record_id=old.id, now=clock.now()).id == new.id
        content = replaced(CONTENT, region="全国", valid_from=date(2026, 12, 1))
        editing.save_record(session, staff=people["author"], record_id=new.id, content=content, version=new.version,
                            now=clock.now())  # fmt: skip
        editing.submit_record(session, staff=people["author"], record_id=new.id, now=clock.now())
        editing.approve_record(session, staff=people["other"], record_id=new.id, version=new.version, now=clock.now())

        assert (new.key, old.valid_to) == ("k", date(2026, 11, 30))
        for on, wanted in ((date(2026, 11, 30), old), (date(2026, 12, 1), new)):
            assert find_records(session, "subsidy_scheme", region=None, on=on) == [wanted]


def test_a_correction_from_the_same_day_takes_the_place_of_what_it_corrects(database, clock, people):
    with database.unit_of_work() as session:
        old = make_record(session, clock.now(), key="k", valid_from=TODAY)
        new = editing.start_version(session, staff=people["author"], record_id=old.id, now=clock.now())
        editing.submit_record(session, staff=people["author"], record_id=new.id, now=clock.now())
        editing.approve_record(session, staff=people["other"], record_id=new.id, version=new.version, now=clock.now())

        assert old.state == RecordState.RETIRED
        assert find_records(session, "subsidy_scheme", region=None, on=TODAY) == [new]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"source": ""}, {"source"}),
        ({"source": "长" * 301}, {"source"}),
        ({"confidence": "sure"}, {"confidence"}),
        ({"checked_at": None}, {"checked_at"}),
        ({"checked_at": TODAY + timedelta(days=1)}, {"checked_at"}),
        ({"valid_to": TODAY - timedelta(days=1)}, {"valid_to"}),
        ({"values": {"item": "rent", "share": "130"}}, {"item", "share"}),
        ({"values": {}}, {"item"}),
        ({"values": {"item": "interest", "window_from": "2026-12-01", "window_to": "2026-11-01"}}, {"window_to"}),
    ],
)
def test_what_cannot_be_kept_is_named_field_by_field(database, clock, people, changes, fields):
    with pytest.raises(InvalidInput) as refused, database.unit_of_work() as session:
        drafted(session, people, clock.now(), replaced(CONTENT, **changes))

    assert set(refused.value.fields) == fields


def test_a_stale_page_and_a_version_that_is_no_draft_any_more_are_refused(database, clock, people):
    with database.unit_of_work() as session:
        record = drafted(session, people, clock.now())
        with pytest.raises(Conflict, match="同事刚改过"):
            editing.save_record(session, staff=people["other"], record_id=record.id, content=CONTENT,
                                version=record.version - 1, now=clock.now())  # fmt: skip
        editing.submit_record(session, staff=people["author"], record_id=record.id, now=clock.now())
        with pytest.raises(Conflict, match="草稿"):
            editing.save_record(session, staff=people["author"], record_id=record.id, content=CONTENT,
                                version=record.version, now=clock.now())  # fmt: skip
        with pytest.raises(InvalidInput):
            editing.reject_record(session, staff=people["other"], record_id=record.id, note=" ", now=clock.now())
        editing.reject_record(session, staff=people["other"], record_id=record.id, note="缺文号", now=clock.now())
        assert (record.state, record.review_note) == (RecordState.DRAFT, "缺文号")


def test_an_empty_draft_is_not_submitted(database, clock, people):
    with database.unit_of_work() as session:
        record = editing.start_record(session, staff=people["author"], kind="risk_share", now=clock.now())
        with pytest.raises(InvalidInput):
            editing.submit_record(session, staff=people["author"], record_id=record.id, now=clock.now())


def test_a_record_is_retired_with_a_reason_and_checked_on_a_day_that_was(database, clock, people):
    with database.unit_of_work() as session:
        record = make_record(session, clock.now())
        editing.mark_record_checked(session, staff=people["author"], record_id=record.id, on=TODAY, now=clock.now())
        assert record.checked_at == TODAY
        for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
            with pytest.raises(InvalidInput):
                editing.mark_record_checked(session, staff=people["author"], record_id=record.id, on=day,
                                            now=clock.now())  # fmt: skip
        with pytest.raises(InvalidInput):
            editing.retire_record(session, staff=people["author"], record_id=record.id, note="", now=clock.now())
        editing.retire_record(session, staff=people["author"], record_id=record.id, note="政策停了", now=clock.now())
        assert find_records(session, "subsidy_scheme", region=None, on=TODAY) == []


def test_agents_read_partners_and_strangers_do_not_and_neither_changes_anything(database, clock, people):
    with database.unit_of_work() as session:
        record = make_record(session, clock.now())
        assert editing.get_record(session, people["agent"], record.id).id == record.id
        with pytest.raises(Forbidden):
            editing.get_record(session, people["partner"], record.id)
        with pytest.raises(NotFound):
            editing.get_record(session, people["author"], 10**6)
        for who in ("agent", "partner"):
            for step in (
                lambda staff: editing.start_record(session, staff=staff, kind="risk_share", now=clock.now()),
                lambda staff: editing.start_version(session, staff=staff, record_id=record.id, now=clock.now()),
                lambda staff: editing.retire_record(
                    session, staff=staff, record_id=record.id, note="x", now=clock.now()
                ),
                lambda staff: editing.mark_record_checked(
                    session, staff=staff, record_id=record.id, on=TODAY, now=clock.now()
                ),
            ):
                with pytest.raises(Forbidden):
                    step(people[who])


YEAR_2027 = {
    "year": "2027",
    "days_off": "1月1日至1月3日 元旦\n2月5日至11日 春节\n2027-10-01至2027-10-07 国庆节",
    "worked": "1月30日 春节\n2027-10-09 国庆节",
}


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"days_off": "国庆节七天"}, "days_off", "没看明白"),
        ({"days_off": "2月30日 春节"}, "days_off", "不存在"),
        ({"days_off": "10月7日至10月1日"}, "days_off", "起止不对"),
        ({"days_off": "1月1日 元旦\n1月1日至3日 元旦"}, "days_off", "写了两次"),
        ({"days_off": "2026-10-01 国庆节"}, "days_off", "都在2027年里"),
        ({"worked": "1月29日 春节"}, "worked", "不是周末"),
        ({"days_off": "1月30日 春节"}, "worked", "又放假又上班"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_with_the_line(changes, field, said):
    with pytest.raises(InvalidInput) as refused:
        check_form(KINDS["working_year"].values, YEAR_2027 | changes)

    assert said in refused.value.fields[field]


def test_an_approved_calendar_of_the_console_is_what_promises_and_clocks_count_by(database, clock, people):
    content = RecordContent(
        name="2027年放假安排", region="全国", source="国务院办公厅通知", confidence="V", checked_at=TODAY,
        valid_from=TODAY, valid_to=None, values=YEAR_2027,
    )  # fmt: skip
    with database.unit_of_work() as session:
        # The project's own days of that year know neither the long holiday nor the worked Saturday.
        facts = {"source": "推算", "checked_at": TODAY, "confidence": "GK"}
        session.add(CalendarDay(day=date(2027, 5, 3), kind="holiday", name="劳动节", **facts))
        record = editing.start_record(session, staff=people["author"], kind="working_year", now=clock.now())
        save = {"staff": people["author"], "record_id": record.id, "now": clock.now()}
        with pytest.raises(InvalidInput) as refused:
            editing.save_record(session, content=replace(content, region="广州"), version=record.version, **save)
        assert "region" in refused.value.fields
        editing.save_record(session, content=content, version=record.version, **save)
        record = editing.submit_record(session, **save)
        editing.approve_record(
            session, staff=people["other"], record_id=record.id, version=record.version, now=clock.now()
        )
    clock.set(datetime(2027, 9, 30, 17, 0, tzinfo=CHINA))
    with database.unit_of_work() as session:
        calendar = load_calendar(session, china_date(clock.now()))
        case = make_service_case(session, clock.now())

        assert calendar.is_working_day(date(2027, 1, 30)) and calendar.is_working_day(date(2027, 5, 3))
        assert not calendar.is_working_day(date(2027, 10, 6))
        # Thirty minutes are left of Thursday; the next desk hours are those of the 8th, after the long holiday.
        assert "8日" in chinese_time(case.promised_at, clock.now())


def test_a_calendar_that_nobody_approved_counts_for_nothing(database, clock):
    with database.unit_of_work() as session:
        make_record(session, clock.now(), kind="working_year", values=YEAR_2027, state=RecordState.PENDING)
        make_record(session, clock.now(), kind="working_year", key="later", values=YEAR_2027,
                    valid_from=TODAY + timedelta(days=1))  # fmt: skip
        assert load_calendar(session, TODAY).is_working_day(date(2027, 10, 6))
        assert not load_calendar(session, TODAY + timedelta(days=1)).is_working_day(date(2027, 10, 6))


def test_an_expert_is_on_the_panel_once_a_second_person_agrees(database, clock, people):
    content = RecordContent(
        name="周工", region="广州", source="专家库聘书〔2026〕3号", confidence="V", checked_at=TODAY, valid_from=TODAY,
        valid_to=TODAY + timedelta(days=364), values={"skills": ["enforcement"], "conflicts": "佛山某某五金厂\n甲公司",
                                                    "away_until": "2026-12-01"},
    )  # fmt: skip
    with database.unit_of_work() as session:
        record = editing.start_record(session, staff=people["author"], kind="expert", now=clock.now())
        written = {"staff": people["author"], "record_id": record.id, "now": clock.now()}
        editing.save_record(session, content=content, version=record.version, **written)
        editing.submit_record(session, **written)
        assert find_experts(session, TODAY) == {} and session.scalars(select(Institution)).all() == []

        approval = {"staff": people["other"], "record_id": record.id, "version": record.version, "now": clock.now()}
        editing.approve_record(session, **approval)

        assert [row.name for row in session.scalars(select(Institution))] == ["周工"]
        # Away until the first of December, that day included.
        assert find_experts(session, TODAY) == find_experts(session, date(2026, 12, 1)) == {}
        standing = find_experts(session, date(2026, 12, 2))["周工"]
        assert (standing.regions, standing.skills) == (["广东省广州市"], ["enforcement"])
        assert standing.conflicts == ["佛山某某五金厂", "甲公司"]
        assert find_experts(session, TODAY + timedelta(days=365)) == {}


def test_an_expert_does_not_take_the_name_of_another_partner(database, clock, people):
    with database.unit_of_work() as session:
        make_institution(session, clock.now(), party="bank", name="演示银行")
        record = make_record(
            session, clock.now(), kind="expert", name="演示银行", values={"skills": ["patent"]},
            state=RecordState.PENDING, author_id=people["author"].id,
        )  # fmt: skip
        with pytest.raises(Conflict, match="同名"):
            editing.approve_record(
                session, staff=people["other"], record_id=record.id, version=record.version, now=clock.now()
            )


def test_experts_know_what_the_desks_know():
    assert {skill.value: skill.label for skill in Skill} == ABILITY_NAMES


def test_two_who_begin_a_version_at_once_get_the_same_draft_whichever_page_they_are_on(database, clock, people):
    """From the page of an older version, from that of the present one, and where there is no version yet."""
    with database.unit_of_work() as session:
        old = make_record(session, clock.now(), name="旧版", state=RecordState.RETIRED).id
        present = make_record(session, clock.now(), name="现行").id

    def begin(session, record_id: int | None) -> int:
        staff = session.get_one(Staff, people["author"].id)
        if record_id is None:
            return start_setting(session, staff=staff, key="pledge_financing/offer", now=clock.now()).id
        return editing.start_version(session, staff=staff, record_id=record_id, now=clock.now()).id

    def begin_alone(record_id: int | None) -> int:
        with database.unit_of_work() as session:
            return begin(session, record_id)

    for one, other in ((old, present), (None, None)):
        with ThreadPoolExecutor(1) as pool:
            with database.unit_of_work() as session:
                first = begin(session, one)
                second = pool.submit(begin_alone, other)
                wait_until_somebody_waits(database)
            assert second.result(timeout=30) == first
