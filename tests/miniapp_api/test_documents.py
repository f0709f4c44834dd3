"""Documents over the API: sent as a form with a file, listed, opened for minutes, removed."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models import CaseDocument, Conversation, User
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.casework import make_service_case
from tests.support.sample_files import multipart, pdf, picture


@pytest.fixture
def number(resources: Resources, phone: Phone) -> str:
    """A pledge that the phone's owner asked for."""
    return own_case(resources, phone)


def own_case(resources: Resources, phone: Phone) -> str:
    phone.post("/ask", {"text": "你好"})
    with resources.database.unit_of_work() as session:
        user = session.scalars(select(User).order_by(User.id.desc())).first()
        conversation = session.scalar(select(Conversation).where(Conversation.user_id == user.id))
        return make_service_case(session, resources.clock.now(), conversation=conversation).number


def upload(phone: Phone, number: str, *, once: str | None = None, **fields) -> TestResponse:
    given = {"file": (io.BytesIO(pdf()), "执照.PDF"), "key": "licence", **fields}
    body, kind = multipart(given)
    return phone.client.post(
        f"/api/v1/cases/{number}/documents", data=body, content_type=kind, headers=phone.headers(once)
    )


def test_a_file_is_added_listed_opened_and_removed(phone: Phone, number: str, clock) -> None:
    added = upload(phone, number)
    assert added.status_code == 201, added.json
    document = added.get_json()
    assert (document["name"], document["file_name"], document["added_by"]) == ("营业执照", "执照.pdf", "owner")

    listed = phone.get(f"/cases/{number}/documents").get_json()
    assert listed["items"] == [document]
    assert {"licence", "contract"} <= {each["key"] for each in listed["wanted"]}

    link = phone.post(f"/documents/{document['id']}/link").get_json()
    file = phone.client.get(link["url"].removeprefix("http://127.0.0.1:8000"))
    assert file.status_code == 200 and file.data == pdf()
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert "%E6%89%A7%E7%85%A7.pdf" in file.headers["Content-Disposition"]
    assert file.headers["X-Content-Type-Options"] == "nosniff" and "no-store" in file.headers["Cache-Control"]
    assert "sandbox" in file.headers["Content-Security-Policy"]

    assert phone.delete(f"/documents/{document['id']}").status_code == 204
    assert phone.delete(f"/documents/{document['id']}").status_code == 404
    assert phone.get(f"/cases/{number}/documents").get_json()["items"] == []
    assert phone.client.get(link["url"].removeprefix("http://127.0.0.1:8000")).status_code == 404


def test_a_link_is_over_after_minutes(phone: Phone, number: str, clock) -> None:
    document = upload(phone, number).get_json()
    url = phone.post(f"/documents/{document['id']}/link").get_json()["url"].removeprefix("http://127.0.0.1:8000")

    clock.advance(timedelta(minutes=6))
    answer = phone.client.get(url)
    assert answer.status_code == 404 and "链接已过期" in answer.get_json()["error"]["message"]
    assert phone.client.get("/files").status_code == 404


def test_a_repeated_upload_is_one_document(phone: Phone, number: str, resources: Resources) -> None:
    first, again = (upload(phone, number, once="upload-0001") for _ in range(2))
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert upload(phone, number).get_json()["id"] == first.get_json()["id"]

    other = upload(phone, number, once="upload-0001", file=(io.BytesIO(picture()), "a.png"))
    assert other.get_json()["error"]["code"] == "idempotency_key_reused"
    with resources.database.reading() as session:
        assert session.scalar(select(func.count(CaseDocument.id))) == 1


def test_a_document_is_replaced(phone: Phone, number: str) -> None:
    old = upload(phone, number).get_json()
    new = upload(phone, number, file=(io.BytesIO(picture()), "新执照.png"), replaces=old["id"]).get_json()

    assert [each["id"] for each in phone.get(f"/cases/{number}/documents").get_json()["items"]] == [new["id"]]


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"key": "nothing"}, 422, "key"),
        ({"key": "../x"}, 422, "key"),
        ({"file": "text"}, 422, "file"),
        ({"file": (io.BytesIO(b""), "a.pdf")}, 422, "file"),
        ({"file": (io.BytesIO(b"<svg onload='x'/>"), "a.png")}, 422, "file"),
        ({"replaces": "x" * 22}, 422, "replaces"),
        ({"other": "1"}, 422, "other"),
    ],
)
def test_what_cannot_be_taken_is_said_by_field(phone: Phone, number: str, fields, status, field) -> None:
    answer = upload(phone, number, **fields)

    assert answer.status_code == status, answer.json
    error = answer.get_json()["error"]
    assert field in error["fields"] and not error["message"].isascii()


def test_what_is_larger_than_any_document_is_refused_without_being_read(phone: Phone, number: str) -> None:
    answer = upload(phone, number, file=(io.BytesIO(pdf() + b"0" * (22 * 1024 * 1024)), "a.pdf"))
    assert answer.status_code == 413 and answer.get_json()["error"]["code"] == "too_large"
    # Three megabytes go where a file may go, and nowhere else.
    assert upload(phone, number, file=(io.BytesIO(pdf() + b"0" * 3_000_000), "a.pdf")).status_code == 201
    assert phone.post("/ask", {"text": "长" * 3_000_000}).status_code == 413


def test_an_upload_is_a_form_with_a_file(phone: Phone, number: str) -> None:
    answer = phone.post(f"/cases/{number}/documents", {"key": "licence"})

    assert answer.status_code == 415 and "multipart" in answer.get_json()["error"]["message"]


def test_a_strangers_case_and_document_look_like_missing_ones(
    phone: Phone, number: str, log_in: Callable[..., Phone], resources: Resources, app: APIFlask
) -> None:
    document = upload(phone, number).get_json()
    stranger = log_in("oMini2")

    for theirs, missing in (
        (upload(stranger, number), upload(stranger, "RZ991231-0001")),
        (stranger.get(f"/cases/{number}/documents"), stranger.get("/cases/RZ991231-0001/documents")),
        (stranger.delete(f"/documents/{document['id']}"), stranger.delete("/documents/" + "x" * 22)),
        (stranger.post(f"/documents/{document['id']}/link"), stranger.post("/documents/" + "x" * 22 + "/link")),
    ):
        assert theirs.status_code == missing.status_code == 404
        assert theirs.get_json() == missing.get_json()
    assert phone.get(f"/cases/{number}/documents").get_json()["items"] == [document]
