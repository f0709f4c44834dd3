"""What is odd about a transfer, and what staff thought of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033_transfer_flags"
down_revision = "0032_dismissals_end"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "transfer_flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_transfer_flags_deal_id_deals")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_transfer_flags_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_flags")),
        sa.UniqueConstraint("deal_id", "kind", name=op.f("uq_transfer_flags_deal_id_kind")),
    )
    op.create_index("ix_transfer_flags_state", "transfer_flags", ["state"])


def downgrade() -> None:
    op.drop_table("transfer_flags")
