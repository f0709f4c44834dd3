"""Joint minutes of the units that work on one case, version by version, with who confirmed them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_case_minutes"
down_revision = "0008_company_claims"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "case_minutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reports", json, nullable=False),
        sa.Column("conclusion", sa.String(length=1000), nullable=False),
        sa.Column("answers", json, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_minutes_case_id_cases")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_case_minutes_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_minutes")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_case_minutes_case_id_number")),
    )


def downgrade() -> None:
    op.drop_table("case_minutes")
