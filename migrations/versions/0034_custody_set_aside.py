"""Until when nothing is to be done with a right, as its owner said."""

import sqlalchemy as sa
from alembic import op

revision = "0034_custody_set_aside"
down_revision = "0033_transfer_flags"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("custody_rights") as table:
        table.add_column(sa.Column("set_aside_until", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("custody_rights") as table:
        table.drop_column("set_aside_until")
