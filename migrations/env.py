"""Alembic's entry: runs over the connection or URL that the caller gives, else DATABASE_URL."""

import models  # noqa: F401  (registers every table)
from alembic import context
from core.config import Settings
from core.db import Base, Database


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    url = context.config.get_main_option("sqlalchemy.url") or Settings.from_env().sqlalchemy_url
    database = Database(url)
    with database.engine.begin() as own:
        _migrate(own)


def _migrate(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
