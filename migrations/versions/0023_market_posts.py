"""Checks of posts before they are shown: rights, words, details; what somebody keeps of the board."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023_market_posts"
down_revision = "0022_market_company"
branch_labels = None
depends_on = None

EMPTY = {"answers": "{}", "findings": "[]", "signs": "[]", "duplicates": "[]"}


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("market_posts") as batch:
        batch.add_column(sa.Column("place", sa.String(length=60), nullable=True))
        for name, value in EMPTY.items():
            batch.add_column(sa.Column(name, json, nullable=False, server_default=value))
        batch.add_column(sa.Column("checked_at", moment, nullable=True))
        batch.add_column(sa.Column("accepts_disclosure", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("content_verdict", sa.String(length=6), nullable=True))
        batch.add_column(sa.Column("content_reason", sa.String(length=60), nullable=True))
    with op.batch_alter_table("market_posts") as batch:
        for name in (*EMPTY, "accepts_disclosure"):
            batch.alter_column(name, server_default=None)
        batch.create_index("ix_market_posts_state_checked_at", ["state", "checked_at"])
    op.create_table(
        "market_post_rights",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["market_posts.id"], name=op.f("fk_market_post_rights_post_id_market_posts")
        ),
        sa.PrimaryKeyConstraint("post_id", "key", name=op.f("pk_market_post_rights")),
    )
    op.create_index(op.f("ix_market_post_rights_key"), "market_post_rights", ["key"])
    op.create_table(
        "market_favourites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_market_favourites_user_id_users")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["market_posts.id"], name=op.f("fk_market_favourites_post_id_market_posts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_favourites")),
        sa.UniqueConstraint("user_id", "post_id", name=op.f("uq_market_favourites_user_id_post_id")),
    )
    op.create_index(op.f("ix_market_favourites_post_id"), "market_favourites", ["post_id"])


def downgrade() -> None:
    op.drop_table("market_favourites")
    op.drop_table("market_post_rights")
    with op.batch_alter_table("market_posts") as batch:
        batch.drop_index("ix_market_posts_state_checked_at")
        for name in (
            "content_reason",
            "content_verdict",
            "accepts_disclosure",
            "checked_at",
            *reversed(EMPTY),
            "place",
        ):
            batch.drop_column(name)
