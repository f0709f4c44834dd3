"""A live stream lasts no longer than the login that opened it."""

import pytest

from console.views import stream
from services.staff import reset_password, update_staff


@pytest.fixture
def impatient(monkeypatch):
    """A stream that looks at its login at every turn of its loop."""
    monkeypatch.setattr(stream, "PRESENCE_SECONDS", 0)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(stream, "LIFETIME_SECONDS", 10)


def reset(session, people, now):
    reset_password(session, by=people["administrator"], staff_id=people["agent"].id, now=now)


def dismiss(session, people, now):
    person = people["agent"]
    update_staff(
        session,
        by=people["administrator"],
        staff_id=person.id,
        display_name=person.display_name,
        role=person.role,
        skills=person.skills,
        regions=person.regions,
        is_active=False,
        now=now,
    )


@pytest.mark.parametrize("end", [reset, dismiss])
def test_a_stream_ends_when_its_login_does(end, impatient, signed_in, people, database, clock):
    response = signed_in("agent").client.get("/console/stream")
    pieces = iter(response.response)
    for _ in range(3):
        next(pieces)

    with database.unit_of_work() as session:
        end(session, people, clock.now())

    left = list(pieces)
    response.close()
    assert len(left) < 20
