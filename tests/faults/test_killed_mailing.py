"""`kill -9` while a message goes to many: nobody is told twice, nobody is forgotten, and the figures add up."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.db import Database
from core.ids import new_public_id
from models import Mailing, MailingState, Notice, Role, Staff, Topic
from services.notices.mailings import MailingContent, figures_of, start_mailing, write_mailing
from services.notices.segments import Group, Segment
from services.staff import create_staff
from tests.faults.conftest import find_lost, virtual_now
from tests.faults.scene import App, Scene, Trap
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.product, pytest.mark.timeout(300)]
# The list · the end of a portion's transaction · between its commit and the sending · after the sending of one.
MOMENTS = [
    ("before", "mailing job"), ("after", "mailing portion"), ("before", "mailing send"), ("after", "mailing send"),
    ("after", "mailing job"),
]  # fmt: skip


@pytest.fixture
def scenes(new_scene: Callable[[App], Scene]) -> list[Scene]:
    """Three people who have just written, so that they can be written to."""
    people = [new_scene("official") for _ in range(3)]
    for each in people:
        each.say("帮助")
        each.settle()
    return people


@pytest.fixture
def supervisor(stack: Stack, database: Database) -> Staff:
    with database.unit_of_work() as session:
        name = f"mailer-{new_public_id()[:8].lower().replace('_', 'x').replace('-', 'x')}"
        person, _ = create_staff(
            session, username=name, display_name="周宁", role=Role.SUPERVISOR, skills=[], regions=[],
            now=virtual_now(stack),
        )  # fmt: skip
        return person


@pytest.mark.parametrize(("when", "step"), MOMENTS)
def test_a_message_to_many_reaches_each_once_though_its_worker_dies(
    stack: Stack, database: Database, scenes: list[Scene], supervisor: Staff, trap: Callable[[str], Trap], when: str,
    step: str,
) -> None:  # fmt: skip
    text = f"下周三有公开课,编号{MOMENTS.index((when, step))}。"
    worker = trap("worker-index")
    worker.set(when, step)
    with database.unit_of_work() as session:
        content = MailingContent("公开课", text, Topic.COURSE, Segment(Group.ALL))
        now = virtual_now(stack)
        made = write_mailing(session, supervisor, content, now)
        start_mailing(session, supervisor, made.public_id, made.version, now)
        mailing_id = made.id
    worker.mend()
    find_lost(stack, database, "notices")

    for each in scenes:
        each.until(lambda each=each: text in "".join(each.said()))

    def is_done() -> bool:
        with database.reading() as session:
            return session.get_one(Mailing, mailing_id).state == MailingState.DONE

    scenes[0].until(is_done)
    assert [sum(text in said for said in each.said()) for each in scenes] == [1, 1, 1]
    with database.reading() as session:
        mailing = session.get_one(Mailing, mailing_id)
        people = session.scalars(select(Notice.user_id).where(Notice.mailing_id == mailing_id)).all()
        assert len(people) == len(set(people)) == mailing.told_count
        assert figures_of(session, mailing).total == mailing.recipient_count
