"""Evidence from the form to the certificate, through the jobs that do it: real tokens, a real store, a local office."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from adapters.notary import HttpNotary, NoNotary
from adapters.timestamp import NoTimestampAuthority
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.outbox import OutboxRow, OutboxState
from models import Case, CaseDocument, CaseStatus, Message, StaffNotification
from services.case_records import list_events
from services.case_sweeps import mark_missed_promises, rescue_unrouted_cases
from services.casework.documents import Sender, list_documents
from services.casework.moves import Mover, move_case
from services.casework.system_work import rescue_forgotten_work
from services.evidence.reverifying import verify_tokens
from services.evidence.stamping import stamp_case
from services.evidence.verification import find_proof, token_holds
from services.privacy import erase_user_by_id
from services.resources import Resources
from tests.support.casework import make_service_case
from tests.support.documents import add_file
from tests.support.jobs import run_outbox
from tests.support.office_server import SECRET, OfficeServer
from tests.support.s3_server import serving
from tests.support.sample_files import pdf, picture
from tests.support.staff import make_staff

KIND = "evidence_timestamp"
DIGEST = hashlib.sha256(b"drawing").hexdigest()
FORM = {
    "title": "散热结构设计图", "thing": "drawing", "mode": "hash", "sha256": DIGEST.upper(),
    "holder": "广州云测科技有限公司", "show_title": False, "wants_notary": False, "phone": "13800138000",
}  # fmt: skip
UPLOAD = {name: value for name, value in FORM.items() if name != "sha256"} | {"mode": "upload"}
NOTARY = FORM | {"wants_notary": True}


@pytest.fixture
def file(resources: Resources, clock) -> Callable[..., Case]:
    """File the form and do all that is due then."""

    def file(values: dict, *, run: bool = True) -> Case:
        with resources.database.unit_of_work() as session:
            case = make_service_case(session, clock.now(), kind=KIND, values=values)
        if run:
            run_outbox(resources)
        return case

    return file


@pytest.fixture
def office() -> Iterator[OfficeServer]:
    server = OfficeServer()
    with serving(server):
        yield server


def state(resources: Resources, case: Case) -> tuple[str | None, str]:
    with resources.database.reading() as session:
        row = session.get_one(Case, case.id)
        return row.stage, row.status


def told(resources: Resources, case: Case) -> list[str]:
    with resources.database.reading() as session:
        return list(session.scalars(select(Message.text).where(Message.case_id == case.id).order_by(Message.id)))


def tokens(resources: Resources, case: Case) -> list[CaseDocument]:
    with resources.database.reading() as session:
        return list_documents(session, case.id, ["token"])


def code_of(resources: Resources, case: Case) -> str:
    with resources.database.reading() as session:
        return str(session.get_one(Case, case.id).results["stamped"]["code"])


def proof_of(resources: Resources, case: Case):
    with resources.database.reading() as session:
        return find_proof(session, case.number, code_of(resources, case))


def test_a_hash_is_stamped_without_the_thing_itself(app: Flask, resources, file):
    case = file(FORM)

    assert case.number.startswith("CZ")
    assert state(resources, case) == ("done", CaseStatus.CLOSED)
    [token] = tokens(resources, case)
    assert token.file_name == f"时间戳凭证-{case.number}.tsr" and (token.user_id, token.staff_id) == (None, None)
    proof, stored = proof_of(resources, case)
    assert (proof.sha256, proof.title, stored.id) == (DIGEST, None, token.id)
    assert token_holds(resources.files, resources.timestamps, proof, stored) is True
    [text] = told(resources, case)
    assert f"/verify/{case.number}/{proof.code}" in text and "演示数据" in text and "13800138000" not in text


def test_an_upload_is_stamped_once_its_original_is_there(app: Flask, resources, file, clock):
    case = file(UPLOAD)
    assert state(resources, case)[0] == "received" and tokens(resources, case) == []

    original = add_file(
        resources.database, resources.files, case.id, clock.now(), sender=Sender(user_id=case.user_id), kind=KIND,
        key="original", content=picture(),
    )  # fmt: skip
    run_outbox(resources)

    proof, _ = proof_of(resources, case)
    assert proof.sha256 == original.sha256 == hashlib.sha256(picture()).hexdigest()
    assert state(resources, case)[0] == "done"


def test_the_title_is_shown_only_where_its_holder_allowed(app: Flask, resources, file):
    assert proof_of(resources, file(FORM))[0].title is None
    assert proof_of(resources, file(FORM | {"show_title": True}))[0].title == "散热结构设计图"


def test_a_wrong_code_looks_like_a_missing_case(app: Flask, resources, file):
    case = file(FORM)
    with resources.database.unit_of_work() as session:
        other = make_service_case(session, resources.clock.now()).number

    said = set()
    with resources.database.reading() as session:
        assert find_proof(session, case.number.lower(), code_of(resources, case).upper())
        for number, code in ((case.number, "aaaaaaaaaa"), (case.number, ""), ("CZ991231-0001", ""), (other, "")):
            with pytest.raises(NotFound) as refused:
                find_proof(session, number, code)
            said.add(refused.value.message)
    assert len(said) == 1


def test_an_authority_that_is_away_is_tried_again_and_nothing_is_lost(app: Flask, resources, file, clock):
    away = replace(resources, timestamps=NoTimestampAuthority())
    app.extensions["resources"] = away
    case = file(FORM)
    with resources.database.reading() as session:
        row = session.scalar(select(OutboxRow).where(OutboxRow.job_name == "jobs.cases.do_work"))
    assert (row.state, row.attempt_count, row.last_error) == (OutboxState.QUEUED, 1, "TimestampError")
    assert state(resources, case)[0] == "received"

    app.extensions["resources"] = resources
    clock.advance(timedelta(minutes=1))
    run_outbox(resources)
    assert state(resources, case)[0] == "done"


def test_what_every_try_left_behind_is_found_again_hours_later(app: Flask, resources, file, clock):
    case = file(FORM, run=False)
    with resources.database.unit_of_work() as session:
        for row in session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.cases.do_work")):
            row.state = OutboxState.FAILED
    clock.advance(timedelta(hours=5))
    with resources.database.unit_of_work() as session:
        assert rescue_forgotten_work(session, clock.now()) == 1
    run_outbox(resources)

    assert state(resources, case)[0] == "done"
    with resources.database.unit_of_work() as session:
        assert rescue_forgotten_work(session, clock.now()) == 0


def test_two_runs_at_one_time_leave_one_token(app: Flask, resources, file, clock):
    case = file(FORM, run=False)

    class Meanwhile:
        """Another worker is quicker while this one waits for the authority."""

        roots_pem = b""

        def stamp(self, digest: bytes):
            run(resources.timestamps)
            return resources.timestamps.stamp(digest)

    def run(authority) -> None:
        stamp_case(
            resources.database, resources.files, authority, base_url="", case_id=case.id, now=clock.now()
        )  # fmt: skip

    run(Meanwhile())
    run(resources.timestamps)

    assert len(tokens(resources, case)) == 1 and len(told(resources, case)) == 1
    assert state(resources, case)[0] == "done"


def test_a_case_withdrawn_while_the_authority_answers_stays_withdrawn(app: Flask, resources, file, clock):
    case = file(FORM, run=False)

    class Slow:
        roots_pem = b""

        def stamp(self, digest: bytes):
            with resources.database.unit_of_work() as session:
                move_case(session, case_id=case.id, to="withdrawn", mover=Mover(user_id=case.user_id), now=clock.now())
            return resources.timestamps.stamp(digest)

    stamp_case(resources.database, resources.files, Slow(), base_url="", case_id=case.id, now=clock.now())
    assert state(resources, case) == ("withdrawn", CaseStatus.CLOSED) and tokens(resources, case) == []


def test_a_token_that_was_changed_in_the_store_does_not_hold(app: Flask, resources, file):
    case = file(FORM)
    proof, token = proof_of(resources, case)
    content = b"".join(resources.files.read(token.storage_key))
    for changed in (content[:-1] + bytes([content[-1] ^ 1]), b"junk"):
        store = {token.storage_key: changed}

        class Changed:
            def read(self, key: str, store=store):
                return iter([store[key]])

        assert token_holds(Changed(), resources.timestamps, proof, token) is False
    resources.files.delete(token.storage_key)
    assert token_holds(resources.files, resources.timestamps, proof, token) is None
    assert token_holds(resources.files, resources.timestamps, replace(proof, sha256="0" * 64), token) is None


def test_the_weekly_round_tells_staff_once_of_a_token_that_fails_and_of_no_other(app: Flask, resources, file, clock):
    with resources.database.unit_of_work() as session:
        make_staff(session, clock.now(), role="supervisor")
    broken, sound = file(FORM), file(FORM)
    _, token = proof_of(resources, broken)

    class OneChanged:
        def read(self, key: str):
            return iter([b"junk"]) if key == token.storage_key else resources.files.read(key)

    for _ in range(2):
        verify_tokens(resources.database, OneChanged(), resources.timestamps, after=0, now=clock.now())

    with resources.database.reading() as session:
        told = session.scalars(select(StaffNotification).where(StaffNotification.key.startswith("token-"))).all()
        assert {each.case_id for each in told} == {broken.id} and "复核没通过" in told[0].text
        failed = {case.id: [event.kind for event in list_events(session, case.id)].count("token_failed")
                  for case in (broken, sound)}  # fmt: skip
    assert failed == {broken.id: 1, sound.id: 0}


def test_a_wanted_notary_receives_then_certifies(app: Flask, resources, file, clock):
    case = file(NOTARY)
    assert state(resources, case)[0] == "notary_sent"
    with resources.database.reading() as session:
        receipt = session.get_one(Case, case.id).results["notary_receipt"]
    assert receipt["number"].startswith("YSGZ") and "演示" in receipt["office"]

    clock.advance(timedelta(minutes=10))
    run_outbox(resources)

    assert state(resources, case) == ("done", CaseStatus.CLOSED)
    proof, _ = proof_of(resources, case)
    assert "演示证字" in proof.certificate and receipt["office"] == proof.office
    assert told(resources, case)[1:] == [
        f"存证 {case.number} 已送公证。\n{receipt['office']}受理号:{receipt['number']}",
        f"存证 {case.number} 公证处已出证。\n公证机构:{receipt['office']}\n公证书编号:{proof.certificate}",
    ]


def with_office(app: Flask, resources: Resources, office: OfficeServer) -> None:
    notary = HttpNotary(office.url, SECRET, "广州演示公证处")
    app.extensions["resources"] = replace(resources, notary=notary)


def test_an_office_that_dies_after_filing_gets_no_second_one(app: Flask, resources, file, clock, office):
    with_office(app, resources, office)
    office.fails = "dies after filing"
    case = file(NOTARY)
    assert state(resources, case)[0] == "notary_sent" and len(office.filings) == 1

    office.fails, office.state = "", "certified"
    clock.advance(timedelta(minutes=1))
    run_outbox(resources)

    assert state(resources, case)[0] == "done" and len(office.filings) == 1
    assert next(iter(office.filings.values()))["sha256"] == DIGEST


def test_a_refusal_is_told_with_its_reason_and_may_be_sent_anew(app: Flask, resources, file, clock, office):
    with_office(app, resources, office)
    office.state = "refused"
    case = file(NOTARY)
    assert state(resources, case)[0] == "notary_failed"
    assert "权利人名称与营业执照不符" in told(resources, case)[-1] and "时间戳仍然有效" in told(resources, case)[-1]

    office.state = "certified"
    with resources.database.unit_of_work() as session:
        move_case(session, case_id=case.id, to="notary_sent", mover=Mover(user_id=case.user_id), now=clock.now())
    run_outbox(resources)

    assert state(resources, case)[0] == "done"
    assert sorted(office.filings) == [f"{case.number}-1", f"{case.number}-2"]


def test_what_the_office_does_not_take_ends_the_attempt(app: Flask, resources, file, office):
    with_office(app, resources, office)
    office.fails = "refuses to take"

    assert state(resources, file(NOTARY))[0] == "notary_failed"


def test_without_an_office_the_case_waits_and_its_stamp_holds(app: Flask, resources, file):
    app.extensions["resources"] = replace(resources, notary=NoNotary())
    case = file(NOTARY)

    assert state(resources, case)[0] == "notary_sent"
    assert token_holds(resources.files, resources.timestamps, *proof_of(resources, case)) is True


def test_nobody_but_the_system_says_that_it_is_stamped(app: Flask, resources, file, clock):
    case = file(UPLOAD)
    with pytest.raises(Forbidden), resources.database.unit_of_work() as session:
        move_case(session, case_id=case.id, to="stamped", mover=Mover(user_id=case.user_id), now=clock.now())
    with pytest.raises(InvalidInput):
        add_file(
            resources.database, resources.files, case.id, clock.now(), sender=Sender(user_id=case.user_id), kind=KIND,
            key="token", content=pdf(),
        )  # fmt: skip
    with pytest.raises(InvalidInput):
        add_file(
            resources.database, resources.files, file(FORM, run=False).id, clock.now(),
            sender=Sender(user_id=case.user_id), kind=KIND, key="original",
        )  # fmt: skip
    with pytest.raises(Conflict), resources.database.unit_of_work() as session:
        move_case(session, case_id=case.id, to="done", mover=Mover(is_system=True), now=clock.now())


def test_an_erased_persons_proof_is_gone_also_when_a_job_comes_late(app: Flask, resources, file, clock):
    case, waiting = file(FORM), file(UPLOAD)
    code = code_of(resources, case)
    [token] = tokens(resources, case)
    with resources.database.unit_of_work() as session:
        for user_id in (case.user_id, waiting.user_id):
            erase_user_by_id(session, user_id, clock.now())
    run_outbox(resources)

    with resources.database.reading() as session, pytest.raises(NotFound):
        find_proof(session, case.number, code)
    assert not list(resources.files._folder.rglob(token.storage_key))
    stamp_case(
        resources.database, resources.files, resources.timestamps, base_url="", case_id=waiting.id, now=clock.now()
    )
    assert tokens(resources, waiting) == []


def test_what_finishes_by_itself_is_offered_to_nobody_and_what_does_not_is(app: Flask, resources, file, clock):
    with resources.database.unit_of_work() as session:
        make_staff(session, clock.now(), skills=["enforcement"])
        session.add(StaffNotification(staff_id=make_staff(session, clock.now(), role="supervisor").id, kind="case_news",
                                      key="before", text="以前的", created_at=clock.now()))  # fmt: skip
    stamped, waiting = file(FORM), file(UPLOAD)
    assert state(resources, stamped) == ("done", CaseStatus.CLOSED)
    with resources.database.unit_of_work() as session:
        assert rescue_unrouted_cases(session, clock.now() + timedelta(hours=1)) == 0
        assert mark_missed_promises(session, clock.now() + timedelta(hours=1)) == 0
        assert session.scalars(select(StaffNotification.key)).all() == ["before"]

    # The original stays away until the clock is over: then somebody is asked.
    with resources.database.reading() as session:
        due_at = session.get_one(Case, waiting.id).next_due_at
    with resources.database.unit_of_work() as session:
        assert rescue_unrouted_cases(session, due_at + timedelta(minutes=1)) == 1
