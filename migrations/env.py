"""Alembic's entry: runs over the connection or URL that the caller gives, else DATABASE_URL."""

from typing import Any

from alembic import context
from sqlalchemy import JSON, Connection, event, text

import models  # noqa: F401  (registers every table)
from core.config import Settings
from core.db import Base, Database, UTCDateTime
from models import is_index_of_words

# Two hosts that migrate at once take turns: any number that nothing else of ours locks.
MIGRATION_LOCK = 7_264_018


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    url = context.config.get_main_option("sqlalchemy.url") or Settings.from_env().sqlalchemy_url
    database = Database(url)
    if database.is_sqlite:
        # A changed table is copied and the old one dropped; with foreign keys on, that would delete what refers to it.
        event.listen(database.engine, "connect", lambda raw, _record: raw.execute("PRAGMA foreign_keys=OFF"))
    with database.engine.begin() as own:
        _migrate(own)
    database.engine.dispose()


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
        compare_type=True,
        include_object=lambda _object, name, *_: not is_index_of_words(name),
    )
    with context.begin_transaction():
        context.run_migrations()


def _render(kind: str, item: Any, generated: Any) -> str | bool:
    """Old migrations must run for ever: they name SQLAlchemy's own types, never ours."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        generated.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


run()
