"""Rights in custody, and what happened to each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016_custody"
down_revision = "0015_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "custody_rights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("patent_kind", sa.String(length=15), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("application_number", sa.String(length=30), nullable=True),
        sa.Column("publication_number", sa.String(length=30), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner_names", json, nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("published_in", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("data_date", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=15), nullable=False),
        sa.Column("status_on", sa.Date(), nullable=True),
        sa.Column("status_source", sa.String(length=120), nullable=False),
        sa.Column("reduction", sa.String(length=10), nullable=False),
        sa.Column("paid_year", sa.Integer(), nullable=True),
        sa.Column("paid_said_on", sa.Date(), nullable=True),
        sa.Column("proof", sa.String(length=10), nullable=False),
        sa.Column("proof_basis", sa.String(length=15), nullable=True),
        sa.Column("proof_note", sa.String(length=300), nullable=True),
        sa.Column("proof_asked_at", moment, nullable=True),
        sa.Column("proof_decided_by_id", sa.Integer(), nullable=True),
        sa.Column("proof_decided_at", moment, nullable=True),
        sa.Column("proof_reason", sa.String(length=300), nullable=True),
        sa.Column("is_reminded", sa.Boolean(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("next_notice_on", sa.Date(), nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_custody_rights_user_id_users")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_custody_rights_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["proof_decided_by_id"], ["staff.id"], name=op.f("fk_custody_rights_proof_decided_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_rights")),
        sa.UniqueConstraint("public_id", name=op.f("uq_custody_rights_public_id")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_custody_rights_user_id_key")),
        sa.UniqueConstraint("company_id", "key", name=op.f("uq_custody_rights_company_id_key")),
    )
    for column in ("next_notice_on", "application_number", "publication_number", "proof"):
        op.create_index(f"ix_custody_rights_{column}", "custody_rights", [column])
    op.create_table(
        "custody_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("right_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("details", json, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["right_id"], ["custody_rights.id"], name=op.f("fk_custody_events_right_id_custody_rights")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_custody_events_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_events")),
    )
    op.create_index("ix_custody_events_right_id", "custody_events", ["right_id"])
    op.create_index("ix_custody_events_user_id", "custody_events", ["user_id"])


def downgrade() -> None:
    op.drop_table("custody_events")
    op.drop_table("custody_rights")
