"""The photo of a certificate through the API: the numbers on it, nothing kept."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from adapters.picture_text_embedded import FailingPictureText, with_words
from core.clock import FixedClock
from dev.demonstration_certificate import draw
from models import CustodyRight
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.custody import NUMBER
from tests.support.rights import make_right
from tests.support.sample_files import multipart, pdf


@pytest.fixture(autouse=True)
def record(resources: Resources, clock: FixedClock) -> None:
    with resources.database.unit_of_work() as session:
        make_right(session, clock.now())


def send(phone: Phone, content: bytes) -> TestResponse:
    body, kind = multipart({"file": (BytesIO(content), "证书.jpg")})
    return phone.client.post("/api/v1/custody-photos", data=body, content_type=kind, headers=phone.headers())


def test_a_demonstration_certificate_gives_its_number_with_the_title_of_our_records(
    phone: Phone, resources: Resources
) -> None:
    answer = send(phone, draw(NUMBER, "一种石墨烯散热膜"))

    assert answer.status_code == 200
    known = {"number": NUMBER, "title": "一种石墨烯散热膜", "is_in_records": True, "is_demo": True}
    assert answer.get_json()["items"] == [known | {"reason": None, "meant": []}]
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CustodyRight)) == 0


def test_a_wrong_check_digit_has_its_reason_and_what_was_meant(phone: Phone) -> None:
    found = send(phone, with_words(Image.new("RGB", (4, 4)), "专利号:ZL 2021 1 0123465.7")).get_json()["items"][0]

    assert "校验位对不上" in found["reason"]
    assert [each["number"] for each in found["meant"]] == [NUMBER]


def test_what_has_no_number_is_empty_and_what_is_no_picture_is_refused(phone: Phone) -> None:
    assert send(phone, with_words(Image.new("RGB", (4, 4)), "营业执照")).get_json()["items"] == []
    for content in (pdf(), b"", b"\xff\xd8\xffbroken", b"\x89PNG\r\n\x1a\n" + bytes(10 * 1024 * 1024)):
        refused = send(phone, content)
        assert (refused.status_code, set(refused.get_json()["error"]["fields"])) == (422, {"file"})


def test_a_reader_that_is_away_is_said_and_typing_is_offered(phone: Phone, resources: Resources) -> None:
    resources.__dict__["picture_text"] = FailingPictureText()

    answer = send(phone, draw(NUMBER, "一种石墨烯散热膜"))

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "upstream_unavailable")
    assert "直接填" in answer.get_json()["error"]["message"]
