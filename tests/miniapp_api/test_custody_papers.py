"""Papers of a proof through the API: up, listed, down by a short link, and away."""

from io import BytesIO

from werkzeug.test import TestResponse

from tests.miniapp_api.conftest import Phone
from tests.support.sample_files import multipart, pdf, word


def send(phone: Phone, right_id: str, content: bytes, *, key: str | None = None) -> TestResponse:
    body, kind = multipart({"file": (BytesIO(content), "登记簿副本.exe")})
    path = f"/api/v1/custody-rights/{right_id}/papers"
    return phone.client.post(path, data=body, content_type=kind, headers=phone.headers(key))


def bring(phone: Phone) -> str:
    right = {"number": "12345678", "kind": "trademark"}
    return str(phone.post("/custody-rights", {"rights": [right]}).get_json()["added"][0]["id"])


def test_a_paper_is_named_by_its_content_listed_opened_and_removed(phone: Phone) -> None:
    right_id = bring(phone)
    path = f"/custody-rights/{right_id}/papers"

    paper = send(phone, right_id, pdf(), key="paper-key-1").get_json()
    assert (paper["file_name"], paper["media_type"]) == ("登记簿副本.pdf", "application/pdf")
    assert send(phone, right_id, pdf(), key="paper-key-1").get_json() == paper
    assert phone.get(path).get_json()["items"] == [paper]
    link = phone.post(f"{path}/{paper['id']}/link").get_json()
    assert "/files/custody?t=" in link["url"]
    assert phone.delete(f"{path}/{paper['id']}").status_code == 204
    assert phone.get(path).get_json()["items"] == []
    assert phone.post(f"{path}/{paper['id']}/link").status_code == 404


def test_what_is_no_paper_is_refused_by_its_content(phone: Phone) -> None:
    right_id = bring(phone)

    for content in (word(), b"", b"MZ program"):
        assert send(phone, right_id, content).status_code == 422
