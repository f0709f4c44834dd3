"""Saved searches."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_saved_searches"
down_revision = "0002_knowledge_upkeep"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("query", JSON_VALUE, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("last_total", sa.Integer(), nullable=False),
        sa.Column("last_looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_searches_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_searches_public_id")),
        sa.UniqueConstraint("user_id", "fingerprint", name=op.f("uq_saved_searches_user_id_fingerprint")),
    )
    op.create_index(op.f("ix_saved_searches_last_looked_at"), "saved_searches", ["last_looked_at"], unique=False)


def downgrade() -> None:
    op.drop_table("saved_searches")
