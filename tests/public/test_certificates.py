"""The page of a certificate: enough to compare with the paper, valid or revoked, and nothing to collect."""

import pytest
from flask import Flask

from models import Certificate
from services.resources import Resources
from services.training.certificate_links import make_certificate_link
from services.training.certificate_making import make_certificate
from services.training.certificates import issue_certificate
from tests.support.training import make_attended, make_booking, make_course, make_session


@pytest.fixture
def certificate(app: Flask, clock) -> Certificate:
    resources: Resources = app.extensions["resources"]
    with resources.database.unit_of_work() as session:
        course = make_course(session, clock.now(), gives_certificate=True)
        booking = make_booking(session, make_session(session, clock.now(), course=course), clock.now())
        make_attended(session, booking, clock.now())
        return issue_certificate(session, booking_id=booking.id, holder="欧阳靖羽", now=clock.now())


def page(app: Flask, number: str, status: int = 200) -> str:
    answer = app.test_client().get(f"/certificates/{number}")
    assert answer.status_code == status and "Set-Cookie" not in answer.headers
    assert answer.headers["X-Robots-Tag"] == "noindex"
    return answer.get_data(as_text=True)


def test_it_shows_course_day_and_part_of_the_name(app: Flask, certificate) -> None:
    text = page(app, certificate.number)
    for words in (certificate.number, "专利质押融资实务", "2026年11月23日", "欧**羽", "有效", "演示数据"):
        assert words in text
    assert "欧阳靖羽" not in text and "PX" not in text and "演示讲师" not in text
    assert page(app, certificate.number.lower()) == text


def test_a_revoked_one_says_so_and_not_why(app: Flask, certificate, clock) -> None:
    with app.extensions["resources"].database.unit_of_work() as session:
        row = session.get_one(Certificate, certificate.id)
        row.revoked_at, row.reason = clock.now(), "代别人签到"
    text = page(app, certificate.number)
    assert "已撤销" in text and "不再有效" in text and "代别人签到" not in text


@pytest.mark.parametrize("number", ["ZS261123-22222222", "ZS261123-2222222O", "x", "%00", "ZS" + "9" * 300])
def test_a_number_that_never_was_is_not_there(app: Flask, certificate, number) -> None:
    assert "没有这份证书" in page(app, number, 404)


def test_the_pdf_is_only_behind_its_link(app: Flask, certificate, clock) -> None:
    resources: Resources = app.extensions["resources"]
    make_certificate(
        resources.database, resources.files, clock, base_url="https://zhiqiao.example", certificate_id=certificate.id
    )
    with resources.database.reading() as session:
        row = session.get_one(Certificate, certificate.id)
    secret = resources.settings.secret_key.get_secret_value()
    url, _ = make_certificate_link(secret, "", row, clock.now())
    client = app.test_client()
    assert client.get(url).data.startswith(b"%PDF")
    assert client.get(f"{url}x").status_code == client.get("/files/certificates").status_code == 404
    # The link of a certificate opens no document.
    assert client.get(url.replace("/files/certificates", "/files")).status_code == 404
