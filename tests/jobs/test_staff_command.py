"""`flask staff create`: an account from the command line."""

from types import SimpleNamespace

from click.testing import Result
from flask import Flask

from jobs.commands.staff import staff_commands
from models import Role, Staff
from services.staff import authenticate


def run(database, clock, *arguments: str) -> Result:
    app = Flask("commands")
    app.cli.add_command(staff_commands(SimpleNamespace(database=database, clock=clock)))
    return app.test_cli_runner().invoke(args=["staff", *arguments])


def test_it_prints_a_first_password_that_works(database, clock):
    result = run(
        database, clock, "create", "chenmin", "--role", "agent", "--display-name", "陈敏",
        "--skills", "patent,policy", "--regions", "广东省、海南省",
    )  # fmt: skip
    password = result.output.split("初始密码:")[1].strip()
    with database.unit_of_work() as session:
        person = authenticate(session, username="chenmin", password=password, now=clock.now())
        assert isinstance(person, Staff)
        assert (person.role, person.skills, person.regions) == (
            Role.AGENT,
            ["patent", "policy"],
            ["广东省", "海南省"],
        )
    assert "chenmin  陈敏  专员" in run(database, clock, "list").output


def test_a_taken_name_is_a_sentence_not_a_trace(database, clock):
    run(database, clock, "create", "chenmin", "--role", "agent")
    again = run(database, clock, "create", "chenmin", "--role", "agent")
    assert again.exit_code == 1
    assert "已经有人用了" in again.output
    assert "Traceback" not in again.output
