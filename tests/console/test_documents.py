"""Documents in the console: staff add and remove, partners see what is meant for them, everybody else nothing."""

import io

import pytest
from sqlalchemy import select

from adapters.files_local import LocalFiles
from models import AuditEntry, Case, CaseDocument, CaseTask, Role, Staff, TaskState
from services.casework.assignment import take_case
from services.casework.documents import Sender
from services.catalogue.model import Party
from tests.support.casework import make_institution, make_service_case
from tests.support.documents import add_file
from tests.support.sample_files import multipart, pdf
from tests.support.staff import make_staff


@pytest.fixture
def case(database, clock, people) -> Case:
    """A pledge that the agent has."""
    with database.unit_of_work() as session:
        case = make_service_case(session, clock.now())
        take_case(session, staff=session.get_one(Staff, people["agent"].id), case_id=case.id, now=clock.now())
        return case


@pytest.fixture
def files(app) -> LocalFiles:
    return app.extensions["resources"].files


def upload(browser, number: str, content: bytes, name: str = "合同.pdf", key: str = "contract"):
    body, kind = multipart({"csrf_token": browser.token, "key": key, "file": (io.BytesIO(content), name)})
    return browser.client.post(f"/console/cases/{number}/documents", data=body, content_type=kind)


def documents(database, case) -> list[CaseDocument]:
    with database.reading() as session:
        query = select(CaseDocument).where(CaseDocument.case_id == case.id, CaseDocument.removed_at.is_(None))
        return list(session.scalars(query))


def test_the_handler_adds_opens_and_removes_a_document(database, case, signed_in, people):
    browser = signed_in("agent")
    page = f"/console/cases/{case.number}/documents"
    assert "质押合同" in browser.get(page).get_data(as_text=True)

    assert upload(browser, case.number, pdf()).status_code == 303
    [row] = documents(database, case)
    assert (row.staff_id, row.user_id, row.file_name) == (people["agent"].id, None, "合同.pdf")
    assert "合同.pdf" in browser.get(page).get_data(as_text=True)

    opened = browser.get(f"/console/documents/{row.public_id}")
    assert opened.status_code == 302 and opened.location.startswith("/files?t=")
    file = browser.client.get(opened.location)
    assert file.data == pdf() and file.headers["Content-Disposition"].startswith("attachment;")

    browser.get(page)
    assert browser.post(f"/console/documents/{row.public_id}/remove").status_code == 303
    assert documents(database, case) == []
    with database.reading() as session:
        wanted = select(AuditEntry.action).where(AuditEntry.target == f"case:{case.number}")
        actions = list(session.scalars(wanted.order_by(AuditEntry.id)))
    assert actions[-3:] == ["document_added", "document_opened", "document_removed"]


def test_a_large_document_comes_through_and_what_cannot_be_taken_is_said(database, case, signed_in):
    browser = signed_in("agent")
    browser.get(f"/console/cases/{case.number}/documents")

    refused = upload(browser, case.number, b"<svg onload='x'/>", "a.pdf")
    assert refused.status_code == 422 and "质押合同只收PDF、JPG、PNG" in refused.get_data(as_text=True)
    missing = browser.post(f"/console/cases/{case.number}/documents", {"key": "contract"})
    assert missing.status_code == 422 and "请选择文件" in missing.get_data(as_text=True)
    assert upload(browser, case.number, pdf() + b"0" * 3_000_000).status_code == 303
    assert upload(browser, case.number, pdf() + b"0" * 23_000_000).status_code == 413
    assert len(documents(database, case)) == 1


def test_without_a_session_a_large_body_is_not_even_read(browse, case):
    browser = browse()
    browser.get("/console/login")

    assert upload(browser, case.number, pdf() + b"0" * 3_000_000).status_code in (302, 413)


def test_who_does_not_have_the_case_finds_nothing(database, clock, case, signed_in, files):
    document = add_file(database, files, case.id, clock.now(), sender=Sender(user_id=case.user_id))
    stranger = signed_in("stranger")

    for path in (f"/console/cases/{case.number}/documents", f"/console/documents/{document.public_id}"):
        assert stranger.get(path).status_code == 404, path
    assert upload(stranger, case.number, pdf()).status_code == 404
    assert stranger.post(f"/console/documents/{document.public_id}/remove").status_code == 404
    assert [row.id for row in documents(database, case)] == [document.id]


def test_a_partner_sees_what_is_meant_for_parties_and_changes_nothing(database, clock, case, browse, files):
    seen = add_file(database, files, case.id, clock.now(), sender=Sender(user_id=case.user_id), name="执照.pdf")
    hidden = add_file(
        database, files, case.id, clock.now(), sender=Sender(user_id=case.user_id), key="statements", name="报表.pdf"
    )
    with database.unit_of_work() as session:
        bank = make_institution(session, clock.now(), party=Party.BANK).id
        partner = make_staff(session, clock.now(), role=Role.PARTNER)
        partner.institution_id = bank
        task = CaseTask(
            public_id="t" * 22, case_id=case.id, key="review", party=Party.BANK, institution_id=bank,
            state=TaskState.WAITING, created_at=clock.now(),
        )  # fmt: skip
        session.add(task)
    browser = browse()
    browser.log_in(partner)
    page = f"/console/cases/{case.number}/documents"
    assert browser.get(page).status_code == 404

    with database.unit_of_work() as session:
        session.get_one(CaseTask, task.id).state = TaskState.OPEN
    shown = browser.get(page).get_data(as_text=True)
    assert "执照.pdf" in shown and "报表.pdf" not in shown and "上传" not in shown
    assert browser.get(f"/console/documents/{seen.public_id}").status_code == 302
    assert browser.get(f"/console/documents/{hidden.public_id}").status_code == 404
    assert upload(browser, case.number, pdf()).status_code == 404
    assert browser.post(f"/console/documents/{seen.public_id}/remove").status_code == 404
