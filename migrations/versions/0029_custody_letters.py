"""Letters of the patent office that must be answered, each with its last day."""

import sqlalchemy as sa
from alembic import op

revision = "0029_custody_letters"
down_revision = "0028_deal_publicity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "custody_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("right_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("delivery", sa.String(length=12), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("extended_months", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("next_notice_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("closed_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["right_id"], ["custody_rights.id"], name=op.f("fk_custody_letters_right_id_custody_rights")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_letters")),
        sa.UniqueConstraint("public_id", name=op.f("uq_custody_letters_public_id")),
    )
    op.create_index(op.f("ix_custody_letters_right_id"), "custody_letters", ["right_id"])
    op.create_index("ix_custody_letters_next_notice_on", "custody_letters", ["next_notice_on"])


def downgrade() -> None:
    op.drop_table("custody_letters")
