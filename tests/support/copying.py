"""Rows from one database into another, ids kept: faster than importing the samples for every test."""

from functools import lru_cache
from typing import Any

from sqlalchemy import create_engine, func, insert, select, text

from core.db import Base, Database

SAMPLE_TABLES = ("patents", "documents", "document_versions", "passages")


@lru_cache(maxsize=4)
def _rows(url: str) -> dict[str, list[dict[str, Any]]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            name: [dict(row) for row in connection.execute(select(Base.metadata.tables[name])).mappings()]
            for name in SAMPLE_TABLES
        }
    engine.dispose()
    return found


def copy_rows(from_url: str, to: Database) -> None:
    with to.engine.begin() as connection:
        for name, rows in _rows(from_url).items():
            table = Base.metadata.tables[name]
            connection.execute(insert(table), rows)
            if connection.dialect.name == "postgresql":
                last = connection.scalar(select(func.max(table.c.id)))
                connection.execute(text(f"SELECT setval('{name}_id_seq', {last})"))
