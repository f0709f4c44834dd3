"""What of the market is shown beside a session of a course."""

import sqlalchemy as sa
from alembic import op

revision = "0043_session_posts"
down_revision = "0042_credit_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["market_posts.id"], name=op.f("fk_session_posts_post_id_market_posts")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_sessions.id"], name=op.f("fk_session_posts_session_id_course_sessions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_posts")),
        sa.UniqueConstraint("session_id", "post_id", name=op.f("uq_session_posts_session_id_post_id")),
    )
    op.create_index(op.f("ix_session_posts_post_id"), "session_posts", ["post_id"])


def downgrade() -> None:
    op.drop_table("session_posts")
