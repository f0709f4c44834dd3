"""The samples in PostgreSQL: written once a worker into a schema of their own, copied from there within the server.

That takes a fraction of the time of writing them anew for each test; ids are kept.
"""

from functools import cache

from sqlalchemy import Engine, TableClause, column, create_engine, insert, select, table, text

from core.db import Base, Database

TABLES = ("patents", "documents", "document_versions", "passages")
KEPT = "samples"


def keep_rows(from_url: str, engine: Engine) -> None:
    """The rows of another database into the schema of the samples, which must not be there yet."""
    source = create_engine(from_url)
    with source.connect() as reading, engine.begin() as writing:
        writing.execute(text(f"CREATE SCHEMA {KEPT}"))
        for name in TABLES:
            writing.execute(text(f"CREATE TABLE {KEPT}.{name} (LIKE {name})"))
            rows = reading.execute(select(Base.metadata.tables[name])).mappings().all()
            writing.execute(insert(_kept(name)), [dict(row) for row in rows])
    source.dispose()


def copy_kept(to: Database) -> None:
    with to.engine.begin() as connection:
        for name in TABLES:
            kept = _kept(name)
            connection.execute(insert(Base.metadata.tables[name]).from_select(kept.columns.keys(), select(kept)))
            connection.execute(text(f"SELECT setval('{name}_id_seq', max(id)) FROM {name}"))


@cache
def _kept(name: str) -> TableClause:
    return table(name, *(column(each.name, each.type) for each in Base.metadata.tables[name].columns), schema=KEPT)
