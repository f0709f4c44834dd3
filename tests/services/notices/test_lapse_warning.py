"""A lapse warning reaches an owner whose only allowance is one subscription grant."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from core.clock import CHINA, FixedClock
from core.db import Database
from models import DeliveryChannel, DeliveryState, Message
from services.custody.reminders import remind_keeper
from tests.support.custody import bring
from tests.support.notices import MINI_DEADLINE, Reader, make_templates
from tests.support.rights import make_right

FIRST_NOTICE, DUE = date(2027, 1, 14), "2027年3月15日"


@pytest.fixture
def keeper(database: Database, clock: FixedClock) -> Reader:
    reader = Reader(database, clock)
    with database.unit_of_work() as session:
        make_templates(session, clock.now())
        make_right(session, clock.now())
        bring(session, reader.user_id, clock.now())
    return reader


def test_the_warning_goes_out_as_the_one_message_that_was_granted_and_stays_readable(keeper: Reader) -> None:
    keeper.grants(MINI_DEADLINE)
    keeper.clock.set(datetime.combine(FIRST_NOTICE, time(10), CHINA))
    with keeper.database.unit_of_work() as session:
        assert remind_keeper(session, keeper.user_id, keeper.clock.now()) == 1
    keeper.sending()
    keeper.sending()

    (notice,) = keeper.mini.notices
    assert notice.data["date2"] == DUE and notice.data["thing1"].startswith("CN2021")
    (row,) = keeper.rows()
    assert (row.channel, row.state) == (DeliveryChannel.SUBSCRIPTION, DeliveryState.SENT)
    assert not keeper.official.sent and not keeper.official.notices
    with keeper.database.reading() as session:
        assert "年费" in str(session.scalar(select(Message.text)))
