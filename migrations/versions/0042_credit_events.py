"""What counts against a firm on the market, and what the firm says to it."""

import sqlalchemy as sa
from alembic import op

revision = "0042_credit_events"
down_revision = "0041_match_sections"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "credit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("facts", sa.String(length=300), nullable=False),
        sa.Column("evidence", sa.String(length=300), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("counts_until", sa.Date(), nullable=False),
        sa.Column("flag_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_credit_events_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["flag_id"], ["transfer_flags.id"], name=op.f("fk_credit_events_flag_id_transfer_flags")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_credit_events_author_id_staff")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_credit_events_decided_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_events")),
        sa.UniqueConstraint("public_id", name=op.f("uq_credit_events_public_id")),
    )
    op.create_index("ix_credit_events_company_id_state", "credit_events", ["company_id", "state"])
    op.create_index("ix_credit_events_state", "credit_events", ["state"])
    op.create_table(
        "credit_pleas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["credit_events.id"], name=op.f("fk_credit_pleas_event_id_credit_events")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_credit_pleas_staff_id_staff")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_credit_pleas_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_pleas")),
    )
    op.create_index(op.f("ix_credit_pleas_event_id"), "credit_pleas", ["event_id"])
    op.create_index(op.f("ix_credit_pleas_user_id"), "credit_pleas", ["user_id"])


def downgrade() -> None:
    op.drop_table("credit_pleas")
    op.drop_table("credit_events")
