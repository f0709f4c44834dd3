"""Boards count, sort and filter 100,000 open cases out of one index, which takes the place of a shorter one."""

from alembic import op

revision = "0007_board_index"
down_revision = "0006_company_codes"
branch_labels = None
depends_on = None

COLUMNS = ["kind", "stage", "next_due_at", "id", "status", "assignee_id", "topic", "region"]


def upgrade() -> None:
    op.create_index("ix_cases_board", "cases", COLUMNS)
    op.drop_index("ix_cases_kind_stage_status", "cases")


def downgrade() -> None:
    op.create_index("ix_cases_kind_stage_status", "cases", ["kind", "stage", "status"])
    op.drop_index("ix_cases_board", "cases")
