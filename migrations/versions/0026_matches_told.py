"""Which notice told each side of a match, and in which place: each side hears of it once."""

import sqlalchemy as sa
from alembic import op

revision = "0026_matches_told"
down_revision = "0025_notices"
branch_labels = None
depends_on = None

SIDES = ("need", "offer")


def upgrade() -> None:
    with op.batch_alter_table("market_matches") as batch:
        for side in SIDES:
            batch.add_column(sa.Column(f"{side}_told", sa.String(length=80), nullable=True))
            batch.add_column(sa.Column(f"{side}_place", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("market_matches") as batch:
        for side in SIDES:
            batch.drop_column(f"{side}_place")
            batch.drop_column(f"{side}_told")
