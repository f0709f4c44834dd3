"""A worker's PostgreSQL made empty again between two tests.

TRUNCATE makes new files for a table, its indexes, and whatever refers to it: with a user in it 120 ms, most of the time
that a test took. Few rows are deleted in a few milliseconds, and stored functions keep their plans.
"""

from sqlalchemy import Engine, text

from core.db import Base

# No reference is looked after: everything goes, in any order. To say so within the function would throw its plans away.
CONNECT_ARGS = {"options": "-c session_replication_role=replica"}
# Deleted rows leave their places behind. PostgreSQL takes a table that was never analysed for one of ten pages while it
# has fewer, so up to there its plans are those of a new one; what has grown beyond begins anew.
LARGE_BYTES = 9 * 8192

CREATE_FUNCTION = """
CREATE FUNCTION empty_for_test() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE large text;
BEGIN
  SELECT string_agg(quote_ident(relname), ', ') INTO large FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
      AND pg_relation_size(oid) > {large};
  IF large IS NOT NULL THEN EXECUTE 'TRUNCATE ' || large || ' CASCADE'; END IF;
  {deletes}
  PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence
    WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END $body$
"""


def prepare_emptying(engine: Engine) -> None:
    """The function that `empty` calls, beside the tables that it empties."""
    deletes = " ".join(f'DELETE FROM "{name}";' for name in Base.metadata.tables)
    with engine.begin() as connection:
        connection.execute(text(CREATE_FUNCTION.format(large=LARGE_BYTES, deletes=deletes)))


def empty(engine: Engine) -> None:
    """No rows, and numbers begin at 1."""
    with engine.begin() as connection:
        connection.execute(text("SELECT empty_for_test()"))
