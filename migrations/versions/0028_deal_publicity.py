"""What was published of a price agreed with a public unit, and what was objected."""

import sqlalchemy as sa
from alembic import op

revision = "0028_deal_publicity"
down_revision = "0027_watched_searches"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deal_publicities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_publicities_deal_id_deals")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_deal_publicities_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_publicities")),
    )
    op.create_index("ix_deal_publicities_deal_id", "deal_publicities", ["deal_id"])
    op.create_table(
        "deal_objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publicity_id", sa.Integer(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("handling", sa.String(length=400), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("handled_by_id", sa.Integer(), nullable=True),
        sa.Column("handled_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["publicity_id"], ["deal_publicities.id"], name=op.f("fk_deal_objections_publicity_id_deal_publicities")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_deal_objections_staff_id_staff")),
        sa.ForeignKeyConstraint(["handled_by_id"], ["staff.id"], name=op.f("fk_deal_objections_handled_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_objections")),
    )
    op.create_index("ix_deal_objections_publicity_id", "deal_objections", ["publicity_id"])


def downgrade() -> None:
    op.drop_table("deal_objections")
    op.drop_table("deal_publicities")
