"""The notices that told of a match before its dismissal ended: what they quote is found when its writer is erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036_told_before"
down_revision = "0035_trade_terms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("market_matches", sa.Column("told_before", json, nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    op.drop_column("market_matches", "told_before")
