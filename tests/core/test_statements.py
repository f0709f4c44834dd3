"""Statements that run on the driver's cursor give what SQLAlchemy would, in the session's own transaction."""

from typing import Any

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import FixedClock
from core.db import Database, table_of
from core.outbox import OutboxRow
from core.statements import Statement

TABLE = table_of(OutboxRow)
NAMES = ("job_name", "queue", "key", "arguments", "state", "run_after", "created_at", "attempt_count")
ADD = Statement.adding(TABLE, *NAMES)
ADD_ONCE = Statement.adding_once(TABLE, *NAMES)
FIND = Statement(
    select(OutboxRow.arguments, OutboxRow.run_after, OutboxRow.sent_at).where(OutboxRow.key == bindparam("key"))
)
MARK = Statement(update(TABLE).where(TABLE.c.state == bindparam("was")).values(state="done", done_at=bindparam("now")))


def row(clock: FixedClock, key: str = "一") -> dict[str, Any]:
    return {
        "job_name": "jobs.cases.route_case", "queue": "cases", "key": key, "arguments": {"案件": [1, None]},
        "state": "queued", "run_after": clock.now(), "created_at": clock.now(), "attempt_count": 0,
    }  # fmt: skip


def test_values_and_rows_are_converted_as_by_sqlalchemy(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        added = ADD.scalar(session, row(clock))

    with database.reading() as session:
        arguments, run_after, sent_at = FIND.first(session, {"key": "一"}) or ()
        mapped = session.get_one(OutboxRow, added)
    assert (arguments, run_after, sent_at) == (mapped.arguments, mapped.run_after, None)
    assert arguments == {"案件": [1, None]}
    assert run_after == clock.now()
    assert run_after.utcoffset() is not None


def test_a_change_says_how_many_rows_it_changed(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        for key in ("一", "二"):
            ADD.scalar(session, row(clock, key))

        assert MARK.change(session, {"was": "queued", "now": clock.now()}) == 2
        assert MARK.change(session, {"was": "queued", "now": clock.now()}) == 0


def test_what_a_statement_wrote_goes_with_the_transaction(database: Database, clock: FixedClock) -> None:
    with pytest.raises(RuntimeError), database.unit_of_work() as session:
        ADD.scalar(session, row(clock))
        raise RuntimeError

    with database.reading() as session:
        assert FIND.first(session, {"key": "一"}) is None


def test_a_broken_rule_is_sqlalchemys_error_without_the_values(database: Database, clock: FixedClock) -> None:
    with pytest.raises(IntegrityError) as caught, database.unit_of_work() as session:
        ADD.scalar(session, row(clock))
        ADD.scalar(session, row(clock))

    assert "案件" not in str(caught.value)


def test_what_is_there_already_is_not_added_again_and_nothing_else_is_undone(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as session:
        assert ADD_ONCE.first(session, row(clock)) is not None
        assert ADD_ONCE.first(session, row(clock, "二")) is not None

        assert ADD_ONCE.first(session, row(clock)) is None

    with database.reading() as session:
        assert session.scalars(select(OutboxRow.key).order_by(OutboxRow.id)).all() == ["一", "二"]


def test_an_insert_that_forgets_a_default_is_refused_when_it_is_written_down() -> None:
    with pytest.raises(ValueError, match="attempt_count"):
        Statement.adding(TABLE, "job_name", "queue", "key", "arguments", "state", "run_after", "created_at")


def test_a_scalar_without_a_row_is_an_error(database: Database) -> None:
    with database.reading() as session, pytest.raises(LookupError):
        FIND.scalar(session, {"key": "没有"})


def test_in_with_a_list_is_refused_for_its_length_is_known_only_when_it_runs(database: Database) -> None:
    statement = Statement(select(OutboxRow.id).where(OutboxRow.state.in_(["queued", "sent"])))

    with database.reading() as session, pytest.raises(ValueError, match="IN"):
        statement.first(session, {})
