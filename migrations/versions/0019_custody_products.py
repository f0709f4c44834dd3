"""The product that a right in custody protects, as its owner calls it."""

import sqlalchemy as sa
from alembic import op

revision = "0019_custody_products"
down_revision = "0018_unionid_due"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("custody_rights") as table:
        table.add_column(sa.Column("product", sa.String(length=60), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("custody_rights") as table:
        table.drop_column("product")
