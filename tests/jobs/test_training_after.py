"""After a session on a real queue: the question goes out once, a certificate is made and its owner told once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from adapters.files_local import LocalFiles
from core.clock import FixedClock
from core.files import FileStoreError
from core.outbox import OutboxRow, OutboxState
from jobs.schedule import ask_how_it_was
from models import Booking, Certificate, Delivery, Message
from services.job_names import JobName
from services.resources import Resources
from services.training.certificates import issue_certificate
from tests.support.jobs import run_outbox
from tests.support.training import make_attended, make_booking, make_course, make_session


@pytest.fixture
def booking(resources: Resources, clock: FixedClock) -> Booking:
    """Somebody came to a session that ended an hour ago and gives certificates."""
    with resources.database.unit_of_work() as session:
        course = make_course(session, clock.now(), gives_certificate=True)
        made = make_booking(session, make_session(session, clock.now(), course=course), clock.now())
        make_attended(session, made, clock.now())
    clock.advance(timedelta(hours=1))
    return made


def issue(resources: Resources, clock: FixedClock, booking: Booking) -> Certificate:
    with resources.database.unit_of_work() as session:
        return issue_certificate(session, booking_id=booking.id, holder="王小明", now=clock.now())


def told(resources: Resources, words: str) -> int:
    """How many messages with these words there are, each with its row in the ledger."""
    with resources.database.reading() as session:
        found = session.scalars(select(Message.id).where(Message.text.contains(words))).all()
        rows = session.scalars(select(Delivery.message_id).where(Delivery.message_id.in_(found))).all()
        assert sorted(rows) == sorted(found)
        return len(found)


def test_who_came_is_asked_once_through_the_ledger(app: Flask, resources: Resources, booking: Booking) -> None:
    for _ in range(3):
        ask_how_it_was(resources)
        run_outbox(resources)
    assert told(resources, "怎么样?回复“满意”") == 1


def test_a_certificate_is_made_once_by_its_job(
    app: Flask, resources: Resources, clock: FixedClock, booking: Booking
) -> None:
    certificate = issue(resources, clock, booking)
    for _ in range(2):
        run_outbox(resources)
    with resources.database.reading() as session:
        key = session.get_one(Certificate, certificate.id).storage_key
        assert key is not None and b"".join(resources.files.read(key)).startswith(b"%PDF")
    assert told(resources, "结业证书好了") == 1


def test_a_store_that_is_away_is_tried_again(
    app: Flask, resources: Resources, clock: FixedClock, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = issue(resources, clock, booking)

    def refuse(*_: object, **__: object) -> None:
        raise FileStoreError("away")

    with monkeypatch.context() as away:
        away.setattr(LocalFiles, "put", refuse)
        run_outbox(resources)
    assert told(resources, "结业证书好了") == 0
    clock.advance(timedelta(minutes=10))
    run_outbox(resources)
    assert told(resources, "结业证书好了") == 1
    with resources.database.reading() as session:
        assert session.get_one(Certificate, certificate.id).storage_key is not None
        made = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.MAKE_CERTIFICATE)).all()
        assert [row.state for row in made] == [OutboxState.DONE]
