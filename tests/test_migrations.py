"""The migrations make what the models say, on both databases, and can be taken back."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, make_url, select, text
from sqlalchemy.orm import Session

from core.db import Base, Database
from models import MarketPost, is_index_of_words
from services.market.board_words import may_say
from tests.conftest import BACKENDS, ROOT


def configuration(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a single table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url = make_url(request.getfixturevalue("postgres_url"))
    name = f"{url.database}_migrations"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def is_ours(_object: Any, name: str | None, *_: Any) -> bool:
    return not is_index_of_words(name)


def table_names(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return {name for name in names if not is_index_of_words(name)}


def test_upgrade_makes_every_table_and_downgrade_leaves_none(empty_url: str) -> None:
    command.upgrade(configuration(empty_url), "head")
    assert table_names(empty_url) == set(Base.metadata.tables)

    command.downgrade(configuration(empty_url), "base")
    assert table_names(empty_url) == set()

    command.upgrade(configuration(empty_url), "head")
    assert table_names(empty_url) == set(Base.metadata.tables)


def test_migrated_schema_equals_the_models(empty_url: str) -> None:
    command.upgrade(configuration(empty_url), "head")

    database = Database(empty_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        differences = compare_metadata(context, Base.metadata)
    database.engine.dispose()

    assert differences == []


def test_a_second_upgrade_changes_nothing_and_keeps_the_rows(empty_url: str) -> None:
    command.upgrade(configuration(empty_url), "head")
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO case_serials VALUES ('KF', '2026-11-23', 7)"))

    command.upgrade(configuration(empty_url), "head")

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT last_serial FROM case_serials")) == 7
    engine.dispose()


def test_who_waits_for_a_job_of_their_own_to_ask_who_they_are_is_asked_for_with_the_others(empty_url: str) -> None:
    command.upgrade(configuration(empty_url), "0017_phone_verified_at")
    moment = "'2026-11-23 02:00:00+00:00'"
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        for number, state in ((1, "done"), (2, "queued")):
            connection.execute(text(f"INSERT INTO users (id, created_at) VALUES ({number}, {moment})"))
            connection.execute(
                text(
                    "INSERT INTO wechat_identities (id, user_id, platform, app_id, openid, is_subscribed, created_at)"
                    f" VALUES ({number}, {number}, 'official_account', 'app', 'o{number}', true, {moment})"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO outbox (job_name, queue, key, arguments, state, run_after, created_at, attempt_count)"
                    f" VALUES ('jobs.identities.learn_unionid', 'index', :key, '{{}}', :state, {moment}, {moment}, 0)"
                ).bindparams(key=f"jobs.identities.learn_unionid/{number}-2026-11-23", state=state)
            )

    command.upgrade(configuration(empty_url), "head")

    with engine.connect() as connection:
        due = connection.scalars(text("SELECT id FROM wechat_identities WHERE is_unionid_due")).all()
        assert due == [2]
        assert connection.scalars(text("SELECT state FROM outbox")).all() == ["done"]
    engine.dispose()


def test_there_is_one_line_of_migrations() -> None:
    script = ScriptDirectory.from_config(configuration("sqlite://"))

    assert len(script.get_heads()) == 1
    assert all(revision.revision[:4].isdigit() for revision in script.walk_revisions())


def test_posts_and_matches_from_before_have_the_letter_of_their_field_and_are_found_by_their_words(
    empty_url: str,
) -> None:
    command.upgrade(configuration(empty_url), "0038_secrecy_promises")
    moment = "'2026-11-23 02:00:00+00:00'"
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO users (id, created_at) VALUES (1, {moment})"))
        for number, classes in ((1, '["G01M 13/045", "A23F 3/06"]'), (2, "[]")):
            post = {
                "id": number, "public_id": str(number), "user_id": 1, "side": "offer", "state": "published",
                "title": "", "text": f"乌龙茶摇青机{number}", "rights": "[]", "classes": classes, "modes": "[]",
                "regions": "[]", "region_is_must": False, "right_kinds": "[]", "is_anonymous": True,
                "until": "2027-03-01", "answers": "{}", "findings": "[]", "signs": "[]",
                "accepts_disclosure": False, "duplicates": "[]", "version": 1,
                "created_at": "2026-11-23 02:00:00+00:00", "changed_at": "2026-11-23 02:00:00+00:00",
            }  # fmt: skip
            insert_row(connection, "market_posts", post)
        match = {
            "id": 1, "public_id": "m", "need_id": 2, "offer_id": 1, "score": 0.8, "reasons": "[]", "to_talk": "[]",
            "missing": "[]", "found_at": "2026-11-23 02:00:00+00:00", "changed_at": "2026-11-23 02:00:00+00:00",
            "told_before": "[]",
        }  # fmt: skip
        insert_row(connection, "market_matches", match)

    command.upgrade(configuration(empty_url), "head")

    with Session(engine) as session:
        for word, numbers in (("摇青", {1, 2}), ("青机2", {2})):
            says = may_say(session, [word])
            assert says is not None
            assert set(session.scalars(select(MarketPost.id).where(says))) == numbers
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT section FROM market_posts ORDER BY id")).all() == ["G", None]
        assert connection.scalars(text("SELECT section FROM market_matches")).all() == ["G"]
    engine.dispose()


def test_the_index_of_words_is_migrated_as_it_is_made_anew(empty_url: str) -> None:
    command.upgrade(configuration(empty_url), "head")
    migrated = index_of_words(empty_url)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    engine.dispose()

    assert migrated == index_of_words(empty_url)
    assert len(migrated) >= 2


def index_of_words(url: str) -> list[str]:
    """What it was made by: functions and indexes of PostgreSQL, tables and triggers of SQLite."""
    queries = {
        "postgresql": "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'market_post_%'"
        " UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'market_posts'::regclass",
        "sqlite": "SELECT sql FROM sqlite_master WHERE name LIKE 'market_post_words%' OR name = 'market_post_terms'"
        " OR tbl_name = 'market_posts' AND type <> 'table' AND sql IS NOT NULL",
    }
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalars(text(queries[engine.dialect.name])).all()
    engine.dispose()
    return sorted(" ".join(each.split()) for each in found)


def insert_row(connection: Connection, table: str, row: dict[str, Any]) -> None:
    """As text, which either database reads as the column's type."""
    columns, values = (
        ", ".join(row),
        ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in row.values()),
    )
    connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({values})")
