"""Whether a person's number was proved. What is known so far may have been typed into a form: nobody's counts until
WeChat says it anew."""

import sqlalchemy as sa
from alembic import op

revision = "0017_phone_verified_at"
down_revision = "0016_custody"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("phone_verified_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.drop_column("phone_verified_at")
