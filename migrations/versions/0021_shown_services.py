"""The services that a session speaks of, shown beside it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021_shown_services"
down_revision = "0020_market"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("course_sessions", sa.Column("shown_services", json, nullable=False, server_default="[]"))
    with op.batch_alter_table("course_sessions") as batch:
        batch.alter_column("shown_services", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("course_sessions") as batch:
        batch.drop_column("shown_services")
