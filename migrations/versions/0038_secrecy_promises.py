"""Details of an offer that are read only by whoever promised to keep them to themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0038_secrecy_promises"
down_revision = "0037_matching_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("market_posts", sa.Column("details", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "market_promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("post_version", sa.Integer(), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["market_posts.id"], name=op.f("fk_market_promises_post_id_market_posts")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_market_promises_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_promises")),
        sa.UniqueConstraint("user_id", "post_id", name=op.f("uq_market_promises_user_id_post_id")),
    )
    op.create_index(op.f("ix_market_promises_post_id"), "market_promises", ["post_id"])


def downgrade() -> None:
    op.drop_table("market_promises")
    op.drop_column("market_posts", "details")
