"""What staff are told about a curated answer leads to it."""

import sqlalchemy as sa
from alembic import op

revision = "0005_answer_notices"
down_revision = "0004_casework"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_staff_notifications_answer_id_curated_answers"
INDEX = "ix_staff_notifications_answer_id"


def upgrade() -> None:
    with op.batch_alter_table("staff_notifications") as table:
        table.add_column(sa.Column("answer_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(FOREIGN_KEY), "curated_answers", ["answer_id"], ["id"])
        table.create_index(op.f(INDEX), ["answer_id"])


def downgrade() -> None:
    with op.batch_alter_table("staff_notifications") as table:
        table.drop_index(op.f(INDEX))
        table.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
        table.drop_column("answer_id")
