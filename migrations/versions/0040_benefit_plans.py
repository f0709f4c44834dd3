"""How a seller shares what a deal brings."""

import sqlalchemy as sa
from alembic import op

revision = "0040_benefit_plans"
down_revision = "0039_patent_changes"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "benefit_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("rests_on", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=10), nullable=True),
        sa.Column("costs_fen", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_benefit_plans_deal_id_deals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_plans")),
        sa.UniqueConstraint("deal_id", name=op.f("uq_benefit_plans_deal_id")),
    )
    op.create_table(
        "benefit_shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("share_bp", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=10), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["benefit_plans.id"], name=op.f("fk_benefit_shares_plan_id_benefit_plans")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_benefit_shares_user_id_users")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_benefit_shares_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_shares")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_benefit_shares_plan_id_number")),
    )
    op.create_index(op.f("ix_benefit_shares_user_id"), "benefit_shares", ["user_id"])


def downgrade() -> None:
    op.drop_table("benefit_shares")
    op.drop_table("benefit_plans")
