"""Watches of searches, and when each is next looked at."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027_watched_searches"
down_revision = "0026_matches_told"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("watches", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("watches", sa.Column("query", json, nullable=True))
    op.create_index("ix_watches_due_at", "watches", ["due_at"])
    # Looked at soon, then by their pace.
    op.execute("UPDATE watches SET due_at = created_at WHERE kind IN ('applicant', 'ipc')")


def downgrade() -> None:
    op.execute("DELETE FROM watches WHERE kind = 'search'")
    op.drop_index("ix_watches_due_at", "watches")
    op.drop_column("watches", "query")
    op.drop_column("watches", "due_at")
