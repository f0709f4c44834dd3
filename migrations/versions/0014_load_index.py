"""How much each of the staff has, and when they were last given something, out of one index each."""

from alembic import op

revision = "0014_load_index"
down_revision = "0013_training_after"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_load", "cases", ["assignee_id", "status", "kind", "next_due_at"])
    op.drop_index("ix_cases_assignee_id", "cases")
    op.create_index("ix_case_events_staff_id_kind_id", "case_events", ["staff_id", "kind", "id"])


def downgrade() -> None:
    op.drop_index("ix_case_events_staff_id_kind_id", "case_events")
    op.create_index("ix_cases_assignee_id", "cases", ["assignee_id"])
    op.drop_index("ix_cases_load", "cases")
