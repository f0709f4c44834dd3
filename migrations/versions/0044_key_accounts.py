"""Firms that one named colleague looks after."""

import sqlalchemy as sa
from alembic import op

revision = "0044_key_accounts"
down_revision = "0043_session_posts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_key_accounts_company_id_companies")),
        sa.ForeignKeyConstraint(["manager_id"], ["staff.id"], name=op.f("fk_key_accounts_manager_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_accounts")),
        sa.UniqueConstraint("company_id", name=op.f("uq_key_accounts_company_id")),
    )


def downgrade() -> None:
    op.drop_table("key_accounts")
