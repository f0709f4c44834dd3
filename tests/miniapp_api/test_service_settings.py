"""What staff set of a service reaches owners in chat and mini-program, in every process, and ends with its last day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.db import Database
from models import Case
from services.casework.clocks import list_clocks, recount_clocks
from services.casework.moves import Mover, move_case
from services.catalogue import declared, in_force, service_of
from services.dated_data.following import SettingsFollower
from tests.support.casework import PLEDGE, make_service_case
from tests.support.service_settings import make_setting, noticed_at_once
from tests.support.waiting import wait_until

PAUSED = {"offer": "paused", "reason": "合作银行在换系统"}
LAST = date(2026, 12, 31)
SAID = "质押融资暂停受理新申请:合作银行在换系统,2027年1月1日恢复。"


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    with noticed_at_once(monkeypatch):
        yield


def put(database, clock, key, values, **columns):
    with database.unit_of_work() as session:
        make_setting(session, clock.now(), key, values, **columns)


def test_words_that_are_set_are_said_in_chat_form_and_notice(phone, database, clock):
    put(database, clock, "pledge_financing/intro", {"text": "质押融资由专员陪您办到放款。"})
    put(database, clock, "pledge_financing/field/amount/question", {"text": "需要贷多少钱?"})
    put(database, clock, "pledge_financing/field/amount/example", {"text": "500万"})
    put(database, clock, "pledge_financing/document/licence", {"text": "证明借款企业"})
    put(database, clock, "pledge_financing/submitted", {"text": "收到了,单号 {number},{promised}前给您电话。"})

    begun = phone.post("/ask", {"text": "想用专利贷款"}).get_json()["answer"]
    assert begun == "质押融资由专员陪您办到放款。\n需要贷多少钱?(比如:500万)"
    shown = phone.get("/services/pledge_financing").get_json()
    assert (shown["fields"][0]["question"], shown["fields"][0]["example"]) == ("需要贷多少钱?", "500万")
    assert [each["name"] for each in shown["fields"]] == list(PLEDGE)
    assert shown["documents"][0]["reason"] == "证明借款企业"
    filed = phone.post("/cases", {"service": "pledge_financing", "form": PLEDGE}, key="words-0001").get_json()
    assert filed["message"].startswith(f"收到了,单号 {filed['number']},")
    # The checks are the declaration's own, whatever the words.
    refused = phone.post("/cases", {"service": "pledge_financing", "form": {**PLEDGE, "amount": -1}}, key="words-0002")
    assert refused.status_code == 422 and "amount" in refused.get_json()["error"]["fields"]


def test_a_paused_service_says_so_with_a_way_on_and_what_runs_goes_on(phone, database, clock):
    first = phone.post("/cases", {"service": "pledge_financing", "form": PLEDGE}, key="pause-0001").get_json()
    drafted = phone.put("/services/pledge_financing/draft", {"values": {"amount": 3_000_000}, "version": 0})
    assert drafted.status_code == 200
    put(database, clock, "pledge_financing/offer", PAUSED, valid_to=LAST)

    answer = phone.post("/ask", {"text": "想用专利贷款"}).get_json()["answer"]
    assert answer == f"{SAID}填好的留14天,在办的照常办。\n想先和专员说,回复“转人工”。"
    assert "单号 KF" in phone.post("/ask", {"text": "转人工"}).get_json()["answer"]
    items = {each["key"]: each["paused"] for each in phone.get("/services").get_json()["items"]}
    assert items["pledge_financing"] == SAID and items["ip_insurance"] == ""
    refused = phone.post("/cases", {"service": "pledge_financing", "form": PLEDGE}, key="pause-0002")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (409, "service_paused")
    assert refused.get_json()["error"]["message"] == f"{SAID}在办的照常办,着急可以转人工。"
    assert phone.get("/services/pledge_financing/draft").get_json()["values"] == {"amount": 3_000_000}

    with database.unit_of_work() as session:
        case = session.scalars(select(Case).where(Case.number == first["number"])).one()
        moved = move_case(session, case_id=case.id, to="withdrawn", mover=Mover(user_id=case.user_id), now=clock.now())
        assert moved.stage == "withdrawn"

    clock.advance(timedelta(days=40))
    with database.reading() as session:
        session.scalar(select(Case.id))
    assert service_of("pledge_financing").pause is None


def test_a_form_on_the_table_stops_at_the_next_answer_and_keeps_what_it_has(phone, database, clock):
    phone.post("/ask", {"text": "想用专利贷款300万"})
    put(database, clock, "pledge_financing/offer", PAUSED)

    answer = phone.post("/ask", {"text": "12个月"}).get_json()["answer"]

    assert answer.startswith("质押融资暂停受理新申请:合作银行在换系统,恢复时间还没定。填好的留14天")
    assert phone.get("/services/pledge_financing/draft").get_json()["values"]["amount"] == 3_000_000
    fresh = phone.put("/services/ip_insurance/draft", {"values": {}, "version": 0})
    assert fresh.status_code == 200


def test_a_time_that_is_set_counts_for_clocks_that_start_from_then_on(app, database, clock):
    with database.unit_of_work() as session:
        before = make_service_case(session, clock.now())
        first = list_clocks(session, before.id)[0].due_at
        make_setting(session, clock.now(), "pledge_financing/hours/prescreen", {"hours": 32})
    with database.unit_of_work() as session:
        after = make_service_case(session, clock.now())
        assert list_clocks(session, after.id)[0].due_at > first
        recount_clocks(session, change="calendar", after=0, now=clock.now())
        assert list_clocks(session, before.id)[0].due_at == first


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("pledge_financing/submitted", {"text": "收到了,{promised}前给您电话。"}),
        ("pledge_financing/submitted", {"text": "单号 {number} {weather}"}),
        ("pledge_financing/hours/repayment", {"hours": 5}),
        ("pledge_financing/stage/forgotten", {"text": "还在办。"}),
        ("forgotten/intro", {"text": "还在办。"}),
    ],
)
def test_what_does_not_fit_the_declaration_any_more_is_left_out(app, database, clock, key, values):
    put(database, clock, key, values)
    put(database, clock, "ip_insurance/intro", {"text": "按件投保。"})
    with database.reading() as session:
        session.scalar(select(Case.id))

    assert service_of("pledge_financing") == declared()["pledge_financing"]
    assert service_of("ip_insurance").intro == "按件投保。"


def test_another_process_notices_within_seconds(database, database_url, clock, monkeypatch):
    monkeypatch.undo()  # the true interval
    other = Database(database_url)
    SettingsFollower(clock).follow(other)

    def intro() -> str:
        with other.reading() as session:
            session.scalar(select(Case.id))
        return service_of("ip_insurance").intro

    own = declared()["ip_insurance"].intro
    assert intro() == own
    put(database, clock, "ip_insurance/intro", {"text": "按件投保。"})
    wait_until(lambda: intro() == "按件投保。", 5)
    other.engine.dispose()


def test_a_database_without_tables_is_asked_without_harm(tmp_path, clock):
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    SettingsFollower(clock).follow(empty)
    with empty.reading() as session:
        assert session.scalar(select(1)) == 1
    assert in_force.present() == {}
    empty.engine.dispose()
