"""`flask setup` on an empty database: everything is there afterwards, and a second time costs nothing."""

from pathlib import Path

import pytest
import redis
from click.testing import CliRunner, Result
from sqlalchemy import func, select, text

from core.clock import FixedClock
from core.db import Base, Database
from core.errors import UpstreamUnavailable
from core.search import IndexQuery
from jobs.commands import setup as command_module
from jobs.commands.setup import setup_command
from models import CalendarDay, CourseSession, Document, ImportReport, Patent, QuickReply
from services.resources import Resources
from tests.conftest import ROOT
from tests.support.resources import make_resources


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one step that needs a network does not get it."""

    def refuse(_folder: Path) -> Path:
        raise UpstreamUnavailable("法律数据包下载不下来,请检查网络后再试。")

    monkeypatch.setattr(command_module, "fetch_law_wheel", refuse)


@pytest.fixture
def resources(
    tmp_path: Path, database: Database, database_url: str, redis_client: redis.Redis, clock: FixedClock
) -> Resources:
    """Over a database without tables: setup makes them."""
    Base.metadata.drop_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    return make_resources(tmp_path / "var", database, database_url, redis_client, "redis://127.0.0.1:1/0", clock)


def run(resources: Resources) -> Result:
    result = CliRunner().invoke(setup_command(resources), [], catch_exceptions=False)
    assert result.exit_code == 0
    return result


def count(resources: Resources, model: type[Base]) -> int:
    with resources.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_empty_database_becomes_a_service_with_data_and_indexes(resources: Resources) -> None:
    result = run(resources)

    assert "数据已就绪。" in result.output
    assert count(resources, Patent) == 320
    assert count(resources, Document) == len(list((ROOT / "data" / "guides").glob("*.md")))
    assert count(resources, CalendarDay) > 40
    assert count(resources, QuickReply) >= 10
    assert count(resources, CourseSession) >= 5
    assert "未收" not in result.output  # nothing lies among the data that its reader does not know
    assert resources.patent_index.search(IndexQuery(words=("方法",), limit=1)).hits
    assert resources.passage_index.search(IndexQuery(words=("专利",), limit=1)).hits


def test_a_second_setup_loads_nothing_again(resources: Resources) -> None:
    run(resources)
    reports = count(resources, ImportReport)

    result = run(resources)

    assert "新增" not in result.output
    assert count(resources, ImportReport) == reports


def test_without_a_network_the_laws_are_missed_aloud_and_the_rest_is_there(resources: Resources) -> None:
    result = run(resources)

    assert "法律数据包下载不下来" in result.output
    assert "法律条文暂缺" in result.output
    assert "数据已就绪。" in result.output


def test_a_lost_index_is_built_again(resources: Resources, tmp_path: Path) -> None:
    run(resources)
    for file in sorted((tmp_path / "var" / "index").rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()

    run(resources)

    assert resources.patent_index.search(IndexQuery(words=("方法",), limit=1)).hits
