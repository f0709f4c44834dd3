"""Departments and inventors of rights in custody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031_custody_departments"
down_revision = "0030_custody_papers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("custody_rights") as table:
        table.add_column(sa.Column("department", sa.String(length=60), nullable=True))
        table.add_column(sa.Column("inventors", json, nullable=False, server_default="[]"))
    with op.batch_alter_table("custody_rights") as table:
        table.alter_column("inventors", existing_type=json, existing_nullable=False, server_default=None)
    op.create_index("ix_custody_rights_company_id_department", "custody_rights", ["company_id", "department"])


def downgrade() -> None:
    op.drop_index("ix_custody_rights_company_id_department", table_name="custody_rights")
    with op.batch_alter_table("custody_rights") as table:
        table.drop_column("inventors")
        table.drop_column("department")
