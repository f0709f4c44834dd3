"""An index of the words that the board shows, by which its search finds the posts that may say a word.

The database keeps it in step itself, in the transaction that changes a post, whoever writes and however many at once.
It holds published posts alone, and of an anonymous offer of patents not the title (wording.title_for_others). The
search looks at what is found again: the index may find too much, never too little.

PostgreSQL: every two letters that stand side by side, by an index over a function of the post. SQLite: every three, by
FTS5 and triggers; two are the beginning of three, which is why a text ends with spaces there. A migration that makes
`market_posts` anew on SQLite (batch) loses the triggers with the old table and has to make them again.
"""

from typing import Any

from sqlalchemy import Connection, Table, event

from core.db import table_of
from models.market import MarketPost

WORDS, TERMS = "market_post_words", "market_post_terms"
PAIRS, PAIRS_INDEX = "market_post_pairs", "ix_market_posts_pairs"

# Its cost keeps the planner from asking it of post after post where the index would do, and what is in the index is not
# counted by ANALYZE, which would ask it of thirty thousand.
POSTGRES = (
    f"""
    CREATE FUNCTION {PAIRS}(state text, side text, is_anonymous boolean, rights jsonb, title text, said text)
    RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
      SELECT array_agg(letter || following)
      FROM (
        SELECT string_to_array(lower(
          CASE WHEN is_anonymous AND side = 'offer' AND rights <> '[]' THEN '' ELSE title END || chr(10) || said
        ), NULL) AS letters
      ) AS shown, unnest(letters, letters[2:]) AS pair(letter, following)
      WHERE state = 'published' AND following IS NOT NULL
    $$
    """,
    f"""
    CREATE INDEX {PAIRS_INDEX} ON market_posts
    USING gin ({PAIRS}(state, side, is_anonymous, rights, title, text)) WITH (fastupdate = off)
    """,
    f"ALTER INDEX {PAIRS_INDEX} ALTER COLUMN 1 SET STATISTICS 0",
)


def _shown(row: str) -> str:
    hidden = f"{row}.is_anonymous AND {row}.side = 'offer' AND {row}.rights <> '[]'"
    return f"CASE WHEN {hidden} THEN '' ELSE {row}.title END || char(10) || {row}.text || '  '"


_PUT = f"INSERT INTO {WORDS} (rowid, said) SELECT new.id, {_shown('new')} WHERE new.state = 'published';"
_TAKE = (
    f"INSERT INTO {WORDS} ({WORDS}, rowid, said)"
    f" SELECT 'delete', old.id, {_shown('old')} WHERE old.state = 'published';"
)
SQLITE = (
    f"CREATE VIRTUAL TABLE {WORDS} USING fts5 (said, content='', detail=none, columnsize=0, tokenize='trigram')",
    f"CREATE VIRTUAL TABLE {TERMS} USING fts5vocab ({WORDS}, instance)",
    f"CREATE TRIGGER {WORDS}_insert AFTER INSERT ON market_posts BEGIN {_PUT} END",
    f"CREATE TRIGGER {WORDS}_update AFTER UPDATE OF state, side, is_anonymous, rights, title, text ON market_posts"
    f" BEGIN {_TAKE} {_PUT} END",
    f"CREATE TRIGGER {WORDS}_delete AFTER DELETE ON market_posts BEGIN {_TAKE} END",
)


def is_index_of_words(name: str | None) -> bool:
    """Whether a table or an index is made here, not by a model."""
    return name is not None and name.startswith((WORDS, TERMS, PAIRS_INDEX))


@event.listens_for(table_of(MarketPost), "after_create")
def _make(_table: Table, connection: Connection, **_: Any) -> None:
    for statement in {"postgresql": POSTGRES, "sqlite": SQLITE}.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)


@event.listens_for(table_of(MarketPost), "after_drop")
def _drop(_table: Table, connection: Connection, **_: Any) -> None:
    """What does not go with the table."""
    for statement in {
        "postgresql": (f"DROP FUNCTION IF EXISTS {PAIRS}",),
        "sqlite": (f"DROP TABLE IF EXISTS {TERMS}", f"DROP TABLE IF EXISTS {WORDS}"),
    }.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
