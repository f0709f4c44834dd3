"""A claim of a company keeps the code it names, and who decided on it and why."""

import sqlalchemy as sa
from alembic import op

revision = "0008_company_claims"
down_revision = "0007_board_index"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_memberships_decided_by_id_staff"


def upgrade() -> None:
    with op.batch_alter_table("memberships") as table:
        table.add_column(sa.Column("claimed_code", sa.String(length=18), nullable=True))
        table.add_column(sa.Column("decided_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("decision_note", sa.String(length=300), nullable=True))
        table.create_foreign_key(op.f(FOREIGN_KEY), "staff", ["decided_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("memberships") as table:
        table.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
        table.drop_column("decision_note")
        table.drop_column("decided_by_id")
        table.drop_column("claimed_code")
