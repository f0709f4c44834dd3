"""The board's search asks an index of the words that it shows; what is published already is put into it."""

from alembic import op

revision = "0045_market_words"
down_revision = "0044_key_accounts"
branch_labels = None
depends_on = None

POSTGRES = (
    """
    CREATE FUNCTION market_post_pairs(state text, side text, is_anonymous boolean, rights jsonb, title text, said text)
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
    """
    CREATE INDEX ix_market_posts_pairs ON market_posts
    USING gin (market_post_pairs(state, side, is_anonymous, rights, title, text)) WITH (fastupdate = off)
    """,
    "ALTER INDEX ix_market_posts_pairs ALTER COLUMN 1 SET STATISTICS 0",
)
HIDDEN = "{row}.is_anonymous AND {row}.side = 'offer' AND {row}.rights <> '[]'"
SHOWN = f"CASE WHEN {HIDDEN} THEN '' ELSE {{row}}.title END || char(10) || {{row}}.text || '  '"
PUT = (
    "INSERT INTO market_post_words (rowid, said)"
    f" SELECT new.id, {SHOWN.format(row='new')} WHERE new.state = 'published';"
)
TAKE = (
    "INSERT INTO market_post_words (market_post_words, rowid, said)"
    f" SELECT 'delete', old.id, {SHOWN.format(row='old')} WHERE old.state = 'published';"
)
CHANGED = "UPDATE OF state, side, is_anonymous, rights, title, text"
SQLITE = (
    "CREATE VIRTUAL TABLE market_post_words"
    " USING fts5 (said, content='', detail=none, columnsize=0, tokenize='trigram')",
    "CREATE VIRTUAL TABLE market_post_terms USING fts5vocab (market_post_words, instance)",
    f"CREATE TRIGGER market_post_words_insert AFTER INSERT ON market_posts BEGIN {PUT} END",
    f"CREATE TRIGGER market_post_words_update AFTER {CHANGED} ON market_posts BEGIN {TAKE} {PUT} END",
    f"CREATE TRIGGER market_post_words_delete AFTER DELETE ON market_posts BEGIN {TAKE} END",
    f"INSERT INTO market_post_words (rowid, said) SELECT id, {SHOWN.format(row='market_posts')} FROM market_posts"
    " WHERE state = 'published'",
)


def upgrade() -> None:
    for statement in POSTGRES if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_market_posts_pairs")
        op.execute("DROP FUNCTION market_post_pairs")
        return
    for name in ("update", "insert", "delete"):
        op.execute(f"DROP TRIGGER market_post_words_{name}")
    op.execute("DROP TABLE market_post_terms")
    op.execute("DROP TABLE market_post_words")
