"""What a post said when it was dismissed, and when the dismissal ended because it says something else now."""

import sqlalchemy as sa
from alembic import op

revision = "0032_dismissals_end"
down_revision = "0031_custody_departments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("market_feedback") as batch:
        batch.add_column(sa.Column("about", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("market_feedback") as batch:
        batch.drop_column("ended_at")
        batch.drop_column("about")
