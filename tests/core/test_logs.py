"""Nothing that a person wrote or that opens a door is ever in a log line, whatever goes wrong."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.db import Database
from core.errors import Conflict
from core.logs import configure_logging, get_logger
from models import WeChatIdentity
from tests.support.people import make_identity

OWN = {"core.test", "some.vendor", "openai._base_client", "httpcore.http11"}
SECRET = "oSecretOpenidOfSomebody00001"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Log at DEBUG; answers what the test has written, parsed."""
    configure_logging("DEBUG")
    stream = io.StringIO()
    logging.getLogger().handlers[0].setStream(stream)  # type: ignore[attr-defined]
    yield lambda: [each for line in stream.getvalue().splitlines() if (each := json.loads(line))["logger"] in OWN]
    configure_logging("ERROR")


def test_an_error_keeps_its_type_and_place_and_not_its_sentence(lines) -> None:
    try:
        try:
            int(SECRET)
        except ValueError:
            {}[SECRET]
    except KeyError:
        get_logger("core.test").exception("failed")
        logging.getLogger("some.vendor").exception("also failed")

    ours, theirs = lines()
    for line in (ours, theirs):
        assert "KeyError" in line["exception"]
        assert "ValueError" in line["exception"]
        assert "test_logs.py" in line["exception"]
        assert SECRET not in json.dumps(line)


def test_what_helps_and_harms_nobody_is_kept(lines) -> None:
    for error in (Conflict(f"{SECRET}已经接单了。"), FileNotFoundError(2, SECRET), AttributeError("no attribute 'x'")):
        try:
            raise error
        except Exception:
            get_logger("core.test").exception("failed")

    said = [line["exception"].splitlines()[-1] for line in lines()]
    assert said == ["core.errors.Conflict: conflict", "FileNotFoundError: errno 2", "AttributeError: no attribute 'x'"]


def test_a_broken_rule_of_the_database_is_named_without_the_values(lines, database: Database, clock) -> None:
    with database.unit_of_work() as session:
        identity = make_identity(session, clock.now(), openid=SECRET)
        app_id = identity.app_id
        user_id = identity.user_id
    try:
        with database.unit_of_work() as session:
            session.add(
                WeChatIdentity(user_id=user_id, platform="x", app_id=app_id, openid=SECRET, created_at=clock.now())
            )
    except SQLAlchemyError as error:
        assert SECRET not in str(error).split("DETAIL")[0]
        get_logger("core.test").exception("failed")

    (line,) = lines()
    assert "IntegrityError" in line["exception"]
    assert SECRET not in json.dumps(line)
    if not database.is_sqlite:
        assert "uq_wechat_identities_app_id_openid" in line["exception"]


def test_statements_show_no_parameters(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as failure, database.unit_of_work() as session:
        session.execute(text("SELECT * FROM nowhere WHERE phone = :phone"), {"phone": SECRET})

    assert SECRET not in str(failure.value)


def test_libraries_do_not_log_at_debug(lines) -> None:
    logging.getLogger("openai._base_client").debug("Request options: %s", SECRET)
    logging.getLogger("httpcore.http11").debug("send_request_headers %s", SECRET)
    get_logger("core.test").debug("ours", password=SECRET, cookie=SECRET, kwargs={"openid": SECRET})

    (line,) = lines()
    assert line["event"] == "ours"
    assert SECRET not in json.dumps(line)
